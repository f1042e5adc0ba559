"""Closing a month: asked for by one, closed by another, kept from it by what is not settled."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from backoffice.audit.errors import Conflict, NotAllowed
from backoffice.audit.models import Event
from payouts.models import Incident
from payouts.operations import periods
from sellers.ledger.models import Book, Period, PeriodNumbers, PeriodTotal
from sellers.ledger.queries import periods as asked
from tests import books, make, make_payouts
from tests.payouts import camt

pytestmark = pytest.mark.django_db
IN_DECEMBER = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


def earned(month: int = 10, amount_minor: int = 100_00, *, currency: str = "EUR") -> None:
    day = date(2026, month, 14)
    when = datetime(2026, month, 14, 9, 0, tzinfo=UTC)
    make.earning(make.ledger_account(currency=currency), amount_minor=amount_minor, due_date=day, now=when)


def states() -> dict[str, str]:
    return {str(month): month.status for month in asked.months(now=IN_DECEMBER)}


def test_a_month_is_closed_with_its_totals_and_numbers():
    books.charted()
    earned()
    earned(amount_minor=-40_00)
    earned(currency="USD")
    period = books.closed()
    totals = {
        (t.book, t.currency): (t.opening_minor, t.debit_minor, t.credit_minor)
        for t in PeriodTotal.objects.all()
    }
    assert totals == {
        ("payable", "EUR"): (0, 40_00, 100_00),
        ("psp_clearing", "EUR"): (0, 100_00, 40_00),
        ("payable", "USD"): (0, 0, 100_00),
        ("psp_clearing", "USD"): (0, 100_00, 0),
    }
    numbers = {
        n.currency: (n.detailed_first, n.detailed_count, n.daily_count) for n in PeriodNumbers.objects.all()
    }
    assert numbers == {"EUR": (1, 2, 2), "USD": (1, 1, 1)}
    event = Event.objects.get(action="period.close")
    assert event.subject_id == period.pk and event.data["closing_minor"]["payable EUR"] == -60_00


def test_the_next_month_opens_with_what_the_last_closed_with_and_its_numbers_go_on():
    books.charted()
    earned()
    books.closed()
    earned(11, 25_00)
    books.closed(books.NOVEMBER, now=IN_DECEMBER)
    total = PeriodTotal.objects.get(period__first_day=books.NOVEMBER, book=Book.PAYABLE)
    assert (total.opening_minor, total.credit_minor, total.closing_minor) == (-100_00, 25_00, -125_00)
    assert PeriodNumbers.objects.get(period__first_day=books.NOVEMBER).detailed_first == 2


def test_an_open_month_is_added_up_and_says_the_same_as_when_it_is_closed():
    books.charted()
    earned(9)
    earned()
    before = asked.totals(first=books.OCTOBER, last=date(2026, 10, 31))
    assert [(t.book, t.opening, t.closing) for t in before] == [
        ("payable", -100_00, -200_00),
        ("psp_clearing", 100_00, 200_00),
    ]
    books.closed()
    assert asked.totals(first=books.OCTOBER, last=date(2026, 10, 31)) == before


def test_several_months_are_asked_for_and_closed_at_once_in_order():
    books.charted()
    earned(8)
    earned(10)
    made = periods.ask(first=books.OCTOBER, actor=make.person("accountant"), now=IN_DECEMBER)
    assert [str(each) for each in made] == ["2026-08", "2026-09", "2026-10"]
    assert states()["2026-09"] == asked.ASKED and states()["2026-11"] == asked.OPEN
    periods.close(first=date(2026, 9, 1), actor=make.person("accountant"), now=IN_DECEMBER)
    assert states() == {
        "2026-12": "open",
        "2026-11": "open",
        "2026-10": "asked",
        "2026-09": "closed",
        "2026-08": "closed",
    }


def test_who_asked_does_not_close_and_another_may_take_it_back():
    books.charted()
    earned()
    one = make.person("accountant")
    periods.ask(first=books.OCTOBER, actor=one, now=IN_DECEMBER)
    with pytest.raises(periods.SamePerson, match="Another person"):
        periods.close(first=books.OCTOBER, actor=one, now=IN_DECEMBER)
    earned()
    assert (
        asked.totals(first=books.OCTOBER, last=date(2026, 10, 31))[0].credit == 100_00
    )  # it went into November
    periods.take_back(first=books.OCTOBER, actor=one, now=IN_DECEMBER)
    assert states()["2026-10"] == asked.OPEN
    earned()
    assert asked.totals(first=books.OCTOBER, last=date(2026, 10, 31))[0].credit == 200_00
    with pytest.raises(Conflict):
        periods.take_back(first=books.OCTOBER, actor=one, now=IN_DECEMBER)
    periods.ask(first=books.OCTOBER, actor=one, now=IN_DECEMBER)
    periods.close(first=books.OCTOBER, actor=make.person("accountant"), now=IN_DECEMBER)
    with pytest.raises(Conflict):
        periods.close(first=books.OCTOBER, actor=make.person("accountant"), now=IN_DECEMBER)


def test_a_month_that_is_not_over_or_not_there_is_not_asked_for():
    books.charted()
    earned(11)
    with pytest.raises(periods.NotClosable, match="not over"):
        periods.ask(first=books.NOVEMBER, actor=make.person("accountant"), now=make.NOW)
    with pytest.raises(Conflict, match="not an open month"):
        periods.ask(first=date(2026, 3, 1), actor=make.person("accountant"), now=IN_DECEMBER)
    with pytest.raises(NotAllowed):
        periods.ask(first=books.NOVEMBER, actor=make.person("auditor"), now=IN_DECEMBER)


def refused(words: str) -> None:
    with pytest.raises(periods.NotClosable, match=words):
        periods.ask(first=books.NOVEMBER, actor=make.person("accountant"), now=IN_DECEMBER)
    assert not Period.objects.exists()


def test_a_book_without_an_account_keeps_the_month_open():
    books.charted(but=[Book.PSP_CLEARING])
    earned(11)
    refused("No account for Collected by payment providers EUR FR")
    books.account(Book.PSP_CLEARING, "5111", "Providers in Spain", country="ES")
    refused("EUR FR")
    books.account(Book.PSP_CLEARING, "5112", "Providers", currency="EUR")
    books.closed(books.NOVEMBER, now=IN_DECEMBER)


def test_a_bank_line_that_nobody_explained_keeps_the_month_open():
    books.charted()
    make_payouts.funding("FR")
    camt.read(body=camt.statement([camt.Line(-9)]), rail="sepa", name="day", now=make.NOW)
    refused("1 bank line is not explained")


def test_a_broken_invariant_keeps_the_month_open():
    books.charted()
    earned(11)
    Incident.objects.create(
        code="invariant", key="invariant:x", text="Broken: it must hold.", opened_at=make.NOW
    )
    refused("Broken: it must hold")


@pytest.mark.django_db(transaction=True)
def test_a_posting_under_way_is_waited_for_shortly_and_posts_into_the_month_it_began_in(
    app_connection, monkeypatch
):
    monkeypatch.setattr(periods, "PATIENCE_MS", 50)
    books.charted()
    earned()
    app_connection.execute(
        "INSERT INTO ledger_transaction (key, kind, description, posted_at) VALUES ('k', 'sale', '', %s)",
        [books.IN_OCTOBER],
    )
    with pytest.raises(Conflict, match="posting is under way"):
        periods.ask(first=books.OCTOBER, actor=make.person("accountant"), now=IN_DECEMBER)
    app_connection.commit()
    periods.ask(first=books.OCTOBER, actor=make.person("accountant"), now=IN_DECEMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT booked_on FROM ledger_transaction WHERE key = 'k'")
        assert cursor.fetchone() == (date(2026, 10, 14),)
