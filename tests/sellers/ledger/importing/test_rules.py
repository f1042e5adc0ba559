"""Amounts that add up to more than can be kept or shown refuse the file, with a sentence."""

import pytest
from django.urls import reverse

from backoffice.audit import actors
from sellers.ledger import importing
from sellers.ledger.importing import rules
from sellers.ledger.models import Earning
from tests import make
from tests.sellers.ledger.importing.given import checked, csv, errors, row

pytestmark = pytest.mark.django_db
LARGEST = "1000000000000.00"  # a single amount may be no larger: a hundredth of what a file may hold


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


def of_largest(count, name="x", **values):
    return [row(f"{name}{n}", seller="shop-1", **{"amount": LARGEST, **values}) for n in range(count)]


def test_a_file_holds_as_much_as_is_allowed(shop):
    assert (
        checked(csv(*of_largest(100), row("y", seller="shop-1", currency="JPY", amount="1"))).status
        == "CHECKED"
    )


@pytest.mark.parametrize(("kind", "amount"), [("sale", LARGEST), ("refund", f"-{LARGEST}")])
def test_a_file_that_adds_up_to_more_is_refused_and_its_pages_open(shop, kind, amount, client):
    file = checked(csv(row("y", seller="shop-1"), *of_largest(101, kind=kind, amount=amount)))

    said = f"All {kind} in EUR of this file add up to 101000000000"
    assert file.status == "REFUSED" and len(errors(file)) == 1
    assert any(sentence.startswith(said) for sentence in errors(file).values())
    assert "more than one file may hold (100000000000000)" in str(errors(file))
    client.force_login(make.user("analyst", is_staff=True))
    assert client.get(reverse("admin:ledger_import_list")).status_code == 200
    assert client.get(reverse("admin:ledger_import_detail", args=[file.pk])).status_code == 200


def test_a_balance_is_never_more_than_can_be_paid(shop):
    account = make.ledger_account(shop, currency="EUR")
    make.earning(account, amount_minor=rules.MOST_OF_SELLER // 2)
    make.earning(account, amount_minor=-(rules.MOST_OF_SELLER // 2 - 10**14))

    assert checked(csv(*of_largest(1))).status == "CHECKED"
    file = checked(csv(row("y", seller="shop-1", currency="USD"), *of_largest(2)))
    assert list(errors(file)) == [3]
    assert "the earnings of seller shop-1 in EUR would add up to more than a balance" in errors(file)[3]


def test_what_was_posted_since_the_check_counts(shop):
    file = checked(csv(*of_largest(1)))
    make.earning(make.ledger_account(shop, currency="EUR"), amount_minor=rules.MOST_OF_SELLER)

    with pytest.raises(importing.Changed, match="would add up to more"):
        importing.post(import_file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    assert Earning.objects.count() == 1
