"""The paragraphs for one payout and for one seller, as every page shows them."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, OuterRef

from backoffice.words import sentences
from payouts.models import Disposal, Payout
from payouts.queries.why import dead, keeping, owed, sent, unsent
from payouts.queries.why.causes import Cause, Explanation, Facts
from payouts.states import DEAD, UNSENT, PayoutStatus
from sellers.ledger.money import Money
from sellers.models import Seller

MOST = 5  # payouts of one seller that are told of


def payout(*, payout: Payout, now: datetime, known: keeping.Known | None = None) -> Explanation:
    """The paragraph for one payout; for a dead one it goes on to where its money is now.

    ``known`` is shared by the payouts of one answer.
    """
    if payout.status not in DEAD:
        return _alive(payout, now, known)
    line = dead.line(payout)
    last = line.last
    if last.status not in DEAD:
        told = _alive(last, now, known)
    elif line.rolled is None:
        return dead.undisposed(line, now=now)
    else:
        money = Money(line.rolled.amount_minor, last.currency)
        amount = owed.Amount(line.rolled.account_id, money, line.rolled.due_date)
        (told,) = owed.of(seller=last.seller, now=now, amount=amount)
        if last.pk in line.lost and told.cause in (Cause.NOT_DUE, Cause.NEXT_RUN):
            # Before the adjustment is posted, the amount that would be named is money the bank may have paid.
            facts = Facts(reference=str(last.reference), money=Money(last.amount_minor, last.currency))
            told = replace(told, cause=Cause.KNOWN_OUTSIDE, facts=facts)
    return replace(told, text=sentences(line.told, told.text), shared="")


def _alive(payout: Payout, now: datetime, known: keeping.Known | None) -> Explanation:
    if payout.status in UNSENT:
        return unsent.of(payout=payout, now=now, known=known)
    return sent.of(payout=payout, now=now)


def seller(*, seller: Seller, now: datetime) -> list[Explanation]:
    """The paragraphs for a seller: each payout under way, else what keeps the next one from being made."""
    rows = (
        Payout.objects.filter(seller=seller)
        .select_related("seller", "batch__funding_account")
        .order_by("-id")
    )
    disposed = Exists(Disposal.objects.filter(payout=OuterRef("pk")))
    under_way = list(rows.exclude(status=PayoutStatus.PAID).exclude(disposed)[:MOST])
    if under_way:
        known = keeping.Known()
        return [payout(payout=each, now=now, known=known) for each in under_way]
    found = owed.of(seller=seller, now=now)
    last = rows.filter(status=PayoutStatus.PAID).first()
    if last is not None and [each.cause for each in found] == [Cause.NOTHING_OWED]:
        return [payout(payout=last, now=now), *found]
    return found
