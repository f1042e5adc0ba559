"""What the page of one payout needs: its lines by kind beside the payout before, who approved and who still may."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from payouts.models import Approval, Payout, Review
from payouts.states import DEAD, PayoutStatus
from sellers.ledger.money import Money
from sellers.ledger.queries import earnings

NAMED = 6


@dataclass(frozen=True)
class LineGroup:
    """All lines of one kind, with the same kind in the payout before; amounts in the payout's currency."""

    label: str
    kind: str
    count: int
    money: Money
    before: Money | None

    @property
    def change(self) -> Money | None:
        """How much more than before."""
        return (
            None if self.before is None else Money(self.money.minor - self.before.minor, self.money.currency)
        )


def previous(payout: Payout) -> Payout | None:
    """The seller's payout before this one in the same currency that is not dead.

    So one that is paid again is not compared with the dead one that it replaces.
    """
    before = Payout.objects.filter(account_id=payout.account_id, pk__lt=payout.pk)
    return before.exclude(status__in=DEAD).order_by("-pk").first()


def lines(payout: Payout, before: Payout | None) -> list[LineGroup]:
    """The payout's lines grouped by kind; they add up to its amount. A reissue has its one line, beside
    all of the payout before.
    """
    if payout.span is None:
        old = payout.reissue_of
        label = (
            _("Amount of {reference}, given back").format(reference=old.reference)
            if old is not None
            else _("Given back")
        )
        was = None if before is None else Money(before.amount_minor, before.currency)
        return [LineGroup(label, "rolled", 1, Money(payout.amount_minor, payout.currency), was)]
    now = {group.kind: group for group in earnings.kinds(**span_of(payout))}
    then = (
        {group.kind: group for group in earnings.kinds(**span_of(_first(before)))}
        if before is not None
        else {}
    )
    found = []
    for kind in [*now, *(kind for kind in then if kind not in now)]:
        group, old_group = now.get(kind), then.get(kind)
        label = group.label if group is not None else then[kind].label
        money = Money(group.amount_minor if group is not None else 0, payout.currency)
        was = None if before is None else Money(old_group.amount_minor if old_group else 0, payout.currency)
        found.append(LineGroup(label, kind, group.count if group is not None else 0, money, was))
    return found


def _first(payout: Payout) -> Payout:
    """The payout itself; of one that was paid again, the one whose span it was."""
    while payout.span is None and payout.reissue_of is not None:
        payout = payout.reissue_of
    return payout


def span_of(payout: Payout) -> dict[str, Any]:
    """The payout's span as the ledger's queries take it: after a day, through a day."""
    after = payout.span.lower - timedelta(days=1) if payout.span.lower is not None else None
    return {
        "account_id": payout.account_id,
        "after": after,
        "until": payout.span.upper - timedelta(days=1),
    }


@dataclass(frozen=True)
class Seats:
    """Who judged the payout in this round, and who still may approve."""

    review: Review | None
    approval: Approval | None
    may_approve: list[str]
    more: int = 0


def seats(payout: Payout) -> Seats:
    """The people of the present round. ``may_approve`` names the first of those with the right who are not barred, and
    ``more`` counts the others.
    """
    review = Review.objects.filter(payout=payout, round=payout.round).select_related("reviewer").first()
    approval = Approval.objects.filter(payout=payout, round=payout.round).select_related("approver").first()
    if payout.status != PayoutStatus.REVIEWED or review is None:
        return Seats(review, approval, [])
    barred = {review.reviewer_id, payout.payout_account.requested_by_id}
    decision = getattr(payout.payout_account, "decision", None)
    if decision is not None:
        barred.add(decision.decided_by_id)
    people = list(
        get_user_model()
        .objects.filter(
            Q(groups__permissions__codename="approve_payout")
            | Q(user_permissions__codename="approve_payout"),
            is_active=True,
        )
        .exclude(pk__in=barred)
        .distinct()
        .order_by("first_name", "username")
    )
    named = [_name(person) for person in people[:NAMED]]
    return Seats(review, approval, named, more=len(people) - len(named))


def _name(person: object) -> str:
    full = getattr(person, "get_full_name", str)()
    return full or str(person)
