"""A bank account with a known number goes through everything; the number shows up nowhere but where it must.

It must stand in the file for the bank, and on the one answer to somebody who gave a reason to see it.
"""

import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from knox.models import AuthToken

from backoffice import roles
from backoffice.audit import actors
from backoffice.audit.clock import database_now
from backoffice.audit.models import Event
from backoffice.outbox.models import Fact
from payouts.countries import schemes
from payouts.exports import kinds
from payouts.models import AccountVersion, Payout, Submission
from payouts.operations import (
    approval,
    bankfiles,
    batching,
    checking,
    collecting,
    creation,
    exporting,
    review,
    submission,
)
from tests import make, make_payouts

pytestmark = pytest.mark.django_db(transaction=True)

CANARY = schemes.get("iban").simulated(987_654, "FR")["iban"].replace(" ", "")
SHAPES = (CANARY, " ".join(re.findall(".{1,4}", CANARY)), CANARY[4:], CANARY[14:25])
DEEPEST = 250
NOT_FOLLOWED = ("/logout", "/static/", "/preferences", "/styleguide")


def shows(text: str) -> bool:
    return any(shape in text for shape in SHAPES)


def at(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def people():
    return {role: make.user(role, is_staff=True) for role in roles.ROLES}


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path / "bank", settings) as running:
        yield running


def ask_for_the_account(people) -> AccountVersion:
    """By the pages: asked for by an analyst, verified by compliance, in effect at once."""
    seller = make.seller(name="Canari SAS")
    answer = at(people["analyst"]).post(
        f"/sellers/{seller.reference}/account/", {"holder_name": seller.name, "iban": CANARY}, follow=True
    )
    assert answer.status_code == 200 and not shows(answer.content.decode())
    version = AccountVersion.objects.get(slot__seller=seller)
    decided = at(people["compliance"]).post(
        f"/accounts/{version.pk}/decide/",
        {"decision": "verified", "note": "Called.", "compared": "on"},
        follow=True,
    )
    assert not shows(decided.content.decode())
    version.slot.refresh_from_db()
    assert version.slot.current_id == version.pk
    return version


def pay(version: AccountVersion, people, bank) -> Submission:
    """From an earning to the bank and back, with exports by everybody who may ask for one."""
    make_payouts.funding()
    acting = {role: actors.person(user) for role, user in people.items()}
    make.earning(make.ledger_account(version.slot.seller), amount_minor=77_77, now=database_now())
    creation.run(until=None, key="canary", actor=acting["analyst"], now=database_now())
    ids = [Payout.objects.get(seller=version.slot.seller).pk]
    assert not review.review(payout_ids=ids, actor=acting["analyst"], now=database_now()).refused
    assert not approval.approve(payout_ids=ids, actor=acting["approver"], now=database_now()).refused
    (batch,), _ = batching.propose(payout_ids=ids, actor=acting["treasurer"], now=database_now())
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=database_now())
    submission.submit(batch_id=batch.pk, now=database_now())
    bank.sync()
    bank.advance(60)
    collecting.collect(rail="sepa", now=database_now())
    assert Payout.objects.get(pk=ids[0]).status == "PAID"
    for kind in kinds.KINDS:
        mine = kinds.KINDS[kind].is_open_to(roles.ROLES["accountant"])
        who = acting["accountant" if mine else "auditor"]
        made = exporting.request(kind=kind, filters="", format="csv", actor=who, now=database_now())
        assert exporting.write(export_id=made.pk, now=database_now())
    checking.check(now=database_now())
    checking.seal_audit(now=database_now())
    return Submission.objects.get(batch=batch)


def crawled(client: Client) -> Iterator[tuple[str, str]]:
    """Every page that links lead to from the front page, with what it says."""
    waiting, seen = ["/"], {"/"}
    while waiting and len(seen) < DEEPEST:
        url = waiting.pop(0)
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        text = body.decode("utf-8", "replace")
        yield url, text + str(dict(answer.headers)) + answer.cookies.output()
        for link in re.findall(r'(?:href|hx-get|action)="(/[^"#]*)', text):
            following = link.replace("&amp;", "&")
            if following not in seen and not following.startswith(NOT_FOLLOWED):
                seen.add(following)
                waiting.append(following)


def tables_that_show(*shapes: str) -> list[str]:
    """Tables of the database with a row whose text, or whose bytes, hold one of these."""
    wanted = [f"%{shape}%" for shape in shapes] + [f"%{shape.encode().hex()}%" for shape in shapes]
    found = []
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}" row WHERE row::text LIKE ANY(%s)', [wanted])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def files_that_show_it(folder: Path) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            bodies = [path.read_bytes()]
            if path.suffix == ".xlsx":
                with zipfile.ZipFile(path) as packed:
                    bodies = [packed.read(name) for name in packed.namelist()]
            if any(shows(body.decode("utf-8", "replace")) for body in bodies):
                found.append(path.name)
    return found


def test_a_full_account_number_shows_up_nowhere_but_in_the_banks_file_and_on_a_reveal(
    people, bank, settings, caplog
):
    caplog.set_level(logging.DEBUG)
    settings.ACCOUNT_WAIT_HOURS = 0
    version = ask_for_the_account(people)
    sent = pay(version, people, bank)

    assert CANARY in bankfiles.body_of_submission(sent).decode()
    revealed = at(people["compliance"]).post(f"/accounts/{version.pk}/reveal/", {"reason": "The bank asks."})
    assert shows(revealed.content.decode())
    assert "no-store" in revealed.headers.get("Cache-Control", "")

    for role, user in people.items():
        pages = list(crawled(at(user)))
        assert len(pages) > 3, role
        assert [url for url, said in pages if shows(said) or shows(url)] == [], role
        _, token = AuthToken.objects.create(user)
        for kind in ("payouts", "batches", "sellers", "exports", "runs"):
            answer = Client().get(f"/api/v1/{kind}/", headers={"Authorization": f"Token {token}"})
            assert answer.status_code in (200, 403) and not shows(answer.content.decode()), (role, kind)

    assert tables_that_show(*SHAPES) == []
    assert "payouts_accountversion" in tables_that_show(version.masked)  # so it would have been found
    assert files_that_show_it(Path(django_settings.DATA_DIR)) == []
    assert not any(shows(str(data)) for data in Event.objects.values_list("data", flat=True))
    assert not any(shows(str(payload)) for payload in Fact.objects.values_list("payload", flat=True))
    heard = "\n".join(f"{record.getMessage()} {record.msg} {record.args}" for record in caplog.records)
    assert heard and not shows(heard)
