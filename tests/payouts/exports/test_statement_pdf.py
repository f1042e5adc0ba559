"""The PDF of a statement, read back by a reader of our own."""

import string
from datetime import date

import pytest

from payouts.exports.statements import fonts, pdf, words
from payouts.exports.statements.sheet import Pen, Sheet, Table
from payouts.queries.languages import LANGUAGES
from payouts.states import PayoutStatus
from sellers.ledger.models import EarningKind
from tests.pdf_reading import Reading


def sheet(
    rows: int, *, language: str = "en", currency: str = "EUR", to: str = "Atelier", what: str = "Phone"
) -> Sheet:
    pen = Pen(language, currency)
    columns = pen.columns(
        ("date", 15, "fact"), ("order", 29, "name"), ("what", 38, "words"), ("amount", 18, "amount")
    )
    made = ([pen.day(date(2026, 11, 2)), f"order-{n}", what, pen.amount(n - 7)] for n in range(rows))
    lines = Table("Sales", columns, made, total=("Sales", pen.amount(-5)))
    return Sheet(language, "Payout statement P12", "Marketplace SAS", [to], [("Seller", "S1")], [lines])


def read(sheet: Sheet) -> list[str]:
    return [page.replace("\t", "") for page in Reading(pdf.write(sheet)).pages]


def test_each_page_says_which_of_how_many_it_is_and_repeats_the_tables_head():
    pages = read(sheet(300))
    assert len(pages) > 4
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "DateOrderWhatAmount" in page


def test_every_row_is_there_once_in_its_order():
    text = "\n".join(read(sheet(300)))
    assert [line.split("Phone")[0].split("order-")[1] for line in text.splitlines() if "order-" in line] == [
        str(n) for n in range(300)
    ]


def test_the_same_sheet_is_the_same_bytes():
    assert pdf.write(sheet(60)) == pdf.write(sheet(60))


@pytest.mark.parametrize(
    "name", ["Nippon Reboot 株式会社", "ﾆｯﾎﾟﾝ（髙﨑）", "Élodie Cœur & Çelik Ğ", "Müller Straße ñandú São €"]
)
def test_names_are_set_as_they_are_written(name):
    assert name in read(sheet(1, to=name))[0]


def test_a_letter_without_a_type_loses_its_accent_or_is_marked():
    assert "Rehor 〓野家" in read(sheet(1, to="Řehoř 𠮷野家"))[0]


def test_the_latin_font_is_embedded_and_the_japanese_one_is_known_by_name():
    body = pdf.write(sheet(1, to="日本"))
    assert b"/FontFile2" in body
    assert {"AAAAAA+BitstreamVeraSans-Roman", "HeiseiKakuGo-W5"} <= Reading(body).fonts


def test_negative_amounts_have_a_minus_and_yen_no_decimals():
    (page,) = read(sheet(1, language="ja", currency="JPY"))
    assert "−7" in page and "7." not in page
    assert "−0,07" in read(sheet(1, language="fr"))[0]


def test_long_words_are_broken_into_lines_that_fit():
    lines = fonts.wrapped("reconditionné " * 30, 8, 120, most=3)
    assert len(lines) == 3 and lines[-1].endswith("…")
    assert all(fonts.width(line, 8) <= 120 for line in lines)
    order = "X" * 60
    assert "".join(fonts.wrapped(order, 8, 130, most=5)) == order
    assert fonts.wrapped("", 8, 120, most=3) == [""]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_word_is_there_in_every_language_with_the_same_values():
    for word, said in words._TABLE.items():
        assert len(said) == len(LANGUAGES), word
        assert all(said) and len({frozenset(fields(each)) for each in said}) == 1, word
    assert {*EarningKind.values, *PayoutStatus.values} <= set(words._TABLE)


def test_days_always_name_their_year():
    assert words.day(date(2026, 11, 2), "en") == "2 Nov 2026"
    assert words.span(date(2026, 11, 1), date(2026, 11, 30), "fr") == "1er–30 nov. 2026"
