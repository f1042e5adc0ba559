"""What stands in a PDF, read without the library that wrote it: pages of text in the order it is drawn.

It knows as much of the format as our documents use: simple objects, Flate and ASCII85 streams, fonts with a ToUnicode
map or in UCS-2, and forms drawn on a page.
"""

import base64
import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.S)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.S)
_PART = re.compile(
    rb"/(?P<font>\S+) [\d.]+ Tf|[\d.-]+ [\d.-]+ [\d.-]+ [\d.-]+ (?P<x>[\d.-]+) (?P<y>[\d.-]+) Tm"
    rb"|\((?P<text>(?:\\.|[^\\()])*)\) Tj|/(?P<form>\S+) Do",
    re.S,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Reading:
    """One document. ``pages`` is the text of each: a line for each height written at, a tab between its pieces."""

    def __init__(self, body: bytes) -> None:
        self._objects = {int(number): content for number, content in _OBJECT.findall(body)}
        self._fonts = {name: self._font(number) for name, number in self._named(rb"/Font")}
        self._forms = dict(self._named(rb"/XObject"))
        kids = next(content for content in self._objects.values() if b"/Kids" in content)
        listed = re.findall(rb"(\d+) 0 R", kids[kids.index(b"/Kids") :].partition(b"]")[0])
        self.pages = [self._page(self._objects[int(number)]) for number in listed]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)

    @property
    def fonts(self) -> set[str]:
        """The names of the fonts, with the mark of a subset."""
        return {
            name.decode()
            for content in self._objects.values()
            for name in re.findall(rb"/BaseFont /(\S+)", content)
        }

    def _named(self, kind: bytes) -> list[tuple[bytes, int]]:
        """Names of resources of this kind with the objects they stand for, wherever they are listed."""
        found: dict[bytes, int] = {}
        for content in self._objects.values():
            for inner, reference in re.findall(kind + rb"\s*(?:<<(.*?)>>|(\d+) 0 R)", content, re.S):
                listed = inner or self._objects[int(reference)]
                found |= {name: int(number) for name, number in re.findall(rb"/(\S+) (\d+) 0 R", listed)}
        return list(found.items())

    def _stream(self, number: int) -> bytes:
        content = self._objects[number]
        match = _STREAM.search(content)
        assert match is not None, number
        body, head = match.group(1), content[: match.start()]
        if b"/ASCII85Decode" in head:
            body = base64.a85decode(body.strip().removesuffix(b"~>"))
        return zlib.decompress(body) if b"/FlateDecode" in head else body

    def _font(self, number: int) -> dict[int, str] | None:
        """What each code of the font stands for; None for a font whose text is UCS-2."""
        content = self._objects[number]
        if b"UCS2" in content:
            return None
        reference = re.search(rb"/ToUnicode (\d+) 0 R", content)
        if reference is None:
            return {code: bytes([code]).decode("cp1252", "replace") for code in range(256)}
        _, _, listed = self._stream(int(reference.group(1))).partition(b"beginbfchar")
        return {
            int(code, 16): bytes.fromhex(letter.decode()).decode("utf-16-be")
            for code, letter in re.findall(rb"<(\w+)> <(\w+)>", listed)
        }

    def _page(self, content: bytes) -> str:
        reference = re.search(rb"/Contents (\d+) 0 R", content)
        assert reference is not None
        return self._drawn(self._stream(int(reference.group(1))))

    def _drawn(self, stream: bytes) -> str:
        parts: list[str] = []
        font, height, end = b"", b"", False
        for match in _PART.finditer(stream):
            if match["font"]:
                font = match["font"]
            elif match["y"]:
                end, height = match["y"] != height, match["y"]
            elif match["form"]:
                parts.append(" " + self._drawn(self._stream(self._forms[match["form"]])))
            elif match["text"] is not None:
                parts.append(
                    ("\n" if end else "\t" if parts else "") + self._decoded(match["text"], self._fonts[font])
                )
                end = False
        return "".join(parts).strip()

    def _decoded(self, text: bytes, letters: dict[int, str] | None) -> str:
        plain = _ESCAPE.sub(
            lambda found: bytes([int(found[1], 8)]) if found[1].isdigit() else _NAMED.get(found[1], found[1]),
            text,
        )
        return plain.decode("utf-16-be") if letters is None else "".join(letters[code] for code in plain)
