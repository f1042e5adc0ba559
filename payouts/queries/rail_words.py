"""A rail as people call it. Its code stands in addresses, the API, exports, settings and the database."""

from django.utils.translation import gettext as _

from backoffice.words import later
from payouts.rails import registry

ALL = "*"
"""In place of a rail's code: every rail."""
TITLES = (later("SEPA"), later("Simulated bank"))
"""For the translators: each stands in payouts/rails/<rail>/rail.py in these very words; rails know no languages."""


def called(rail: str) -> str:
    """The rail of this code, or every rail, in the reader's language; one that is not installed by its code."""
    if rail == ALL:
        return _("every rail")
    return _(registry.get(rail).title) if rail in registry.names() else rail


def beginning(rail: str) -> str:
    """The same where a sentence begins with it."""
    name = called(rail)
    return f"{name[:1].upper()}{name[1:]}"
