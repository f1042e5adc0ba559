"""Suspending, lifting, verifying, annotating: with authority, a reason and a record."""

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError

from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from sellers import operations
from tests import make

pytestmark = pytest.mark.django_db


def test_a_suspended_seller_is_not_payable_until_it_is_lifted():
    seller, officer = make.seller(), make.person("compliance")

    operations.suspend(seller_id=seller.pk, reason="Police request 12/26", actor=officer, now=make.NOW)
    seller.refresh_from_db()
    assert (seller.is_payable, seller.suspended_reason) == (False, "Police request 12/26")

    operations.lift_suspension(seller_id=seller.pk, reason="Closed", actor=officer, now=make.NOW)
    seller.refresh_from_db()
    assert (seller.is_payable, seller.suspended_reason) == (True, "")
    deeds = Event.objects.filter(action__startswith="seller.")
    assert list(deeds.order_by("id").values_list("action", "actor_id")) == [
        ("seller.suspend", officer.user_id),
        ("seller.lift_suspension", officer.user_id),
    ]


def test_suspending_twice_or_lifting_nothing_says_so():
    seller, officer = make.seller(), make.person("compliance")

    with pytest.raises(operations.AlreadySo, match="is not suspended"):
        operations.lift_suspension(seller_id=seller.pk, reason="x", actor=officer, now=make.NOW)
    operations.suspend(seller_id=seller.pk, reason="x", actor=officer, now=make.NOW)
    with pytest.raises(operations.AlreadySo, match="since 24 November 2026: x"):
        operations.suspend(seller_id=seller.pk, reason="y", actor=officer, now=make.NOW)


def test_a_finding_decides_whether_the_seller_is_verified():
    seller, officer = make.seller(verified_at=None), make.person("compliance")

    operations.verify(seller_id=seller.pk, passed=True, note="Kbis", actor=officer, now=make.NOW)
    seller.refresh_from_db()
    assert seller.is_payable
    operations.verify(seller_id=seller.pk, passed=False, note="Dissolved", actor=officer, now=make.NOW)
    seller.refresh_from_db()
    assert (seller.is_payable, seller.verifications.count()) == (False, 2)


def test_only_a_person_verifies():
    seller, user = make.seller(), make.user("compliance")

    for actor in (actors.token(user), actors.SYSTEM):
        with pytest.raises(NotAllowed):
            operations.verify(seller_id=seller.pk, passed=True, note="x", actor=actor, now=make.NOW)


@pytest.mark.parametrize("verb", [operations.suspend, operations.lift_suspension])
def test_a_reason_is_needed(verb):
    with pytest.raises(operations.ReasonMissing):
        verb(seller_id=make.seller().pk, reason="  ", actor=make.person("compliance"), now=make.NOW)


@pytest.mark.parametrize("verb", [operations.suspend, operations.lift_suspension])
def test_support_does_not_suspend(verb):
    with pytest.raises(NotAllowed):
        verb(seller_id=make.seller().pk, reason="x", actor=make.person("support"), now=make.NOW)


def test_a_note_stays(raw_sql):
    seller = make.seller()
    note = operations.annotate(
        seller_id=seller.pk, text="Called; wants a new account", actor=make.person("support"), now=make.NOW
    )

    for statement in (
        "UPDATE sellers_note SET text = 'x'",
        "DELETE FROM sellers_note",
        "DELETE FROM sellers_seller",
    ):
        with pytest.raises((IntegrityError, ProgrammingError, InternalError)):
            raw_sql(statement)
    assert list(seller.notes.all()) == [note]


def test_an_unknown_seller_is_a_sentence():
    with pytest.raises(operations.UnknownSeller, match="Search by name"):
        operations.annotate(seller_id=0, text="x", actor=make.person("support"), now=make.NOW)
