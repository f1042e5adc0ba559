"""What waits that is no payout and no batch: how many, how much in each currency, and since when, for one reader."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from backoffice.people import queries as people
from payouts.models import Hold
from payouts.queries import accounts as account_questions
from payouts.queries import batches, deciding, recalls, statements
from payouts.queries import holds as held
from sellers.ledger.money import Money
from sellers.ledger.queries import periods

CAP = 1_000
"""As far as what waits is counted; beyond it neither sums nor more are read."""


@dataclass(frozen=True)
class Reader:
    """Whose front page it is. ``person_id`` 0 without a name is nobody, who has no work of their own."""

    permissions: Collection[str]
    now: datetime
    person_id: int = 0
    name: str = ""

    @property
    def judges(self) -> bool:
        """Whether one of the two people who release a hold for compliance may be this one."""
        return "payouts.judge_hold" in self.permissions


@dataclass(frozen=True)
class Found:
    """``count`` is at most `CAP`, with ``exact`` false where there are more. ``oldest``: since when, and its page."""

    count: int
    exact: bool = True
    sums: list[Money] = field(default_factory=list)
    oldest: tuple[datetime, str] | None = None


@dataclass(frozen=True)
class Pile:
    """How a pile is read, and the page ``url_name`` with ``query`` that lists exactly what is in it. ``own`` is the
    parameter that takes the reader's user name, where their own work is left out or nothing but their own is in it.
    """

    read: Callable[[Reader], Found]
    url_name: str
    query: str = ""
    own: str = ""

    def url(self, reader: Reader, **also: str) -> str:
        """That page, with what is asked for ``also``."""
        return _listing(self.url_name, reader, self.query, own=self.own, **also)


def _read(
    rows: "QuerySet[Any]",
    *,
    since: str,
    page: Callable[[Any], str],
    money: tuple[str, str] = ("", ""),
    sums: Callable[["QuerySet[Any]"], list[Money]] | None = None,
) -> Found:
    """The first rows up to `CAP` and one more, by id. ``money`` names the fields of minor units and of currency."""
    wanted = [name for name in ("pk", since, *money) if name]
    first = list(rows.order_by("pk").values_list(*wanted)[: CAP + 1])
    if not first:
        return Found(0)
    exact = len(first) <= CAP
    found: Counter[str] = Counter()
    if money[0] and exact:
        for row in first:
            found[row[3]] += int(row[2] or 0)
    pk, oldest = min(((row[0], row[1]) for row in first), key=lambda each: (each[1], each[0]))
    first_row = rows.filter(pk=pk).first()  # somebody may have decided it in the meantime
    added = [Money(minor, currency) for currency, minor in sorted(found.items())]
    return Found(
        count=min(len(first), CAP),
        exact=exact,
        sums=sums(rows) if sums and exact else added,
        oldest=(_moment(oldest), page(first_row)) if first_row is not None else None,
    )


def _moment(value: Any) -> datetime:
    """A day begins where it begins here."""
    if isinstance(value, datetime):
        return value
    return timezone.make_aware(datetime.combine(value, time.min))


def _to(url_name: str, *names: str) -> Callable[[Any], str]:
    """The page of a row, by attributes of it; a dotted one is an attribute of an attribute."""

    def page(row: Any) -> str:
        values = []
        for name in names:
            value = row
            for part in name.split("."):
                value = getattr(value, part)
            values.append(value)
        return reverse(f"admin:{url_name}", args=values)

    return page


def _listing(url_name: str, reader: Reader, query: str = "", *, own: str = "", **also: str) -> str:
    """A list of what waits; narrowed to what waits for the reader by the parameter ``own``."""
    asked = dict(parse_qsl(query)) | ({own: reader.name} if own and reader.name else {}) | also
    page = reverse(f"admin:{url_name}")
    return f"{page}?{urlencode(asked)}" if asked else page


def _of_hold(hold: Hold) -> str:
    if hold.payout is not None:
        return reverse("admin:payouts_payout_detail", args=[hold.payout.reference])
    assert hold.seller is not None  # a constraint: on one or the other
    return reverse("admin:sellers_seller_detail", args=[hold.seller.reference])


def _holds(rows: "QuerySet[Hold]", reader: Reader, since: str) -> Found:
    return _read(
        rows, since=since, page=_of_hold, sums=lambda each: held.totals(each, now=reader.now, whole=True).sums
    )


def holds_past(reader: Reader) -> Found:
    """Open holds whose date has come, since then, with the money they stop."""
    return _holds(held.past(now=reader.now), reader, "until")


def releases(reader: Reader) -> Found:
    """Holds whose release another asked for, with the money they stop; as old as the hold."""
    return _holds(deciding.holds(person_id=reader.person_id, judges=reader.judges), reader, "placed_at")


def unknown(reader: Reader) -> Found:
    return _read(
        deciding.submissions(person_id=reader.person_id),
        since="status_at",
        page=_to("payouts_submission_detail", "rail", "key"),
        money=("total_minor", "batch__currency"),
    )


def recalls_open(reader: Reader) -> Found:
    return _read(
        recalls.open_ones(),
        since="asked_at",
        page=_to("payouts_payout_detail", "attempt.payout.reference"),
        money=("attempt__amount_minor", "attempt__payout__currency"),
    )


def accounts(reader: Reader) -> Found:
    """With what is not yet sent of their sellers, in their currencies."""
    return _read(
        deciding.account_versions(person_id=reader.person_id),
        since="requested_at",
        page=_to("payouts_payoutaccount_detail", "pk"),
        sums=lambda rows: account_questions.totals(rows, whole=True).sums,
    )


def batches_kept_back(reader: Reader) -> Found:
    """Proposed batches that nobody can approve as they stand, with all that is in them."""
    return _read(
        batches.kept_back(),
        since="status_at",
        page=_to("payouts_batch_detail", "reference"),
        money=("total_minor", "currency"),
    )


def adjustments(reader: Reader) -> Found:
    """What they would change together: what is taken counts against what is given."""
    return _read(
        deciding.adjustments_asked(person_id=reader.person_id),
        since="requested_at",
        page=_to("ledger_adjustment_detail", "pk"),
        money=("amount_minor", "account__currency"),
    )


def bank_lines(reader: Reader) -> Found:
    return _lines(statements.breaks(state=statements.OPEN))


def bank_line_proposals(reader: Reader) -> Found:
    return _lines(deciding.line_proposals(person_id=reader.person_id))


def _lines(rows: "QuerySet[Any]") -> Found:
    return _read(
        rows,
        since="booking_date",
        page=_to("payouts_statement_line", "pk"),
        money=("amount_minor", "statement__funding_account__currency"),
    )


def corrections(reader: Reader) -> Found:
    return _read(
        deciding.corrections(person_id=reader.person_id),
        since="uploaded_at",
        page=_to("ledger_import_detail", "pk"),
    )


def bank_statements(reader: Reader) -> Found:
    return _read(
        deciding.bank_statements(person_id=reader.person_id),
        since="uploaded_at",
        page=_to("ledger_import_detail", "pk"),
    )


def months_to_close(reader: Reader) -> Found:
    """Months that are over, and that nobody has asked to close; each waits since its last day ended."""
    over = periods.to_close(now=reader.now)
    if not over:
        return Found(0)
    began = datetime.combine(periods.following(over[-1].first), time.min, tzinfo=periods.zone())
    page = reverse("admin:ledger_period_detail", args=[over[-1].first])
    return Found(min(len(over), CAP), len(over) <= CAP, oldest=(began, page))


def months(reader: Reader) -> Found:
    return _read(
        deciding.months(person_id=reader.person_id),
        since="asked_at",
        page=_to("ledger_period_detail", "first_day"),
    )


def book_accounts(reader: Reader) -> Found:
    return _read(
        deciding.book_accounts(person_id=reader.person_id),
        since="asked_at",
        page=lambda row: _listing("ledger_mapping_list", reader, own="waits_for"),
    )


def month_rates(reader: Reader) -> Found:
    return _read(
        deciding.month_rates(person_id=reader.person_id),
        since="asked_at",
        page=lambda row: _listing("ledger_rate_list", reader, own="waits_for"),
    )


def cap_raises(reader: Reader) -> Found:
    return _read(
        deciding.cap_raises(person_id=reader.person_id),
        since="asked_at",
        page=lambda row: _listing("payouts_cap_list", reader, own="waits_for"),
    )


def schedules(reader: Reader) -> Found:
    return _read(
        deciding.export_schedules(person_id=reader.person_id),
        since="made_at",
        page=_to("payouts_schedule_detail", "pk"),
    )


def exports(reader: Reader) -> Found:
    return _read(
        deciding.finished_exports(person_id=reader.person_id),
        since="finished_at",
        page=lambda row: f"{reverse('admin:payouts_export_list')}?show=ready",
    )


def failed_exports(reader: Reader) -> Found:
    return _read(
        deciding.failed_exports(person_id=reader.person_id),
        since="finished_at",
        page=lambda row: f"{reverse('admin:payouts_export_list')}?show=failed",
    )


def broken_schedules(reader: Reader) -> Found:
    return _read(
        deciding.broken_schedules(person_id=reader.person_id),
        since="made_at",
        page=_to("payouts_schedule_detail", "pk"),
    )


def people_requests(reader: Reader) -> Found:
    """What another administrator asked for about a person, as far as it does not concern the reader."""
    return _read(
        people.waiting_for(person_id=reader.person_id),
        since="asked_at",
        page=_to("person_decide", "pk"),
    )
