"""What the program wrote down in English, said to a French reader; what people and banks wrote stays as it is."""

import pytest
from django.test import Client
from django.utils.safestring import mark_safe
from django.utils.translation import override

from backoffice import patterns
from backoffice.words import recorded as in_english
from payouts.models import HoldReason, Payout
from payouts.operations import holds, incidents, switches
from payouts.queries import history, recorded
from tests import make
from tests.payouts import quick

MASKED = "The bank account is to change to GB••••19. Released once that is settled."


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Left for the bank as pain001-B1.xml.", "Déposé pour la banque sous le nom pain001-B1.xml."),
        (MASKED, "Le compte bancaire doit devenir GB••••19. Retenue levée une fois cela réglé."),
        (
            "The bank refused it: The account is closed. (AC04)",
            "La banque l’a refusé : Le compte est clos. (AC04)",
        ),
        (
            "Not sent: the seller is on hold: Fraud suspected.",
            "Non envoyé : les versements du vendeur sont retenus : Soupçon de fraude.",
        ),
        (
            "SEPA-EUR: Statement 3 is missing: ask the bank for it.",
            "SEPA-EUR : Le relevé bancaire 3 manque : demandez-le à la banque.",
        ),
        (
            "B7 is not sent, it waits. The rail “sepa” has no address: set SEPA_OUTBOX.",
            "B7 n’est pas envoyé, il attend. Le canal « sepa » n’a pas d’adresse : définissez SEPA_OUTBOX.",
        ),
        (
            "Not sent, sepa cannot carry it: The creation time has no time zone. “X” is no country code: use two "
            "capital letters, such as FR.",
            "Non envoyé, SEPA ne peut pas le transmettre : L’heure de création n’a pas de fuseau horaire. « X » n’est "
            "pas un code pays : utilisez deux majuscules, par exemple FR.",
        ),
        (
            "Not allowed: an analyst, somebody of compliance or a treasurer may not approve payouts another reviewed; "
            "an approver may.",
            "Non autorisé : un analyste, quelqu’un de la conformité ou un trésorier n’a pas ce droit : « approuver les "
            "versements vérifiés par un autre » ; un approbateur l’a.",
        ),
        (
            "Not allowed: an analyst may not see our accounts; a treasurer may.",
            "Non autorisé : un analyste n’a pas ce droit : « consulter : nos comptes » ; un trésorier l’a.",
        ),
        (
            "The bank refused it: Konto zu. Bitte melden (AC04)",
            "La banque l’a refusé : Konto zu. Bitte melden (AC04)",
        ),
    ],
)
def test_a_sentence_with_its_values(stored, shown):
    with override("fr"):
        assert recorded.said(stored).replace("\xa0", " ") == shown
    with override("en"):
        assert recorded.said(stored) == stored.replace("Not sent, sepa", "Not sent, SEPA")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Asked the seller; they answer by Friday.",
        "On hold: until Monday",
        "Not sent: asked to wait.",
        "A: b.",
    ],
)
def test_what_is_no_sentence_of_the_program_stays(text):
    for language in ("fr", "es", "ja"):
        with override(language):
            assert recorded.said(text) == text


@pytest.mark.parametrize(
    "text", ["The account is closed.", "Called them. The account is closed.", "Wait: The account is closed."]
)
def test_what_a_person_or_the_bank_may_have_written_stays(text):
    with override("fr"):
        assert recorded.perhaps(text) == text
        assert recorded.by(7, text) == text
        assert recorded.by(None, text) != text


def test_what_people_said_inside_a_sentence_stays():
    with override("fr"):
        told = recorded.said("Two people found: It never reached the bank. Its date has come.")
    assert told.endswith(". Its date has come.")
    assert told.startswith("Deux personnes")


def test_a_long_text_is_left_alone_and_every_language_has_its_own():
    with override("fr"):
        assert recorded.said("It was read. " * 2000) == "It was read. " * 2000
        french = recorded.said("Its date has come.")
    with override("ja"):
        assert recorded.said("Its date has come.") not in (french, "Its date has come.")


def test_every_pattern_finds_itself_in_every_language():
    for pattern in recorded.SENTENCES:
        english = in_english(pattern)
        filled = english.format_map(dict.fromkeys(patterns.holes(english), "X9"))
        for language in ("fr", "es", "ja"):
            with override(language):
                told = recorded.said(filled)
            assert told != filled or english in recorded.ONLY_KNOWN, (language, english)
            assert told.count("X9") == filled.count("X9"), (language, english)


def french(role: str) -> Client:
    browser = Client()
    browser.force_login(make.user(role, is_staff=True))
    browser.cookies["django_language"] = "fr"
    return browser


@pytest.mark.django_db
def test_the_list_of_holds_says_the_programs_note_and_leaves_a_persons():
    ours, theirs = quick.payout(), quick.payout()
    holds.place_on(
        payouts=[Payout.objects.get(pk=ours.pk)], reason=HoldReason.ACCOUNT_CHANGE, note=MASKED, now=make.NOW
    )
    holds.hold(
        payout_ids=[theirs.pk],
        reason="dispute",
        note="The new bank account is verified and in effect.",
        actor=make.person("analyst"),
        now=make.NOW,
    )
    with override("en"):
        shown = french("compliance").get("/holds/").content.decode()
    assert "Le compte bancaire doit devenir GB••••19." in shown
    assert "The bank account is to change" not in shown
    assert "The new bank account is verified and in effect." in shown
    with override("fr"):
        told = {each.text for each in history.of_payout(payout=ours)}
    assert any(text.startswith("Le compte bancaire doit devenir") for text in told)


@pytest.mark.django_db
def test_the_front_page_and_the_rails_say_incidents_and_stops():
    stop = "The audit trail takes no events"
    incidents.open_one(
        code="unknown",
        key="unknown:1",
        text="Nobody knows what became of B1F1 on sepa. Find out, on the desk of unknown submissions.",
        now=make.NOW,
    )
    switches.stop_by_itself(rail=switches.ALL, reason=stop, now=make.NOW)
    with override("en"):
        browser = french("treasurer")
        for page in ("/", "/rails/"):
            shown = browser.get(page).content.decode()
            assert "Personne ne sait ce qu’est devenu B1F1 sur SEPA." in shown
            assert '<span lang="en">' not in shown
            assert stop not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Mail from Anna: the IBAN is not ours, do not pay.",
        "The seller sent a fake passport. Compliance decides.",
        "I think they would refuse it. Call them.",
        "Reissue of yesterday",
        "Funding account: the French one.",
        "Two people found: nothing.",
        "The bank refused it: call them.",
    ],
)
def test_what_people_may_well_write_stays_as_they_wrote_it(text):
    with override("fr"):
        assert recorded.perhaps(text) == text


@pytest.mark.parametrize("pattern", [each for each in recorded.SENTENCES if patterns.holes(in_english(each))])
def test_a_text_is_read_once_whatever_is_in_it(pattern):
    """Tried in every way, three thousand letters took 15 seconds and the whole process with them."""
    asked = []

    class Counted(str):
        def find(self, *given):
            asked.append(1)
            return str.find(self, *given)

    english = in_english(pattern)
    for each in patterns.made([pattern]).values():
        each.values(Counted(each.words[0] + "a " * 1_000 + each.words[-1]))
    assert len(asked) <= len(patterns.holes(english))


def test_safe_text_and_plain_text_are_never_taken_for_each_other():
    with override("fr"):
        assert type(recorded.perhaps(mark_safe("<b>x</b>"))) is str
        assert type(recorded.perhaps("<b>x</b>")) is str


def test_a_file_that_was_left_for_the_bank_is_said_in_the_readers_language_beside_what_banks_say():
    with override("fr"):
        told = recorded.perhaps("Left for the bank as pain001-B26F1.xml.")
        assert told == "Déposé pour la banque sous le nom pain001-B26F1.xml."
        assert (
            recorded.perhaps("Left for the bank as agreed on Monday.")
            == "Left for the bank as agreed on Monday."
        )


def test_a_hold_that_a_person_placed_is_told_in_the_reader_s_language_where_they_may_have_written_it():
    with override("fr"):
        assert recorded.perhaps("On hold: Fraud suspected") == "Retenu\xa0: Soupçon de fraude"
        assert recorded.perhaps("On hold: ask Ann") == "On hold: ask Ann"


def test_of_several_sentences_after_a_label_none_stays_english():
    first = "nacha-usd: Statement 5 is missing: ask the bank for it."
    text = f"{first} Statements 7 to 9 are missing: ask the bank for them."
    for language in ("fr", "es", "ja"):
        with override(language):
            said = recorded.said(text)
        assert "nacha-usd" in said
        assert "missing" not in said
