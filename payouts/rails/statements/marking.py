"""The copy of a refused statement: the bank's own bytes, and before what is wrong a comment that says so."""

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any
from xml.parsers import expat

_MESSAGE, _STATEMENT = "BkToCstmrStmt", "Stmt"
_PIECE = 1 << 20
_DEEPEST = 256
_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How two bytes a character begin, with a mark or without; a codec that chose by itself would write a mark inside."""


def made(stream: IO[bytes], errors: Mapping[int, Sequence[str]]) -> Iterator[bytes] | None:
    """The document in pieces, with each statement's errors before it; ``errors`` are by its place, from 1.

    Nothing else of it changes, and it is read like the original. None where it is no XML that could be marked. The
    stream is read as the pieces are asked for, and closed after the last.
    """
    places = _Places()
    try:
        places.read(stream)
    except (expat.ExpatError, LookupError, ValueError):
        stream.close()
        return None
    return _marked(stream, places, errors)


def _marked(stream: IO[bytes], places: "_Places", errors: Mapping[int, Sequence[str]]) -> Iterator[bytes]:
    with stream:
        stream.seek(0)
        for number, place in enumerate(places.statements, start=1):
            yield from _pieces(stream, place - stream.tell())
            said = "".join(f"<!-- error: {_plain(text)} -->\n" for text in errors.get(number, ()))
            yield said.encode(places.encoding, errors="replace")
        yield from iter(lambda: stream.read(_PIECE), b"")


def _pieces(stream: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (piece := stream.read(min(size, _PIECE))):
        size -= len(piece)
        yield piece


def _plain(text: str) -> str:
    """As a comment may hold it: XML forbids two hyphens in one, and every control character."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown.replace("--", "- -").replace("--", "- -").rstrip("-")


class _Places:
    """Where each statement of a camt.053 begins, in bytes."""

    def __init__(self) -> None:
        self.statements: list[int] = []
        self.encoding = "utf-8"
        self._above: list[str] = []

    def read(self, stream: IO[bytes]) -> None:
        """Raises `ExpatError`, `LookupError` or `ValueError` for what is no XML or has a document type."""
        stream.seek(0)
        head = stream.read(4)
        stream.seek(0)
        self.encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")
        parser = expat.ParserCreate()
        handlers: dict[str, Callable[..., object]] = {
            "XmlDeclHandler": self._declared,
            "StartDoctypeDeclHandler": _refuse,
            "StartElementHandler": lambda tag, _attributes: self._opened(tag, parser.CurrentByteIndex),
            "EndElementHandler": lambda _tag: self._above.pop(),
        }
        for name, handler in handlers.items():
            setattr(parser, name, handler)
        parser.ParseFile(stream)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and not self.encoding.startswith("utf-16"):
            self.encoding = codecs.lookup(encoding).name

    def _opened(self, tag: str, place: int) -> None:
        name = tag.rpartition(":")[2]
        if name == _STATEMENT and self._above and self._above[-1] == _MESSAGE:
            self.statements.append(place)
        if len(self._above) >= _DEEPEST:
            raise ValueError("Deeper than any message.")
        self._above.append(name)


def _refuse(*_given: Any) -> None:
    raise ValueError("A document type.")
