"""Every kind of export over a world where everything has happened, read back by other means than it was written."""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.db.models import Sum
from django.utils import timezone

from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from payouts.exports import kinds, rows
from payouts.exports.columns import Kind
from payouts.exports.formats import FORMATS, Layout
from payouts.models import Approval, Attempt, Hold, Payout, StatementLine
from payouts.operations import exporting
from payouts.queries import dead, filters, seller_statement, worklist
from payouts.states import PayoutStatus
from sellers.ledger.models import Account
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from tests import make
from tests.access.conftest import standing  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("standing", "american")
KINDS = list(kinds.KINDS)
OF_2026 = {"dac7": "year=2026", "1099k": "year=2026", "earnings": "year=2026"}
LATER = timezone.now() + timedelta(days=3650)


@pytest.fixture(scope="module")
def american(standing, django_db_blocker):  # noqa: F811
    """Somebody in the US has sold, too."""
    with django_db_blocker.unblock():
        make.earning(make.ledger_account(make.seller(country="US"), currency="USD"), amount_minor=12_345)


def selected(kind, query="", columns=(), now=LATER):
    definition = kinds.KINDS[kind]
    chosen = definition.chosen(query or OF_2026.get(kind, ""), now=now)
    return rows.select(definition, chosen, columns=columns), chosen


def written(kind, name="csv", query="", *, columns=(), now=LATER, locale="en"):
    """The text of a file and its totals."""
    with rows.snapshot():
        selection, chosen = selected(kind, query, columns, now)
        count, sums = rows.totals(selection, chosen)
        layout = Layout(selection.columns, "T", selection.definition.noun, "Europe/Paris", locale, count)
        form = FORMATS[name](layout)
        blocks = list(rows.blocks(selection, form))
        assert sum(number for number, _ in blocks) == count
        return form.head() + b"".join(text for _, text in blocks).decode() + form.foot(sums), count, sums


def read(kind, query="", **values):
    return list(csv.DictReader(io.StringIO(written(kind, query=query, **values)[0], newline="")))


def minor_of(definition):
    return next(
        c.column_name for c in definition.resource().fields.values() if "minor units" in c.column_name
    )


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_something_of_each(kind):
    assert written(kind)[1] > 0


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_postgresql_and_python_write_the_same_rows(kind, name):
    names = [name for name, column in kinds.KINDS[kind].resource().fields.items() if column.sql]
    with rows.snapshot():
        selection, _ = selected(kind, columns=names)
        form = FORMATS[name](Layout(selection.columns, "T", "rows", "Europe/Paris"))
        assert selection.fast
        fast = b"".join(text for _, text in rows.blocks(selection, form)).decode()
        slow = "".join(
            form.row([column.get_value(row) for column in selection.columns])
            for chunk in rows.raw(selection)
            for row in chunk
        )
    assert fast == slow


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_has_a_key_of_its_own_and_the_same_hash_either_way(kind):
    names = [name for name, column in kinds.KINDS[kind].resource().fields.items() if column.sql]
    with rows.snapshot():
        selection, _ = selected(kind, columns=names)
        form = FORMATS["csv"](Layout(selection.columns, "T", "rows", "Europe/Paris"))
        fast, slow = io.BytesIO(), []
        plain = b"".join(text for _, text in rows.blocks(selection, form))
        assert b"".join(text for _, text in rows.blocks(selection, form, hashes=fast)) == plain
        for chunk in rows.raw(selection, hashed=True):
            slow += [row[rows.HASHED] for row in chunk]
    assert fast.getvalue().decode().splitlines() == slow
    keys = [line.split("\t")[0] for line in slow]
    assert len(set(keys)) == len(keys) > 0
    assert all(re.fullmatch(r"[A-Z][A-Z0-9/]*", key) for key in keys)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_holds_the_same_rows_and_sums(kind):
    definition = kinds.KINDS[kind]
    found, count, sums = written(kind)
    listed = list(csv.reader(io.StringIO(found, newline="")))
    usual = [column for column in definition.resource().fields.values() if not column.optional]
    assert listed[0] == [column.column_name for column in usual]
    assert len(listed) == count + 1
    objects = [json.loads(line) for line in written(kind, "jsonl")[0].splitlines()]
    assert len(objects) == count
    tree = ElementTree.fromstring(written(kind, "xlsx")[0])
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    sheet = [
        [(c.get("t", "n"), "".join(c.itertext())) for c in r.iter(f"{space}c")]
        for r in tree.iter(f"{space}row")
    ]
    body = sheet[1 : count + 1]
    total = [row for row in sheet[count + 1 :] if row]
    without = [row for row in objects if row.get("currency", "") is None]  # a seller who is owed in none
    assert sum(each.count for each in sums) == (count - len(without) if sums else 0)
    for at, column in enumerate(usual):
        if column.kind is not Kind.MONEY:
            continue
        of_csv = [Decimal(row[at]) for row in listed[1:] if row[at]]
        assert of_csv == [Decimal(row[at][1]) for row in body if row[at][1]]
        assert {row[at][0] for row in body if row[at][1]} <= {"n"}
        said = [Decimal(row[at][1]) if row[at][1] else None for row in total]
        assert said == [money and money.decimal() for money in (each.of(column) for each in sums)]
        once = column.total == column.sql  # else a row may add less than its amount
        assert sum(each or 0 for each in said) == (sum(of_csv) if column.summed else 0) or not once


# What is not added up, and so that nothing is left out by mistake.
NOT_SUMMED = {
    ("statement", "balance"),
    ("reconciliation", "whole"),
    ("reconciliation", "paid"),
    ("approvals", "amount"),
    ("bank_statements", "opening"),
    ("bank_statements", "closing"),
}


def test_every_amount_is_added_up_but_these_and_has_the_currency_of_its_row():
    left_out = set()
    for kind, definition in kinds.KINDS.items():
        money = [column for column in definition.resource().fields.values() if column.kind is Kind.MONEY]
        left_out |= {(kind, column.name) for column in money if not column.summed}
        assert len({column.currency for column in money}) <= 1
    assert left_out == NOT_SUMMED


@pytest.mark.parametrize("kind", KINDS)
def test_import_exports_own_way_finds_the_same(kind):
    """The Resource is a Resource: the library itself can write what PostgreSQL writes."""
    with rows.snapshot():
        selection, _ = selected(kind)
        given = [row for chunk in rows.raw(selection) for row in chunk]
    data = selection.definition.resource().export(queryset=given)
    assert len(data) == len(given)
    first = data.headers[0]
    assert [str(value) for value in data[first]] == [row[first] for row in read(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_asks_for_its_own_rights(kind):
    definition = kinds.KINDS[kind]
    for missing in definition.permissions:
        held = {"payouts.request_export", *definition.permissions} - {missing}
        with pytest.raises(NotAllowed):
            exporting.request(
                kind=kind,
                filters="",
                format="csv",
                actor=make.actors.person(make.user(permissions=held)),
                now=make.NOW,
            )


def test_lines_add_up_to_their_payouts():
    found = Counter()
    for row in read("lines"):
        found[row["Payout"]] += int(row["Amount in minor units"])
    assert dict(found) == dict(Payout.objects.values_list("reference", "amount_minor"))


def test_what_is_open_is_neither_paid_nor_over_and_says_its_holds():
    over = [PayoutStatus.PAID, PayoutStatus.CANCELLED, PayoutStatus.FAILED, PayoutStatus.RETURNED]
    found = {row["Payout"]: row for row in read("open")}
    assert set(found) == set(Payout.objects.exclude(status__in=over).values_list("reference", flat=True))
    held = Hold.objects.filter(released_at__isnull=True, payout__isnull=False).first()
    assert found[held.payout.reference]["On hold then"] == "yes"
    assert held.get_reason_display() in found[held.payout.reference]["Hold reasons"]


def test_a_moment_in_the_past_knows_nothing_of_what_came_later():
    before = (make.NOW - timedelta(days=300)).date()
    assert read("open", f"at={before}") == []
    assert read("balances", f"at={before}") == []
    first = Payout.objects.order_by("created_at").first()
    then = first.transitions.filter(at=first.created_at).order_by("id").last()
    query = urlencode({"at": then.at.isoformat(), "seller": first.seller.reference})
    (row,) = read("open", query)
    assert (row["Payout"], row["Status then"]) == (first.reference, PayoutStatus(then.to_status).label)


def test_a_moment_that_is_yet_to_come_is_refused():
    with pytest.raises(filters.BadFilter, match="yet to come"):
        selected("balances", "at=2100-01-01", now=make.NOW)


def test_balances_are_those_of_the_ledger():
    found = {(row["Seller"], row["Currency"]): int(row["Balance in minor units"]) for row in read("balances")}
    wanted = {}
    for account in Account.objects.select_related("seller"):
        (balance,) = [
            each
            for each in balances.balances(seller_id=account.seller_id, today=make.NOW.date())
            if each.account_id == account.pk
        ]
        if account.entries.exists():
            wanted[account.seller.reference, account.currency] = balance.total
    assert found == wanted


def test_a_statement_ends_with_the_balance_and_is_that_of_the_page():
    found = {}
    for row in read("statement"):
        found.setdefault((row["Seller"], row["Currency"]), []).append(row)
    for account in Account.objects.select_related("seller"):
        rows = found.pop((account.seller.reference, account.currency), [])
        (balance,) = [
            each
            for each in balances.balances(seller_id=account.seller_id, today=make.NOW.date())
            if each.account_id == account.pk
        ]
        wanted = balance.payable
        assert sum(int(row["Amount in minor units"]) for row in rows) == wanted
        assert not rows or Decimal(rows[-1]["Balance after"]) == Money(wanted, account.currency).decimal()
        page = seller_statement.of_seller(
            seller=account.seller, currency=account.currency, first=date(2020, 1, 1), last=date(2100, 1, 1)
        )
        assert page.closing == wanted
    assert found == {}


def test_a_statement_of_a_span_begins_with_the_balance_before_it():
    account = make.ledger_account()
    for days in range(3):
        make.earning(account, amount_minor=1_000, now=make.NOW + timedelta(days=days))
    day = (make.NOW + timedelta(days=1)).date()
    span = {"posted_after": day, "posted_before": day, "by": "posted"}
    query = urlencode({"seller": account.seller.reference, **span})
    (row,) = read("statement", query)
    assert (row["Amount"], row["Balance after"], row["What"]) == ("10.00", "20.00", "Sale")


def test_failed_ones_say_what_their_page_says():
    wanted = {
        row.payout.reference: (row.code, row.why, row.words)
        for row in dead.rows(list(Payout.objects.filter(status__in=["FAILED", "RETURNED"])))
    }
    found = {r["Payout"]: (r["Bank's code"], r["Bank's reason"], r["What to do"]) for r in read("failed")}
    assert found == wanted
    assert found


def test_a_reconciliation_report_shows_what_bank_and_books_agree_on():
    found = [row for row in read("reconciliation") if row["What it is"] != "Not on a statement yet"]
    lines = StatementLine.objects.all()
    assert len({(row["Statement"], row["Line"]) for row in found}) == lines.count()
    told = sum(int(row["Bank's amount in minor units"]) for row in found)
    assert told == lines.aggregate(sum=Sum("amount_minor"))["sum"]
    debit = [row for row in found if row["Bank's whole line"] == "-102.00"]
    assert len(debit) == 3
    assert {(row["What it is"], row["Bank less books"]) for row in debit} == {("Payments debited", "0.00")}
    assert all(row["File"] and row["Payment"] and row["Payout"] for row in debit)
    waiting = [row for row in found if row["What it is"] == "Not matched"]
    assert waiting and all(row["Bank less books"] == row["Bank's amount"] for row in waiting)


def test_approvals_name_everybody_who_had_a_hand_in_it():
    found = read("approvals")
    assert len(found) == Approval.objects.count()
    for row in found:
        assert row["Approved by"] not in {
            row["Reviewed by"],
            row["Account asked for by"],
            row["Account verified by"],
            "",
        }


def test_deeds_are_the_audit_trail():
    found = read("deeds", "action=payout.approve")
    assert len(found) == Event.objects.filter(action="payout.approve").count()
    assert json.loads(found[0]["Facts"]) == Event.objects.get(pk=found[0]["Number"]).data


def test_batches_tell_what_went_and_under_which_reference():
    found = read("batches")
    sent = [row for row in found if row["Our reference at the bank"]]
    for row in sent:
        of_batch = Payout.objects.filter(attempts__submission__key=row["Our reference at the bank"])
        assert (
            int(row["Amount in minor units"]) == of_batch.aggregate(sum=Sum("attempts__amount_minor"))["sum"]
        )
    assert sent


@pytest.mark.parametrize(
    "query", ["", "status=PAID,FAILED", "country=FR&on_hold=false", "search=Atelier", "flag=any"]
)
def test_the_register_is_the_list_on_the_screen_and_its_totals_the_pages(query):
    chosen = filters.read(query)
    wanted = list(chosen.qs.order_by("-pk").values_list("reference", flat=True))
    found, count, sums = written("payouts", "excel_csv", query, locale="es")
    listed = list(csv.reader(io.StringIO(found, newline=""), delimiter=";"))
    assert [row[0] for row in listed[1 : count + 1]] == wanted
    page = worklist.totals(chosen.qs)
    assert ([each.money for each in sums], count) == (page.sums, page.count)
    at = listed[0].index("Amount")
    assert [row[at] for row in listed[count + 1 :]] == [each.plain().replace(".", ",") for each in page.sums]


OPTIONAL = {
    ("payouts", "blocked"),
    ("payouts", "seller_standing"),
    ("open", "seller_standing"),
    ("holds", "seller_standing"),
}
"""What stands in a file only where it is named: whoever names no columns has a file of the others."""


def test_these_columns_are_optional_and_postgresql_writes_them():
    found = {
        (kind, name)
        for kind, each in kinds.KINDS.items()
        for name, column in each.resource().fields.items()
        if column.optional
    }
    assert found == OPTIONAL
    for kind, name in OPTIONAL:
        heading = kinds.KINDS[kind].resource().fields[name].column_name
        assert heading not in read(kind)[0]
        assert [*read(kind, columns=[name])[0]] == [heading]
        assert selected(kind, columns=[name])[0].fast


def test_the_register_names_the_last_payment_to_the_bank_as_it_was_sent():
    found = {row["Payout"]: (row["End-to-end id"], row["Bank's reference"]) for row in read("payouts")}
    last = {}
    for attempt in Attempt.objects.select_related("payout", "submission").order_by("number"):
        last[attempt.payout.reference] = (attempt.end_to_end_id, attempt.submission.bank_reference)
    assert found == {reference: last.get(reference, ("", "")) for reference in found}
    assert any(bank for _id, bank in last.values()) and ("", "") in found.values()


def test_chosen_columns_come_in_their_order_and_sums_stay():
    found, _, sums = written("payouts", "excel_csv", columns=["amount", "reference"])
    listed = list(csv.reader(io.StringIO(found.removeprefix("\ufeff"), newline="")))
    assert listed[0] == ["Amount", "Payout"]
    assert listed[-1] == [sums[-1].money.plain(), sums[-1].words("payouts")]


def test_the_same_rows_are_the_same_bytes(tmp_path):
    for name, packed in (("csv", True), ("xlsx", False)):
        made = []
        for number in range(2):
            form = FORMATS[name](Layout(selected("payouts")[0].columns, "T", "payouts", "Europe/Paris"))
            path = tmp_path / f"{name}{number}"
            with form.opened(path, compressed=packed) as file:
                file.write(b"rows")
            made.append(path.read_bytes())
        assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "xlsx0") as book:
        assert book.testzip() is None
        for part in book.namelist():
            if not part.endswith("sheet1.xml"):
                ElementTree.fromstring(book.read(part))
