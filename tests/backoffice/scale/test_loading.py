"""A database filled to measure on: all invariants hold in it, its schema is as it was, real rows are never joined."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from backoffice.audit.models import Event
from backoffice.settings import env
from payouts.models import Payout, Review
from payouts.queries import invariants, tallies, waiting
from payouts.states import PayoutStatus
from sellers.models import Seller
from tests import make, postgres

SCHEMA = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
UNION ALL
SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
UNION ALL SELECT tgrelid::regclass::text, tgname, tgenabled::text, true FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1, 2, 3
"""


@pytest.fixture
def as_owner(transactional_db: None, database: postgres.Database) -> Iterator[None]:
    """Django's connection is the owner's, as for `manage.py load_scale`."""
    default = connections["default"]
    before = dict(default.settings_dict)
    default.close()
    default.settings_dict.update(env.database(database.owner))
    yield
    default.close()
    default.settings_dict.update(before)


def load(payouts: int = 500, sellers: int = 60) -> None:
    call_command("load_scale", payouts=payouts, sellers=sellers, verbosity=0)


def schema() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        # PostgreSQL writes the casts of a constant list in two ways that mean the same.
        return [(*row[:2], re.sub(r"::[a-z ]+|[()\[\]]", "", row[2]), row[3]) for row in cursor.fetchall()]


def test_all_invariants_hold_on_what_is_loaded_and_the_schema_is_as_it_was(as_owner):
    before = schema()
    load()
    assert schema() == before
    assert {one.name: ids for one, ids in invariants.run(now=datetime.now(tz=UTC)) if ids} == {}

    assert (Payout.objects.count(), Seller.objects.count()) == (500, 60)
    assert Event.objects.filter(action="payout.review").count() == Review.objects.count() > 100
    found = {status: tallies.of_status(status).count for status in PayoutStatus}
    assert all(found.values()), found
    assert found["PAID"] > found["PENDING_REVIEW"] > found["REVIEWED"]
    assert waiting.undisposed().count() == waiting.failed(cap=10_000) > 40
    assert set(Payout.objects.values_list("country", flat=True)) == {"FR", "ES", "DE", "IT", "US", "GB", "JP"}
    assert Seller.objects.filter(name__icontains="mobile").exists()
    # The next one that is made has a number of its own, and the guards are awake.
    assert make.seller().pk == 61
    with pytest.raises(Exception, match="writes its transition in the same statement"):
        Payout.objects.filter(status="PENDING_REVIEW").update(status="REVIEWED")

    with pytest.raises(CommandError, match="there are sellers, payouts or bookings in this database"):
        load()
    assert Payout.objects.count() == 500


def test_a_database_with_one_real_seller_is_refused(as_owner):
    make.seller()
    with pytest.raises(CommandError, match="Make one of its own"):
        load()
    assert not Payout.objects.exists()


def test_production_the_programs_own_role_and_senseless_sizes_are_refused(transactional_db, settings):
    with pytest.raises(CommandError, match="not the owner of the tables"):
        load()
    with pytest.raises(CommandError, match="not more sellers than payouts"):
        load(payouts=100, sellers=200)
    settings.DEMO = False
    with pytest.raises(CommandError, match="not in demo mode"):
        load()
    assert not Seller.objects.exists()
