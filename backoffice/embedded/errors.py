class CannotStart(Exception):
    """Something `make run` needs is missing; the text says what, and what to do."""
