"""Every address of the back office, for every role: opened exactly by the right that the table declares."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from backoffice import roles
from tests import make
from tests.access import table
from tests.access.table import SELLER_VERBS, TABLE, VERBS, Door
from tests.access.world import World
from tests.access.world import undone as undoing

ROLES = sorted(roles.ROLES)


def names(patterns: Any = None) -> Iterator[str]:
    """The name of every address in the admin namespace."""
    for each in patterns if patterns is not None else admin.site.get_urls():
        if isinstance(each, URLResolver):
            yield from names(each.url_patterns)
        elif isinstance(each, URLPattern) and each.name:
            yield each.name


def login(user: Any, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(user)
    return client


def address(name: str, door: Door, world: World, role: str = "") -> str:
    args = door.args(world)
    if door.own:
        things = getattr(world, door.own)
        args = [(things.get(role) or next(iter(things.values()))).pk]
    return reverse(f"admin:{name}", args=args)


def ask(client: Client, method: str, url: str, query: dict[str, Any]) -> HttpResponse:
    """The answer; what it did is undone."""
    with undoing():
        return client.get(url, query) if method == "get" else client.post(url, query)


def expected(door: Door, method: str, held: frozenset[str]) -> int:
    served = getattr(door, method)
    if served == 405:
        return 405
    return served if not door.opens or held & set(door.opens) else 403


def test_no_address_is_missing_from_the_table_and_no_row_is_about_nothing():
    there = set(names())
    assert there - table.EMPTY - table.OPEN == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_each_address_opens_to_the_role_exactly_as_declared(role, standing):
    client = login(standing.users[role])
    wrong = []
    for name, door in TABLE.items():
        url = address(name, door, standing, role)
        for method in ("get", "post"):
            wanted = expected(door, method, roles.ROLES[role])
            got = ask(client, method, url, door.query(standing)).status_code
            if got != wanted:
                wrong.append(f"{role} {method.upper()} {url} ({name}): {got}, not {wanted}")
        if name == "logout":
            client.force_login(standing.users[role])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_each_verb_opens_to_the_role_exactly_as_declared(role, standing):
    client = login(standing.users[role])
    wrong = []
    for verb, (right, state) in VERBS.items():
        url = reverse("admin:payouts_payout_act", args=[verb])
        wanted = 200 if right in roles.ROLES[role] else 403
        for method in ("get", "post"):
            for more in ({}, {"confirmed": "1", "reason": "other", "note": "n", "back": "/"}):
                given = {"ids": getattr(standing, state).pk, **more}
                got = ask(client, method, url, given).status_code
                fine = (200, 302) if wanted == 200 else (403,)
                if got not in fine:
                    wrong.append(f"{role} {method.upper()} {url} {more}: {got}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_each_verb_on_a_seller_opens_to_the_role_exactly_as_declared(role, standing):
    client = login(standing.users[role])
    wrong = []
    for verb, right in SELLER_VERBS.items():
        url = reverse("admin:sellers_seller_act", args=[standing.seller.reference, verb])
        # 409: the right is there, the suspension to lift is not
        wanted = (200, 302, 409 if verb == "lift" else 302) if right in roles.ROLES[role] else (403,)
        sent = {"reason": "other", "note": "n", "text": "t", "passed": "yes"}
        for method, given in (("get", {}), ("post", {}), ("post", sent)):
            got = ask(client, method, url, given).status_code
            if got not in wanted:
                wrong.append(f"{role} {method.upper()} {url} {given}: {got}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def test_releasing_leads_everybody_to_the_page_of_holds_which_asks_for_the_right(standing):
    urls = [
        reverse("admin:payouts_payout_act", args=[table.LEADS_TO_HOLDS]) + f"?ids={standing.pending.pk}",
        reverse("admin:sellers_seller_act", args=[standing.seller.reference, table.LEADS_TO_HOLDS]),
    ]
    client = login(standing.users["analyst"])
    for url in urls:
        answer = ask(client, "get", url, {})
        assert answer.status_code == 302 and answer["Location"].startswith("/holds/release/")
        assert ask(client, "get", answer["Location"], {}).status_code == 403


def test_who_is_not_logged_in_is_sent_to_log_in(standing):
    client = Client(raise_request_exception=False)
    wrong = []
    for name, door in TABLE.items():
        url = address(name, door, standing)
        for method in ("get", "post"):
            if getattr(door, method) == 405 or name in ("logout", "jsi18n", "preferences"):
                continue
            answer = ask(client, method, url, door.query(standing))
            if answer.status_code != 302 or not answer["Location"].startswith("/login/"):
                wrong.append(f"{method.upper()} {url}: {answer.status_code} {answer.get('Location', '')}")
    assert not wrong, "\n".join(wrong)


def test_nobody_opens_anything_with_a_closed_account_or_one_that_is_for_programs(standing, undone):
    everything = set().union(*roles.ROLES.values())
    program = make.user(permissions=everything)
    closed = make.user(permissions=everything, is_staff=True)
    sessions = [login(program), login(closed)]
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    for client in sessions:
        for name, door in TABLE.items():
            if door.opens and door.get != 405:
                answer = ask(client, "get", address(name, door, standing), door.query(standing))
                assert answer.status_code == 302, name


def test_a_superuser_without_a_role_opens_no_page_of_money(standing, undone):
    client = login(make.user(is_staff=True, is_superuser=True))
    wrong = []
    for name, door in TABLE.items():
        for method in ("get", "post"):
            if not door.opens or getattr(door, method) == 405:
                continue
            got = ask(client, method, address(name, door, standing), door.query(standing)).status_code
            if got not in (403, 405):
                wrong.append(f"{method.upper()} {name}: {got}")
    for verb, (_, state) in VERBS.items():
        url = reverse("admin:payouts_payout_act", args=[verb])
        if ask(client, "post", url, {"ids": getattr(standing, state).pk}).status_code != 403:
            wrong.append(verb)
    assert not wrong, "\n".join(wrong)


def test_what_is_not_there_is_not_found_however_entitled_one_is(standing, undone):
    client = login(make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True))
    wrong = []
    for name, door in TABLE.items():
        method = "get" if door.get != 405 else "post"
        for args in door.unknown:
            answer = ask(client, method, reverse(f"admin:{name}", args=args), {})
            if answer.status_code != 404:
                wrong.append(f"{method.upper()} {name} {args}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_things_of_one_person_are_not_found_by_another_who_may_the_same(standing, undone):
    client = login(make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True))
    for name, door in TABLE.items():
        if door.own:
            others = getattr(standing, door.own)["accountant"]
            method = "get" if door.get != 405 else "post"
            assert ask(client, method, reverse(f"admin:{name}", args=[others.pk]), {}).status_code == 404, (
                name
            )


def test_every_post_without_its_csrf_token_is_refused(standing, undone):
    entitled = make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True)
    client = login(entitled, enforce_csrf_checks=True)
    for name, door in TABLE.items():
        answer = ask(client, "post", address(name, door, standing), door.query(standing))
        assert answer.status_code == 403, name
        assert b"csrf" in answer.content.lower() or b"form" in answer.content.lower(), name
