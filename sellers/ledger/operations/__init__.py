"""Verbs of the ledger, one family a file."""
