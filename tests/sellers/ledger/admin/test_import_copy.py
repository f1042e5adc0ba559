"""The copy of a refused file, with what is wrong at each row: corrected and uploaded again, it goes in."""

import csv
import io

import pytest

from sellers.ledger.models import ImportPart, Transaction
from tests import make
from tests.sellers.ledger.importing import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


@pytest.fixture
def desk(client):
    client.force_login(make.user("analyst", is_staff=True))
    return client


def copy(desk, file) -> bytes:
    answer = desk.get(f"/imports/{file.pk}/copy/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def table(body: bytes, **values) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig")), **values))


def test_every_row_is_there_as_it_was_with_its_errors_beside_it(desk, shop):
    data = given.csv(
        given.row("e1", seller="shop-1", kind="refund", amount="-5.00"),
        "",
        given.row("e2", seller="nobody", amount="x"),
        given.row("e3", seller="shop-1", description="line"),
    )
    rows = table(copy(desk, given.checked(data)))
    assert rows[0] == [*given.HEADER.split(","), "error"]
    assert rows[1] == [*table(data)[1], ""]
    assert rows[3][:-1] == table(data)[3]
    assert "The seller nobody is unknown" in rows[3][-1] and rows[4][-1] == ""


def test_the_corrected_copy_goes_in_with_its_column_of_errors(desk, shop):
    file = given.checked(given.csv(given.row("e1", seller="shop-1"), given.row("e2", seller="nobody")))
    mended = copy(desk, file).replace(b",nobody,", b",shop-1,")
    assert given.posted(mended).new_count == 2


def test_the_delimiter_stays_and_a_second_copy_keeps_the_first_errors(desk, shop):
    data = given.csv(given.row("é1", seller="nobody")).replace(b",", b";")
    first = copy(desk, given.checked(data))
    assert "é1;nobody".encode() in first
    again = copy(desk, given.checked(first)).decode()
    assert again.splitlines()[0].endswith(";error;error 2")


def test_no_cell_begins_a_formula_and_numbers_stay_numbers(desk, shop):
    bad = given.row("=cmd|' /C calc'!A0", seller="nobody", kind="refund", amount="-12.50")
    row = table(copy(desk, given.checked(given.csv(bad))))[1]
    assert row[0] == "'=cmd|' /C calc'!A0"
    assert row[3] == "-12.50"
    assert not row[-1].startswith(("=", "+", "-", "@"))


def test_ids_that_look_like_formulas_come_back_as_the_same_earnings_of_the_same_seller(desk):
    make.seller(external_id="=shop")
    fine = [given.row(key, seller="=shop") for key in ("-A1", "@b", " +c", "＝d")]
    given.posted(given.csv(*fine))
    keys = set(Transaction.objects.values_list("key", flat=True))
    body = copy(desk, given.checked(given.csv(*fine, given.row("e9", seller="nobody"))))
    assert table(body)[1][:2] == ["'-A1", "'=shop"]
    posted = given.posted(body.replace(b",nobody,", b",'=shop,"))
    assert posted.new_count == 1
    assert set(Transaction.objects.values_list("key", flat=True)) - keys == {"earning:generic:e9:sale"}


def test_what_could_not_be_read_stands_at_the_end(desk, shop):
    data = given.csv(given.row("e1", seller="nobody")) + b'"e2,never closed\n'
    rows = table(copy(desk, given.checked(data)))
    assert "never closed" in rows[-1][-1] and rows[-1][0] == ""


def test_a_file_that_is_no_text_has_only_its_errors(desk):
    body = copy(desk, given.checked(b"\x00\x01\x02"))
    assert b"NUL" in body


def test_a_dropped_file_is_kept_no_longer(desk, shop):
    file = given.checked(given.csv(given.row("e1", seller="nobody")))
    assert ImportPart.objects.filter(import_file=file).exists()
    desk.post(f"/imports/{file.pk}/drop/")
    assert not ImportPart.objects.exists()


def test_a_file_that_is_fine_is_not_kept(shop):
    given.checked(given.csv(given.row("e1", seller="shop-1")))
    assert not ImportPart.objects.exists()
