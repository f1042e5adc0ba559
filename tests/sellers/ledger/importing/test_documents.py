"""What docs/importing.md shows is what the program reads."""

import pathlib
import re

import pytest

from sellers.ledger import profiles
from tests import make
from tests.sellers.ledger.importing.given import checked, errors

DOCUMENT = (pathlib.Path(__file__).resolve().parents[4] / "docs" / "importing.md").read_text()


@pytest.mark.django_db
def test_the_example_file_can_be_imported():
    make.seller(external_id="shop-17")
    example = re.search(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)[1]

    file = checked(example.encode())

    assert errors(file) == {}
    assert file.totals == {"EUR": {"sale": 12_990, "commission": -1_559, "refund": -8_000}}


def test_the_example_profile_can_be_used(tmp_path):
    example = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)[1]
    head = (
        'title = "t"\nabout = "a"\nsource = "s"\n[file]\ndelimiter = ","\nencodings = ["utf-8"]\n'
        'decimal_mark = "."\ndate_formats = ["%Y-%m-%d"]\n'
    )
    path = tmp_path / "example.toml"
    path.write_text(head + example)

    assert profiles.read(path).due_after_days == 14


def test_every_profile_that_is_shipped_is_named():
    for profile in profiles.all_profiles():
        assert f"`{profile.name}`" in DOCUMENT or f"{profile.name}.toml" in DOCUMENT
