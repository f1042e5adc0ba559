"""What a page or the API showed of payouts, as a token: when it comes back and differs, the page was stale."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from payouts.models import Hold, Payout
from payouts.queries import blocks
from payouts.states import PayoutStatus

PARTS = 4
MOST_NAMED = 6
"""Holds, the newest first: few payouts have two. Of more their number tells when one goes."""


def token(payout: Payout, holds: Iterable[Hold]) -> str:
    """Status, round, bank-account version and open holds: what may change under a reader. At most 200 characters.

    ``holds`` are the open ones on the payout and on its seller, as `blocks.open_holds` gives them.
    """
    ids = sorted((hold.pk for hold in holds), reverse=True)
    named = "-".join(map(str, ids[:MOST_NAMED]))
    return f"{payout.status}.{payout.round}.{payout.payout_account_id}.{len(ids)}:{named}"


def tokens(payouts: Sequence[Payout]) -> dict[int, str]:
    """The `token` of each payout as it is now, by its id."""
    holds = blocks.open_holds(payouts=payouts)
    return {payout.pk: token(payout, holds.get(payout.pk, ())) for payout in payouts}


def changes(payouts: Sequence[Payout], seen: Mapping[int, str] | None) -> dict[int, str]:
    """What changed since these payouts were read, a sentence by payout; those not in ``seen`` are not compared."""
    if not seen:
        return {}
    read = [payout for payout in payouts if payout.pk in seen]
    now = tokens(read)
    return {
        payout.pk: _change(payout, before=seen[payout.pk], now=now[payout.pk])
        for payout in read
        if seen[payout.pk] != now[payout.pk]
    }


def _change(payout: Payout, *, before: str, now: str) -> str:
    parts = before.split(".")
    if len(parts) != PARTS or parts[0] not in PayoutStatus.values:
        return _("what you say you saw is nothing that was shown to you. Look again")
    (status, round_, account, held), (*_unused, holds) = parts, now.split(".")
    if status != payout.status:
        was, became = PayoutStatus(status).label.lower(), PayoutStatus(payout.status).label.lower()
        return _("it changed since you looked: it was {before} and is {after} now. Look again").format(
            before=was, after=became
        )
    if account != str(payout.payout_account_id):
        return _("its bank account changed since you looked. Look again")
    if round_ != str(payout.round):
        return _("it went back to review since you looked. Look again")
    if _ids(holds) - _ids(held):
        return _("it was put on hold since you looked. Look again")
    return _("a hold on it was released since you looked. Look again")


def _ids(held: str) -> set[str]:
    return set(held.partition(":")[2].split("-")) - {""}
