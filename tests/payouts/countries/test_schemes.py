import re

import pytest

from payouts import countries
from payouts.countries import schemes

pytestmark = pytest.mark.filterwarnings("ignore::schwifty.exceptions.NationalChecksumNotVerified")
EVERY = [schemes.get(name) for name in schemes.names()]
WHERE = {"br_bank": "BR", "gb_sort_code": "GB", "iban": "FR", "jp_zengin": "JP", "us_aba": "US"}


def refused(name: str, **raw: object) -> list[str]:
    with pytest.raises(schemes.AccountError) as refusal:
        schemes.get(name).parse(raw)
    return refusal.value.sentences


def test_every_open_country_has_its_scheme():
    assert {country.account_scheme for country in countries.all()} <= set(schemes.names())


def test_an_unknown_scheme_is_refused_with_those_that_exist():
    with pytest.raises(
        schemes.UnknownScheme, match=r"no account scheme “clabe”\. There are: br_bank, gb_sort_code"
    ):
        schemes.get("clabe")


@pytest.mark.parametrize("scheme", EVERY, ids=lambda scheme: scheme.name)
def test_what_is_stored_is_read_again_unchanged(scheme):
    for seed in range(40):
        fields = scheme.simulated(seed, WHERE[scheme.name])
        assert scheme.parse(fields) == fields
        assert scheme.country_of(fields) == WHERE[scheme.name]


@pytest.mark.parametrize("scheme", EVERY, ids=lambda scheme: scheme.name)
def test_simulated_accounts_are_the_same_for_a_seed_and_differ_between_seeds(scheme):
    country = WHERE[scheme.name]
    accounts = [scheme.canonical(scheme.simulated(seed, country)) for seed in range(1600)]
    assert len(set(accounts)) == 1600
    assert scheme.canonical(scheme.simulated(7, country)) == accounts[7]


@pytest.mark.parametrize("country", sorted(schemes.SEPA_COUNTRIES))
def test_an_account_can_be_simulated_wherever_sepa_reaches(country):
    iban = schemes.get("iban")
    accounts = [iban.simulated(seed, country) for seed in range(5)]
    assert all(iban.parse(fields) == fields and iban.country_of(fields) == country for fields in accounts)


@pytest.mark.parametrize("country", ["FR", "ES", "DE", "IT", "NL", "BE", "AT", "PT", "IE"])
def test_a_simulated_account_names_its_bank(country):
    iban = schemes.get("iban")
    assert all(iban.bank_name(iban.simulated(seed, country)) for seed in range(10))


@pytest.mark.parametrize("scheme", EVERY, ids=lambda scheme: scheme.name)
def test_a_masked_account_shows_at_most_half_of_the_number(scheme):
    for seed in range(20):
        fields = scheme.simulated(seed, WHERE[scheme.name])
        number = re.sub("[^0-9A-Z]", "", scheme.number(fields))
        assert scheme.mask(fields).endswith(f"•••• •••• {scheme.last4(fields)}")
        assert number.endswith(scheme.last4(fields))
        assert number not in scheme.mask(fields)
        assert len(scheme.last4(fields)) <= min(4, len(number) / 2)


@pytest.mark.parametrize("scheme", EVERY, ids=lambda scheme: scheme.name)
def test_every_field_tells_a_browser_what_it_takes(scheme):
    for field in scheme.fields:
        assert field.label
        assert field.help
        assert len(field.example) <= field.max_length
        assert re.fullmatch(field.pattern, field.example)
        assert field.clean(field.example)
        stored = scheme.simulated(3, WHERE[scheme.name]).get(field.name, field.example)
        assert re.fullmatch(field.pattern, stored)


@pytest.mark.parametrize("scheme", EVERY, ids=lambda scheme: scheme.name)
def test_missing_and_unknown_fields_are_all_named(scheme):
    with pytest.raises(schemes.AccountError) as refusal:
        scheme.parse({"nonsense": "1"})
    problems = refusal.value.problems
    required = [field.name for field in scheme.fields if field.required]
    assert [problem.field for problem in problems] == ["nonsense", *required]
    assert "has no such field" in problems[0].sentence
    assert all("it is missing. Write something like" in problem.sentence for problem in problems[1:])


@pytest.mark.parametrize("scheme", EVERY, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("value", [12345678, 1.5, ["1"], "1" * 5000, "'; DROP TABLE", "\x00", "٣٤٥٦"])
def test_a_sentence_never_repeats_what_was_typed(scheme, value):
    raw = {field.name: value for field in scheme.fields if field.required}
    with pytest.raises(schemes.AccountError) as refusal:
        scheme.parse(raw)
    assert len(str(refusal.value)) < 1500
    assert not isinstance(value, str) or value not in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "stored", "masked", "bank"),
    [
        (
            "ES91 2100 0418 4502 0005 1332",
            "ES9121000418450200051332",
            "ES91 •••• •••• 1332",
            "CAIXABANK, S.A.",
        ),
        (
            "fr14 2004-1010-0505-0001-3m02-606",
            "FR1420041010050500013M02606",
            "FR14 •••• •••• 2606",
            "LA BANQUE POSTALE",
        ),
        ("IBAN: IT60X0542811101000000123456", "IT60X0542811101000000123456", "IT60 •••• •••• 3456", None),
        ("BE68 5390 0754 7034", "BE68539007547034", "BE68 •••• •••• 7034", None),
        ("DE89370400440532013000", "DE89370400440532013000", "DE89 •••• •••• 3000", "Commerzbank Köln"),
        ("RS35260005601001611379", "RS35260005601001611379", "RS35 •••• •••• 1379", ""),
        ("ME25505000012345678951", "ME25505000012345678951", "ME25 •••• •••• 8951", ""),
        ("HU42117730161111101800000000", "HU42117730161111101800000000", "HU42 •••• •••• 0000", None),
    ],
)
def test_an_iban_is_taken_as_people_write_it(typed, stored, masked, bank):
    iban = schemes.get("iban")
    fields = iban.parse({"iban": typed, "bic": ""})
    assert fields == {"iban": stored}
    assert iban.mask(fields) == masked
    assert bank is None or iban.bank_name(fields) == bank


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("ES9121000418450200051333", "check digits are wrong, so something is mistyped"),
        ("FR8420041010050500013M02607", "check digits of the FR account inside it are wrong"),  # mod 97 holds
        ("ES912100041845020005133", "has 23 characters; an IBAN of ES has 24"),
        ("ES9121000418450200051332", None),
        ("ES91AB000418450200051332", "letters and digits do not stand where"),
        ("BR1500000000000010932840814P2", "BR is not a country that SEPA reaches"),
        ("12345678", "must begin with a country"),
        ("ES91_2100", "letters and digits only"),
    ],
)
def test_an_iban_that_cannot_be_is_refused_with_the_reason(typed, says):
    if says is None:
        assert schemes.get("iban").parse({"iban": typed})
    else:
        (sentence,) = refused("iban", iban=typed)
        assert sentence.startswith("IBAN: ")
        assert says in sentence


def test_national_check_digits_are_checked_where_they_exist():
    """Each has valid IBAN check digits and wrong national ones."""
    iban = schemes.get("iban")
    for country in ("FR", "ES", "IT", "BE", "PT"):
        right = iban.simulated(5, country)["iban"]
        wrong = _with_iban_check_digits(_other_national_check(country, right))
        assert "inside it are wrong" in refused("iban", iban=wrong)[0], country


def _other_national_check(country: str, iban: str) -> str:
    place = {"FR": -1, "BE": -1, "PT": -1, "ES": 12, "IT": 4}[country]
    old = iban[place]
    new = ("B" if old == "A" else "A") if old.isalpha() else str((int(old) + 1) % 10)
    characters = list(iban)
    characters[place] = new
    return "".join(characters)


def _with_iban_check_digits(iban: str) -> str:
    rearranged = iban[4:] + iban[:2] + "00"
    number = int("".join(str(int(character, 36)) for character in rearranged))
    return f"{iban[:2]}{98 - number % 97:02}{iban[4:]}"


def test_a_bic_may_be_given_and_must_be_one():
    assert (
        schemes.get("iban").parse({"iban": "ES9121000418450200051332", "bic": "caixesbb "})["bic"]
        == "CAIXESBB"
    )
    assert "it is no BIC" in refused("iban", iban="ES9121000418450200051332", bic="CAIX")[0]


def test_one_british_account_has_one_canonical_text_however_it_is_named():
    by_iban = schemes.get("iban").parse({"iban": "GB29NWBK60161331926819"})
    by_number = schemes.get("gb_sort_code").parse({"sort_code": "60-16-13", "account": "31926819"})
    assert schemes.get("iban").canonical(by_iban) == schemes.get("gb_sort_code").canonical(by_number)


def test_canonical_texts_of_different_schemes_never_meet():
    texts = [scheme.canonical(scheme.simulated(1, WHERE[scheme.name])) for scheme in EVERY]
    assert [text.split(":")[0] for text in texts] == schemes.names()


def test_an_american_account_keeps_its_leading_zeros():
    fields = schemes.get("us_aba").parse(
        {"routing": "0210-0002-1", "account": "000 123-456789", "type": "Savings"}
    )
    assert fields == {"routing": "021000021", "account": "000123456789", "type": "savings"}
    assert schemes.get("us_aba").bank_name(fields) == "JPMorgan Chase"
    assert schemes.get("us_aba").mask(fields) == "US •••• •••• 6789"


@pytest.mark.parametrize(
    ("routing", "account", "kind", "says"),
    [
        ("021000022", "12345678", "checking", "Routing number: its check digit is wrong"),
        ("02100002", "12345678", "checking", "Routing number: it has 8 digits and must have 9"),
        ("000000000", "12345678", "checking", "Routing number: no bank has a number that begins so"),
        ("500000005", "12345678", "checking", "Routing number: no bank"),
        ("021000021", "123", "checking", "Account number: it must have 4 to 17 digits"),
        ("021000021", "1" * 18, "checking", "Account number: it must have 4 to 17 digits"),
        ("021000021", "12A45", "checking", "Account number: it must have 4 to 17 digits"),
        ("021000021", "00000", "checking", "Account number: it cannot be all zeros"),
        (
            "021000021",
            "12345678",
            "current",
            "Kind of account: choose “checking” (checking account) or “savings”",
        ),
    ],
)
def test_an_american_account_that_cannot_be_is_refused(routing, account, kind, says):
    (sentence,) = refused("us_aba", routing=routing, account=account, type=kind)
    assert sentence.startswith(says)


def test_a_four_digit_account_does_not_show_whole():
    fields = schemes.get("us_aba").parse({"routing": "021000021", "account": "1234", "type": "checking"})
    assert schemes.get("us_aba").mask(fields) == "US •••• •••• 34"


@pytest.mark.parametrize(
    ("sort_code", "account", "says"),
    [
        ("60161", "31926819", "Sort code: it has 5 digits and must have 6"),
        (
            "601613",
            "926819",
            "Account number: it has 6 digits and must have 8; if yours has 6 or 7, write zeros",
        ),
        ("601613", "00000000", "Account number: it cannot be all zeros"),
        ("60161A", "31926819", "Sort code: it may hold digits only"),
    ],
)
def test_a_british_account_that_cannot_be_is_refused(sort_code, account, says):
    (sentence,) = refused("gb_sort_code", sort_code=sort_code, account=account)
    assert sentence.startswith(says)


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("カ）サンプル", "ｶ)ｻﾝﾌﾟﾙ"),
        ("かぶしきがいしゃ　さんぷる", "ｶ)ｻﾝﾌﾟﾙ"),
        ("サンプル（カ", "ｻﾝﾌﾟﾙ(ｶ"),
        ("サンプル　カブシキガイシャ", "ｻﾝﾌﾟﾙ(ｶ"),
        ("ゴウドウガイシャ デジタル", "ﾄﾞ)ﾃﾞｼﾞﾀﾙ"),
        ("ショッピングセンター", "ｼﾖﾂﾋﾟﾝｸﾞｾﾝﾀ-"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("やまだ　　たろう", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("ヲガワ・ヴィトン", "ｵｶﾞﾜ.ｳﾞｲﾄﾝ"),
        ("ａｂｃ１２", "ABC12"),
    ],
)
def test_a_japanese_holder_becomes_what_zengin_carries(typed, kana):
    raw = {"bank": "0005", "branch": "001", "type": "1", "account": "0123456", "kana": typed}
    fields = schemes.get("jp_zengin").parse(raw)
    assert fields["kana"] == kana
    assert len(fields["kana"].encode("shift_jis")) == len(kana)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kana": "山田太郎"}, "Holder in kana: write it in kana, as the bank has it"),
        ({"kana": "ヤマダ,タロウ"}, "Holder in kana: write it in kana"),
        (
            {"kana": "ガ" * 16},
            "Holder in kana: it has 32 characters in half-width kana, and a transfer carries 30",
        ),
        ({"account": "123456"}, "Account number: it has 6 digits and must have 7; write zeros in front"),
        ({"bank": "05"}, "Bank code: it has 2 digits and must have 4"),
        ({"branch": "12a"}, "Branch code: it may hold digits only"),
        ({"type": "3"}, "Kind of account: choose “1” (ordinary, 普通)"),
    ],
)
def test_a_japanese_account_that_cannot_be_is_refused(change, says):
    raw = {"bank": "0005", "branch": "001", "type": "1", "account": "0123456", "kana": "ヤマダ タロウ"}
    (sentence,) = refused("jp_zengin", **(raw | change))
    assert sentence.startswith(says)


def test_the_holders_name_does_not_make_another_japanese_account():
    zengin = schemes.get("jp_zengin")
    fields = zengin.simulated(1, "JP")
    assert zengin.canonical(fields) == zengin.canonical(fields | {"kana": "ﾍﾞﾂﾉ ﾅﾏｴ"})
    assert zengin.canonical(fields) != zengin.canonical(fields | {"type": "4"})


@pytest.mark.parametrize(
    ("branch", "account", "stored"),
    [
        ("1234", "00012345-6", ("1234", "12345-6")),
        ("12-3", "123456x", ("0012-3", "123456-X")),
        ("1", "1.234-5", ("0001", "1234-5")),
    ],
)
def test_a_brazilian_account_is_taken_as_people_write_it(branch, account, stored):
    fields = schemes.get("br_bank").parse({"bank": "341", "branch": branch, "account": account})
    assert (fields["branch"], fields["account"]) == stored
    assert schemes.get("br_bank").bank_name(fields) == "Itaú"


def test_a_branchs_check_digit_does_not_make_another_brazilian_account():
    scheme = schemes.get("br_bank")
    without, with_digit = (
        scheme.parse({"bank": "001", "branch": branch, "account": "12345-6"}) for branch in ("1234", "1234-5")
    )
    assert scheme.canonical(without) == scheme.canonical(with_digit)


@pytest.mark.parametrize(
    ("bank", "branch", "account", "says"),
    [
        ("34", "1234", "12345-6", "Bank code: it has 2 digits and must have 3 or 8"),
        ("341", "12345", "12345-6", "Branch: it must have up to 4 digits"),
        ("341", "0000", "12345-6", "Branch: it must have up to 4 digits"),
        ("341", "1234", "6", "Account: it must have up to 12 digits and its check digit"),
        ("341", "1234", "12345-Y", "Account: it must have up to 12 digits"),
        ("341", "1234", "000-0", "Account: it cannot be all zeros"),
    ],
)
def test_a_brazilian_account_that_cannot_be_is_refused(bank, branch, account, says):
    (sentence,) = refused("br_bank", bank=bank, branch=branch, account=account)
    assert sentence.startswith(says)
