"""The operations under fire in one process: `make simulate SEEDS=2000 SEED=1`, `make planted`.

One seed is one small market at a real PostgreSQL and a simulated bank, and a scheduler that draws everything from
``random.Random(seed)``: who acts next, and at every commit and every call of the bank whether the process dies there,
sleeps, or somebody else comes in between. The bank's log judges. The same seed always does the same (ADR 0016).
"""
