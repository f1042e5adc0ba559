"""Parts that are rendered once for each language: never another's words, never taken for safe what is not."""

from django.template import Library, engines
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override

from backoffice.templatetags._once import PARTS, part
from backoffice.templatetags.backoffice_parts import hold_pill, pill


def shown(source: str, **values) -> str:
    return engines["django"].from_string(f"{{% load backoffice_parts %}}{source}").render(values)


def test_text_that_is_safe_is_never_taken_for_text_that_is_not():
    for _turn in range(2):
        assert "&lt;b&gt;" in shown("{% flag text %}", text="<b>")
        assert "<b>" in shown("{% flag text %}", text=SafeString("<b>"))


def test_each_language_has_its_own_words():
    said = []
    for language in ("en", "fr", "en", "ja", "fr"):
        with override(language):
            said.append(shown("{% pill 'PAID' %}") + shown("{% hold_pill 'risk' 2 %}"))
    assert said[0] == said[2] != said[1] == said[4] != said[3]


def test_a_lazy_text_is_said_as_it_reads_now():
    text = gettext_lazy("Currency")
    said = []
    for language in ("fr", "ja", "fr"):
        with override(language):
            said.append(shown("{% flag text %}", text=text))
    assert said[0] == said[2] != said[1]


def test_equal_numbers_of_other_kinds_are_said_apart():
    assert shown("{% flag text %}", text=1) != shown("{% flag text %}", text=True)


def test_a_list_is_read_as_it_stands():
    amounts = [100, 200]
    first = shown("{% sparkline amounts %}", amounts=amounts)
    amounts.append(900)
    assert shown("{% sparkline amounts %}", amounts=amounts) != first


def test_no_space_stands_behind_a_part_that_a_link_would_underline():
    assert shown("<a>{% pill 'PAID' %}</a>").endswith("</span></a>")


def test_what_is_made_is_still_to_be_had():
    assert pill("PAID")["word"].text and hold_pill("risk")["reason"]


def test_arguments_may_be_named():
    assert shown("{% flag text='a' bad=True %}") == shown("{% flag 'a' True %}") != shown("{% flag 'a' %}")


def test_what_is_named_behind_a_gap_is_not_left_out():
    register = Library()

    def said(text: str, more: str = "", bad: bool = False) -> dict[str, object]:
        return {"text": text + more, "bad": bad}

    part(register, "parts/flag.html")(said)
    assert "flag bad" in PARTS.pop("said")("late", bad=True)
