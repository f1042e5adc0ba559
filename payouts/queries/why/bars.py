"""What stops everything of a seller, whatever they are owed: suspended, not verified, on hold."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from backoffice.words import beside, sentences
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
        return Explanation(text, acting.COMPLIANCE, Cause.SUSPENDED, actors=[acting.COMPLIANCE])
    holds = list(Hold.objects.filter(seller=seller, released_at__isnull=True).order_by("placed_at", "id"))
    text = _("The seller is on hold: {labels}. What a run makes does not go on before. {words}")
    on_hold = held(holds, text) if holds else None
    if seller.verified_at is not None:
        return on_hold
    text = _("Nothing is paid before the seller is verified; compliance does that.")
    if on_hold is None:
        return Explanation(text, acting.COMPLIANCE, Cause.UNVERIFIED, actors=[acting.COMPLIANCE])
    actors = [acting.COMPLIANCE, *on_hold.actors]
    cause = unsent.most_secret([on_hold.cause, Cause.UNVERIFIED])
    return Explanation(sentences(text, on_hold.text), acting.together(actors), cause, actors=actors)


def held(holds: Sequence[Hold], text: str) -> Explanation:
    """The paragraph for these open holds: ``text`` with their ``labels``, and the ``words`` that say what ends them."""
    labels = beside(dict.fromkeys(hold.get_reason_display() for hold in holds))
    steps = [unsent.ends(hold) for hold in holds]
    words = sentences(*dict.fromkeys(str(words) for _unused, words in steps))
    actors = [actor for actor, _unused in steps]
    cause = unsent.most_secret([Cause(f"held_{hold.reason}") for hold in holds])
    text = text.format(labels=labels, words=words)
    return Explanation(text, acting.together(actors), cause, actors=actors)
