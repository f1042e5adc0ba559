"""Which due dates a payout covers, as people name them: first and last day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Min

from payouts.models import Payout
from sellers.ledger.models import Earning


def of(*, payouts: Sequence[Payout]) -> dict[int, tuple[date, date]]:
    """First and last day of each payout's span; a reissue has none and is absent.

    A seller's first payout covers everything before: its first day is that of the first earning.
    """
    open_ended = {p.account_id for p in payouts if p.span is not None and p.span.lower is None}
    first = _first_days(open_ended) if open_ended else {}
    found = {}
    for payout in payouts:
        if payout.span is None:
            continue
        last = payout.span.upper - timedelta(days=1)
        found[payout.pk] = (payout.span.lower or first.get(payout.account_id, last), last)
    return found


def _first_days(account_ids: set[int]) -> Mapping[int, date]:
    rows = (
        Earning.objects.filter(account_id__in=account_ids).values("account_id").annotate(day=Min("due_date"))
    )
    return dict(rows.values_list("account_id", "day"))
