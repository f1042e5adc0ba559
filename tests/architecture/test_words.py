"""No text of a page is left unmarked for translation."""

import pathlib
import re

import pytest

from tests.architecture.source import ROOT, files

_OTHERS = {  # the builders' own page, in demo mode only; what a seller reads is in the seller's language (ADR 21)
    ROOT / "templates" / "styleguide.html",
    ROOT / "templates" / "parts" / "statement_table.html",
}
_MARKED = re.compile(
    r"\{% comment %\}.*?\{% endcomment %\}"
    r"|\{% blocktranslate\b.*?\{% endblocktranslate %\}"
    r"|\{% block (?:width|pageclass|bodyclass) %\}.*?\{% endblock %\}"  # names of styles
    r"|<kbd>.*?</kbd>|<code>.*?</code>|\{%.*?%\}|\{\{.*?\}\}|&\w+;|SHA-256|BIC",
    re.DOTALL,
)
_READ_ALOUD = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-unit|data-word)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_VALUES = re.compile(r"\{\{.*?\}\}|\{% (?!comment|translate|blocktranslate|if|elif)[^%]*%\}")
_LITERAL = re.compile(r'(_\()?"([^"]*)"')
_SAID = re.compile(
    r"[A-Z][a-z]|(?!num ).*[a-z] [a-z]"
)  # a label or a sentence; neither a key nor names of styles


def unmarked(source: str) -> list[str]:
    """Texts of a template, and of the attributes that people read, that no translation tag holds."""
    left = _MARKED.sub("", source)
    literals = [literal for tag in _VALUES.findall(source) for literal in _LITERAL.findall(tag)]
    values = [text for mark, text in literals if not mark and _SAID.match(text)]
    texts = [*values, *_READ_ALOUD.findall(left), *_TAG.split(left)]
    return [text.strip() for text in texts if re.search(r"[A-Za-z]{2}", text)]


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('<h2>{% translate "People" %}</h2>', []),
        ("<h2>People</h2>", ["People"]),
        ('<nav aria-label="Work">{{ link }}</nav>', ["Work"]),
        ('<td data-unit="{% translate "rows" %}">{{ n }}</td>', []),
        ("<p>{% blocktranslate %}Owed in {{ currency }}{% endblocktranslate %}</p>", []),
        ('<p>{% translate "Nobody" %} has it</p>', ["has it"]),
        ('{% empty _("Nothing here") url "key" %}', []),
        ('{% empty "Nothing here" %}{{ name|default:"the program" }}', ["Nothing here", "the program"]),
    ],
)
def test_what_is_unmarked_is_found(source, left):
    assert unmarked(source) == left


@pytest.mark.parametrize("path", files("*.html"), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_of_a_page_is_marked(path: pathlib.Path):
    if path not in _OTHERS:
        assert unmarked(path.read_text()) == []
