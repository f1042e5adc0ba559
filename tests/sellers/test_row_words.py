"""What is wrong with a row is stored in English and said to each reader in their language."""

import ast
import re

import pytest
from django.utils.translation import gettext, override

from backoffice import patterns
from backoffice.words import recorded as in_english
from sellers import row_sentences, row_words
from sellers.ledger import money
from tests.architecture import source
from tests.architecture.recorded import found, hollow

SENTENCES = [in_english(each) for each in row_sentences.SENTENCES]
UNKNOWN = "The seller {} is unknown. Import the sellers first, or correct the id."
TRANSLATED = ("sellers/reading.py", "sellers/importing/resource.py", "sellers/importing/previewing.py")
PLAIN = ("sellers/ledger/profiles/profile.py", "sellers/importing/resource.py")
NOT_STORED = {
    # Told to who chose the file, of which nothing is kept.
    "The file is larger than {} MB. Split it into smaller files and import each.",
}
_FORMAT = re.compile(r"format\(\s*((?:'(?:[^']|'')*'\s*)+)")


def filled(english: str) -> str:
    return english.format_map({name: f"X{n}" for n, name in enumerate(patterns.holes(english))})


def in_calls_of_the_translator(tree: ast.AST) -> set[str]:
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
    ]
    texts = [arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)]
    return {hollow(text) for text in texts if text.endswith(".")}


def of_sql() -> set[str]:
    """The sentences that SQL fills, with a hole for each %s."""
    made = set()
    for sentence in _FORMAT.findall((source.ROOT / "sellers/ledger/importing/rules.py").read_text()):
        text = "".join(re.findall(r"'((?:[^']|'')*)'", sentence)).replace("%%s", "{}")
        made.add(hollow(text))
    return made


def known() -> set[str]:
    """As SQL and code have them: an amount and its currency are two values of theirs and one of ours."""
    sentences = {hollow(each) for each in SENTENCES} | {
        hollow(in_english(each)) for each in row_sentences.DIFFERS
    }
    return {re.sub(r"\{\}( \{\})+", "{}", each) for each in sentences}


def test_every_sentence_about_a_row_or_a_file_is_known():
    said = set()
    for path in TRANSLATED:
        said |= in_calls_of_the_translator(ast.parse((source.ROOT / path).read_text()))
    for path in PLAIN:
        said |= {sentence for _line, sentence in found(ast.parse((source.ROOT / path).read_text()))}
    said |= of_sql()
    assert len(said) > 50
    assert said - known() - NOT_STORED == set()


@pytest.mark.parametrize("language", ["fr", "es", "ja"])
@pytest.mark.parametrize("english", SENTENCES)
def test_each_sentence_is_found_again_with_what_was_in_it(language, english):
    with override(language):
        words = {name: f"X{n}" for n, name in enumerate(patterns.holes(english))}
        assert row_words.said(filled(english)) == gettext(english).format(**words)
        assert gettext(english) != english


@pytest.mark.parametrize("seller", ["shop-1", "1. Shop", "The name is empty.", "a is unknown. x", "“x”: {y}"])
def test_what_stands_in_the_file_is_never_translated(seller):
    with override("fr"):
        assert row_words.said(UNKNOWN.format(seller)) == gettext(UNKNOWN.format("{seller}")).format(
            seller=seller
        )


@pytest.mark.parametrize("what", ["date", "due date"])
@pytest.mark.parametrize("language", ["fr", "es", "ja"])
def test_a_word_of_ours_with_a_blank_in_it_is_said_whole(language, what):
    with override(language):
        said = row_words.said(f"The {what} 1890-11-02 is not in this age: check the year.")
        assert f"{gettext(what)}1890-11-02" in said.replace(" ", "")


def test_several_sentences_are_said_one_after_the_other():
    with override("fr"):
        one, other = "The name is empty.", UNKNOWN.format("a")
        assert row_words.said(f"{one} {other}") == f"{row_words.said(one)} {row_words.said(other)}"
        twice = f"{UNKNOWN.format('a')} {UNKNOWN.format('b')}"
        assert (
            row_words.said(twice)
            == f"{row_words.said(UNKNOWN.format('a'))} {row_words.said(UNKNOWN.format('b'))}"
        )
        assert row_words.said(f"{one} Nobody knows this.") == f"{row_words.said(one)} Nobody knows this."


TWICE = "The sale x is on line 3, too: each id stands once in a file."


@pytest.mark.parametrize(
    "parts",
    [
        (UNKNOWN.format("a. b"), UNKNOWN.format("c")),
        (UNKNOWN.format("c"), UNKNOWN.format("a. b")),
        (UNKNOWN.format("a. b"), UNKNOWN.format("c! d"), "The name is empty."),
        (UNKNOWN.format("a. b"), TWICE),
        (UNKNOWN.format("a. b"), "price: “c” is too large: a single amount is at most 9."),
        (
            "price: “a. b” has too many decimals: EUR has 2.",
            "freight: “1.1” has too many decimals: JPY has 0.",
        ),
    ],
)
def test_no_sentence_is_taken_for_what_stands_in_another(parts):
    with override("fr"):
        alone = [row_words.said(each) for each in parts]
        assert row_words.said(" ".join(parts)) == " ".join(alone)
        assert not set(alone) & set(parts)


def test_a_sentence_that_nobody_knows_leaves_the_others_whole():
    with override("fr"):
        told = row_words.said(f"{UNKNOWN.format('a. b')} Die Zeile ist leer. {UNKNOWN.format('c')}")
        assert told == f"{UNKNOWN.format('a. b')} Die Zeile ist leer. {row_words.said(UNKNOWN.format('c'))}"


def test_a_column_stands_before_what_is_wrong_with_its_amount():
    with override("fr"):
        told = row_words.said("freight value: “1.005” has too many decimals: EUR has 2 decimals.")
        assert (
            told
            == "freight value\u00a0: «\u00a01.005\u00a0» a trop de décimales. Admis en EUR\u00a0: 2 décimales."
        )


@pytest.mark.parametrize("mark", ["", " "])
@pytest.mark.parametrize("written", ["", "x", "1,005.00", "1.005", "9" * 30])
def test_what_is_wrong_with_an_amount_is_known(written, mark):
    book = patterns.made(row_sentences.AMOUNTS).values()
    for currency in ("EUR", "JPY"):
        with pytest.raises(money.MoneyError) as wrong:
            money.parse(written or " ", currency, thousands_mark=mark)
        assert any(each.values(str(wrong.value)) for each in book), str(wrong.value)
    with pytest.raises(money.MoneyError) as wrong:
        money.exponent("EUX")
    assert any(each.values(str(wrong.value)) for each in book)


def test_words_of_ours_in_a_sentence_are_said_too():
    with override("fr"):
        told = row_words.said(
            "The row has 3 cells where the header has 9. Is a value with commas in it missing its quotes?"
        )
        assert "virgules" in told
        told = row_words.said(
            "The file is UTF-16, this profile reads UTF-8 or Windows-1252. Save it as “CSV UTF-8” and try again."
        )
        assert "UTF-8 ou Windows-1252" in told


def test_how_a_row_differs_is_said_part_by_part():
    differs = "seller shop-2 here, shop-1 there, amount 1.00 EUR here, 2.00 EUR there, order “a, due x” here, “” there"
    (english,) = (each for each in SENTENCES if "{differs}" in each)
    text = english.format(kind="sale", id="a", differs=differs)
    with override("fr"):
        told = row_words.said(text)
        assert "shop-2" in told and "a, due x" in told
        assert gettext("seller {here} here, {there} there").format(here="shop-2", there="shop-1") in told


def test_english_and_what_nobody_knows_stay_as_they_are():
    assert row_words.said(UNKNOWN.format("a")) == UNKNOWN.format("a")
    with override("fr"):
        for text in ("", "Die Zeile ist leer.", "x" * 5_000, "a: b. c: d"):
            assert row_words.said(text) == text


@pytest.mark.parametrize("count", [1, 1_234])
def test_why_rows_that_were_checked_fit_no_more_is_said_with_the_first(count):
    with override("en"):
        stored = row_words.misfits(count, UNKNOWN.format("a. b"))
    with override("fr"):
        assert row_words.trouble(stored) == row_words.misfits(count, UNKNOWN.format("a. b"))
        assert row_words.trouble(stored) != stored
    with override("en"):
        assert row_words.trouble(stored) == stored


@pytest.mark.parametrize("each", row_sentences.TROUBLES)
def test_why_an_import_is_imported_no_more_is_said_too(each):
    with override("en"):
        stored = str(each)
    with override("ja"):
        assert row_words.trouble(stored) == str(each) != stored
        changed = row_words._CHANGED.format(why="The name is empty.")
        assert row_words.trouble(changed) == row_words.misfit("The name is empty.")
