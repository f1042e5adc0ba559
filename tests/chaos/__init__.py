"""`make chaos`: real workers, a real broker, a real PostgreSQL and a simulated bank, and somebody who kills them.

plan.py       what happens when, from a seed        people.py    payouts are prepared, approved, found out about
faults.py     how it is done                         judge.py     the bank's log against the books
schedule.py   one schedule from beginning to end     stage.py     everything a run starts, and its end
"""
