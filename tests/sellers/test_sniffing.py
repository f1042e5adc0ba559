"""A file that is no text is known by how it begins, and text is never taken for one."""

import codecs
import gzip
import io
import zipfile

import pytest

from sellers.sniffing import HEAD, Shape, look, no_table, no_xml
from tests.payouts.operations.test_papers import PNG


def archive(*names: str, first: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        for name in names:
            into.writestr(name, first)
    return made.getvalue()


OPEN_SHEET = archive("mimetype", first=b"application/vnd.oasis.opendocument.spreadsheet")
FILES = [
    ("a.png", PNG, "a PNG picture", Shape.OTHER),
    ("a.csv", PNG, "a PNG picture", Shape.OTHER),  # whatever it is called
    ("a.jpg", b"\xff\xd8\xff\xe0..", "a JPEG picture", Shape.OTHER),
    ("a.pdf", b"%PDF-1.7", "a PDF", Shape.OTHER),
    ("a.zip", archive("a.csv"), "a ZIP archive", Shape.PACKED),
    ("a.csv.gz", gzip.compress(b"a,b", mtime=0), "a gzip archive", Shape.PACKED),
    ("a.bin", archive("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook", Shape.SHEET),
    ("A.XLSX", archive("[Content_Types].xml"), "an Excel workbook", Shape.SHEET),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook", Shape.SHEET),
    ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document", Shape.OTHER),
    ("a.ods", OPEN_SHEET, "an OpenDocument spreadsheet", Shape.SHEET),
    ("a.csv", bytes(range(256)), "a binary file", Shape.OTHER),
]
ROWS = "external_id,seller\n407-1,Café Łódź 東京\n"
TEXTS = [
    b"",
    ROWS.encode(),
    codecs.BOM_UTF8 + ROWS.encode(),
    ROWS.encode("utf-16"),  # with its mark
    "id,name\n1,株式会社サンプル\n2,Иван Белов\n3,L’Atelier – Łódź\n".encode("utf-16"),
    codecs.BOM_UTF16_BE + "id,name\n1,株式会社サンプル\n2,Иван Белов\n3,L’Atelier – Łódź\n".encode("utf-16-be"),
    "<?xml version='1.0' encoding='utf-16'?><Document>株式会社 Иван ’ –</Document>".encode("utf-16-le"),
    ROWS.encode("utf-16-le"),  # without: what is wrong with it, the reading says
    "Café;Müller\r\n".encode("cp1252"),
    b"id,seller\n1,e\x001\n",  # a NUL in a cell: the reading says in which line
    b"<?xml version='1.0'?><Document/>",
    b"PAYOUT,1\n",
]


@pytest.mark.parametrize(("name", "content", "what", "shape"), FILES)
def test_what_is_no_text_is_called_by_its_name(name, content, what, shape):
    found = look(content[:HEAD], name=name)
    assert found is not None and (str(found.what), found.shape) == (what, shape)


@pytest.mark.parametrize("content", TEXTS)
def test_text_in_every_encoding_is_let_through(content):
    assert look(content[:HEAD], name="a.csv") is None


@pytest.mark.parametrize("passed", [b"<!---->", b"<?a?>", b"<!-- a -->\n <?b c?>"])
def test_what_may_stand_before_a_page_is_passed_once(passed):
    """Tried in every way, it took twice as long with each of them: hundreds would never end."""
    before = passed * (HEAD // len(passed) - 10)
    assert str(no_table(before + b"<data/>").what) == "an XML document"
    assert no_xml(before + b"<data/>") is None
    for look_into in (no_table, no_xml):
        assert look_into(before + b"<!DOCTYPE html>").shape == Shape.PAGE
