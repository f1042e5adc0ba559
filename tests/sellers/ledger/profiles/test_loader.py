"""A profile is one file, and a doubtful one is refused with the file and the key."""

import pytest

from sellers.ledger import profiles
from sellers.ledger.profiles import loader

GOOD = """
title = "Market"
about = "One row a sale."
source = "market"

[file]
delimiter = "auto"
encodings = ["utf-8"]
decimal_mark = "."
date_formats = ["%Y-%m-%d"]

[row]
external_id = "{id}"
seller = "{shop}"
currency = "EUR"
occurred_date = "{day}"

[[earnings]]
kind = "sale"
amount = ["price"]
"""


def read(tmp_path, text):
    path = tmp_path / "market.toml"
    path.write_text(text)
    return profiles.read(path)


def test_every_shipped_profile_can_be_used():
    assert [each.name for each in profiles.all_profiles()] == ["generic", "generic-fr", "olist-order-items"]
    for each in profiles.all_profiles():
        assert each.title
        assert each.about
        assert each.required


def test_a_new_source_is_one_file(tmp_path):
    (tmp_path / "market.toml").write_text(GOOD)

    found = profiles.load(tmp_path)["market"]

    assert (found.source, found.required) == ("market", ("id", "shop", "price", "day"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('source = "market"', "", "market.toml: source: it is missing"),
        ('source = "market"', 'source = "Mar ket"', "lower-case letters"),
        ('title = "Market"', 'title = "Market"\ncolour = "red"', "colour: no such key"),
        ('delimiter = "auto"', 'delimiter = "|"', "file.delimiter: write one of auto"),
        ('encodings = ["utf-8"]', 'encodings = ["ebcdic"]', "“ebcdic” is none of utf-8"),
        ('decimal_mark = "."', 'decimal_mark = "x"', "file.decimal_mark"),
        ('decimal_mark = "."', 'decimal_mark = "."\nthousands_mark = "."', "cannot be the decimal mark"),
        ('date_formats = ["%Y-%m-%d"]', "date_formats = []", "file.date_formats"),
        ('currency = "EUR"', 'currency = "EUX"', "neither a column in braces nor a code"),
        ('seller = "{shop}"', 'seller = "{shop"', "names no column"),
        ('seller = "{shop}"', 'seller = "{shop}"\ndue_after_days = -1', "write 0 to 3650"),
        (
            'seller = "{shop}"',
            'seller = "{shop}"\ndue_date = "{d}"\ndue_after_days = 1',
            "exclude each other",
        ),
        ('kind = "sale"', 'kind = "adjustment"', "is none of sale, commission"),
        ('amount = ["price"]', "amount = []", "write columns"),
        ('amount = ["price"]', 'amount = ["price"]\nbasis_points = "12"', "basis_points"),
        ('amount = ["price"]', 'amount = ["price"]\nbasis_points = 1200000', "more than ten times"),
        ("[[earnings]]", '[kinds]\nvente = "sell"\n[[earnings]]', "kinds.vente"),
        (
            "[[earnings]]",
            '[sellers]\ncountry = "fr"\nkind = "x"\nname = "n"\n[[earnings]]',
            "sellers.country",
        ),
        ('kind = "sale"', 'kind = "sale"\namount = ["a"]\n[[earnings]]\nkind = "sale"', "the same kind"),
    ],
)
def test_a_doubtful_file_is_refused_with_its_key(tmp_path, old, new, says):
    with pytest.raises(profiles.ProfileError) as refused:
        read(tmp_path, GOOD.replace(old, new, 1))

    assert says in str(refused.value)
    assert "market.toml" in str(refused.value)


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    with pytest.raises(profiles.ProfileError, match="cannot be read"):
        read(tmp_path, "title = ")


def test_all_faults_of_all_files_are_named_at_once(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD.replace('"market"', '"A B"'))
    (tmp_path / "b.toml").write_text(GOOD.replace('"EUR"', '"EUX"'))

    with pytest.raises(profiles.ProfileError) as refused:
        loader.load(tmp_path)

    assert "a.toml: source" in str(refused.value)
    assert "b.toml: row.currency" in str(refused.value)
