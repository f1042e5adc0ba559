"""`make races`: people and workers who meet on the same payouts, thousands of times, on real PostgreSQL.

Nothing is stood in for: the real operations on connections of their own, and the simulated bank's own log as the judge.
"""
