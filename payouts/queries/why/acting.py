"""Who has to act, as colleagues call them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from backoffice.words import later

COMPLIANCE, RELEASERS, TWO = (
    later("compliance"),
    later("an approver or compliance"),
    later("two of approvers and compliance"),
)
SELLER_THEN_COMPLIANCE = later("the seller, then compliance")
COMPLIANCE_THEN_ANALYST = later("compliance, then an analyst")
FINDERS = later("an analyst, then an approver")

# Who is named with somebody before or after them is not named alone besides.
_NAMED_IN = {
    SELLER_THEN_COMPLIANCE: COMPLIANCE,
    COMPLIANCE_THEN_ANALYST: COMPLIANCE,
}


def together(actors: Iterable[str]) -> str:
    """All of these, each once, and "nobody" only where nobody has to act."""
    found = dict.fromkeys(str(actor) for actor in actors)
    if len(found) > 1:
        found.pop(_("nobody"), None)
    for longer, alone in _NAMED_IN.items():
        if str(longer) in found:
            found.pop(str(alone), None)
    return ", ".join(found)
