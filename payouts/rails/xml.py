"""Reading XML that others wrote: tolerant about namespaces, strict about everything that could hurt.

Banks send foreign namespaces or none, so elements are found by local name. Document types, external entities
and files beyond the size bound are refused before anything is read from them.

lxml is loaded by what reads: it is 4 MB, which a worker that writes an export has no use for.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import IO, Any

from payouts.rails import base

LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Bytes of what is read at once."""
MOST_ELEMENTS = 1_000_000
"""Elements and attributes that `Elements` has at once: some 150 MB."""
_ENCODINGS = re.compile(
    rb"utf-?(8|16)(le|be)?|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d", re.I
)
"""In which a `<` is written as it is counted."""
_DECLARED = re.compile(rb"^[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]*)[\"']")
_GIVEN: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse(body: bytes, *, largest: int = LARGEST_DOCUMENT) -> Any:
    """The root element. Raises `Unreadable` with a sentence when it is no XML, too large, or has a document
    type."""
    from lxml import etree

    _check(body, largest)
    try:
        root = etree.fromstring(body, etree.XMLParser(**_GIVEN))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(body, error) from error
    _check_type(root)
    return root


class Elements:
    """A document of any size, element by element: each of these local names once it is complete.

    Whoever reads says what it is done with (`over`, `inside`), and so little of it is ever in memory: at most
    `LARGEST_DOCUMENT` bytes and `MOST_ELEMENTS` since the last `over`. Raises as `parse`, perhaps after elements before
    the fault were given.
    """

    root: Any = None
    """Known once all was read."""

    def __init__(self, stream: IO[bytes], *names: str) -> None:
        self._stream, self._names = stream, [f"{{*}}{each}" for each in names]
        self._mark = f"read-{secrets.token_hex(8)}"  # no document can have it
        self._bytes = self._elements = 0

    def __iter__(self) -> Iterator[Any]:
        from lxml import etree

        self._stream.seek(0)
        head = self._stream.read(4096)
        self._stream.seek(0)
        _check(head, LARGEST_DOCUMENT)
        if b"<" not in head[:200]:  # nor in EBCDIC, which the parser would find out by itself
            raise base.Unreadable("The document is no XML.")
        declared = _DECLARED.match(head.replace(b"\0", b""))
        if declared and not _ENCODINGS.fullmatch(declared[1].strip()):
            raise base.Unreadable(
                "The document is written in {encoding}, which no bank uses: refused. Ask the bank for UTF-8.",
                encoding=declared[1].decode("ascii", "replace")[:40],
            )
        found: Any = etree.iterparse(self, events=("end",), tag=self._names, **_GIVEN)
        try:
            for _event, element in found:
                yield element
        except base.Unreadable:  # our own, of what `read` saw
            raise
        except (etree.XMLSyntaxError, ValueError) as error:
            raise _broken(head, error) from error
        _check_type(found.root)
        self.root = found.root

    def read(self, size: int) -> bytes:
        """For the parser. Raises `Unreadable` where there is too much that nobody was done with."""
        data = self._stream.read(size)
        self._bytes += len(data)
        # The second ending is that of UTF-16, in either order of bytes.
        self._elements += data.count(b"<") - data.count(b"</") - data.count(b"<\0/") + data.count(b"=")
        if self._bytes > LARGEST_DOCUMENT or self._elements > MOST_ELEMENTS:
            raise too_much()
        return data

    def over(self, element: Any) -> None:
        """Everything before it has been read too: of its parent the first children stay, up to the first so ended."""
        self.inside(element)
        self._bytes = self._elements = 0

    def inside(self, element: Any) -> None:
        """It has been read, but not yet what it stands in. What is between it and the one before it goes."""
        self._elements -= sum(1 + len(each.attrib) for each in element.iter()) - 1
        element.clear()
        element.set(self._mark, "")
        parent = element.getparent()
        passed = []
        for before in element.itersiblings(preceding=True):
            passed.append(before)
            if before.get(self._mark) is not None:
                break
        else:
            return  # the first: what stands before it is the head
        for before in passed:
            parent.remove(before)


def message_begun(head: bytes) -> str:
    """`root_message` of a document by its first bytes; "" where they do not tell. Raises `Unreadable` where they
    declare a document type."""
    from lxml import etree

    _check(head, LARGEST_DOCUMENT)
    parser = etree.XMLPullParser(events=("start",), **_GIVEN)
    with suppress(etree.XMLSyntaxError, ValueError):  # what begins before the fault counts
        parser.feed(head)
    begun = [element for _event, element in islice(parser.read_events(), 2)]
    if begun:
        _check_type(begun[0])
    return next((each for each in map(name, begun) if each != "Document"), "")


def too_much() -> base.Unreadable:
    """The no to what would fill the memory."""
    return base.Unreadable(
        "One part of the document is larger than any payment or balance: refused. Ask the bank for another."
    )


def _check(body: bytes, largest: int) -> None:
    if len(body) > largest:
        raise base.Unreadable(
            "The document has {bytes} bytes; at most {largest} are read.", bytes=len(body), largest=largest
        )
    if b"<!DOCTYPE" in body[:4096].upper():
        raise _typed()


def _check_type(root: Any) -> None:
    if root.getroottree().docinfo.doctype:  # also in encodings where `_check` sees nothing
        raise _typed()


def _broken(body: bytes, error: Exception) -> base.Unreadable:
    if b"<" not in body[:100]:
        return base.Unreadable("The document is no XML.")
    return base.Unreadable(
        "The document is not well-formed XML from line {at} on: it was cut short, or changed on its way. Ask the "
        "bank for it again.",
        at=getattr(error, "lineno", None) or 1,
    )


def _typed() -> base.Unreadable:
    return base.Unreadable(
        "The document declares a document type (DTD), which no bank message needs: refused."
    )


def name(element: Any) -> str:
    """The local name, without namespace. Empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Any, wanted: str) -> Iterator[Any]:
    """Direct children of that local name."""
    return (child for child in element if name(child) == wanted)


def child(element: Any, path: str) -> Any | None:
    """The first element along "A/B/C" of local names, or None. Siblings of the same name are all tried."""
    head, _, rest = path.partition("/")
    for found in children(element, head):
        if not rest:
            return found
        deeper = child(found, rest)
        if deeper is not None:
            return deeper
    return None


def text(element: Any, path: str) -> str:
    """Stripped text of the first element along the path; "" where there is none."""
    found = child(element, path)
    return (found.text or "").strip() if found is not None else ""


def root_message(root: Any) -> str:
    """The local name of the message inside Document, such as "CstmrPmtStsRpt"; of the root where there is no
    Document."""
    if name(root) != "Document":
        return name(root)
    return next((name(element) for element in root if name(element)), "")
