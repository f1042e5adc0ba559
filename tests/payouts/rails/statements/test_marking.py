"""The copy of a refused statement holds the bank's bytes, and what is wrong before the statement it is about."""

import io

import pytest

from payouts.rails.statements import marking
from tests.payouts import camt
from tests.payouts.rails.statements import whole

TWO = (
    '<?xml version="1.0" encoding="{encoding}"?>\n<ns2:Document xmlns:ns2="urn:x">\n<ns2:BkToCstmrStmt>\n'
    "<ns2:Stmt><ns2:Id>ä1</ns2:Id><ns2:Stmt/></ns2:Stmt>\n  <ns2:Stmt><ns2:Id>é2</ns2:Id></ns2:Stmt>\n"
    "</ns2:BkToCstmrStmt></ns2:Document>"
)


def made_of(body: bytes, errors: dict[int, list[str]]) -> bytes | None:
    pieces = marking.made(io.BytesIO(body), errors)
    return None if pieces is None else b"".join(pieces)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_each_error_stands_before_its_statement_and_nothing_else_changes(encoding: str) -> None:
    text = TWO.format(encoding=encoding.removesuffix("-le").removesuffix("-be"))
    made = made_of(text.encode(encoding), {1: ["Kein Tag für «ä1».", "Zweitens."], 2: ["Falsch."]})
    assert made is not None
    second = "<!-- error: Falsch. -->\n<ns2:Stmt><ns2:Id>é2"
    first = "<!-- error: Kein Tag für «ä1». -->\n<!-- error: Zweitens. -->\n<ns2:Stmt><ns2:Id>ä1"
    assert made.decode(encoding) == text.replace("<ns2:Stmt><ns2:Id>ä1", first).replace(
        "<ns2:Stmt><ns2:Id>é2", second
    )


def test_a_marked_statement_is_read_like_the_original() -> None:
    body = camt.statement([camt.Line(-100), camt.Line(-200)])
    made = made_of(body, {1: ["Line 1 -- or 2 -—--- is wrong-", "<Stmt>\x00\x1b --> evil"]})
    assert made is not None
    assert b"evil" in made
    assert whole.read(made) == whole.read(body)


def test_without_errors_it_is_the_same() -> None:
    body = camt.statement()
    assert made_of(body, {}) == made_of(body, {7: ["No such statement."]}) == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no statement",
        b"<Document><BkToCstmrStmt><Stmt>",
        b"<!DOCTYPE d [<!ENTITY e 'x'>]><Document><BkToCstmrStmt><Stmt>&e;</Stmt></BkToCstmrStmt></Document>",
        b'<?xml version="1.0" encoding="no-such"?><Document/>',
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_what_is_no_statement_is_not_marked(body: bytes) -> None:
    assert made_of(body, {1: ["Wrong."]}) is None
