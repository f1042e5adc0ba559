"""Rows of long tables: escaped as in Django's templates, complete, and with the same parts."""

from types import SimpleNamespace

import jinja2
import pytest
from django.template import Context, Template
from django.utils.timezone import now

from backoffice.templatetags import backoffice_rows
from sellers.ledger.money import Money

WORDS = {
    "old": "old",
    "lasting": "for",
    "none_yet": "none yet",
    "no_flags": "No flags",
    "paid_again": "paid again",
}


def row(**values) -> SimpleNamespace:
    payout = SimpleNamespace(
        pk=7,
        reference="P7",
        country="FR",
        seller=SimpleNamespace(name=values.pop("name", "Reboot Lyon")),
        span=None,
        created_at=now(),
        status_at=now(),
        status="PAID",
    )
    given = {"flags": [], "holds": [], "more_holds": 0, "barred": "", "history": [], "delta": None}
    return SimpleNamespace(payout=payout, money=Money(125_000, "EUR"), **(given | values))


def shown(**values) -> str:
    given = {"rows": [row()], "selection": None, "show_status": False, **WORDS}
    return backoffice_rows.table_rows("payouts.html", **(given | values))


def test_what_people_type_is_escaped_in_a_row_and_in_its_box():
    page = shown(rows=[row(name="<b>Reboot</b>", flags=[SimpleNamespace(short="<i>", bad=True)])])
    assert "&lt;b&gt;Reboot&lt;/b&gt;" in page and "&lt;i&gt;" in page
    assert "<b>" not in page and "<i>" not in page


def test_what_nobody_gave_is_an_error_and_never_nothing():
    given = {"rows": [row()], "selection": None, "show_status": False, **WORDS}
    del given["paid_again"]
    with pytest.raises(jinja2.UndefinedError, match="paid_again"):
        backoffice_rows.table_rows("payouts.html", **given)


def test_a_row_has_its_box_only_where_something_can_be_done_and_its_status_only_where_it_differs():
    assert "data-tick" not in shown() and "pill" not in shown()
    page = shown(selection={"verbs": []}, show_status=True)
    assert 'data-minor="125000" data-currency="EUR" data-digits="2"' in page
    assert "pill done" in page and "Paid" in page


def test_the_same_parts_say_the_same_in_both_kinds_of_template():
    one = Template("{% load backoffice_parts %}{% pill 'PAID' %}\n{% tick 7 'P7' money %}").render(
        Context({"money": Money(125_000, "EUR")})
    )
    page = shown(selection={"verbs": []}, show_status=True)
    assert all(part in page for part in one.strip().split("\n") if part)


@pytest.mark.parametrize(
    ("standing", "words"), [("suspended", "Seller suspended"), ("unverified", "Seller not verified")]
)
def test_a_seller_to_whom_no_money_may_go_is_a_pill_in_both_kinds_of_template(standing, words):
    part = Template("{% load backoffice_parts %}{% barred_pill it %}").render(Context({"it": standing}))
    assert words in part and "pill stopped" in part
    page = shown(rows=[row(barred=standing)])
    assert part in page and "No flags" not in page
    assert "pill stopped" not in shown()
