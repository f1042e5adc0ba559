"""The copy of a refused statement holds the bank's bytes, and what is wrong before the line that it is about."""

import random
from collections.abc import Iterator

import pytest

from payouts.rails.statements import marking
from payouts.rails.statements.base import Place
from tests.payouts import camt
from tests.payouts.rails.statements import whole

TWO = (
    '<?xml version="1.0" encoding="{encoding}"?>\n<ns2:Document xmlns:ns2="urn:x">\n<ns2:BkToCstmrStmt>\n'
    "<ns2:GrpHdr><ns2:Ntry/></ns2:GrpHdr><ns2:Stmt><ns2:Id>ä1</ns2:Id><ns2:Stmt><ns2:Ntry/></ns2:Stmt>"
    "<ns2:X><ns2:Ntry/></ns2:X>\n<!-- <ns2:Ntry> --><ns2:Ntry n='>1'>one</ns2:Ntry><ns2:Ntry n='2'/></ns2:Stmt>\n"
    "  <ns2:Stmt><ns2:Id>é2㰼</ns2:Id><ns2:Ntry n='3㰼'/></ns2:Stmt>\n</ns2:BkToCstmrStmt></ns2:Document>"
)
ERRORS = [
    (Place(1), "Kein Tag für «ä1»."),
    (Place(1), "Zweitens."),
    (Place(1, 2), "Nichts."),
    (Place(2), "Falsch."),
    (Place(2, 1), "Auch."),
    (Place(2, 7), "Nirgends."),
]
BEFORE = {
    "<ns2:Stmt><ns2:Id>ä1": "<!-- error: Kein Tag für «ä1». -->\n<!-- error: Zweitens. -->\n",
    "<ns2:Ntry n='2'": "<!-- error: Nichts. -->\n",
    "<ns2:Stmt><ns2:Id>é2": "<!-- error: Falsch. -->\n",
    "<ns2:Ntry n='3": "<!-- error: Auch. -->\n",
}


def in_pieces(body: bytes, *sizes: int) -> Iterator[bytes]:
    """The body in pieces of these sizes, over and over."""
    at = 0
    while at < len(body):
        for size in sizes:
            if body[at : at + size]:
                yield body[at : at + size]
            at += size


def made_of(body: bytes, errors: marking.Errors, *sizes: int) -> bytes:
    pieces = list(marking.made(in_pieces(body, *sizes or (1 << 20,)), errors))
    assert all(pieces), "an empty piece would end an answer that is sent in pieces"
    return b"".join(pieces)


@pytest.mark.parametrize("sizes", [(1 << 20,), (4, 1), (4, 2, 1), (7, 64, 3)])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_each_error_stands_before_its_line_and_nothing_else_changes(
    encoding: str, sizes: tuple[int, ...]
) -> None:
    text = TWO.format(encoding=encoding.removesuffix("-le").removesuffix("-be"))
    text = text if encoding.startswith("utf") else text.replace("㰼", "")
    made = made_of(text.encode(encoding), ERRORS, *sizes)
    expected = text
    for part, said in BEFORE.items():
        expected = expected.replace(part, said + part)
    assert made.decode(encoding) == expected + "<!-- error: Nirgends. -->\n"


def test_a_marked_statement_is_read_like_the_original() -> None:
    body = camt.statement([camt.Line(-100), camt.Line(-200)])
    said = ["Line 1 -- or 2 -—--- is wrong-", "<Stmt>\x00\x1b --> evil"]
    for size in random.Random(7).choices(range(1, len(body)), k=20):
        made = made_of(
            body, [(place, text) for place in (Place(1), Place(1, 2), Place(9)) for text in said], size
        )
        assert made.count(b"evil") == 3
        assert whole.read(made) == whole.read(body)


def test_without_errors_it_is_the_same() -> None:
    body = camt.statement()
    assert made_of(body, []) == body


@pytest.mark.parametrize(
    "body",
    [
        b"no statement",
        b"<Document><BkToCstmrStmt><Stmt",
        b"<!DOCTYPE d [<!ENTITY e 'x'>]><Document><BkToCstmrStmt><Stmt>&e;</Stmt></BkToCstmrStmt></Document>",
        b'<?xml version="1.0" encoding="no-such"?><Document/>',
        b"<a>" * 300 + b"</a>" * 300,
        b"<X><BkToCstmrStmt><Stmt/></BkToCstmrStmt></X>",
    ],
)
def test_what_finds_no_place_stands_at_the_end(body: bytes) -> None:
    assert made_of(body, [(Place(1), "Wrong.")], 5) == body + b"<!-- error: Wrong. -->\n"


def test_no_more_is_held_than_the_tag_that_has_not_ended() -> None:
    """A file may be larger than the memory: what was read goes on, while the errors wait for their place."""
    lines = [b"<Document><BkToCstmrStmt><Stmt>", *[b"<Ntry><Amt>1</Amt></Ntry>"] * 1000, b"<Ntry", b">"]
    given, taken = 0, 0

    def read() -> Iterator[bytes]:
        nonlocal given
        for line in lines:
            given += len(line)
            assert given - taken <= 64
            yield line

    for piece in marking.made(read(), [(Place(1, 1001), "Wrong.")]):
        taken += len(piece)
    assert taken == given + len(b"<!-- error: Wrong. -->\n")


def test_errors_are_taken_one_by_one_and_none_is_held() -> None:
    """As many errors as lines: each is said when its line comes, and the next is asked for only then."""
    lines = [b"<Document><BkToCstmrStmt><Stmt>", *[b"<Ntry>1</Ntry>"] * 1000, b"</Stmt>"]
    taken = 0

    def errors() -> Iterator[tuple[Place, str]]:
        nonlocal taken
        for line in range(1, 1001):
            taken = line
            yield Place(1, line), "Wrong."

    told = 0
    for piece in marking.made(lines, errors()):
        told += piece.count(b"Wrong.")
        assert taken <= told + 1
    assert told == 1000
