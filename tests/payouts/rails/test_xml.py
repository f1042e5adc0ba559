import io

import pytest

from payouts.rails import base, xml


def test_elements_are_found_whatever_their_namespace() -> None:
    for document in (b'<D xmlns="urn:x"><A><B> hi </B></A></D>', b"<D><A><B>hi</B></A></D>"):
        assert xml.text(xml.parse(document), "A/B") == "hi"


def test_a_path_is_followed_through_every_sibling() -> None:
    assert xml.text(xml.parse(b"<D><A/><A><B>second</B></A></D>"), "A/B") == "second"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>'
    with pytest.raises(base.Unreadable, match="document type"):
        xml.parse(bomb.encode(encoding))


def test_an_external_entity_is_not_fetched(tmp_path: object) -> None:
    with pytest.raises(base.Unreadable, match="document type"):
        xml.parse(b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><d>&x;</d>')


def test_what_is_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(base.Unreadable, match="at most 10 are read"):
        xml.parse(b"<d>0123456789</d>", largest=10)


@pytest.mark.parametrize("body", [b"", b"not xml", b"<open>", b"\xff\xfe\x00"])
def test_what_is_no_xml_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(base.Unreadable, match=r"well-formed|no XML"):
        xml.parse(body)


def test_a_fault_is_said_by_its_line_in_words_of_ours() -> None:
    said = "The document is not well-formed XML from line 3 on: it was cut short, or changed on its way."
    for read in (xml.parse, lambda body: list(xml.Elements(io.BytesIO(body), "B"))):
        with pytest.raises(base.Unreadable, match=f"^{said} Ask the bank for it again.$"):
            read(b"<D>\n<B>\n</C></D>")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"<Document><!-- x --><Stmt><A", "Stmt"),
        (b"<x:Document xmlns:x='y'><x:Stmt>", "Stmt"),
        (b"<Stmt><A/>", "Stmt"),
        (b"<Document><Stmt>&bad;", "Stmt"),
        (b"<Document><St", ""),
        (b"no xml", ""),
        (b"", ""),
    ],
)
def test_a_message_is_known_by_how_it_begins(head: bytes, message: str) -> None:
    assert xml.message_begun(head) == message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_message_is_told_of_a_document_with_a_document_type(encoding: str) -> None:
    head = '<!DOCTYPE d [<!ENTITY a "aaaa">]><Document><Stmt>&a;'
    with pytest.raises(base.Unreadable, match="document type"):
        xml.message_begun(head.encode(encoding))


def test_a_document_type_is_refused_before_its_parts_are_read() -> None:
    with pytest.raises(base.Unreadable, match="document type"):
        xml.message_begun(b'<!DOCTYPE d [<!ENTITY a "aaaa">')


def test_elements_are_given_as_they_are_complete_and_the_root_is_known_at_last() -> None:
    body = b"<a:D xmlns:a='x'><!-- no --><a:B>1</a:B><a:C><a:B>2</a:B></a:C></a:D>"
    elements = xml.Elements(io.BytesIO(body), "B", "C")
    assert [xml.name(each) for each in elements] == ["B", "B", "C"]
    assert xml.name(elements.root) == "D"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_elements_are_refused_as_by_parse(encoding: str) -> None:
    for text in ("<!DOCTYPE d [<!ENTITY a 'x'>]><d><b>&a;</b></d>", "<d><b/>", ""):
        with pytest.raises(base.Unreadable):
            list(xml.Elements(io.BytesIO(text.encode(encoding)), "b"))


def inside(text: str) -> bytes:
    return f"<D><Head/>{text}</D>".encode()


def read_through(body: bytes) -> xml.Elements:
    elements = xml.Elements(io.BytesIO(body), "B")
    for element in elements:
        elements.over(element)
    return elements


def test_what_was_read_and_what_stood_between_is_gone() -> None:
    elements = read_through(inside("<B><C>1</C></B><Junk><C/></Junk>" * 500))
    assert [xml.name(each) for each in elements.root] == ["Head", "B", "Junk"]
    assert len(elements.root[1]) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("bound", "most"), [("MOST_ELEMENTS", 40_000), ("LARGEST_DOCUMENT", 400_000)])
def test_any_number_of_parts_is_read_but_none_without_end(
    monkeypatch: pytest.MonkeyPatch, encoding: str, bound: str, most: int
) -> None:
    monkeypatch.setattr(xml, bound, most)
    small = inside(f"<B>{'<C>1</C>' * 50}</B>" * 2_000).decode()
    read_through(small.encode(encoding))
    endless = inside("<B/>" + "<C>1</C>" * 100_000).decode()
    with pytest.raises(base.Unreadable, match=r"^One part of the document is larger than any payment"):
        read_through(endless.encode(encoding))


def test_a_document_cannot_feign_that_something_was_read() -> None:
    elements = xml.Elements(io.BytesIO(inside("<B/><J/>" * 3)), "B")
    marks = set()
    for element in elements:
        elements.over(element)
        marks |= set(element.attrib)
    (mark,) = marks
    again = xml.Elements(io.BytesIO(inside(f"<B/><J {mark}=''/><B/>")), "B")
    for element in again:
        again.over(element)
    assert [xml.name(each) for each in again.root] == ["Head", "B"]


ATTRIBUTE = "a{n}='1'"


def test_attributes_count_as_elements_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 40_000)
    one = f"<B {' '.join(ATTRIBUTE.format(n=n) for n in range(300))}/>"
    read_through(inside(one * 300))
    endless = "<B/>" + one.replace("<B", "<C") * 300
    with pytest.raises(base.Unreadable, match="larger than any payment"):
        read_through(inside(endless))


@pytest.mark.parametrize("encoding", ["UTF-7", "EBCDIC-CP-FR", "UTF-32", "IBM037"])
def test_an_encoding_in_which_nothing_can_be_counted_is_refused(encoding: str) -> None:
    body = f"<?xml version='1.0' encoding='{encoding}'?><D><B/></D>".encode()
    with pytest.raises(base.Unreadable, match=f"written in {encoding}, which no bank uses"):
        read_through(body)


@pytest.mark.parametrize(
    "encoding", ["UTF-8", "utf-16", "ISO-8859-1", "ISO8859-15", "windows-1252", "US-ASCII"]
)
def test_the_encodings_that_banks_use_are_read(encoding: str) -> None:
    body = f"<?xml version='1.0' encoding='{encoding}'?><D><B/></D>".encode(encoding)
    assert xml.name(read_through(body).root) == "D"
