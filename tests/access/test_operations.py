"""Every operation, called directly: who lacks its right is refused and nothing is written, by whichever door."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.db import connection

from backoffice import roles
from backoffice.audit import actors, authority
from backoffice.audit.errors import NotAllowed
from backoffice.people import operations as people_operations
from payouts import operations as payout_operations
from sellers import importing as seller_files
from sellers import operations as seller_operations
from sellers.ledger import importing as earning_files
from sellers.ledger import operations as ledger_operations
from tests import make
from tests.access.deeds import DEEDS, INNER

EVERY_RIGHT = frozenset().union(*roles.ROLES.values())


def modules() -> Iterator[ModuleType]:
    """Every module whose public functions are verbs."""
    yield seller_operations
    for package in (people_operations, payout_operations, ledger_operations, seller_files, earning_files):
        for found in pkgutil.iter_modules(package.__path__):
            if not found.name.startswith("_"):
                yield importlib.import_module(f"{package.__name__}.{found.name}")


def verbs() -> dict[str, object]:
    """Every public function that takes an actor, by its full name."""
    return {
        f"{module.__name__}.{name}": each
        for module in modules()
        for name, each in inspect.getmembers(module, callable)
        if not name.startswith("_")
        and (isinstance(each, functools.partial) or getattr(each, "__module__", "") == module.__name__)
        and not inspect.isclass(each)
        and "actor" in inspect.signature(each).parameters
    }


def call(name: str, world, actor) -> None:
    function = verbs()[name]
    arguments = DEEDS[name][1](world)
    if "now" in inspect.signature(function).parameters:
        arguments["now"] = make.NOW
    function(actor=actor, **arguments)


def written() -> int:
    """Rows inserted, changed or deleted in this transaction, kept or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int FROM pg_stat_xact_user_tables")
        return cursor.fetchone()[0]


def refused(name: str, world, actor) -> bool:
    before = written()
    with pytest.raises(NotAllowed):
        call(name, world, actor)
    return written() == before


def test_no_verb_is_missing_from_the_table_and_no_row_is_about_nothing():
    assert set(verbs()) - INNER == set(DEEDS)


def test_every_right_of_the_table_is_one_that_some_role_has():
    assert {right for right, _ in DEEDS.values()} <= EVERY_RIGHT


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_who_has_every_right_but_its_own_is_refused_and_nothing_is_written(name, standing, undone):
    right = DEEDS[name][0]
    nearly = make.user(permissions=EVERY_RIGHT - {right}, is_staff=True)
    assert refused(name, standing, actors.person(nearly))
    assert refused(name, standing, actors.command(nearly))


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_a_superuser_without_a_role_and_a_person_who_left_are_refused(name, standing, undone):
    mighty = make.user(is_staff=True, is_superuser=True)
    left = make.user(permissions=EVERY_RIGHT, is_active=False)
    assert refused(name, standing, actors.person(mighty))
    assert refused(name, standing, actors.person(left))


@pytest.mark.parametrize(
    "name", sorted(name for name, (right, _) in DEEDS.items() if right in authority.PERSON_ONLY)
)
def test_what_only_a_person_may_do_no_token_and_no_program_does(name, standing, undone):
    assert refused(name, standing, actors.token(make.user(permissions=EVERY_RIGHT)))
    assert refused(name, standing, actors.command(make.user(permissions=EVERY_RIGHT)))
    assert refused(name, standing, actors.SYSTEM)


@pytest.mark.parametrize("role", sorted(roles.ROLES))
def test_each_role_is_heard_by_exactly_the_verbs_of_its_rights(role, standing, undone):
    actor = actors.person(make.user(role))
    for name, (right, _) in DEEDS.items():
        if right not in roles.ROLES[role]:
            assert refused(name, standing, actor), name


def test_every_right_that_completes_a_payment_is_a_persons_alone():
    asked = {right for right, _ in DEEDS.values()}
    assert asked & authority.PERSON_ONLY == authority.PERSON_ONLY
    assert {
        "payouts.approve_payout", "payouts.approve_batch", "payouts.release_hold", "payouts.resolve_unknown",
        "payouts.verify_payout_account", "payouts.reveal_payout_account", "payouts.restore_rail",
        "payouts.download_bank_file",
        "ledger.approve_adjustment", "sellers.verify_seller",
    } <= authority.PERSON_ONLY  # fmt: skip
