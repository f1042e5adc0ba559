"""Everything `make run` needs on a machine with nothing but Python: a real PostgreSQL and a real Valkey that come as
wheels, run as our own children and end with us. Nothing here knows the program's tables; see supervisor.py."""
