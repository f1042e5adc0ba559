"""Two people correct a balance; PostgreSQL refuses one in both seats."""

import datetime

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection

from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from sellers.ledger.models import Adjustment, AdjustmentKind, Earning, Entry
from sellers.ledger.operations import adjustments
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker():
    return make.person("analyst")


@pytest.fixture
def decider():
    return make.person("approver")


def asked(actor, **changes):
    seller = changes.pop("seller", None) or make.seller()
    values = {
        "seller_id": seller.pk,
        "currency": "EUR",
        "kind": AdjustmentKind.ADJUSTMENT,
        "amount_minor": 2_500,
        "reason": "Parcel lost by us",
        "document_name": "claim.pdf",
        "document": b"%PDF the claim",
        "actor": actor,
        "now": make.NOW,
    }
    return adjustments.request(**(values | changes))


def decided(adjustment, actor, *, granted=True, note="Checked the claim", due_date=make.TODAY):
    return adjustments.decide(
        adjustment_id=adjustment.pk, granted=granted, note=note, due_date=due_date, actor=actor, now=make.NOW
    )


def test_a_request_posts_nothing(asker):
    asked(asker)

    assert (Earning.objects.count(), Entry.objects.count()) == (0, 0)


def test_granting_posts_an_earning_against_the_adjustments_book(asker, decider):
    found = decided(asked(asker), decider)

    assert (found.earning.kind, found.earning.amount_minor, found.earning.due_date) == (
        "adjustment",
        2_500,
        make.TODAY,
    )
    assert set(found.earning.transaction.entries.values_list("book", "amount_minor")) == {
        ("payable", -2_500),
        ("adjustments", 2_500),
    }


def test_an_adjustment_takes_effect_on_the_next_open_day(asker, decider):
    seller = make.seller()
    make.ledger_account(seller, covered_through=make.TODAY)

    found = decided(asked(asker, seller=seller), decider)

    assert found.earning.due_date == make.TODAY + datetime.timedelta(days=1)


def test_refusing_posts_nothing_and_needs_a_note(asker, decider):
    waiting = asked(asker)

    with pytest.raises(adjustments.BadRequest, match="say why"):
        decided(waiting, decider, granted=False, note=" ")
    found = decided(waiting, decider, granted=False, note="No such parcel")

    assert (found.decision, found.earning, Entry.objects.count()) == ("refused", None, 0)


def test_who_asked_may_not_decide():
    both = make.person(permissions=["ledger.request_adjustment", "ledger.approve_adjustment"])

    with pytest.raises(adjustments.SamePerson, match="another person"):
        decided(asked(both), both)


def test_who_asked_may_take_it_back_and_then_nobody_decides(asker, decider):
    waiting = asked(asker)
    with pytest.raises(adjustments.BadRequest, match="only who asked"):
        adjustments.withdraw(adjustment_id=waiting.pk, actor=make.person("analyst"), now=make.NOW)
    found = adjustments.withdraw(adjustment_id=waiting.pk, actor=asker, now=make.NOW)

    assert (found.decision, found.earning, Entry.objects.count()) == ("withdrawn", None, 0)
    with pytest.raises(adjustments.AlreadyDecided, match="Taken back"):
        decided(waiting, decider)
    with pytest.raises(adjustments.AlreadyDecided):
        adjustments.withdraw(adjustment_id=waiting.pk, actor=asker, now=make.NOW)


def test_what_was_decided_is_not_taken_back(asker, decider):
    granted = decided(asked(asker), decider)
    with pytest.raises(adjustments.AlreadyDecided, match="Granted"):
        adjustments.withdraw(adjustment_id=granted.pk, actor=asker, now=make.NOW)


@pytest.mark.parametrize(
    ("decision", "person"),
    [("withdrawn", "requested_by_id + 1"), ("refused", "requested_by_id"), ("granted", "requested_by_id")],
)
def test_postgresql_itself_knows_who_takes_back_and_who_decides(asker, raw_sql, decision, person):
    waiting = asked(asker)
    earning = make.earning(waiting.account).pk if decision == "granted" else None
    make.person("analyst")
    with pytest.raises(IntegrityError, match="adjustment_four_eyes"):
        raw_sql(
            f"UPDATE ledger_adjustment SET decision = %s, decided_by_id = {person}, decided_at = now(),"
            " earning_id = %s",
            [decision, earning],
        )


def test_what_is_taken_back_posts_nothing_says_postgresql_too(asker, raw_sql):
    waiting = asked(asker)
    earning = make.earning(waiting.account).pk
    with pytest.raises(IntegrityError, match="adjustment_decision_is_whole"):
        raw_sql(
            "UPDATE ledger_adjustment SET decision = 'withdrawn', decided_by_id = requested_by_id,"
            " decided_at = now(), earning_id = %s",
            [earning],
        )


def test_postgresql_itself_refuses_one_person_in_both_seats(asker):
    waiting = asked(asker)
    earning = make.earning(waiting.account)

    with pytest.raises(IntegrityError, match="adjustment_four_eyes"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_adjustment SET decision = 'granted', decided_by_id = requested_by_id,"
            " decided_at = now(), earning_id = %s WHERE id = %s",
            [earning.pk, waiting.pk],
        )


@pytest.mark.parametrize(
    "change", ["amount_minor = 9999999", "reason = 'better'", "requested_by_id = requested_by_id + 1"]
)
def test_postgresql_refuses_to_change_what_was_asked(asker, raw_sql, change):
    waiting = asked(asker)

    with pytest.raises((IntegrityError, ProgrammingError, InternalError)):
        raw_sql(f"UPDATE ledger_adjustment SET {change} WHERE id = %s", [waiting.pk])


def test_postgresql_refuses_a_second_decision(asker, decider, raw_sql):
    found = decided(asked(asker), decider, granted=False, note="No")

    with pytest.raises(IntegrityError, match="decided already"):
        raw_sql("UPDATE ledger_adjustment SET decision_note = 'Yes after all' WHERE id = %s", [found.pk])


def test_it_is_decided_once(asker, decider):
    waiting = asked(asker)
    decided(waiting, decider)

    with pytest.raises(adjustments.AlreadyDecided, match="Granted"):
        decided(waiting, make.person("approver"))
    assert Earning.objects.count() == 1


def test_a_token_may_ask_but_never_decide(asker):
    user = make.user(permissions=["ledger.approve_adjustment"])

    with pytest.raises(NotAllowed, match="needs a person"):
        decided(asked(asker), actors.token(user))


def test_a_write_off_forgives_no_more_than_is_owed(asker, decider):
    seller = make.seller()
    account = make.ledger_account(seller)
    make.earning(account, amount_minor=-3_000)

    with pytest.raises(adjustments.MoreThanOwed, match=r"owes us only 30\.00 EUR"):
        asked(asker, seller=seller, kind=AdjustmentKind.WRITE_OFF, amount_minor=3_001)
    found = decided(asked(asker, seller=seller, kind=AdjustmentKind.WRITE_OFF, amount_minor=3_000), decider)

    assert found.earning.transaction.entries.get(book="write_offs").amount_minor == 3_000


def test_a_debt_that_shrank_since_is_not_written_off_whole(asker, decider):
    seller = make.seller()
    account = make.ledger_account(seller)
    make.earning(account, amount_minor=-3_000)
    waiting = asked(asker, seller=seller, kind=AdjustmentKind.WRITE_OFF, amount_minor=3_000)
    make.earning(account, amount_minor=1_000)

    with pytest.raises(adjustments.MoreThanOwed, match=r"owes us only 20\.00 EUR"):
        decided(waiting, decider)
    assert Adjustment.objects.get(pk=waiting.pk).decision == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"amount_minor": 0}, "The amount is zero"),
        ({"amount_minor": 10**15}, "more than a single amount"),
        ({"currency": "EUX"}, "not a currency"),
        ({"reason": "  "}, "Say the reason"),
        ({"document": b""}, "Add the document"),
        ({"document": b"x" * (5 * 1024 * 1024 + 1)}, "larger than 5 MB"),
        ({"kind": AdjustmentKind.WRITE_OFF, "amount_minor": -5}, "so its amount is positive"),
    ],
)
def test_a_request_that_will_not_do_says_why(asker, change, says):
    with pytest.raises(adjustments.BadRequest, match=says):
        asked(asker, **change)
    assert Adjustment.objects.count() == 0


def test_the_document_is_stored_encrypted_and_read_with_a_record(asker, decider):
    waiting = asked(asker)

    name, plain = adjustments.read_document(adjustment_id=waiting.pk, actor=decider, now=make.NOW)

    assert (name, plain.read()) == ("claim.pdf", b"%PDF the claim")
    assert b"claim" not in bytes(waiting.document_ciphertext)
    assert Event.objects.get(action="adjustment.read_document").actor_id == decider.user_id


def test_support_neither_asks_nor_decides(asker):
    support = make.person("support")

    with pytest.raises(NotAllowed):
        asked(support)
    with pytest.raises(NotAllowed):
        decided(asked(asker), support)
