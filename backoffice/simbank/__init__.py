"""The simulated bank: a process of its own that behaves like a bank and keeps the only true list of what it
was told.

It shares no code with the rails it talks to, so that a mistake there cannot hide here.
"""
