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


def test_ends_gives_elements_as_they_are_complete_and_the_root_last() -> None:
    body = b"<a:D xmlns:a='x'><!-- no --><a:B>1</a:B><a:C><a:B>2</a:B></a:C></a:D>"
    assert [xml.name(each) for each in xml.ends(body, "B", "C")] == ["B", "B", "C", "D"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_ends_refuses_what_parse_refuses(encoding: str) -> None:
    for text in ("<!DOCTYPE d [<!ENTITY a 'x'>]><d><b>&a;</b></d>", "<d><b/>", ""):
        with pytest.raises(base.Unreadable):
            list(xml.ends(text.encode(encoding), "b"))
