"""On a narrow screen a .fold table shows only cells with an f- class: what people click stands in none without."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
CELL = re.compile(r"<t[dh](?P<attributes>[^>]*?)>(?P<inside>.*?)</t[dh]>", re.DOTALL)
HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
TO_CLICK = re.compile(r"<a |<button|<form|<input|\{% (?:verb|about|copy|tick) ")


def hidden(source: str) -> list[str]:
    """The cells of folding tables, or of rows that a template gives to one, that a phone hides with their link."""
    bodies = re.findall(r'<table class="[^"]*\bfold\b.*?</table>', source, re.DOTALL)
    if "<table" not in source:
        bodies = [source]
    cells = (
        cell
        for body in bodies
        for cell in CELL.finditer(re.sub(r"<thead>.*?</thead>", "", body, flags=re.DOTALL))
    )
    return [
        cell[0][:120] for cell in cells if TO_CLICK.search(cell["inside"]) and "f-" not in cell["attributes"]
    ]


def test_nothing_to_click_is_hidden_on_a_phone():
    found = {
        str(path.relative_to(TEMPLATES)): cells
        for path in sorted(TEMPLATES.rglob("*.html"))
        if (cells := hidden(path.read_text()))
    }
    assert found == {}
    assert hidden('<table class="table fold"><tr><td class="nowrap"><button>Grant</button></td></tr></table>')
