"""Demo mode: people to log in as, sellers with simulated accounts, twelve weeks of history. Never in
production.

Everything here goes through the real operations, so that every rule and trigger has seen it.
"""

from django.conf import settings


class NotADemo(Exception):
    """The installation is not in demo mode; the message says what to do."""


def require() -> None:
    """Returns in demo mode. Raises `NotADemo` elsewhere: nobody gets a known password or an invented account."""
    if not settings.DEMO:
        raise NotADemo(
            "This installation is not in demo mode, so nothing was made. Demo data belongs on a trial machine: "
            "run it with the settings backoffice.settings.local and DEMO=1."
        )
