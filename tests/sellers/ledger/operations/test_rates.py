"""A month's rate: what is none is refused with a sentence, what another confirmed counts, the last one of a month."""

from datetime import date
from decimal import Decimal

import pytest

from backoffice.audit.errors import Conflict, NotAllowed
from backoffice.audit.models import Event
from sellers.ledger.models import MonthRate
from sellers.ledger.operations import rates
from sellers.ledger.operations._wishes import SamePerson
from sellers.ledger.queries import rates as asked
from tests import books, make

pytestmark = pytest.mark.django_db


def ask(**values) -> MonthRate:
    given = {"month": books.OCTOBER, "currency": "USD", "home": "EUR", "units": Decimal("1.0833")}
    given |= {
        "worth": Decimal(1),
        "reason": "The ECB's.",
        "actor": make.person("accountant"),
        "now": make.NOW,
    }
    return rates.ask(**given | values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"month": date(2026, 10, 2)}, "whole month"),
        ({"month": date(2030, 1, 1)}, "January 2030 has not begun"),
        ({"currency": "EUR"}, "other than EUR"),
        ({"currency": "ABC"}, "“ABC” is no currency"),
        ({"units": Decimal(0)}, "above zero"),
        ({"worth": Decimal(-1)}, "above zero"),
        ({"worth": Decimal("1.0000000001")}, "at most 9 decimals"),
        ({"worth": Decimal(10**9)}, "below 1,000,000,000"),
        ({"worth": Decimal("NaN")}, "above zero"),
        ({"reason": "  "}, "whose rate it is"),
    ],
)
def test_what_is_no_rate_is_refused_with_a_sentence(values, words):
    with pytest.raises(rates.BadRate, match=words):
        ask(**values)
    assert not MonthRate.objects.exists()


def test_one_asks_another_confirms_and_the_trail_says_both():
    one = make.person("accountant")
    made = ask(actor=one)
    assert asked.of_months(months=[books.OCTOBER], currency="USD", home="EUR") == {}
    with pytest.raises(Conflict, match="waits already"):
        ask()
    with pytest.raises(SamePerson, match="Another person must confirm"):
        rates.confirm(rate_ids=[made.pk], actor=one, now=make.NOW)
    rates.confirm(rate_ids=[made.pk], actor=make.person("accountant"), now=make.NOW)
    found = asked.of_months(months=[books.OCTOBER, books.NOVEMBER], currency="USD", home="EUR")
    assert found == {books.OCTOBER: made}
    assert [
        each.action for each in Event.objects.filter(subject_type="ledger.monthrate", subject_id=made.pk)
    ] == ["rate.ask", "rate.confirm"]
    assert Event.objects.get(action="rate.confirm").data["rate"] == "1.0833 USD = 1 EUR"


def test_the_last_one_confirmed_counts_and_a_dismissed_one_never():
    books.rate(books.OCTOBER, "USD", units="1.1")
    newest = books.rate(books.OCTOBER, "USD", units="1.2")
    rates.dismiss(rate_ids=[ask().pk], actor=make.person("accountant"), now=make.NOW)
    books.rate(books.OCTOBER, "USD", units="7", home="GBP")
    assert asked.of_months(months=[books.OCTOBER], currency="USD", home="EUR") == {books.OCTOBER: newest}
    (need,) = asked.needed(month=books.OCTOBER, currencies=["USD", "EUR"], home="EUR")
    assert need.rate == newest


def test_it_takes_the_right_and_what_was_decided_is_not_decided_again():
    made = ask()
    with pytest.raises(NotAllowed):
        ask(actor=make.person("auditor"), currency="GBP")
    for verb in (rates.confirm, rates.dismiss):
        with pytest.raises(NotAllowed):
            verb(rate_ids=[made.pk], actor=make.person("auditor"), now=make.NOW)
    rates.dismiss(rate_ids=[made.pk], actor=make.person("accountant"), now=make.NOW)
    with pytest.raises(Conflict, match="by someone else"):
        rates.confirm(rate_ids=[made.pk], actor=make.person("accountant"), now=make.NOW)


def test_a_month_that_is_closed_keeps_its_rate_in_a_sentence():
    books.charted()
    make.earning(occurred_date=date(2026, 10, 7), due_date=date(2026, 10, 7), now=books.IN_OCTOBER)
    books.rate(books.OCTOBER, "USD")
    waiting = ask()
    books.closed()
    with pytest.raises(rates.BadRate, match="Not confirmed: October 2026 is closed"):
        rates.confirm(rate_ids=[waiting.pk], actor=make.person("accountant"), now=make.NOW)
