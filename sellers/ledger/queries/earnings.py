"""What a payout, or an account, is made of. Lines are a query over due dates that never changes its answer."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, QuerySet, Sum

from sellers.ledger.models import Earning, EarningKind


@dataclass(frozen=True, slots=True)
class KindTotal:
    """All earnings of one kind in a span: how many, and their sum in minor units."""

    kind: str
    label: str
    count: int
    amount_minor: int
    first_date: date
    last_date: date


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line of a page: where the next one begins."""

    due_date: date
    id: int

    def __str__(self) -> str:
        return f"{self.due_date:%Y%m%d}-{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The cursor a link carries; None for anything else."""
        day, _, number = text.partition("-")
        try:
            return cls(date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"), int(number))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines in order of due date, and where to go on; ``following`` is None at the end."""

    lines: list[Earning]
    following: Cursor | None


def of_span(*, account_id: int, after: date | None, until: date) -> "QuerySet[Earning]":
    """Every earning of the account that is due after ``after`` (None: from the beginning) through ``until``.

    ``after`` and ``until`` are those of a payout's span ``(covered_through, until]``.
    """
    found = Earning.objects.filter(account_id=account_id, due_date__lte=until)
    return found if after is None else found.filter(due_date__gt=after)


def kinds(*, account_id: int, after: date | None, until: date) -> list[KindTotal]:
    """A span's lines grouped by kind, in the order of the kinds; their sums add up to the payout."""
    rows = (
        of_span(account_id=account_id, after=after, until=until)
        .values_list("kind")
        .annotate(Count("id"), Sum("amount_minor"), Min("occurred_date"), Max("occurred_date"))
        .order_by()
    )
    order = list(EarningKind.values)
    return [
        KindTotal(kind, EarningKind(kind).label, count, int(total), first, last)
        for kind, count, total, first, last in sorted(rows, key=lambda row: order.index(row[0]))
    ]


def lines(
    *,
    account_id: int,
    after: date | None,
    until: date,
    kind: str = "",
    following: Cursor | None = None,
    size: int = 50,
) -> Page:
    """Lines of a span, or of one kind of it, by due date and id; ``size`` of them, after ``following``."""
    rows = of_span(account_id=account_id, after=after, until=until)
    if kind:
        rows = rows.filter(kind=kind)
    if following is not None:
        # One comparison of a pair, which an index on the pair answers; an OR would not.
        rows = rows.extra(
            where=["(ledger_earning.due_date, ledger_earning.id) > (%s, %s)"],
            params=[following.due_date, following.id],
        )
    found = list(rows.order_by("due_date", "id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], Cursor(last.due_date, last.pk) if last else None)
