"""Files for Excel speak their language; files for programs, hashes and comparisons stay English."""

import codecs
import csv
import io
import re

import openpyxl
import pytest
from django.utils import translation

from payouts.exports import kinds, rows
from payouts.exports.columns import Column, Kind, usual
from payouts.exports.formats import FORMATS, Layout
from payouts.models import Export
from payouts.operations import _export_file, holds
from payouts.states import PayoutStatus
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)


def written(tmp_path, name, locale, kind="payouts"):
    """(the file's bytes, the lines of its hashes), as a worker writes them whose own language is another."""
    export = Export(kind=kind, format=name, locale=locale, compressed=False, requested_at=make.NOW)
    export.filters = {}
    path, hashes = tmp_path / f"{name}-{locale}", tmp_path / "hashes"
    with translation.override("fr"), hashes.open("wb") as kept:
        _export_file._fill(export, path, kept, lambda done, total: None)
    return path.read_bytes(), hashes.read_bytes()


@pytest.fixture
def held():
    made = quick.payout()
    for reason in ("dispute", "compliance"):
        holds.hold(
            payout_ids=[made.pk], actor=make.person("compliance"), reason=reason, note="Ask.", now=make.NOW
        )
    return made


def test_a_file_for_excel_has_headings_words_and_total_in_its_language(held, tmp_path):
    body, hashes = written(tmp_path, "excel_csv", "es")
    head, row, total = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";")
    with translation.override("es"):
        wanted = [translation.gettext(c.column_name) for c in usual(kinds.get("payouts").resource())]
        status = str(PayoutStatus.PENDING_REVIEW.label)
    assert [each.removesuffix(" (Europe/Paris)") for each in head] == wanted
    assert status != "To review" and row[1] == status
    assert wanted[1] == "Estado" and total[0].startswith("Total EUR, 1 ") and "payout" not in total[0]
    workbook, _same = written(tmp_path, "xlsx", "es")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).active
    assert [sheet.cell(1, 2).value, sheet.cell(2, 2).value] == ["Estado", status]
    with translation.override("es"):
        assert sheet.title == translation.gettext("Payout register") != "Payout register"
    workbook, _same = written(tmp_path, "xlsx", "en", "approvals")
    assert openpyxl.load_workbook(io.BytesIO(workbook)).active.title == "Approvals"
    english, of_english = written(tmp_path, "excel_csv", "en")
    assert "To review" in english.decode() and of_english == hashes


def test_a_csv_for_excel_in_japan_is_what_it_opens_without_being_asked(held, tmp_path):
    """Excel there takes a file without a mark for Shift_JIS; its lists have commas, its days the year first."""
    body, hashes = written(tmp_path, "excel_csv", "ja")
    assert body.startswith(codecs.BOM_UTF8) and body.count(codecs.BOM_UTF8) == 1
    head, row, total = csv.reader(
        io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=",", strict=True
    )
    with translation.override("ja"):
        columns = usual(kinds.get("payouts").resource())
        wanted = [translation.gettext(column.column_name) for column in columns]
        status = str(PayoutStatus.PENDING_REVIEW.label)
    at = {column.name: place for place, column in enumerate(columns)}
    assert [each.removesuffix(" (Europe/Paris)") for each in head] == wanted
    assert not wanted[at["amount"]].isascii() and row[at["status"]] == status
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[at["created_at"]])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row[at["period_end"]])
    assert re.fullmatch(r"\d+\.\d\d", row[at["amount"]]) and total[at["amount"]] == row[at["amount"]]
    assert "EUR" in total[0] and not total[0].isascii()
    assert written(tmp_path, "excel_csv", "en")[1] == hashes


def test_files_for_programs_and_languages_we_do_not_speak_are_english(held, tmp_path):
    for name, locale in (("csv", "es"), ("jsonl", "fr"), ("excel_csv", "de")):
        assert b"To review" in written(tmp_path, name, locale)[0]
    assert b"Payout,Status," in written(tmp_path, "csv", "es")[0]


def test_postgresql_and_python_say_the_same_words(held):
    listed = ["holds", "status", "on_hold"]
    with translation.override("es"), rows.snapshot():
        definition = kinds.get("payouts")
        selection = rows.spoken(rows.select(definition, definition.chosen({}, now=make.NOW), columns=listed))
        form = FORMATS["excel_csv"](Layout(selection.columns, "T", "rows", "Europe/Paris", "es"))
        assert selection.fast
        fast = b"".join(text for _, text in rows.blocks(selection, form)).decode()
        slow = "".join(
            form.row([column.get_value(row) for column in selection.columns])
            for chunk in rows.raw(selection)
            for row in chunk
        )
    assert fast == slow and "; " in fast


def test_a_word_of_another_language_is_quoted_where_it_must_be():
    column = Column("Word", Kind.CODE, sql="'To review'", words=[PayoutStatus.PENDING_REVIEW.label])
    column.name = "word"
    with translation.override("es"):
        spoken = column.spoken()
    assert (column.kind, spoken.kind) == (Kind.CODE, Kind.TEXT)
    assert spoken.get_value({"word": "To review"}) == spoken.told["To review"]
    assert column.get_value({"word": "To review"}) == "To review"
