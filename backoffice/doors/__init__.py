"""What every front door shares: who comes in, keyset pages. No page of its own, nothing about money.

Stands just above `audit`, so that the doors of every room may use it without knowing each other (ADR 0002).
"""
