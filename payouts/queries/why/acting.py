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


def together(actors: Iterable[str]) -> str:
    """All of these, each once: "nobody" only where nobody has to act, compliance once also where somebody comes before
    or after.
    """
    found = dict.fromkeys(str(actor) for actor in actors)
    if len(found) > 1:
        found.pop(_("nobody"), None)
    if str(SELLER_THEN_COMPLIANCE) in found or str(COMPLIANCE_THEN_ANALYST) in found:
        found.pop(str(COMPLIANCE), None)
    return ", ".join(found)
