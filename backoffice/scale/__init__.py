"""Millions of payouts in a database made for them, to measure on.

Written as sets by the tables' owner, in one transaction.

Not through the operations, which write each move with its people and proofs: that would take days. So the guards
are off while the rows come in, and everything declared (foreign keys, unique constraints, indexes, checks) is
built and checked anew by PostgreSQL before the commit; see `loading` for which invariants hold afterwards.
"""
