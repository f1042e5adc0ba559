"""What a seller is told names nothing of ours, in whichever language, whatever the cause."""

import re
import string
from dataclasses import replace
from datetime import date

import pytest

from payouts.models import HoldReason
from payouts.queries.languages import LANGUAGES
from payouts.queries.why import letters
from payouts.queries.why.causes import Cause, Explanation, Facts
from sellers.ledger.money import Money

DAY, ARRIVAL = date(2026, 11, 24), date(2026, 11, 26)
ACCOUNT = "FR76 •••• 0189"
FULL = Facts(
    reference="P48213",
    money=Money(4_521_000, "EUR"),
    on=DAY,
    until=ARRIVAL,
    account=ACCOUNT,
    minimum=Money(500, "EUR"),
    missing=Money(200, "EUR"),
)
# Words that would tell why: beginnings, so that every form of a word is met. Japanese has no spaces between words.
INTERNAL = {
    "en": r"complian|fraud|risk|hold|held|review|approv|suspen|suspic|sanction|launder|dispute|unusual|document|"
    r"verif|batch|analyst|treasurer|staff|colleague|block|freez|frozen|investigat|limit|rail|unknown|cut-off|"
    r"reject|identity|authori",
    "fr": r"conformit|fraud|risque|bloqu|gel[eé]|reten|révis|réexamin|approuv|approbation|valid|suspen|soupçon|"
    r"sanction|blanchi|litige|inhabituel|document|justificatif|enquête|lot\b|analyste|trésori|plafond|identité|autoris",
    "es": r"cumplimiento|normativ|fraud|riesgo|bloque|congel|reten|\brevis|aprob|suspen|sospech|sanci|blanqueo|disputa|"
    r"litigio|inusual|documento|investig|lote|analista|tesorer|límite|identidad|autoriz|verific",
    "ja": r"コンプライアンス|法令|不正|詐欺|リスク|危険|保留|審査|承認|停止|凍結|疑|制裁|資金洗浄|係争|異常|書類|調査|"
    r"拒否|分析|担当者|上限|本人確認|監査|検証",
}
DOCUMENTS = ("document", "documento", "書類")
OURS = re.compile(r"\b(?:[BS]\d+|P\d+A\d+)\b")


def letter(cause: Cause, language: str, *, facts: Facts = FULL, country: str = "FR", order: str = "") -> str:
    told = Explanation("Internal: fraud suspected.", "compliance", cause, facts)
    return letters.letter(explanations=[told], language=language, name="Phare", country=country, order=order)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", Cause)
def test_no_text_gives_a_reason_of_ours_away(cause, language):
    for facts in (FULL, Facts()):
        text = letter(cause, language, facts=facts, order="A-1")
        said = re.search(INTERNAL[language], text, re.IGNORECASE)
        # Who has to send documents is told so, and nothing else.
        assert said is None or (cause is Cause.HELD_DOCUMENTS and said[0].lower() in DOCUMENTS), text
        assert not OURS.search(text)
        assert "{" not in text
        assert "compliance" not in text


def test_the_words_that_may_not_occur_are_found_where_they_do():
    said = {
        "en": "Your payout is on Hold.",
        "fr": "Paiement suspendu",
        "es": "En revisión",
        "ja": "審査中です",
    }
    assert all(re.search(INTERNAL[language], text, re.IGNORECASE) for language, text in said.items())


def test_every_cause_has_a_text_and_every_text_is_used():
    assert set(letters.SAID) == set(Cause)
    around = {"greeting", "greeting_unnamed", "not_found", "closing", "order", "this_payout", "next_payout"}
    undated = {*letters.UNDATED.values(), *letters.PLANNED.values()}
    assert set(letters.texts("en")) == {*letters.SAID.values()} | undated | around


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asks_for_what_nobody_knows_is_told_what_to_send(language):
    text = letters.not_found(words="A-404", language=language)
    assert "A-404" in text
    assert not re.search(INTERNAL[language], text, re.IGNORECASE)


def test_every_reason_of_a_hold_is_a_cause():
    assert {f"held_{reason}" for reason in HoldReason} == {c.value for c in Cause if c.startswith("held_")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_facts_in_them(language):
    def facts(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    english, ours = letters.texts("en"), letters.texts(language)
    assert set(ours) == set(english)
    assert {name: facts(text) for name, text in ours.items()} == {n: facts(t) for n, t in english.items()}
    assert {path.stem for path in letters.TEXTS.glob("*.toml")} == set(LANGUAGES)


def test_what_a_seller_may_not_know_is_told_in_the_same_words_as_what_takes_its_course():
    secret = (
        Cause.SUSPENDED,
        Cause.UNVERIFIED,
        Cause.HELD_FRAUD_SUSPECTED,
        Cause.HELD_COMPLIANCE,
        Cause.HELD_OTHER,
    )
    assert {letter(cause, "en") for cause in secret} == {letter(Cause.TO_REVIEW, "en")}


def test_what_the_seller_asked_for_or_has_to_send_is_told_as_what_it_is():
    asked = letter(Cause.HELD_SELLER_REQUEST, "en")
    assert "You asked us to wait with your payout P48213" in asked and "tell us when it is to go on" in asked
    wanted = letter(Cause.HELD_DOCUMENTS, "en")
    assert "we need documents from you" in wanted and "answer the message in which we asked" in wanted
    for text in (asked, wanted):
        assert "checking" not in text and "nothing you need to do" not in text


@pytest.mark.parametrize(
    "cause", [Cause.TO_BATCH, Cause.BATCH_TO_APPROVE, Cause.CUT_OFF_MISSED, Cause.RAIL_STOPPED, Cause.CAPPED]
)
def test_what_is_approved_is_prepared_and_no_day_is_promised_while_somebody_has_to_act(cause):
    text = letter(cause, "en")
    assert "We are preparing your payout" in text and "2026" not in text and "checking" not in text


def test_what_is_about_to_be_sent_has_a_day_only_where_that_is_known():
    assert "should be in your account on Thursday, 26 November 2026" in letter(Cause.LEAVING, "en")
    assert letter(Cause.LEAVING, "en", facts=replace(FULL, until=None)) == letter(Cause.TO_BATCH, "en")


@pytest.mark.parametrize(
    ("language", "country", "amount", "day"),
    [
        ("en", "GB", "€45,210.00", "Thursday, 26 November 2026"),
        ("en", "US", "€45,210.00", "Thursday, November 26, 2026"),
        ("fr", "BE", "45\u202f210,00\N{NO-BREAK SPACE}€", "jeudi 26 novembre 2026"),
        ("es", "FR", "45.210,00\N{NO-BREAK SPACE}€", "jueves, 26 de noviembre de 2026"),
        ("ja", "JP", "€45,210.00", "2026年11月26日木曜日"),
    ],
)
def test_amounts_and_days_are_written_as_the_reader_writes_them(language, country, amount, day):
    text = letter(Cause.WITH_THE_BANK, language, country=country)
    assert amount in text
    assert day in text
    assert "P48213" in text


def test_yen_have_no_decimals():
    facts = Facts(reference="P1", money=Money(124_000, "JPY"), on=DAY, until=ARRIVAL)
    assert "124,000" in letter(Cause.LEAVING, "ja", facts=facts, country="JP")
    assert "124,000.00" not in letter(Cause.LEAVING, "ja", facts=facts, country="JP")


def test_paid_names_the_masked_account_and_the_reference_to_look_for():
    text = letter(Cause.PAID, "en")
    assert ACCOUNT in text
    assert "look for P48213 on your bank statement" in text
    text = letter(Cause.PAID, "en", facts=replace(FULL, sent_as="P48213A2"))
    assert "your payout P48213 of" in text
    assert "look for P48213A2 on your bank statement" in text  # as the answer for colleagues names it


def test_the_same_sentence_is_not_said_twice():
    twice = [Explanation("", "", Cause.NOTHING_OWED), Explanation("", "", Cause.NOTHING_OWED)]
    text = letters.letter(explanations=twice, language="en", name="X", country="FR")
    assert text.count("Everything that is due") == 1
