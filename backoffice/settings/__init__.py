"""Base holds what is always true; local, test and production say what differs. env.py alone reads the environment."""
