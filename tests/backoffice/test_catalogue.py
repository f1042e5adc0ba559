"""The words of pages in other languages: collected, translated, compiled, offered when whole."""

import io
import re
from gettext import GNUTranslations

import pytest
from babel.messages import Catalog
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from backoffice import catalogue, navigation
from tests import make


def test_the_catalogues_hold_what_code_and_templates_say_now():
    call_command("collect_words", check=True)


def test_a_catalogue_behind_the_words_is_told_and_renewed(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "path", lambda language: tmp_path / language / "django.po")
    with pytest.raises(SystemExit, match="make words"):
        call_command("collect_words", check=True)
    assert not list(tmp_path.iterdir())
    call_command("collect_words")
    call_command("collect_words", check=True)


def test_words_of_code_and_of_templates_are_collected_with_their_place():
    found = {message.id: [place for place, _line in message.locations] for message in catalogue.collected()}
    assert "backoffice/navigation.py" in found["Failed & returned"]
    assert "templates/parts/display.html" in found["Language"]


def test_words_among_the_values_of_tags_and_filters_are_collected():
    found = {
        (message.id, message.context): [place for place, _line in message.locations]
        for message in catalogue.collected()
    }
    assert "templates/parts/list.html" in found["Nothing here", None]  # {{ …|default:_("…") }}
    assert found["No rail is stopped", None] == ["templates/admin/index.html"]  # {% word_pill _("…") %}
    assert "templates/parts/keys.html" in found["Next row, row before", None]  # inside {% dialog %}
    assert found["May", "what a role may do"] == ["templates/admin/settings/roles.html"]


def test_no_text_carries_the_space_between_two_sentences():
    """Which is none in Japanese: `words.sentences` and `labelled` know."""
    texts = [each if isinstance(each, str) else each[0] for each in (m.id for m in catalogue.collected())]
    assert [text for text in texts if re.match(r" [A-Z{]", text) or text.endswith(" ")] == []


def test_every_language_is_offered_and_whole():
    assert [code for code, _name in settings.LANGUAGES] == ["en", *catalogue.LANGUAGES]
    assert {code: catalogue.wanting(catalogue.renewed(code)) for code in catalogue.LANGUAGES} == {
        code: [] for code in catalogue.LANGUAGES
    }


def test_in_french_what_is_on_hold_is_retained_and_only_what_is_blocked_is_blocked():
    """A word of blocking may stand where the English has one, too; the noun stands for no hold anywhere."""
    spared = {r"\bbloqu": "block", r"emp[êe]ch": "keeps it from", r"\bblocage": None}
    wrong = [
        (english, word)
        for message in catalogue.renewed("fr")
        if re.search(r"\b(hold|holds|held)\b", english := str(message.id), re.IGNORECASE)
        for word, says in spared.items()
        if re.search(word, str(message.string), re.IGNORECASE) and not (says and says in english)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("english", "said", "whole"),
    [
        ("Hold {n} payouts", "Retenir {n} versements", True),
        ("Hold {n} payouts", "Retenir les versements", False),
        ("Hold {n} payouts", "", False),
        ("%(count)s rows", "%(counts)s lignes", False),
        ("Copy", 'Copier "tout"', False),
        ("<b>Now</b>", "<b>Maintenant</b>", True),
        ("<b>Now</b>", "<b>Maintenant", False),
        (("%(n)s row", "%(n)s rows"), ("une ligne", "%(n)s lignes"), True),
        (("%(n)s row", "%(n)s rows"), ("%(n)s ligne", "%(m)s lignes"), False),
    ],
)
def test_a_translation_that_loses_a_placeholder_is_none(english, said, whole):
    made = Catalog(locale="fr", fuzzy=False)
    made.add(english, said)
    assert (catalogue.wanting(made) == []) is whole


def test_what_is_not_translated_stays_english():
    made = Catalog(locale="fr", fuzzy=False)
    made.add(("%(n)s row", "%(n)s rows"))
    made.add("Hold {n} payouts", "Retenir les versements")
    made.add("Home", "Accueil")
    read = GNUTranslations(io.BytesIO(catalogue.as_mo(made)))
    assert read.ngettext("%(n)s row", "%(n)s rows", 2) == "%(n)s rows"
    assert read.gettext("Hold {n} payouts") == "Hold {n} payouts"
    assert read.gettext("Home") == "Accueil"


@pytest.mark.django_db
def test_the_navigation_speaks_the_language_of_its_reader():
    with translation.override("fr"):
        first = navigation.entries(permissions=[], path="/")[0]
    assert first.label == "Accueil"


@pytest.mark.django_db
def test_a_language_is_chosen_among_those_offered_and_remembered(client, settings):
    settings.LANGUAGES = [("en", "English"), ("es", "Español")]
    client.force_login(make.user("support", is_staff=True))
    client.post("/preferences/", {"language": "es"})
    page = client.get("/").content.decode()
    assert '<html lang="es"' in page
    assert "Inicio" in page
    client.post("/preferences/", {"language": "ja"})
    assert '<html lang="es"' in client.get("/").content.decode()
