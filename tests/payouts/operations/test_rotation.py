"""Sellers' data keys go under the current master key; bank details stay readable and as they were."""

import os

import pytest

from backoffice.audit.models import Event
from payouts.models import AccountVersion
from payouts.operations import accounts, rotation
from payouts.queries import keys
from sellers import vault
from sellers.models import DataKey
from tests import make, make_payouts
from tests.make import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(settings):
    """Three accounts under the old master key; the settings now name a new one before it."""
    settings.MASTER_KEYS = {"old": os.urandom(32)}
    for _ in range(3):
        make_payouts.account(make.seller(), currency="EUR", scheme="iban")
    settings.MASTER_KEYS = {"new": os.urandom(32), **settings.MASTER_KEYS}


def rotate(**values) -> int:
    return rotation.rotate(now=NOW, **values)


def numbers() -> list[str]:
    ids = list(AccountVersion.objects.order_by("pk").values_list("pk", flat=True))
    found = accounts.decrypt_for_rail(version_ids=ids)
    return [found[pk].number for pk in ids]


def test_a_rotation_is_taken_up_where_it_stopped_and_lets_the_old_key_go(sealed, settings):
    before, ciphertexts = numbers(), list(AccountVersion.objects.order_by("pk").values_list("ciphertext"))

    assert rotate(at_most=2) == 2
    assert keys.data_keys() == {"new": 2, "old": 1}
    assert (rotate(), rotate()) == (1, 0)

    assert keys.data_keys() == {"new": 3}
    del settings.MASTER_KEYS["old"]
    assert numbers() == before
    assert list(AccountVersion.objects.order_by("pk").values_list("ciphertext")) == ciphertexts


def test_a_rotation_is_on_the_record(sealed):
    rotate()
    rotate()
    assert [event.data for event in Event.objects.filter(action="keys.rotate")] == [{"to": "new", "keys": 3}]


def test_a_key_under_a_master_key_that_is_gone_is_left_alone(sealed, settings):
    DataKey.objects.filter(pk=DataKey.objects.first().pk).update(master_key_id="lost")
    assert (rotate(), rotate()) == (2, 0)
    assert keys.data_keys() == {"lost": 1, "new": 2}


def test_a_changed_key_stops_its_batch_whole(sealed):
    row = DataKey.objects.latest("pk")
    DataKey.objects.filter(pk=row.pk).update(wrapped=bytes(row.wrapped)[:-1] + b"?")
    with pytest.raises(vault.Unreadable):
        rotate()
    assert keys.data_keys() == {"old": 3}
