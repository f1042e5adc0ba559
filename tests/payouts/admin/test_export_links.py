"""From a list to a file of exactly its rows: batches and the audit trail."""

import html
import re

import pytest
from django.test import Client

from backoffice.audit.actors import SYSTEM
from backoffice.audit.models import Event
from backoffice.audit.recording import record
from payouts.exports import kinds, rows
from payouts.models import Batch, Export
from payouts.states import BatchStatus
from tests import make
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor():
    client = Client()
    client.force_login(make.user("auditor", is_staff=True))
    return client


def asked(client, address):
    """The filter that the page's link, followed and sent, exports by; and the numbers of its rows."""
    page = client.get(address)
    assert page.status_code == 200
    url = html.unescape(re.search(r'href="(/exports/new/[^"]*)"', page.content.decode())[1])
    form = client.get(url)
    assert form.status_code == 200
    fields = form.context["form"]
    given = {name: fields[name].value() or "" for name in fields.offered}
    kind = re.search(r"kind=(\w+)", url)[1]
    query = dict(form.context["hidden"])["query"]
    client.post("/exports/new/", {**given, "kind": kind, "query": query, "format": "csv"})
    made = Export.objects.latest("pk")
    definition = kinds.get(kind)
    found = definition.chosen(made.filters, now=make.NOW)
    return found, [row for chunk in rows.raw(rows.select(definition, found)) for row in chunk]


@pytest.mark.parametrize("status", ["", "PROPOSED"])
def test_batches(auditor, status):
    standing.batch("APPROVED")
    waiting = standing.batch()
    found, listed = asked(auditor, f"/batches/?status={status}")
    wanted = Batch.objects.filter(status=status) if status else Batch.objects.all()
    assert found.stored() == ({"status": [status]} if status else {})
    assert [row["batch"] for row in listed] == list(
        wanted.order_by("-pk").values_list("reference", flat=True)
    )
    assert waiting.status == BatchStatus.PROPOSED


def test_deeds(auditor):
    made, person = quick.payout(), make.person("analyst")
    for actor in (SYSTEM, person):
        record(actor=actor, action="payout.note", subject=made, now=make.NOW)
    record(actor=person, action="payout.note", subject=quick.payout(), now=make.NOW)
    for query, wanted in (
        (
            f"about={made.reference.lower()}",
            Event.objects.filter(subject_id=made.pk, subject_type="payouts.payout"),
        ),
        ("person=the+program", Event.objects.filter(actor=None)),
        (f"person={person.name}&action=payout.note&first=2026-11-24&last=2026-11-24", None),
    ):
        rows_then = (
            wanted
            if wanted is not None
            else Event.objects.filter(actor_id=person.user_id, action="payout.note")
        )
        numbers = list(rows_then.order_by("-pk").values_list("pk", flat=True))
        _found, listed = asked(auditor, f"/audit/?{query}")
        seen = [row["number"] for row in listed]
        assert numbers and seen[-len(numbers) :] == numbers


def test_who_may_not_export_sees_no_link():
    client = Client()
    client.force_login(make.user(is_staff=True, permissions=["audit.view_event", "payouts.view_batch"]))
    for address in ("/batches/", "/audit/"):
        assert "Export these rows" not in client.get(address).content.decode()


def test_no_link_where_an_export_would_hold_other_rows(auditor):
    for address, offered in (
        ("/batches/?status=PROPOSED", True),
        ("/batches/?status=PROPOSED&waits_for=me", False),
    ):
        assert ("Export these rows" in auditor.get(address).content.decode()) is offered
