"""What the program writes down in English is known to `payouts.queries.recorded`, which says it in other languages."""

import ast

import pytest

from backoffice.words import recorded as in_english
from payouts.queries import recorded, recorded_words
from tests.architecture.recorded import everywhere, found, hollow

ELSEWHERE = {
    # Rows and lines of files for accounting, which are English on purpose.
    "Handed to the bank",
    "Bank line matched",
    "{}, total of the day",
    # A line of a seller's balance: their statement has word lists of its own (ADR 21).
    "Amount of payout {}",
    # Only told where it happens, never stored: to who runs a command, to a programmer, to the log.
    "no funding account pays {} over {}; add one in the settings",
    "Not all rails were asked: {} Everything stays stopped. Run it again.",
    "There is no rail called “{}”. Installed are: {}.",
    "{} has {} bytes where it is kept, and had {} here",
    "{} from where files are kept",
    # Where a file's lines are no longer marked: caught at once, and nobody reads it.
    "A document type.",
    "Deeper than any message.",
}


def known() -> set[str]:
    return {hollow(in_english(each)) for each in (*recorded.SENTENCES, *recorded_words.PARTS)}


def unknown(sentences: set[str]) -> set[str]:
    return sentences - known() - ELSEWHERE


def test_every_sentence_that_is_written_down_is_known():
    places: dict[str, str] = {sentence: place for place, sentence in everywhere()}
    assert len(places) > 100
    assert {f"{places[each]} {each}" for each in unknown(set(places))} == set()


def test_no_exception_is_left_over():
    assert ELSEWHERE - {sentence for _place, sentence in everywhere()} == set()


@pytest.mark.parametrize(
    "source",
    [
        'incidents.open_one(text=f"The moon {phase} fell on the bank.")',
        'holds.place_on(note=_("The moon fell on {bank}.").format(bank=bank))',
        'text = _("The moon fell on it.")\nincidents.open_one(code="moon", text=text)',
        '_NOTE = "The moon is about to fall."',
        "row.answer_text = 'The moon fell on it.'",
        'def deliver():\n    return _unknown(base.GARBLED, f"The moon fell on {name}.")',
    ],
)
def test_a_sentence_that_nobody_can_say_elsewhere_is_found(source):
    assert unknown({sentence for _line, sentence in found(ast.parse(source))})


@pytest.mark.parametrize(
    "source",
    [
        '"""The moon and the bank, as a docstring."""',
        'raise Refused(_("Not done: the moon fell on it."))',
        'log.warning("moon_fell", reason=str(error))',
        'cursor.execute("SELECT the FROM moon")',
        'incidents.over(note="It was read.")',
    ],
)
def test_what_is_translated_or_known_or_no_sentence_is_not(source):
    assert not unknown({sentence for _line, sentence in found(ast.parse(source))})
