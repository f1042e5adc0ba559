"""From a list to a file of exactly its rows, in their order: batches, sellers, the books, the bank, the audit trail."""

import html
import re

import pytest
from django.test import Client

from backoffice.audit.actors import SYSTEM
from backoffice.audit.models import Event
from backoffice.audit.recording import record
from payouts.exports import kinds, rows
from payouts.models import Batch, Export, StatementLine
from payouts.operations import breaks
from payouts.states import BatchStatus
from tests import make, make_payouts
from tests.payouts import camt, quick, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor():
    client = Client()
    client.force_login(make.user("auditor", is_staff=True))
    return client


@pytest.fixture
def bank_said():
    """Two statements of one account: a line to confirm, and two that nobody has said anything of."""
    make_payouts.funding()
    for number, lines in enumerate(([camt.Line(-5_00), camt.Line(7_00)], [camt.Line(-3)]), start=1):
        camt.read(body=camt.statement(lines, number=number), rail="sepa", name=str(number), now=make.NOW)
    values = {"verdict": "charges", "evidence": "They wrote so.", "now": make.NOW}
    first = StatementLine.objects.earliest("pk")
    breaks.propose(line_id=first.pk, actor=make.person("treasurer"), **values)
    return first.statement


def asked(client, address):
    """The filter that the page's link, followed and sent, exports by; and the numbers of its rows."""
    page = client.get(address)
    assert page.status_code == 200
    url = html.unescape(re.search(r'href="(/exports/new/[^"]*)"', page.content.decode())[1])
    form = client.get(url)
    assert form.status_code == 200
    fields = form.context["form"]
    given = {name: fields[name].value() or "" for name in fields.offered}
    client.post("/exports/new/", {**given, **dict(form.context["hidden"]), "format": "csv"})
    made = Export.objects.latest("pk")
    definition = kinds.get(re.search(r"kind=(\w+)|$", url)[1] or "payouts")
    assert made.kind == definition.kind
    found = definition.chosen(made.filters, now=make.NOW)
    selection = rows.select(definition, found, sort=made.sort)
    return found, [row for chunk in rows.raw(selection) for row in chunk]


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


def sent(client, address):
    """What each row of the list's pages is called by, in the order of the pages, after the list's own heading."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.context["rows"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?funding={funding}",
        "?status=PROPOSED&waits_for={colleague}",
        "?status=PROPOSED&kept_back=true",
        "?kept_back=false",
        "?currency=EUR&value_from=2026-01-01",
    ],
)
def test_batches_by_every_filter_of_the_list(auditor, query):
    standing.batch("APPROVED")
    standing.batch()
    proposed = quick.batch()
    named = {"funding": proposed.funding_account.code, "colleague": make.user("treasurer").username}
    address = f"/batches/{query.format(**named)}"
    _found, listed = asked(auditor, address)
    wanted = [row["batch"].reference for row in sent(auditor, address)]
    assert [row["batch"] for row in listed] == wanted != []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?country=fr",
        "?standing=suspended",
        "?standing=unverified",
        "?q=Atelier",
        "?q={payout}&country=FR",
    ],
)
def test_sellers(auditor, query):
    payout = quick.payout()
    make.earning(make.ledger_account(make.seller(name="Atelier Nord"), currency="USD"), amount_minor=3_00)
    both = make.ledger_account(make.seller(name="Atelier Sud", country="ES"))
    for currency in ("EUR", "GBP"):
        make.earning(make.ledger_account(both.seller, currency=currency), amount_minor=5_00)
    make.seller(name="Atelier Ouest", suspended_at=make.NOW)
    make.seller(name="Nobody", verified_at=None)
    address = f"/sellers/{query.format(payout=payout.reference)}"
    _found, listed = asked(auditor, address)
    wanted = sent(auditor, address)
    assert (
        list(dict.fromkeys(row["seller"] for row in listed))
        == [row["seller"].reference for row in wanted]
        != []
    )
    owed = [(row["seller"], row["currency"], row["owed"]) for row in listed if row["currency"]]
    assert owed == [
        (row["seller"].reference, money.currency, money.minor) for row in wanted for money in row["owed"]
    ]


@pytest.mark.parametrize("query", ["", "?book=reserved", "?payout={payout}&book=payable", "?seller={seller}"])
def test_transactions(auditor, query):
    quick.payout()
    payout = quick.approved()
    address = f"/books/transactions/{query.format(payout=payout.reference, seller=payout.seller.reference)}"
    _found, listed = asked(auditor, address)
    legs = [
        (f"T{row['it'].pk}", leg.debit.minor if leg.debit else None, leg.credit.minor if leg.credit else None)
        for row in sent(auditor, address)
        for leg in row["legs"]
    ]
    assert [(row["transaction"], row["debit"], row["credit"]) for row in listed] == legs != []


@pytest.mark.parametrize("query", ["", "?account={account}"])
def test_bank_statements(auditor, bank_said, query):
    address = f"/reconciliation/{query.format(account=bank_said.funding_account.code)}"
    _found, listed = asked(auditor, address)
    wanted = [
        (row.statement.statement_id, row.opening.minor, row.closing.minor, row.lines, row.unmatched)
        for row in sent(auditor, address)
    ]
    names = ("statement", "opening", "closing", "lines", "unmatched")
    assert [tuple(row[name] for name in names) for row in listed] == wanted != []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?account={account}&state=open",
        "?currency=EUR",
        "?show=proposed",
        "?show=proposed&waits_for={colleague}",
    ],
)
def test_lines_without_a_match(auditor, bank_said, query):
    named = {"account": bank_said.funding_account.code, "colleague": make.user("treasurer").username}
    address = f"/reconciliation/breaks/{query.format(**named)}"
    _found, listed = asked(auditor, address)
    wanted = [(f"L{row['line'].pk}", row["money"].minor) for row in sent(auditor, address)]
    assert [(row["line_id"], row["amount"]) for row in listed] == wanted != []
