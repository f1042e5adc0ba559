"""What stops everything of a seller, whatever they are owed: suspended, not verified, on hold."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from backoffice.words import sentences
from payouts.models import Hold
from payouts.queries.why import acting, unsent
from payouts.queries.why.causes import Cause, Explanation
from sellers.models import Seller


def of(seller: Seller) -> Explanation | None:
    """The paragraph for a seller of whom nothing is paid; None where nothing stops it.

    Of several holds all are told, and the cause is one that the seller may know only where they all are.
    """
    if seller.suspended_at is not None:
        text = _("Nothing is paid while the seller is suspended; compliance must lift that.")
        return Explanation(text, acting.COMPLIANCE, Cause.SUSPENDED)
    if seller.verified_at is None:
        text = _("Nothing is paid before the seller is verified; compliance does that.")
        return Explanation(text, acting.COMPLIANCE, Cause.UNVERIFIED)
    holds = list(Hold.objects.filter(seller=seller, released_at__isnull=True).order_by("placed_at", "id"))
    text = _("The seller is on hold: {labels}. What a run makes does not go on before. {words}")
    return held(holds, text) if holds else None


def held(holds: Sequence[Hold], text: str) -> Explanation:
    """The paragraph for these open holds: ``text`` with their ``labels``, and the ``words`` that say what ends them."""
    labels = "; ".join(dict.fromkeys(hold.get_reason_display() for hold in holds))
    steps = [unsent.ends(hold) for hold in holds]
    words = sentences(*dict.fromkeys(str(words) for _unused, words in steps))
    actors = acting.together(actor for actor, _unused in steps)
    cause = unsent.most_secret([Cause(f"held_{hold.reason}") for hold in holds])
    return Explanation(text.format(labels=labels, words=words), actors, cause)
