"""What stops everything of a seller, whatever they are owed: suspended, not verified, on hold."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from backoffice.words import beside, sentences
from payouts.models import Hold
from payouts.queries.why import acting, releasing
from payouts.queries.why.causes import Cause, Explanation, most_secret
from sellers.models import Seller


def of(seller: Seller) -> Explanation | None:
    """The paragraph for a seller of whom nothing is paid; None where nothing stops it.

    All of it is told, and `most_secret` says which of it is the cause.
    """
    found = []
    if seller.suspended_at is not None:
        text = _("Nothing is paid while the seller is suspended; compliance must lift that.")
        found.append(Explanation(text, acting.COMPLIANCE, Cause.SUSPENDED, actors=[acting.COMPLIANCE]))
    if seller.verified_at is None:
        text = _("Nothing is paid before the seller is verified; compliance does that.")
        found.append(Explanation(text, acting.COMPLIANCE, Cause.UNVERIFIED, actors=[acting.COMPLIANCE]))
    holds = list(Hold.objects.filter(seller=seller, released_at__isnull=True).order_by("placed_at", "id"))
    if holds:
        text = _("The seller is on hold: {labels}. What a run makes does not go on before. {words}")
        found.append(held(holds, text))
    if not found:
        return None
    actors = [actor for each in found for actor in each.actors]
    cause = most_secret([each.cause for each in found])
    return Explanation(
        sentences(*(each.text for each in found)), acting.together(actors), cause, actors=actors
    )


def held(holds: Sequence[Hold], text: str) -> Explanation:
    """The paragraph for these open holds: ``text`` with their ``labels``, and the ``words`` that say what ends them."""
    labels = beside(dict.fromkeys(hold.get_reason_display() for hold in holds))
    steps = [releasing.ends(hold) for hold in holds]
    words = sentences(*dict.fromkeys(str(words) for _unused, words in steps))
    actors = [actor for actor, _unused in steps]
    cause = most_secret([Cause(f"held_{hold.reason}") for hold in holds])
    text = text.format(labels=labels, words=words)
    return Explanation(text, acting.together(actors), cause, actors=actors)
