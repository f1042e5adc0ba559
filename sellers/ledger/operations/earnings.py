"""Posting one earning at a time: adjustments, and whatever a program finds out. Files go through `importing`."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from sellers.ledger.models import Account, Book, Earning, EarningKind
from sellers.ledger.operations import posting

CONTRA: dict[str, Book] = {
    EarningKind.SALE: Book.PSP_CLEARING,
    EarningKind.REFUND: Book.PSP_CLEARING,
    EarningKind.CHARGEBACK: Book.PSP_CLEARING,
    EarningKind.COMMISSION: Book.COMMISSION_REVENUE,
    EarningKind.FEE: Book.FEE_REVENUE,
    EarningKind.ADJUSTMENT: Book.ADJUSTMENTS,
    EarningKind.WRITE_OFF: Book.WRITE_OFFS,
    EarningKind.RESERVE: Book.SUSPENSE,
}
"""The book on the other side of `payable`, by kind of earning (HOUSE ruling 3). A rolled amount has its own posting."""


class KnownOtherwise(Refused):
    """The source says something else about an earning it told us before."""

    code = "earning_known_otherwise"
    status = 409


def key(*, source: str, external_id: str, kind: str) -> str:
    """The ledger key of an earning: one fact of one source posts once."""
    return f"earning:{source}:{external_id}:{kind}"


@transaction.atomic
def credit(
    *,
    account_id: int,
    kind: EarningKind,
    amount_minor: int,
    source: str,
    external_id: str,
    occurred_date: date,
    due_date: date,
    now: datetime,
    order_ref: str = "",
    description: str = "",
) -> Earning:
    """The earning stands in the ledger, once. ``amount_minor``: minor units, positive when we owe more.

    ``due_date`` is the day asked for; where payouts have covered it, the earning takes effect on the day after
    the covered ones. Asked again with the same values it answers what stands; with others it is `KnownOtherwise`.
    """
    # Shared with other postings; a payout run, which takes the account FOR UPDATE, comes before or after.
    account = Account.objects.raw("SELECT * FROM ledger_account WHERE id = %s FOR SHARE", [account_id])[0]
    name = key(source=source, external_id=external_id, kind=kind)
    legs = (
        posting.Leg(Book.PAYABLE, -amount_minor, account.currency, account.pk),
        posting.Leg(CONTRA[kind], amount_minor, account.currency),
    )
    written = posting.post(
        postings=[
            posting.Posting(key=name, kind=kind, legs=legs, description=description, fact_on=occurred_date)
        ],
        now=now,
    )
    if name not in written:
        return _known(account, kind, amount_minor, source, external_id)
    return Earning.objects.create(
        transaction_id=written[name],
        account=account,
        source=source,
        external_id=external_id,
        kind=kind,
        amount_minor=amount_minor,
        order_ref=order_ref,
        description=description,
        occurred_date=occurred_date,
        requested_due_date=due_date,
        due_date=effective_due_date(due_date, covered_through=account.covered_through),
    )


def effective_due_date(requested: date, *, covered_through: date | None) -> date:
    """The day an earning takes effect: the one asked for, or the first that no payout has covered."""
    if covered_through is None:
        return requested
    return max(requested, covered_through + timedelta(days=1))


def _known(account: Account, kind: str, amount_minor: int, source: str, external_id: str) -> Earning:
    known = Earning.objects.get(source=source, external_id=external_id, kind=kind)
    if (known.account_id, known.amount_minor) != (account.pk, amount_minor):
        raise KnownOtherwise(
            _(
                "The {kind} {external_id} of {source} is in the ledger already with another "
                "seller, currency or amount. What is posted never changes: give a correction "
                "an id of its own."
            ).format(kind=kind, external_id=external_id, source=source)
        )
    return known
