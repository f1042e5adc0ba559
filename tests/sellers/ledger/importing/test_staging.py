"""One bad row refuses the file, and every error of every row is listed."""

import pytest

from backoffice.audit.errors import NotAllowed
from sellers.ledger import importing, profiles
from sellers.ledger.models import Earning, ImportFile
from sellers.models import Seller
from tests import make
from tests.sellers.ledger.importing.given import checked, csv, errors, posted, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


def test_a_good_file_is_checked_and_says_what_it_would_add(shop):
    file = checked(
        csv(
            row("a", seller="shop-1", amount="120.50"),
            row("b", seller="shop-1", kind="commission", amount="-14.46"),
            row("c", seller="shop-1", amount="7000", currency="JPY"),
        )
    )

    assert (file.status, file.row_count, file.new_count, file.known_count, file.error_count) == (
        "CHECKED",
        3,
        3,
        0,
        0,
    )
    assert file.totals == {"EUR": {"sale": 12050, "commission": -1446}, "JPY": {"sale": 7000}}
    assert Earning.objects.count() == 0


def test_one_bad_row_refuses_the_file_and_keeps_only_its_errors(shop):
    file = checked(csv(row("a", seller="shop-1"), row("b", seller="shop-1", amount="ten")))

    assert file.status == "REFUSED"
    assert list(errors(file)) == [3]
    assert file.staged.count() == 1


def test_every_error_of_every_row_is_listed(shop):
    file = checked(
        csv(
            row("", seller="shop-1", amount="1.005"),
            row("b", seller="nobody", amount="x"),
            row("c", seller="shop-1", currency="EUX"),
            row("d", seller="shop-1", occurred="2026-11-16", due="2026-11-02"),
            row("e", seller="shop-1", occurred="16/11/2026"),
            row("f", seller="shop-1", kind="refund", amount="5.00"),
            row("g", seller="shop-1", kind="gift"),
            row("h", seller="shop-1", amount="99999999999999999999"),
            row("i", seller="shop-1", amount="0.00"),
            row("j", seller="shop-1", amount="-5.00"),
            row("k", seller="shop-1", kind="adjustment"),
            row("l", seller="shop-1", occurred="2027-11-16", due="2027-11-17"),
            row("m", seller="shop-1", amount="12.50", currency="JPY"),
            "too,few,cells",
        )
    )

    found = errors(file)
    assert list(found) == list(range(2, 16))
    assert file.error_count == 14
    assert "The id is empty" in found[2]
    assert "too many decimals" in found[2]
    assert "The seller nobody is unknown. Import the sellers first" in found[3]
    assert "“x” is not an amount" in found[3]
    assert "“EUX” is not a currency we know" in found[4]
    assert "The due date 2026-11-02 is before the day it occurred, 2026-11-16" in found[5]
    assert "“16/11/2026” is not a day written as YYYY-MM-DD" in found[6]
    assert "A refund of 5.00 EUR has the wrong sign" in found[7]
    assert "The kind “gift” is unknown. Known are: sale, commission" in found[8]
    assert "too large" in found[9]
    assert "The sale is zero" in found[10]
    assert "A sale of -5.00 EUR has the wrong sign" in found[11]
    assert "cannot be imported" in found[12]
    assert "which is in the future" in found[13]
    assert "JPY has no decimals" in found[14]
    assert "3 cells where the header has 9" in found[15]


def test_an_id_that_stands_twice_is_an_error_of_the_later_row(shop):
    file = checked(csv(row("a", seller="shop-1"), row("b", seller="shop-1"), row("a", seller="shop-1")))

    assert errors(file) == {4: "The sale a is on line 2, too: each id stands once in a file."}


def test_the_same_id_may_be_of_two_kinds(shop):
    file = checked(
        csv(row("a", seller="shop-1"), row("a", seller="shop-1", kind="commission", amount="-1.00"))
    )

    assert file.status == "CHECKED"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"amount": "100.01"}, "amount 100.01 EUR here, 100.00 EUR there"),
        ({"currency": "USD"}, "amount 100.00 USD here, 100.00 EUR there"),
        ({"seller": "shop-2"}, "seller shop-2 here, shop-1 there"),
        ({"occurred": "2026-11-01"}, "occurred 2026-11-01 here, 2026-11-02 there"),
        ({"due": "2026-11-17"}, "due 2026-11-17 here, 2026-11-16 there"),
        ({"order": "o2"}, "order “o2” here, “o1” there"),
        ({"description": "new"}, "description “new” here, “” there"),
    ],
)
def test_a_row_that_is_known_with_other_values_is_an_error_of_that_row(shop, change, says):
    make.seller(external_id="shop-2")
    posted(csv(row("a", seller="shop-1")))

    file = checked(csv(row("b", seller="shop-1"), row("a", **({"seller": "shop-1"} | change))))

    assert list(errors(file)) == [3]
    assert f"The sale a is in the ledger with other values: {says}." in errors(file)[3]


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", 1, "The file is empty"),
        (b"\xef\xbb\xbf", 1, "The first line is empty"),
        (csv(), 1, "a header and no rows"),
        (b"seller;amount\nx;1\n", 1, "The header lacks “external_id”"),
        (csv(row(seller="shop-1")).replace(b"e1", b"caf\x81"), 2, "Line 2 is not UTF-8 (byte 0x81)"),
        (csv(row("é", seller="shop-1"), row(seller="shop-1")).replace(b"e1", b"caf\xe9"), 3, "not UTF-8 (byte 0xE9)"),
        (csv(row("é", seller="shop-1"), row(seller="shop-1", description="é"))[:-2], 3, "breaks off in the middle"),
        (csv(row(seller="shop-1")).replace(b"e1", b"e\x001"), 2, "Line 2 has a NUL character"),
        (csv('"e1', "x"), 2, "A quote opens in the row at line 2 and is never closed"),
        (csv(row(seller="shop-1"), '"e2"x,y'), 3, "text after a closing quote"),
        (csv(header="external_id,seller,kind,amount,amount,currency,occurred_date"), 1, "“amount” more than once"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_the_line_and_what_to_do(shop, data, line, says):
    file = checked(data)

    assert file.status == "REFUSED"
    assert says in errors(file)[line]


def test_a_sale_counts_once_when_its_file_comes_again_with_a_row_in_another_encoding(shop):
    sale = row("vente-é-1", seller="shop-1")
    posted(csv(sale))

    again = checked(csv(sale, row("e2", seller="shop-1")).replace(b"e2", b"caf\xe9"))

    assert (again.status, list(errors(again))) == ("REFUSED", [3])
    assert list(Earning.objects.values_list("external_id", flat=True)) == ["vente-é-1"]


def test_a_byte_order_mark_and_any_delimiter_are_no_trouble(shop):
    plain = csv(row(seller="shop-1"))

    for data in (b"\xef\xbb\xbf" + plain, plain.replace(b",", b";"), plain.replace(b",", b"\t")):
        assert checked(data).status == "CHECKED"


def test_a_french_spreadsheet_is_read_in_each_of_its_encodings(shop):
    text = (
        "external_id;seller;kind;amount;currency;occurred_date;description\r\n"
        "a;shop-1;Vente;1234,56;EUR;02/11/2026;Téléphone\r\n"
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        file = checked(text.encode(encoding), profile="generic-fr")

        assert errors(file) == {}
        assert file.totals == {"EUR": {"sale": 123456}}
        assert file.staged.get().description == "Téléphone"


def test_a_file_of_the_other_kind_names_the_delimiter_and_the_profile():
    file = checked(csv(row(seller="shop-1")), profile="generic-fr")

    assert "Its columns are separated by commas, this profile expects semicolons" in errors(file)[1]


def test_quoted_newlines_and_delimiters_belong_to_their_value(shop):
    file = checked(csv('e1,shop-1,sale,1.00,EUR,2026-11-02,,"o,1","two\nlines"', row("e2", seller="nobody")))

    assert list(errors(file)) == [4]


def test_a_file_over_the_limit_is_not_even_kept(shop, settings):
    settings.IMPORT_MAX_BYTES = 100

    with pytest.raises(importing.TooBig, match="Split it"):
        checked(csv(*[row(f"e{n}", seller="shop-1") for n in range(10)]))
    assert ImportFile.objects.count() == 0


def test_an_unknown_profile_names_those_there_are():
    with pytest.raises(profiles.UnknownProfile, match="generic, generic-fr, olist-order-items"):
        checked(csv(), profile="nonsense")


def test_nobody_checks_a_file_without_the_permission():
    with pytest.raises(NotAllowed):
        checked(csv(), actor=make.person("support"))


def test_what_is_wrong_with_a_row_is_said_once_however_many_earnings_it_brings():
    header = "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"
    file = checked(csv("o1,1,p,s1,9/19/2027 9:45,58.9,13.29", header=header), profile="olist-order-items")

    assert (file.error_count, file.staged.count()) == (1, 1)


def test_checking_writes_no_seller():
    header = "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"
    file = checked(
        csv("o1,1,p,new-shop,9/19/2017 9:45,58.9,13.29", header=header), profile="olist-order-items"
    )

    assert (file.status, file.seller_count) == ("CHECKED", 1)
    assert Seller.objects.count() == 0
