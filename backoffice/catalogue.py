"""The words of pages in other languages: collected from code and templates, kept as gettext catalogues, compiled.

`locale/<language>/LC_MESSAGES/django.po` is what translators write; the .mo beside it is made from it and is what
the program reads. Both are in the repository, so that running needs no gettext on the machine.
"""

import io
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message, mofile, pofile
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from django.conf import settings
from django.utils.translation.template import templatize

ROOMS = ("backoffice", "payouts", "sellers")
PROFILES = ("sellers/importing/data", "sellers/ledger/profiles/data")
LANGUAGES = ("fr", "es", "ja")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "later": None,
    "later_as": ((1, "c"), 2),
    "later_filled": None,
    "noted": None,
    "Column": None,
    "money_column": None,
    "unknown_column": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_HEADINGS = {"Column", "money_column", "unknown_column"}
"""Their first value is a heading of a file for Excel, the others are none of people's business."""
_NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # a day of its own would change the files although no word did
_HOLE = re.compile(r"%\((\w+)\)[sd]|\{(\w*)[^}]*\}|%[sd]")

Found = tuple[str, str | tuple[str, str], str | None]
"""Where it stands, the words (with their plural), their context."""


def path(language: str) -> Path:
    """The catalogue that translators write."""
    return Path(settings.BASE_DIR) / "backoffice" / "locale" / language / "LC_MESSAGES" / "django.po"


@lru_cache(maxsize=1)
def collected() -> Catalog:
    """Every text that code and templates mark for translation, with the files it stands in."""
    catalogue = Catalog(project="Payout back office", fuzzy=False)
    for place, words, context in (*_of_code(), *_of_templates(), *_of_profiles()):
        catalogue.add(words, locations=[(place, 0)], context=context)
    return catalogue


def renewed(language: str) -> Catalog:
    """The language's catalogue with exactly the texts that are collected now; what was translated stays."""
    file = path(language)
    before = _read(file, language) if file.exists() else Catalog(locale=language)
    after = _empty(language)
    for message in sorted(collected(), key=lambda one: (_first(one), one.context or "")):
        if not message.id:
            continue
        known = before.get(message.id, message.context)
        after.add(
            message.id,
            known.string if known and known.id == message.id else None,
            locations=sorted(set(message.locations)),
            context=message.context,
        )
    return after


def wanting(catalogue: Catalog) -> list[str]:
    """The texts without a translation, or with one that loses or invents a placeholder."""
    return [_first(message) for message in catalogue if message.id and not _whole(message)]


def as_po(catalogue: Catalog) -> bytes:
    """What stands in the repository: no dates and no line numbers, so that nothing changes but words."""
    file = io.BytesIO()
    pofile.write_po(file, catalogue, omit_header=True, width=120, include_lineno=False)
    head = f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    plural = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    return (head + plural).encode() + file.getvalue().strip() + b"\n"


def as_mo(catalogue: Catalog) -> bytes:
    """What the program reads: the translations that are whole. Where there is none the page stays English."""
    said = _empty(str(catalogue.locale))
    for message in catalogue:
        if message.id and _whole(message):
            said.add(message.id, message.string, context=message.context)
    file = io.BytesIO()
    mofile.write_mo(file, said)
    return file.getvalue()


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=language,
        project="Payout back office",
        fuzzy=False,
        creation_date=_NO_DAY,
        revision_date=_NO_DAY,
    )


def _read(file: Path, language: str) -> Catalog:
    with file.open("rb") as opened:
        return pofile.read_po(opened, locale=language)


def _of_code() -> Iterator[Found]:
    for room in ROOMS:
        for file in sorted((Path(settings.BASE_DIR) / room).rglob("*.py")):
            yield from _in_python(file, file.read_text())


def _of_templates() -> Iterator[Found]:
    """What tags translate, and the `_("…")` among the values of tags and filters."""
    for file in sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html")):
        code = templatize(file.read_text(), str(file))
        yield from _in_python(file, f"({code}\n)")  # in brackets, where an indented line is none of Python's


def _of_profiles() -> Iterator[Found]:
    """What profiles of imports say of themselves: those that come with the program."""
    for folder in PROFILES:
        for file in sorted((Path(settings.BASE_DIR) / folder).glob("*.toml")):
            said = tomllib.loads(file.read_text())
            for name in ("title", "about"):
                yield str(file.relative_to(settings.BASE_DIR)), " ".join(said[name].split()), None


def _in_python(file: Path, code: str) -> Iterator[Found]:
    place = str(file.relative_to(settings.BASE_DIR))
    for _line, name, words, _notes in extract_python(
        io.BytesIO(code.encode()), KEYWORDS, [], {"encoding": "utf-8"}
    ):
        if found := _one(str(name), [words] if isinstance(words, str) else list(words or ())):
            yield place, *found


def _one(name: str, words: Sequence[Any]) -> tuple[str | tuple[str, str], str | None] | None:
    """One call's texts; None stands for what is not written down there. A context comes first, a plural last."""
    if name in _HEADINGS:
        return (str(words[0]), None) if words and words[0] else None
    texts = [str(text) for text in words if text]
    context = texts.pop(0) if ("pgettext" in name or name == "later_as") and texts else None
    if not texts:
        return None
    if name.startswith(("ngettext", "npgettext")):
        return (texts[0], texts[1]), context
    return texts[0], context


def _whole(message: Message) -> bool:
    said, asked = _forms(message.string), _forms(message.id)
    if not all(said):
        return False
    if any(_marks(text) not in map(_marks, asked) for text in said):
        return False
    most = max((_holes(text) for text in asked), key=len)
    # A plural form may say "one" for the number, and invents nothing; a text without forms keeps every hole.
    return all(_holes(text) <= most for text in said) and (len(said) > 1 or _holes(said[0]) == most)


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def _holes(text: str) -> set[str]:
    return {
        match.group(0) if not any(match.groups()) else match.group(1) or match.group(2)
        for match in _HOLE.finditer(text)
    }


def _marks(text: str) -> tuple[int, ...]:
    """What would end an attribute or a tag: a template shows a translation as it stands."""
    return tuple(text.count(mark) for mark in '"<>')


def _first(message: Message) -> str:
    return _forms(message.id)[0]
