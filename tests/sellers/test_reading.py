"""A file is read in the encoding that it is in, or not at all: other letters would be other ids."""

import io

import pytest

from sellers import importing, reading
from sellers.ledger import profiles

ALL = ("utf-8", "utf-16", "cp1252")
HEADER = b"external_id,description\n"
SPARSE = b"e2,caf\xe9\n"
"""Windows-1252, and in UTF-8 none."""
LETTERS = [b"\xc3\xa9", "東".encode(), "😀".encode()]


def inspected(data: bytes, encodings=ALL) -> reading.Inspected:
    return reading.inspect(io.BytesIO(data), encodings)


def refusal(data: bytes, encodings=ALL) -> tuple[int, str]:
    with pytest.raises(reading.BadFile) as refused:
        inspected(data, encodings)
    return refused.value.line, str(refused.value)


def with_windows_1252() -> list[tuple[str, tuple[str, ...]]]:
    every = [
        (each.name, each.encodings)
        for kind in ("earnings", "corrections")
        for each in profiles.all_profiles(kind)
    ]
    every += [(f"sellers-{each.name}", each.encodings) for each in importing.all_profiles()]
    return [(name, encodings) for name, encodings in every if "cp1252" in encodings]


@pytest.mark.parametrize("letter", LETTERS)
def test_one_bad_byte_makes_no_other_letters_of_a_file_in_utf_8(letter):
    row = b"e1," + letter + b"\n"
    said = "Line {} is not UTF-8 (byte 0xE9). Save the file as “CSV UTF-8” in your spreadsheet and try again."
    assert refusal(HEADER + row + SPARSE) == (3, said.format(3))
    assert refusal(HEADER + SPARSE + row) == (2, said.format(2))


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_of_utf_8_is_seen_across_the_pieces_that_are_read(letter):
    for inside in range(1, len(letter)):
        filled = HEADER + SPARSE
        filled += b"x" * (reading._PIECE - len(filled) - inside)
        assert refusal(filled + letter + b"\n")[0] == 2


def test_what_is_wrong_behind_a_letter_of_two_pieces_is_said_by_its_own_line_and_byte():
    filled = HEADER + b"e1," + b"x" * (reading._PIECE - len(HEADER) - 5) + b"\xe3\x81"
    assert len(filled) == reading._PIECE
    line, said = refusal(filled + b"\x82\ne2,\xff\n")
    assert (line, "(byte 0xFF)" in said) == (3, True)


def test_a_file_cut_inside_a_letter_makes_no_other_letters_either():
    whole = HEADER + "e1,é\ne2,café\n".encode()
    line, said = refusal(whole[:-2])
    assert (line, said) == (
        3,
        "The file breaks off in the middle of a character. Was it cut short? Save it as “CSV UTF-8” and try again.",
    )


@pytest.mark.parametrize("last", ["DÜ", "CAFÉ"])
def test_a_whole_file_of_windows_that_looks_cut_is_told_how_to_be_read(last):
    text = HEADER.decode() + f"e1,{last}"
    assert refusal(text.encode("cp1252"))[1].endswith("Save it as “CSV UTF-8” and try again.")
    assert reading.inspect(io.BytesIO(text.encode()), ("utf-8", "cp1252")).encoding.startswith("utf-8")


@pytest.mark.parametrize("letter", LETTERS)
def test_a_file_whose_only_letter_is_cut_at_its_end_makes_no_other_letters_either(letter):
    shortest = 1 if len(letter) == 2 else 2  # less may be a last small letter of Windows-1252
    for left in range(shortest, len(letter)):
        data = HEADER + b"e1," + letter[:left]
        line, said = refusal(data)
        assert (line, said.startswith("The file breaks off in the middle of a character.")) == (2, True)
        assert refusal(data, ("cp1252", "utf-8"))[0] == 2


@pytest.mark.parametrize(
    "text",
    [
        "Café, Müller & Søn",
        "ÉTÉ, ÎLE",
        "à demi, où ?",
        "«\u00a0Noël\u00a0»",
        "12 €, L’Œuvre – no 1…",
        "é",
        "Müller, Spaß",
    ],
)
def test_windows_1252_without_a_letter_of_utf_8_is_read(text):
    found = inspected(HEADER + b"e1," + text.encode("cp1252"))
    assert found.encoding == "cp1252"


def test_whichever_encoding_stands_first_a_file_in_utf_8_is_read_as_such():
    assert inspected(HEADER + "e1,é\n".encode(), ("cp1252", "utf-8")).encoding == "utf-8-sig"


@pytest.mark.parametrize(("name", "encodings"), with_windows_1252())
def test_every_profile_that_reads_windows_1252_refuses_a_file_of_both(name, encodings):
    assert inspected(HEADER + SPARSE, encodings).encoding == "cp1252"
    assert "Line 3 is not UTF-8" in refusal(HEADER + "e1,é\n".encode() + SPARSE, encodings)[1]


def test_profiles_of_each_kind_read_windows_1252():
    assert {"generic", "generic-fr", "corrections", "sellers-generic"} <= dict(with_windows_1252()).keys()
