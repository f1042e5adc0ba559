"""Empty filters are kept ready, each language's own, and made anew once their choices change."""

import pytest
from django import forms
from django.utils.translation import override

from backoffice.doors import worklists

pytestmark = pytest.mark.django_db


class Chosen(forms.Form):
    """As the chip of currencies: its choices are read when it is made."""

    choices = ["EUR"]
    currency = forms.ChoiceField(label=worklists.CurrencyChip.base_fields["currency"].label)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(each, each) for each in self.choices]


def html() -> str:
    return worklists.offered("Currency", Chosen, [])["html"]


def test_each_language_has_its_own_words():
    said = []
    for language in ("en", "fr", "en", "ja", "fr"):
        with override(language):
            said.append(html())
    assert said[0] == said[2] != said[1] == said[4] != said[3]


def test_other_choices_are_shown_at_once(monkeypatch):
    before = html()
    monkeypatch.setattr(Chosen, "choices", ["EUR", "JPY"])
    assert "JPY" in html() and "JPY" not in before


def test_no_more_is_kept_than_the_bound(monkeypatch):
    monkeypatch.setattr(worklists, "_MOST_HTMLS", 3)
    for most in range(2, 20):
        monkeypatch.setattr(Chosen, "choices", [f"C{n}" for n in range(most)])
        html()
    assert len(worklists._htmls) <= 4
