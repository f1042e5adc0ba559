"""How a row becomes earnings."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellers import template
from sellers.ledger import profiles
from sellers.ledger.profiles.profile import parse_date

OLIST = profiles.get("olist-order-items")
GENERIC = profiles.get("generic")


def line(**changes):
    cells = {
        "order_id": "o1",
        "order_item_id": "2",
        "seller_id": "s1",
        "shipping_limit_date": "9/19/2017 9:45",
        "price": "58.9",
        "freight_value": "13.29",
    }
    return OLIST.read(cells | changes)


def test_a_line_is_a_sale_of_its_columns_and_a_commission_of_one_of_them():
    earnings, errors = line()

    assert errors == []
    assert [(each.kind, each.amount_minor) for each in earnings] == [("sale", 7219), ("commission", -707)]
    assert {each.external_id for each in earnings} == {"o1-2"}
    assert {(each.occurred_date, each.due_date) for each in earnings} == {
        (date(2017, 9, 19), date(2017, 9, 19))
    }


@pytest.mark.parametrize(
    ("price", "commission"),
    [
        ("0.04", None),
        ("0.05", -1),
        ("1.00", -12),
        ("58.90", -707),
        ("20.375", "error"),
        ("0.29", -3),
        ("10.12", -121),
    ],
)
def test_a_commission_is_rounded_half_up_to_the_cent(price, commission):
    earnings, errors = line(price=price, freight_value="1")

    found = next((each.amount_minor for each in earnings if each.kind == "commission"), None)
    assert (bool(errors), found) == (commission == "error", None if commission == "error" else commission)


@given(st.integers(1, 10**9))
def test_a_commission_is_the_exact_share_to_half_a_cent(minor):
    price = f"{minor // 100}.{minor % 100:02d}"
    earnings, _ = line(price=price, freight_value="0")

    commission = -sum(each.amount_minor for each in earnings if each.kind == "commission")
    assert abs(commission * 10_000 - minor * 1_200) <= 5_000
    if (minor * 1_200) % 10_000 == 5_000:
        assert commission * 10_000 > minor * 1_200


def test_months_come_first_where_the_profile_says_so():
    earnings, _ = line(shipping_limit_date="3/4/2018 0:00")
    assert earnings[0].occurred_date == date(2018, 3, 4)

    _, errors = line(shipping_limit_date="19/9/2017 9:45")
    assert "is not a day written as MM/DD/YYYY hh:mm" in errors[0]


def test_days_may_be_added_to_the_due_date():
    later = dataclasses.replace(OLIST, due_after_days=14)

    earnings, _ = later.read(
        {
            "order_id": "o",
            "order_item_id": "1",
            "seller_id": "s",
            "shipping_limit_date": "12/25/2017 0:00",
            "price": "1",
            "freight_value": "0",
        }
    )

    assert earnings[0].due_date == date(2018, 1, 8)


@pytest.mark.parametrize(
    "text", ["", "x", "2026-02-30", "2026-2-3 ", "20260203", "2026-W01-1", "२०२६-०१-०१", "2026-01-01\n"]
)
def test_a_day_that_is_none_is_none(text):
    found = parse_date(text, ("%Y-%m-%d",))
    assert found is None or text == "2026-2-3 "


@pytest.mark.parametrize(("year", "fine"), [("1989", False), ("1990", True), ("2099", True), ("2100", False)])
def test_a_year_of_another_age_is_an_error(year, fine):
    _, errors = line(shipping_limit_date=f"1/2/{year} 0:00")

    assert bool(errors) is not fine


def test_no_template_reaches_beyond_its_row():
    for text in ("{seller.__class__}", "{0}", "{seller!r}"):
        assert template.parse(text).fill({"seller": "s"}) == ""
    with pytest.raises(ValueError, match="names no column"):
        template.parse("{a{b}}")


def test_a_template_may_take_the_first_letters():
    assert template.parse("Loja {id:4}!").fill({"id": "abcdefgh"}) == "Loja abcd!"


def test_generic_amounts_are_signed_as_they_change_what_we_owe():
    cells = {"external_id": "a", "seller": "s", "currency": "eur", "occurred_date": "2026-11-02"}

    earnings, _ = GENERIC.read(cells | {"kind": "Commission", "amount": "-1.50"})
    back, _ = GENERIC.read(cells | {"kind": "commission", "amount": "1.50"})

    assert [(each.amount_minor, each.currency) for each in earnings + back] == [(-150, "EUR"), (150, "EUR")]
