"""A file of corrections: one person brings it, another confirms it whole, and each row is an adjustment by both."""

import io

import pytest
from django.db import IntegrityError

from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from sellers.ledger import importing, profiles
from sellers.ledger.importing import seen
from sellers.ledger.models import Adjustment, Earning, Entry, ImportPart
from sellers.ledger.operations import adjustments
from sellers.ledger.queries import balances
from tests import make
from tests.sellers.ledger.importing.given import errors

pytestmark = pytest.mark.django_db
HEADER = "external_id,seller,kind,amount,currency,date,reason\n"


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


@pytest.fixture
def asker():
    return make.person("analyst")


@pytest.fixture
def other():
    return make.person("approver")


def brought(*rows: str, actor):
    data = (HEADER + "".join(f"{row}\n" for row in rows)).encode()
    return importing.check(
        stream=io.BytesIO(data),
        name="claims.csv",
        profile="corrections",
        kind="corrections",
        actor=actor,
        now=make.NOW,
    )


def confirmed(file, actor):
    return importing.post(import_file_id=file.pk, actor=actor, now=make.NOW, shown=seen.digest(file))


UP = "c1,shop-1,adjustment,12.50,EUR,2026-11-20,Parcel lost by us"
DOWN = "c2,shop-1,adjustment,-2.00,EUR,2026-11-20,Paid twice"


def test_each_row_is_an_adjustment_that_two_people_made(shop, asker, other):
    file = brought(UP, DOWN, actor=asker)
    assert (file.status, file.new_count, Earning.objects.count(), Adjustment.objects.count()) == (
        "CHECKED",
        2,
        0,
        0,
    )
    file = confirmed(file, other)
    assert (file.status, file.confirmed_by_id) == ("POSTED", other.user_id)
    (balance,) = balances.balances(seller_id=shop.pk, today=make.TODAY)
    assert balance.total == 1_050
    made = Adjustment.objects.get(earning__external_id="c1")
    assert (made.requested_by_id, made.decided_by_id, made.decision) == (
        asker.user_id,
        other.user_id,
        "granted",
    )
    assert (made.reason, made.document_name, made.amount_minor) == ("Parcel lost by us", "claims.csv", 1_250)
    assert set(Entry.objects.values_list("book", flat=True)) == {"payable", "adjustments"}
    assert Event.objects.filter(action="corrections.import", actor_id=other.user_id).count() == 1


def test_the_file_is_the_document_of_each(shop, asker, other):
    confirmed(brought(UP, actor=asker), other)
    assert b"shop-1" not in bytes(ImportPart.objects.get().body)
    name, plain = adjustments.read_document(
        adjustment_id=Adjustment.objects.get().pk, actor=other, now=make.NOW
    )
    with plain:
        assert (name, plain.read()) == ("claims.csv", f"{HEADER}{UP}\n".encode())


def test_who_brought_it_may_not_confirm_it_whatever_they_may_do(shop):
    both = make.person("", permissions=("ledger.request_adjustment", "ledger.approve_adjustment"))
    file = brought(UP, actor=both)
    with pytest.raises(importing.SamePerson, match="another person"):
        confirmed(file, both)
    with pytest.raises(NotAllowed):
        confirmed(file, make.person("analyst"))
    with pytest.raises(NotAllowed, match="needs a person"):
        confirmed(file, actors.SYSTEM)
    assert Earning.objects.count() == 0


def test_the_database_refuses_one_person_in_both_seats(shop, asker, raw_sql):
    file = brought(UP, actor=asker)
    for status in ("POSTING", "POSTED"):
        for person in (asker.user_id, None):
            with pytest.raises(IntegrityError, match="import_by_two"):
                raw_sql(
                    "UPDATE ledger_importfile SET status = %s, confirmed_by_id = %s WHERE id = %s",
                    [status, person, file.pk],
                )
    with pytest.raises(IntegrityError, match="never changes"):
        raw_sql("UPDATE ledger_importfile SET uploaded_by_id = NULL WHERE id = %s", [file.pk])
    with pytest.raises(IntegrityError, match="never changes"):
        raw_sql("UPDATE ledger_importfile SET kind = 'earnings' WHERE id = %s", [file.pk])


def test_the_same_id_never_counts_twice(shop, asker, other):
    confirmed(brought(UP, actor=asker), other)
    again = brought(UP, DOWN, actor=asker)
    assert (again.new_count, again.known_count) == (1, 1)
    confirmed(again, other)
    assert Adjustment.objects.count() == 2
    otherwise = brought(UP.replace("12.50", "13.00"), actor=asker)
    assert "in the ledger with other values" in errors(otherwise)[2]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (UP.replace("Parcel lost by us", ""), "The reason is empty"),
        (UP.replace("adjustment", "sale"), "The kind sale is no correction"),
        (UP.replace("adjustment", "gift"), "The kind “gift” is unknown. Known are: adjustment, write_off."),
        (UP.replace("shop-1", "nobody"), "The seller nobody is unknown"),
        (UP.replace("12.50", "0"), "is zero"),
        (UP.replace("adjustment,12.50", "write_off,-1.00"), "wrong sign"),
        (UP.replace("adjustment,12.50", "write_off,1.00"), "the seller owes us 0.00"),
    ],
)
def test_what_is_wrong_is_said_at_its_row(shop, asker, row, says):
    file = brought(DOWN, row, actor=asker)
    assert file.status == "REFUSED"
    assert says in errors(file)[3]


def test_write_offs_of_one_seller_together_forgive_no_more_than_the_debt(shop, asker, other):
    make.earning(make.ledger_account(shop), amount_minor=-500)
    fine = "w1,shop-1,write_off,3.00,EUR,2026-11-20,Gone bankrupt"
    more = "w2,shop-1,write_off,2.01,EUR,2026-11-20,Gone bankrupt"
    assert "add up to 5.01, and the seller owes us 5.00" in errors(brought(fine, more, actor=asker))[2]
    waits, first = (brought(fine, actor=asker), brought(fine.replace("w1", "w0"), actor=asker))
    confirmed(first, other)
    with pytest.raises(importing.Changed, match=r"the seller owes us 2\.00"):
        confirmed(waits, other)


def test_files_of_earnings_and_of_corrections_do_not_stand_in_for_each_other(shop, asker):
    assert "corrections" not in [profile.name for profile in profiles.all_profiles()]
    with pytest.raises(profiles.UnknownProfile):
        importing.check(
            stream=io.BytesIO(b"x"), name="x.csv", profile="corrections", actor=asker, now=make.NOW
        )
