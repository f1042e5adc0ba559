"""An accountant's check: the preview of a statement, what was booked and the statement's page say the same numbers."""

import pytest
from django.urls import reverse

from payouts.models import Statement
from payouts.queries import worklist
from sellers.ledger.money import Money
from tests import make_payouts
from tests.payouts import camt
from tests.payouts.admin.test_pages import client
from tests.payouts.admin.test_reconciliation import read, upload

pytestmark = pytest.mark.django_db


def test_the_preview_counts_and_adds_as_the_statement_will_and_does():
    """Of two payments in one line each is a line of ours; what is pending, or moves nothing, is none."""
    make_payouts.funding()
    two = b"".join(
        f"<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs><Amt Ccy='EUR'>{n}.00</Amt></TxDtls>".encode()
        for n in (2, 3)
    )
    single = b"<TxDtls><Refs><EndToEndId>BOTH</EndToEndId></Refs></TxDtls>"
    lines = [camt.Line(-5_00, end_to_end_id="BOTH"), camt.Line(7_00), camt.Line(0)]
    body = camt.statement(lines).replace(single, two)
    pending = (
        body[body.rindex(b"<Ntry>") : body.rindex(b"</Stmt>")]
        .replace(b"BOOK", b"PDNG")
        .replace(b"0.00", b"9.00")
    )
    body = body.replace(b"</Stmt>", pending + b"</Stmt>")
    browser = client("treasurer")
    looked = upload(browser, body)
    (shown,) = looked.context["statements"]
    sums = (shown["lines"], shown["credited"], shown["debited"])
    assert sums == (3, Money(7_00, "EUR"), Money(-5_00, "EUR"))
    assert "Book 3 lines" in looked.content.decode()
    confirm = reverse("admin:ledger_import_confirm", args=[looked.context["file"].pk])
    booked = browser.post(confirm, follow=True)
    assert "3 bank lines imported" in booked.content.decode() and booked.context["file"].new_count == 3
    made = Statement.objects.get()
    figures = {
        label: figure
        for label, figure, _words in browser.get(
            reverse("admin:payouts_statement_detail", args=[made.pk])
        ).context["figures"]
    }
    assert figures == {
        "Opened with": "€10,000.00", "Credited": "€7.00", "Debited": "−€5.00", "Closed with": "€10,002.00",
        "Lines": "3",
    }  # fmt: skip


def test_a_statement_of_too_many_lines_is_shown_without_its_sums(monkeypatch):
    make_payouts.funding()
    made = read(camt.Line(-5_00), camt.Line(7_00))
    monkeypatch.setattr(worklist, "TOTALS_CAP", 1)
    answer = client("treasurer").get(reverse("admin:payouts_statement_detail", args=[made.pk]))
    assert [label for label, *_rest in answer.context["figures"]] == ["Opened with", "Closed with", "Lines"]
