"""A measured process has what the program has where it runs, and nothing that only its tests need."""

import sys

ONLY_FOR_TESTS = ("greenlet", "openpyxl", "pygments", "rich")
"""Libraries of ours import these if they can (tablib openpyxl, structlog rich, Celery greenlet): 15 MB of a process."""


def only_what_runs() -> None:
    """From now on they are not there; to be said before Django is set up."""
    for name in ONLY_FOR_TESTS:
        sys.modules[name] = None  # type: ignore[assignment]
