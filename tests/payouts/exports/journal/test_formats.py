"""Each format writes what its target takes, and its checker refuses what its target would: one rule after the other."""

import csv
import hashlib
import io
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from payouts.exports.journal import FORMATS, YEARLY, Line, unfit_name
from payouts.exports.journal.base import fit
from payouts.exports.journal.fec import is_siren
from tests.payouts.exports.journal.months import COMPANY, ENTRIES, RETURN, check, entry, job, of, write

SUMS = {"5110": [10_750, 0], "4671": [0, 10_650], "5120": [9_500, 0], "6270": [500, 0], "5810": [0, 10_000],
        "7061": [300, 0], "4672": [0, 400]}  # fmt: skip
LABELS = {line.account: line.label for each in ENTRIES for line in each.lines}


# A closed month's journal is made again byte for byte, years later: a layout that changes needs a format of its own.
BYTES = {
    "csv": "2b4dbc601b2f0535",
    "fec": "e685d5ad67db118d",
    "fec_year": "e685d5ad67db118d",
    "datev": "f6326adef5f14fb7",
    "netsuite": "6d6a7598daa593c9",
    "quickbooks": "2ce74d01c3fb6856",
    "xero": "1f8a992fee7c25e2",
    "sage": "31a72a3b1659caaa",
    "yayoi": "706d143b6750c2dc",
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_writes_the_bytes_that_it_always_wrote(name):
    assert hashlib.sha256(write(name).encode()).hexdigest()[:16] == BYTES[name]


# Layout 2, with accounts that say whom their lines name.
WHOM = {"quickbooks.name": "{seller}", "netsuite.entity": "{seller}"}
BYTES_2 = BYTES | {"netsuite": "10d33c1c644dc334", "quickbooks": "9740d3e0f33cd7f4"}


def write_2(name: str, targets: dict[str, str] = WHOM) -> str:
    form, month = FORMATS[name], replace(of(name), layout=2)
    named = [replace(each, lines=[replace(line, targets=targets) for line in each.lines]) for each in ENTRIES]
    return form.head(month) + "".join(form.write(each, month) for each in named)


@pytest.mark.parametrize("name", FORMATS)
def test_the_second_layout_keeps_its_bytes_too(name):
    assert hashlib.sha256(write_2(name).encode()).hexdigest()[:16] == BYTES_2[name]


@pytest.mark.parametrize(
    ("name", "column"), [("netsuite", "Journal Entry - Line: Entity"), ("quickbooks", "Name")]
)
def test_the_second_layout_names_the_seller_where_the_account_says_so(name, column):
    def names(text: str) -> list[str]:
        return [row[column] for row in csv.DictReader(io.StringIO(text, newline=""))]

    assert names(write_2(name))[:5] == ["", "S1", "", "", "S2"]
    assert set(names(write_2(name, dict.fromkeys(WHOM, "Sellers")))) == {"Sellers"}
    assert set(names(write_2(name, {}))) == {""}
    month = replace(of(name), layout=2)
    lines = write_2(name).splitlines(keepends=True)
    assert FORMATS[name].check(lines, month).problems == []
    assert FORMATS[name].check(lines, of(name)).problems != []  # not of the first layout


def test_whom_lines_name_starts_no_formula():
    for need in (need for each in FORMATS.values() for need in each.needs if need.names_sellers):
        for text in ("=1", "@x", "{name}", "{seller}x", ""):
            assert not re.fullmatch(need.pattern, text), (need.key, text)


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_writer_writes_its_checker_takes_and_counts(name):
    reading = check(name, write(name))
    assert reading.problems == []
    assert reading.entries == len(ENTRIES)
    by_name = {LABELS[account]: sums for account, sums in SUMS.items()}
    assert reading.sums == (by_name if name in ("quickbooks", "yayoi") else SUMS)


@pytest.mark.parametrize("name", FORMATS)
def test_an_entry_that_does_not_balance_is_refused(name):
    if name == "datev":  # a line has two accounts there: each line balances by itself
        return
    off = [("5110", "Payment providers", 10_051, ""), ("4671", "Sellers", -10_050, "S1")]
    assert any("off by 1" in each for each in check(name, write(name, [entry(7, off)])).problems)


@pytest.mark.parametrize("name", FORMATS)
def test_a_day_outside_of_the_month_is_refused(name):
    late = replace(entry(7), day=date(2026, 11, 1), fact_day=date(2026, 11, 1))
    assert any("outside of" in each for each in check(name, write(name, [late])).problems)


@pytest.mark.parametrize("name", FORMATS)
def test_another_number_of_columns_is_refused(name):
    text = write(name)
    lines = text.splitlines(keepends=True)
    lines[-1] = lines[-1].replace(
        "\r\n", {"fec": "\tx\r\n", "datev": ";x\r\n"}.get(name.removesuffix("_year"), ",x\r\n")
    )
    assert any("columns" in each for each in check(name, "".join(lines)).problems)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "yayoi"])
def test_another_heading_is_refused(name):
    assert any("line 1" in each for each in check(name, "x" + write(name)).problems)


# What is changed in a good file, and the words of the refusal.
BROKEN = {
    "csv": [
        ("T7", "=T7", "start a formula"),
        ("100.50", "100.5", "no amount with 2 decimals"),
        ("100.50", "1,00.50", "columns"),
        ("\r\n8,", "\r\n10,", "gap"),
        ("\r\n7,", "\r\n6,", "first entry is 6"),
        (",EUR,", ",USD,", "in a journal of EUR"),
        ("5110,", ",", "line 2: no account"),
    ],
    "fec": [
        ("\t100,50\t", "\t100.50\t", "no amount"),
        ("\t5110\t", "\tAB10\t", "plan comptable"),
        ("\t5110\t", "\t51\t", "plan comptable"),
        ("\tS1\tS1\t", "\tS1\t\t", "go together"),
        ("\t20261105\t", "\t20261001\t", "before its date"),
        ("\t20261105\t", "\t05/11/26\t", "AAAAMMJJ"),
        ("Sale order-7", "", "EcritureLib is empty"),
        ("\t8\t20261004", "\t9\t20261004", "gap"),
        ("\t7\t20261003", "\t7\t20261005", "in order of their date"),
        ("\t100,50\t0,00\t", "\t100,50\t100,50\t", "on one side"),
        ("\r\n", "\n", "CR LF"),
    ],
    "datev": [
        ("100,50;", "-100,50;", "no amount"),
        ("100,50;", "12345678901,50;", "at most 10 digits"),
        (';"S";', ';"D";', "S or H"),
        ('"EUR";;;', '"USD";;;', "in a batch of EUR"),
        (";5110;", ";511000;", "no account"),
        (";5110;", ";AB10;", "no account"),
        (';0310;"T7"', ';0311;"T7"', "outside of"),
        ('"T7"', '"T 7"', "Belegfeld 1"),
        ('"Sale order-7', '"Sale order-7' + "x" * 60, "longer than 60"),
        (";1;;;;;;;;;;;\r\n", ";0;;;;;;;;;;;\r\n", "Festschreibung"),
        ("\r\n", "\n", "line 1"),
        ('"EXTF";700', '"DTVF";700', "no Buchungsstapel"),
        ('"EXTF";700;21', '"EXTF";510;21', "no Buchungsstapel"),
        ('"Buchungsstapel";13', '"Buchungsstapel";12', "no Buchungsstapel"),
        (";20261105090000000;", ";20261305090000000;", "no moment"),
        (";1001;1;", ";1000;1;", "consultant's number is “1000”, not 1001 to 9999999"),
        (";1001;1;", ";10000000;1;", "consultant's number is “10000000”"),
        (";1001;1;", ";1002;1;", "not 1001 as this company's"),
        (";1001;1;", ";;1;", "consultant's number is “”"),
        (";1001;1;", ";1001;0;", "client's number is “0”, not 1 to 99999"),
        (";1001;1;", ";1001;100000;", "client's number is “100000”"),
        (";20260101;4;", ";20260101;3;", "accounts' length is “3”, not 4 to 8"),
        (";20260101;4;", ";20260101;9;", "accounts' length is “9”"),
        (";20260101;4;", ";20260101;5;", "not 4 as this company's"),
        (";20260101;4;", ";20261002;4;", "not in that order"),
        (";20260101;4;", ";20250101;4;", "not in the fiscal year"),
        (";20260101;4;", ";20251031;4;", "not in the fiscal year"),
        (";20260101;4;", ";2026;4;", "no day as YYYYMMDD"),
        (";20261001;20261031;", ";20261031;20261001;", "not in that order"),
        (";20261001;20261031;", ";20260901;20260930;", "not the month 2026-10"),
        (';1;0;1;"EUR"', ';1;0;0;"EUR"', "Festschreibung"),
        (';1;0;1;"EUR"', ';1;0;1;"USD"', "USD in a batch"),
        ('"03"', '"3"', "chart of accounts"),
        (';;;"";""\r\n', ';;;""\r\n', "30 fields, not 31"),
        ('"Soll/Haben-Kennzeichen"', '"Soll"', "line 2"),
    ],
    "netsuite": [
        ("10/03/2026", "2026-10-03", "no date"),
        (",Marketplace SAS,", ",,", "Subsidiary is empty"),
        (",EUR,", ",USD,", "in one currency"),
        ("Sale order-7", "@Sale", "start a formula"),
        ("Sale order-7", "x" * 1_000, "longer than 999"),
    ],
    "quickbooks": [
        ("T7,", "T" + "7" * 21 + ",", "longer than 21"),
        ("Payment providers", "x" * 101, "longer than 100"),
        (",EUR,", ",USD,", "in a journal of EUR"),
        ("Payment providers", "", "compulsory"),
        ("10/03/2026", "31/10/2026", "no date"),
    ],
    "xero": [
        (",5110,", ",51101234567,", "longer than 10"),
        ("Tax Exempt", "", "TaxRate is empty"),
        ("100.50", "+100.50", "start a formula"),
        ("100.50", "100", "no amount"),
        ("T7 Sale", "x" * 501, "longer than 500"),
    ],
    "sage": [
        (",5110,", ",5110A,", "at most 8 digits"),
        (",5110,", ",511012345,", "at most 8 digits"),
        ("T7,", "T" + "7" * 25 + ",", "longer than 25"),
        ("No Tax", "", "compulsory"),
        ("Sale order-7", "x" * 201, "longer than 200"),
    ],
    "yayoi": [
        ("2000,", "2222,", "no flag"),
        ("2110,", "2100,", "out of turn"),
        ("10050", "100.50", "whole number of yen"),
        (",対象外,10050", ",,10050", "go together"),
        ("Payment providers", "Payment providers ブックス", "longer than 24"),
        ("T7 Sale", "あ" * 33, "longer than 64"),
        (",0,,,,,no", ",3,,,,,no", "does not go with flag"),
        ("2110,2,", "2110,1000000,", "at most 6 digits"),
        ("2026/10/03", "2026/13/03", "no date"),
    ],
}


@pytest.mark.parametrize(
    ("name", "old", "new", "words"), [(n, *each) for n, all_ in BROKEN.items() for each in all_]
)
def test_a_checker_refuses_what_its_target_would(name, old, new, words):
    text = write(name)
    broken = text.replace(old, new)
    assert broken != text, "the test breaks nothing"
    problems = check(name, broken).problems
    assert any(words in each for each in problems), problems


def test_too_many_lines_or_bytes_are_refused():
    lines = [entry(number) for number in range(7, 7 + 600)]
    for name in ("quickbooks", "xero"):
        assert any("lines;" in each for each in check(name, write(name, lines)).problems), name
    long = [entry(number, text="Sale " + "x" * 150) for number in range(7, 7 + 1_300)]
    assert any("half a megabyte" in each for each in check("sage", write("sage", long)).problems)


def test_the_later_parts_of_a_month_begin_where_the_one_before_ended():
    assert check("csv", write("csv", ENTRIES[1:]), first=False).problems == []
    assert check("csv", write("csv", ENTRIES[1:])).problems != []


def test_a_company_or_currency_that_does_not_fit_is_said_before_anything_is_written():
    bare = replace(COMPANY, siren="123456789", datev_consultant="", datev_client="0", netsuite_subsidiary="")
    for name, word in (("fec", "SIREN"), ("datev", "CONSULTANT"), ("netsuite", "SUBSIDIARY")):
        assert any(word in each for each in FORMATS[name].unfit(job(company=bare))), name
    for name in ("fec", "datev", "xero", "sage", "yayoi"):
        assert FORMATS[name].unfit(job("USD")), name
    assert all(FORMATS[name].unfit(of(name)) == [] for name in FORMATS if name not in YEARLY)


def test_siren_numbers_are_known_by_their_check_digit():
    assert is_siren("732829320") and is_siren("123456782")
    assert not is_siren("732829321") and not is_siren("7328293") and not is_siren("73282932A")


def test_the_fec_s_name_says_that_it_is_a_part_of_a_year_and_how_its_entries_are():
    name = FORMATS["fec"].file_name
    assert name(job()) == "123456782FEC20261031-part-2026-10-detailed.txt"
    assert name(job(grouping="daily")) == "123456782FEC20261031-part-2026-10-daily.txt"


def test_the_fec_keeps_the_day_of_a_late_fact():
    rows = list(csv.DictReader(io.StringIO(write("fec"), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [row["PieceDate"] for row in rows if row["EcritureNum"] == "8"] == ["20260930"] * 3
    assert rows[3]["EcritureLib"].endswith("of 2026-09-30")


def test_datev_s_header_has_its_31_fields_each_in_its_place():
    head, names, *_lines = write("datev").split("\r\n")
    assert head == (
        '"EXTF";700;21;"Buchungsstapel";13;20261105090000000;;"RE";"";"";1001;1;20260101;4;20261001;20261031;'
        '"Ledger 2026-10 EUR";"";1;0;1;"EUR";;"";;;"03";;;"";""'
    )
    assert len(head.split(";")) == 31 and len(names.split(";")) == 125
    own = replace(COMPANY, year_begins=7, datev_chart="04", datev_digits=6, datev_consultant="9999999")
    assert FORMATS["datev"].head(job(company=own)).split(";")[10:16] == [
        "9999999", "1", "20260701", "6", "20261001", "20261031",
    ]  # fmt: skip


def test_datev_takes_the_first_and_the_last_month_of_any_fiscal_year():
    for begins in range(1, 13):
        month = job(company=replace(COMPANY, year_begins=begins))
        form = FORMATS["datev"]
        text = form.head(month) + form.write(entry(7), month)
        assert form.check(text.splitlines(keepends=True), month).problems == [], begins


def test_datev_pays_an_entry_of_many_sides_through_the_clearing_account_which_ends_at_zero():
    rows = [line.split(";") for line in write("datev", [ENTRIES[2]]).splitlines()[2:]]
    assert [(row[0], row[1], row[6], row[7]) for row in rows] == [
        ("7,00", '"S"', "5110", "1590"),
        ("3,00", '"S"', "7061", "1590"),
        ("6,00", '"H"', "4671", "1590"),
        ("4,00", '"H"', "4672", "1590"),
    ]
    assert len(rows[0]) == 125


def test_a_pair_in_datev_keeps_the_cost_centre_of_whichever_account_has_one():
    def centres(*lines: Line) -> list[str]:
        made = replace(entry(7), lines=lines)
        return [line.split(";")[36] for line in write("datev", [made]).splitlines()[2:]]

    debit, credit = Line("6270", "Charges", 500), Line("5120", "Bank", -500)
    centre = {"datev.cost_centre": "100"}
    assert centres(replace(debit, targets=centre), credit) == ['"100"']
    assert centres(debit, replace(credit, targets=centre)) == ['"100"']
    own = replace(credit, targets={"datev.cost_centre": "200"})
    assert centres(replace(debit, targets=centre), own) == ['"200"']


def test_a_quotation_mark_that_only_the_encoding_makes_breaks_no_line_of_datev():
    rows = write("datev", [entry(7, text="Sale \uff02order\uff02")]).splitlines()
    assert rows[2].split(";")[13] == "\"Sale 'order' S1\""


def test_datev_without_a_clearing_account_is_said_before_anything_is_written():
    for clearing in ("", "0", "cash", "1234567"):
        found = FORMATS["datev"].unfit(job(company=replace(COMPANY, datev_clearing=clearing)))
        assert len(found) == 1 and "BOOKS_DATEV_CLEARING" in found[0], clearing


def test_a_long_japanese_text_is_cut_to_the_bytes_that_yayoi_takes():
    text = write("yayoi", [entry(7, text="あ" * 100), entry(8, text="x" + "あ" * 100)])
    assert check("yayoi", text).problems == []
    cells = [row[16] for row in csv.reader(io.StringIO(text, newline=""))]
    assert [len(cell.encode("cp932")) for cell in cells] == [63, 64]


def test_an_account_s_name_is_too_long_for_yayoi_by_its_bytes_unless_it_has_one_there():
    assert unfit_name("あ" * 12, "") == unfit_name("x" * 24, "") == unfit_name("あ" * 60, "普通預金") == ""
    assert "勘定科目" in unfit_name("あ" * 13, "") and "勘定科目" in unfit_name("x" * 25, "")


def test_no_code_of_the_csv_can_start_a_formula():
    for need in FORMATS["csv"].needs:
        for text in ("-1", "/x", ".5", "%", " a", "=1", ""):
            assert not re.fullmatch(need.pattern, text), (need.key, text)
        assert re.fullmatch(need.pattern, "A-1/2.5")


def test_a_return_in_datev_goes_against_its_one_credit():
    rows = [line.split(";") for line in write("datev", [entry(7, RETURN)]).splitlines()[2:]]
    assert [(row[0], row[1], row[6], row[7]) for row in rows] == [
        ("95,00", '"S"', "5120", "5810"),
        ("5,00", '"S"', "6270", "5810"),
    ]


@given(some.text())
def test_any_text_fits_any_encoding_on_one_line(text):
    for encoding in ("iso8859-15", "cp1252", "cp932"):
        found = fit(text, encoding, 60)
        assert found.encode(encoding) is not None
        assert len(found) <= 60 or encoding == "cp932"
        assert not {"\t", "\r", "\n"} & set(found)


@given(some.integers(-(10**12), 10**12), some.sampled_from([0, 2, 3]))
def test_amounts_have_exactly_the_decimals_of_their_currency(minor, digits):
    text = job(digits=digits).amount(minor)
    assert len(text.partition(".")[2]) == digits
    assert int(text.replace(".", "")) == minor
