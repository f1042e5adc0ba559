"""The audit page names what each deed is about, with a link that whoever reads the page can open."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice import roles
from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from backoffice.audit.admin import subjects
from backoffice.audit.models import Event
from tests import make
from tests.access.test_pages import login

DEED = "cap.ask"


@pytest.fixture
def auditor(standing, undone):
    return login(make.user(permissions=roles.ROLES["auditor"], is_staff=True))


def record(*things, **data):
    for thing in things or (None,):
        recording.record(actor=SYSTEM, action=DEED, subject=thing, data=data, now=make.NOW)


def rows(browser) -> list[dict]:
    return browser.get("/audit/", {"action": DEED}).context["rows"]


@pytest.mark.parametrize("kind", sorted(subjects._READ))
def test_a_thing_is_named_and_its_link_opens(auditor, kind):
    thing = apps.get_model(kind)._base_manager.order_by("-pk").first()
    if thing is None:  # the world has none of it: at least its columns are there
        assert subjects.named([Event(subject_type=kind, subject_id=1)]) == {}
        return
    record(thing)
    about = rows(auditor)[0]["about"]
    assert about and not about.endswith(f" {thing.pk}")
    for url in re.findall(r'href="([^"]+)"', about):
        assert auditor.get(url).status_code == 200, url


def test_the_facts_name_rows_too(auditor, standing):
    line = apps.get_model("payouts.statementline").objects.select_related("statement").first()
    sent = apps.get_model("payouts.attempt").objects.first()
    record(line=line.pk, attempt=sent.pk, seller=7, since="2026-01-02")
    (row,) = (each for each in rows(auditor) if each["event"].data.get("line"))
    assert f"line: Line {line.number} of {line.statement.statement_id}" in row["facts"]
    for said in (f"attempt: {sent.end_to_end_id}", "seller: S7", "since: 2 Jan 2026"):
        assert said in row["facts"]


def test_a_number_that_names_nothing_stands_as_it_is(auditor):
    record(line=987654321)
    assert "line: 987654321" in rows(auditor)[0]["facts"]


def test_many_deeds_ask_no_more_than_one(auditor):
    kinds = ("payouts.submission", "payouts.statementline", "auth.user")
    things = [list(apps.get_model(kind)._base_manager.all()[:4]) for kind in kinds]
    record(*(each[0] for each in things))
    with CaptureQueriesContext(connection) as one:
        rows(auditor)
    record(*(thing for each in things for thing in each[1:]))
    with CaptureQueriesContext(connection) as many:
        assert len(rows(auditor)) > len(kinds) + 2
    assert len(many) == len(one)
