"""By the books' day: what closed months say of sellers, whatever happened since."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from payouts.exports import kinds, rows
from payouts.exports.formats import FORMATS, Layout
from payouts.operations import holds
from payouts.queries import filters
from sellers.ledger.models import Account, EarningKind, PeriodTotal
from sellers.models import Seller
from tests import books, make
from tests.payouts import quick
from tests.stories.test_month_end import trade

pytestmark = pytest.mark.django_db
END = "2026-10-31"
SPAN = {"posted_after": "2026-10-01", "posted_before": END}


def chosen(kind, **given):
    return kinds.KINDS[kind].chosen(given, now=make.NOW)


def found(kind, **given):
    return [row for chunk in rows.raw(rows.select(kinds.KINDS[kind], chosen(kind, **given))) for row in chunk]


def file(kind, *, columns=(), name="xlsx", **given):
    """The bytes of a file without its packing."""
    selection = rows.select(kinds.KINDS[kind], chosen(kind, **given), columns=columns)
    count, sums = rows.totals(selection, chosen(kind, **given))
    assert count
    form = FORMATS[name](Layout(selection.columns, "T", "rows", "Europe/Paris", "en", count))
    return (
        form.head().encode()
        + b"".join(text for _, text in rows.blocks(selection, form))
        + form.foot(sums).encode()
    )


@pytest.fixture
def october():
    """Closed, with a sale of its last days that came before it was closed, and one that came too late."""
    books.charted()
    trade()
    day = date(2026, 10, 29)
    make.earning(make.ledger_account(), occurred_date=day, due_date=day, now=books.IN_NOVEMBER)
    quick.payout()
    closed = books.closed()
    late(date(2026, 10, 30))
    return closed


def late(day):
    made = make.earning(
        Account.objects.filter(currency="EUR").order_by("pk")[0],
        amount_minor=70_00,
        occurred_date=day,
        due_date=day,
        now=books.IN_NOVEMBER,
    )
    made.transaction.refresh_from_db()
    assert made.transaction.booked_on == date(2026, 11, 5)


def test_balances_of_a_closed_month_are_those_it_was_closed_with(october):
    wanted = Counter()
    for total in PeriodTotal.objects.filter(period=october, book__in=["payable", "reserved", "in_transit"]):
        wanted[total.currency, total.book] -= total.closing_minor
    got = Counter()
    for row in found("balances", at=END):
        for book in ("payable", "reserved", "in_transit"):
            got[row["currency"], book] += int(row[book])
    assert +got == +wanted
    assert got["JPY", "payable"] and got["EUR", "payable"]
    by_posting = found("balances", at=END, by="posted")
    assert sum(row["total"] for row in by_posting) != sum(got.values())  # some was posted in November


def test_a_statement_of_a_closed_month_ends_with_its_balances(october):
    ends = {}
    for row in found("statement", **SPAN):
        assert date(2026, 10, 1) <= row["booked_on"] <= date(2026, 10, 31)
        ends[row["seller"], row["currency"]] = row["balance"]
    balances = {(row["seller"], row["currency"]): row["payable"] for row in found("balances", at=END)}
    assert ends == {key: minor for key, minor in balances.items() if key in ends}
    assert len(ends) == 4


def test_a_closed_month_gives_the_same_bytes_whatever_came_since(october):
    payout = {"created_before": make.TODAY.isoformat()}
    still = [n for n in kinds.KINDS["lines"].resource().fields if n not in ("status", "seller_name")]

    def files():
        return [
            file("balances", at=END),
            file("balances", at=END, country="FR"),
            file("statement", **SPAN),
            file("lines", columns=still, **payout),
        ]

    before = files()
    late(date(2026, 10, 31))
    make.earning(make.ledger_account(), amount_minor=-5_00, kind=EarningKind.FEE)
    holds.hold(
        payout_ids=[Account.objects.get(payouts__isnull=False).payouts.get().pk],
        actor=make.person("approver"),
        reason="dispute",
        note="Ask.",
        now=make.NOW,
    )
    Seller.objects.update(name="Renamed", country="PT")
    assert files() == before


def test_a_name_that_changes_is_in_the_file_only_where_it_is_asked_for(october):
    for kind, given in (("balances", {"at": END}), ("statement", SPAN)):
        definition = kinds.KINDS[kind]
        assert "seller_name" not in [c.name for c in rows.select(definition, chosen(kind, **given)).columns]
        named = rows.select(definition, chosen(kind, **given), columns=["seller", "seller_name"])
        assert [column.name for column in named.columns] == ["seller", "seller_name"]
        by_posting = rows.select(definition, chosen(kind, by="posted", **given))
        assert "seller_name" in [column.name for column in by_posting.columns]


def test_what_it_goes_by_is_the_books_day_where_days_are_named_and_says_so():
    assert chosen("balances", at=END).in_words().endswith("end of Sat 31 Oct 2026 · By the books’ day")
    assert chosen("balances").stored()["by"] == ["posted"]
    assert chosen("balances", by="books").stored() == {"at": ["2026-11-24"], "by": ["books"]}
    words = chosen("statement", **SPAN).in_words()
    assert words == "Booked from Thu 1 Oct 2026 · Booked until Sat 31 Oct 2026 · By the books’ day"
    assert "Posted until" in chosen("statement", posted_before="2026-10-31T12:00:00Z").in_words()
    assert chosen("statement").stored() == {}
    with pytest.raises(filters.BadFilter, match="without a time of day"):
        chosen("balances", at="2026-10-31T12:00:00Z", by="books")


def test_today_by_the_books_day_is_theirs_wherever_the_program_stands():
    morning, evening = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (2, 16))

    def stored(now, **given):
        return kinds.KINDS["balances"].chosen(given, now=now).stored()

    with timezone.override("America/Los_Angeles"):  # still on the 23rd
        today = stored(morning, by="books")
        assert today == stored(morning, at="2026-11-24") == {"at": ["2026-11-24"], "by": ["books"]}
        with pytest.raises(filters.BadFilter, match="yet to come"):
            stored(morning, at="2026-11-24", by="posted")
    with timezone.override("Asia/Tokyo"):  # on the 25th already
        assert stored(evening, at="2026-11-25", by="posted")
        with pytest.raises(filters.BadFilter, match="yet to come"):
            stored(evening, at="2026-11-25", by="books")
