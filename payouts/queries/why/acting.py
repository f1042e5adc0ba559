"""Who has to act, as colleagues call them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from backoffice.words import later

COMPLIANCE, RELEASERS, TWO = (
    later("compliance"),
    later("an approver or compliance"),
    later("two of approvers and compliance"),
)
ANALYST, APPROVER, SELLER = later("an analyst"), later("an approver"), later("the seller")
SELLER_THEN_COMPLIANCE = later("the seller, then compliance")
SELLER_THEN_ANALYST = later("the seller, then an analyst")
COMPLIANCE_THEN_ANALYST = later("compliance, then an analyst")
FINDERS = later("an analyst, then an approver")

_IN_TURN = {
    SELLER_THEN_COMPLIANCE: (SELLER, COMPLIANCE),
    SELLER_THEN_ANALYST: (SELLER, ANALYST),
    COMPLIANCE_THEN_ANALYST: (COMPLIANCE, ANALYST),
    FINDERS: (ANALYST, APPROVER),
}
_RELEASING = (COMPLIANCE, APPROVER)


def together(actors: Iterable[str]) -> str:
    """All of these, nobody named twice, and "nobody" only where nobody has to act.

    Who acts anyway is one of those that may release, too: "compliance", not "compliance, an approver or compliance".
    Where two release, any two of them may, whoever acts besides: that is always said whole.
    """
    found = dict.fromkeys(str(actor) for actor in actors)
    if len(found) > 1:
        found.pop(_("nobody"), None)
    named: set[str] = set()
    said: dict[str, str] = {}
    for actor in sorted(found, key=_looseness):
        parts = _parts(actor)
        missing = [part for part in parts if part not in named]
        if actor == RELEASERS and len(missing) < len(parts):
            missing = []
        said[actor] = actor if actor == TWO or missing == parts else _listed(missing)
        named.update(missing)
    return _listed(said[actor] for actor in found if said[actor])


def _listed(actors: Iterable[str]) -> str:
    said = ""
    for actor in actors:
        said = _("{one}, {other}").format(one=said, other=actor) if said else actor
    return said


def _looseness(actor: str) -> int:
    """Who acts in any case comes before who is one of several that may."""
    if actor in (TWO, RELEASERS):
        return 2 if actor == TWO else 3
    return 0 if len(_parts(actor)) > 1 else 1


def _parts(actor: str) -> list[str]:
    turns = {str(TWO): _RELEASING, str(RELEASERS): _RELEASING}
    turns |= {str(turn): parts for turn, parts in _IN_TURN.items()}  # by the words of this reader's language
    return [str(part) for part in turns.get(actor, (actor,))]
