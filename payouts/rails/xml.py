"""Reading XML that others wrote: tolerant about namespaces, strict about everything that could hurt.

Banks send foreign namespaces or none, so elements are found by local name. Document types, external entities
and files beyond the size bound are refused before anything is read from them.
"""

import io
from collections.abc import Iterator
from typing import Any

from lxml import etree

from payouts.rails import base

LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Bytes. A statement of 50,000 single payments takes about 60 MB."""
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
    _check(body, largest)
    try:
        root = etree.fromstring(body, etree.XMLParser(**_GIVEN))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(body, error) from error
    _check_type(root)
    return root


def ends(body: bytes, *names: str) -> Iterator[Any]:
    """Each element of these local names once it is complete, and at last the root.

    Whoever asks clears what it is done with, and so a large document needs little memory. Raises as `parse`, perhaps
    after elements before the fault were given.
    """
    _check(body, LARGEST_DOCUMENT)
    wanted = [f"{{*}}{each}" for each in names]
    found: Any = etree.iterparse(io.BytesIO(body), events=("end",), tag=wanted, **_GIVEN)
    try:
        for _event, element in found:
            yield element
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(body, error) from error
    _check_type(found.root)
    yield found.root


def _check(body: bytes, largest: int) -> None:
    if len(body) > largest:
        raise base.Unreadable(f"The document has {len(body):,} bytes; at most {largest:,} are read.")
    if b"<!DOCTYPE" in body[:4096].upper():
        raise _typed()


def _check_type(root: Any) -> None:
    if root.getroottree().docinfo.doctype:  # also in encodings where `_check` sees nothing
        raise _typed()


def _broken(body: bytes, error: Exception) -> base.Unreadable:
    if b"<" not in body[:100]:
        return base.Unreadable("The document is no XML.")
    said = error.msg if isinstance(error, etree.XMLSyntaxError) and error.msg else str(error)
    return base.Unreadable(f"The document is not well-formed XML: {said}.")


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
