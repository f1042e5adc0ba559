"""Whoever chose the wrong file is told at once, in one sentence: what it is, and what to do. Nothing is kept."""

import codecs
import io

import pytest
from django.core.management import CommandError, call_command

from backoffice.audit.models import Event
from payouts.operations import _import_look, imports
from sellers.ledger.models import ImportFile, ImportPart
from tests import make, make_payouts
from tests.payouts import camt
from tests.payouts.operations.test_papers import PNG
from tests.sellers.ledger.importing.given import csv, row
from tests.sellers.test_sniffing import archive

pytestmark = pytest.mark.django_db
ZIP, XLSX = archive("november.csv"), archive("[Content_Types].xml", "xl/workbook.xml")
LOGIN = b"<!-- sso -->\n<!DOCTYPE html>\n<html><body>Log in</body></html>"
CHOOSE = "choose the file that the source exports as CSV."
AGAIN = "log in at the source again, export the file and choose that."
NO_TABLE = [
    (PNG, f"a PNG picture, not a CSV file: {CHOOSE}"),
    (ZIP, "a ZIP archive, not a CSV file: unpack it and choose the CSV inside."),
    (XLSX, "an Excel workbook, not a CSV file: save its sheet as “CSV UTF-8” and choose that."),
    (LOGIN, f"a web page, not a CSV file: {AGAIN}"),
    (codecs.BOM_UTF8 + b"\r\n  <HTML>", f"a web page, not a CSV file: {AGAIN}"),
    ("<!doctype html><p>é".encode("utf-16"), f"a web page, not a CSV file: {AGAIN}"),
    (camt.statement(), f"an XML document, not a CSV file: {CHOOSE}"),
    (b'[\n {"id": 1}]', f"a JSON document, not a CSV file: {CHOOSE}"),
    (b":20:S1\r\n:25:DE89\r\n", f"an MT940 statement, not a CSV file: {CHOOSE}"),
]
EMPTY = "The file is empty. Choose a CSV file with a header and at least one row."
ONE_LINE = "The file has one line only. Choose a CSV file with a header and at least one row."
NOTHING = [
    (b"", EMPTY),
    (codecs.BOM_UTF8, EMPTY),
    (b"\n \r\n\t\n" * 100_000, EMPTY),
    (b';;;\r\n"";;;\r\n', EMPTY),
    ("\r\n;\r\n".encode("utf-16"), EMPTY),
    (b"external_id,seller\n", ONE_LINE),
    (b"external_id,seller\r\n,,\r\n\r\n", ONE_LINE),
    (codecs.BOM_UTF8 + b"external_id,seller", ONE_LINE),
    ("external_id;seller\r\n".encode("utf-16"), ONE_LINE),
]
ASK = "ask the bank for it in XML and choose that."
DAY = "Ask the bank for the camt.053 of the day and choose that."
NO_STATEMENT = [
    (ZIP, "it is a ZIP archive, not a camt.053 statement: unpack it and choose the XML inside."),
    (PNG, f"it is a PNG picture, not a camt.053 statement: {ASK}"),
    (csv(row(seller="s")), f"it is a CSV file, not a camt.053 statement: {ASK}"),
    ("date;amount\r\n".encode("utf-16"), f"it is a CSV file, not a camt.053 statement: {ASK}"),
    (b"Balance of Monday", f"it is a plain text, not a camt.053 statement: {ASK}"),
    (b"{1:F01X}\n:20:S1\r\n:25:DE89\r\n", f"it is an MT940 statement, not a camt.053 statement: {ASK}"),
    (b'{"balance": 1}', f"it is a JSON document, not a camt.053 statement: {ASK}"),
    (
        LOGIN,
        "it is a web page, not a camt.053 statement: log in at the bank again, download the statement and choose that.",
    ),
]
OTHERS = [
    ("BkToCstmrAcctRpt", "an interim report of the day (camt.052); only statements (camt.053) are read."),
    ("BkToCstmrDbtCdtNtfctn", "a notice of movements (camt.054); only statements (camt.053) are read."),
    ("CstmrCdtTrfInitn", "not a bank statement; only statements (camt.053) are read here."),
]
TABLES = {"earnings": "generic", "corrections": "corrections", "sellers": "generic"}


def received(data: bytes, *, kind: str, profile: str = "") -> ImportFile:
    maker = make.person("treasurer" if kind == "statement" else "analyst")
    return imports.receive(
        kind=kind, profile=profile, stream=io.BytesIO(data), name="november.csv", actor=maker, now=make.NOW
    )


def refusal(data: bytes, **values: str) -> str:
    """What is said where the file is chosen. Nothing of it is kept."""
    with pytest.raises(_import_look.WrongFile) as refused:
        received(data, **values)
    assert not ImportFile.objects.exists() and not ImportPart.objects.exists()
    assert not Event.objects.filter(action__startswith="import").exists()
    return str(refused.value)


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize(("content", "said"), NO_TABLE, ids=range(len(NO_TABLE)))
def test_what_is_no_csv_is_called_by_its_name(kind, content, said):
    assert refusal(content, kind=kind, profile=TABLES[kind]) == f"Not read, for it is {said}"


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize(("content", "said"), NOTHING, ids=range(len(NOTHING)))
def test_a_file_without_rows_is_no_import(kind, content, said):
    assert refusal(content, kind=kind, profile=TABLES[kind]) == said


@pytest.mark.parametrize(("content", "said"), NO_STATEMENT, ids=range(len(NO_STATEMENT)))
def test_what_is_no_statement_is_called_by_its_name(content, said):
    assert refusal(content, kind="statement") == f"Not read, for {said}"


@pytest.mark.parametrize(("message", "said"), OTHERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_another_message_of_the_bank_is_called_by_its_name(message, said, encoding):
    body = f"<?xml version='1.0'?><Document><!-- x --><{message}><GrpHdr/></{message}></Document>"
    assert refusal(body.encode(encoding), kind="statement") == f"Not read: The document is {said} {DAY}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_where_it_is_chosen(encoding):
    body = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x">]><Document><BkToCstmrStmt>&a;'
    said = "The document declares a document type (DTD), which no bank message needs: refused."
    assert refusal(body.encode(encoding), kind="statement") == f"Not read: {said} {DAY}"


@pytest.mark.parametrize("content", [b"", b" \r\n", codecs.BOM_UTF8])
def test_an_empty_statement_is_none(content):
    said = refusal(content, kind="statement")
    assert said == "Not read: the file is empty. Choose the camt.053 as the bank gave it."


def test_a_profile_that_knows_no_utf_16_says_so_at_once():
    said = refusal("order_id,price\n1,2\n".encode("utf-16"), kind="earnings", profile="olist-order-items")
    assert said == "The file is UTF-16, this profile reads UTF-8. Save it as “CSV UTF-8” and try again."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_earnings_corrections_and_sellers_are_read_in_the_same_encodings(encoding):
    make.seller(external_id="é-1", country="FR")
    earnings = csv(row(seller="é-1", description="Téléphone"))
    header = "external_id,seller,kind,amount,currency,date,reason"
    corrections = csv("c1,é-1,adjustment,1.00,EUR,2026-11-02,x", header=header)
    sellers = "external_id,name,country\né-2,Café,FR\n".encode()
    for kind, content in (("earnings", earnings), ("corrections", corrections), ("sellers", sellers)):
        file = received(content.decode().encode(encoding), kind=kind, profile=TABLES[kind])
        assert (file.status, file.new_count) == ("CHECKED", 1), kind


@pytest.mark.parametrize(
    "content", [b"id,name\na,b\n", b"\n\nid,name\na,b\n", b'"id\n', "id\nбелов".encode("cp1251")]
)
def test_what_may_be_the_right_file_is_read_and_its_errors_are_kept_by_their_lines(content):
    if content == b'"id\n':
        content += b"x\n"
    file = received(content, kind="earnings", profile="generic")
    assert file.status == "REFUSED" and file.staged.exclude(error="").exists()


@pytest.mark.parametrize(
    "change",
    [(b"</Stmt>", b""), (b"9999.95", b"1.00"), (b"<?xml", b"\n<?xml"), (b"</Document>", b"")],
)
def test_a_statement_with_errors_is_kept_with_them(change):
    make_payouts.funding()
    file = received(camt.statement([camt.Line(-5)]).replace(*change), kind="statement")
    assert file.status == "REFUSED" and file.staged.exclude(error="").exists()


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("import_earnings", {"profile": "generic"}),
        ("import_sellers", {}),
        ("import_corrections", {"username": "ana"}),
    ],
)
def test_commands_say_the_same_sentence(tmp_path, command, options):
    make.user("analyst", username="ana")
    path = tmp_path / "november.csv"
    path.write_bytes(LOGIN)
    with pytest.raises(CommandError) as refused:
        call_command(command, str(path), **options)
    assert str(refused.value) == f"Not read, for it is a web page, not a CSV file: {AGAIN}"
    assert not ImportFile.objects.exists()
