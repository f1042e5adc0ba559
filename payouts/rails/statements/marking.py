"""The copy of a refused statement: the bank's own bytes, and before each part that is wrong a comment that says so."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any
from xml.parsers import expat

from payouts.rails.statements.base import Place

_MESSAGE, _STATEMENT, _LINE = "BkToCstmrStmt", "Stmt", "Ntry"
_ABOVE = ([_MESSAGE], ["Document", _MESSAGE])
"""What a statement stands in."""
_DEEPEST = 256
_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How two bytes a character begin, with a mark or without; a codec that chose by itself would write a mark inside."""

Errors = Iterable[tuple[Place, str]]
"""In the order of their places."""


def made(pieces: Iterable[bytes], errors: Errors, *, label: str = "error: ") -> Iterator[bytes]:
    """The document in pieces as they come, with the errors of each line before it, and of a statement before that.
    ``label`` stands before each.

    The first piece has at least four bytes. Nothing else of it changes, and it is read like the original. What finds no
    place stands before the next that does, or at the end, as in a document that is no XML from some byte on. Errors are
    taken one by one: neither they nor the document are ever in memory whole.
    """
    return filter(None, _marked(pieces, _Waiting(errors), label))


def _marked(pieces: Iterable[bytes], waiting: "_Waiting", label: str) -> Iterator[bytes]:
    places = _Places()
    held, begins = b"", 0  # what the parser has not told of yet, and where it stands in the document
    for piece in chain(pieces, [b""]):
        held += piece
        done = 0
        places.over = places.over or waiting.over
        for place, at in places.read(piece):
            if waiting.for_(place):
                yield held[done : at - begins]
                done = at - begins
                yield from (_comment(label + text, places.encoding) for text in waiting.up_to(place))
        told = len(held) if places.over else max(done, places.told - begins)
        yield held[done:told]
        held, begins = held[told:], begins + told
    yield held
    yield from (_comment(label + text, places.encoding) for text in waiting.up_to(None))


class _Waiting:
    """The errors that have not been said."""

    def __init__(self, errors: Errors) -> None:
        self._errors = iter(errors)
        self._next = next(self._errors, None)

    @property
    def over(self) -> bool:
        return self._next is None

    def for_(self, place: Place | None) -> bool:
        """Whether there is one for this place, or for one before it; of None, any."""
        return self._next is not None and (place is None or self._next[0] <= place)

    def up_to(self, place: Place | None) -> Iterator[str]:
        """Those `for_` this place, which wait no longer."""
        while self._next is not None and self.for_(place):
            text = self._next[1]
            self._next = next(self._errors, None)
            yield text


def _comment(text: str, encoding: str) -> bytes:
    return f"<!-- {_plain(text)} -->\n".encode(encoding, errors="replace")


def _plain(text: str) -> str:
    """As a comment may hold it: XML forbids two hyphens in one, and every control character."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown.replace("--", "- -").replace("--", "- -").rstrip("-")


class _Places:
    """Where each part of a camt.053 begins, in bytes from its own."""

    def __init__(self) -> None:
        self.encoding = ""
        self.over = False
        """Nothing more is looked for: nothing waits for its place, or it is no XML that could be marked."""
        self._found: list[tuple[Place, int]] = []
        self._above: list[str] = []
        self._statement = self._line = 0
        self._parser = expat.ParserCreate()
        handlers: dict[str, Callable[..., object]] = {
            "XmlDeclHandler": self._declared,
            "StartDoctypeDeclHandler": _refuse,
            "StartElementHandler": self._opened,
            "EndElementHandler": lambda _tag: self._above.pop(),
        }
        for name, handler in handlers.items():
            setattr(self._parser, name, handler)

    @property
    def told(self) -> int:
        """Up to where all that begins has been found."""
        return self._parser.CurrentByteIndex

    def read(self, piece: bytes) -> list[tuple[Place, int]]:
        """What was found since. An empty piece is the end: a parser may wait with a short one for the next."""
        if not self.encoding:
            self.encoding = next((name for mark, name in _MARKS if piece.startswith(mark)), "utf-8")
        if self.over:
            return []
        try:
            self._parser.Parse(piece, not piece)
        except (expat.ExpatError, LookupError, ValueError):
            self.over = True
        found, self._found = self._found, []
        return found

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and not self.encoding.startswith("utf-16"):
            self.encoding = codecs.lookup(encoding).name

    def _opened(self, tag: str, _attributes: Any) -> None:
        name = tag.rpartition(":")[2]
        if name == _STATEMENT and self._above in _ABOVE:
            self._statement, self._line = self._statement + 1, 0
            self._note(Place(self._statement))
        elif name == _LINE and self._above[-1:] == [_STATEMENT] and self._above[:-1] in _ABOVE:
            self._line += 1
            self._note(Place(self._statement, self._line))
        if len(self._above) >= _DEEPEST:
            raise ValueError("Deeper than any message.")
        self._above.append(name)

    def _note(self, place: Place) -> None:
        self._found.append((place, self._parser.CurrentByteIndex))


def _refuse(*_given: Any) -> None:
    raise ValueError("A document type.")
