"""`manage.py import_earnings`: what it prints, and how it refuses."""

import os
import pathlib

import pytest
from django.core.management import CommandError, call_command

from backoffice.audit.models import Event
from sellers.ledger.models import Earning
from tests import make
from tests.sellers.ledger.importing.given import csv, row

pytestmark = pytest.mark.django_db
SHARED = pathlib.Path(os.environ.get("SHARED_DIR", pathlib.Path(__file__).resolve().parents[5] / "shared"))
LINES = SHARED / "data" / "olist" / "olist_order_items_dataset.csv"


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


def write(tmp_path, data):
    path = tmp_path / "november.csv"
    path.write_bytes(data)
    return str(path)


def test_it_prints_counts_and_sums_with_their_decimals(tmp_path, capsys, shop):
    path = write(
        tmp_path,
        csv(
            row("a", seller="shop-1", amount="1234.56"),
            row("a", seller="shop-1", kind="commission", amount="-148.15"),
            row("b", seller="shop-1", amount="7000", currency="JPY"),
        ),
    )

    call_command("import_earnings", path, profile="generic")

    out = capsys.readouterr().out
    assert "3 new earnings added, 0 known already." in out
    assert "  commission: -148.15 EUR\n  sale: 1,234.56 EUR\n  sale: 7,000 JPY\n" in out


def test_a_second_time_it_says_that_nothing_changed(tmp_path, capsys, shop):
    path = write(tmp_path, csv(row("a", seller="shop-1")))
    call_command("import_earnings", path, profile="generic")
    capsys.readouterr()

    call_command("import_earnings", path, profile="generic")

    assert "0 new earnings added, 1 known already.\nNothing changed." in capsys.readouterr().out


def test_it_lists_every_error_and_fails(tmp_path, capsys, shop):
    path = write(
        tmp_path,
        csv(row("a", seller="nobody"), row("b", seller="shop-1"), row("c", seller="shop-1", amount="x")),
    )

    with pytest.raises(CommandError, match=r"2 rows have errors\. Nothing was imported"):
        call_command("import_earnings", path, profile="generic")

    said = capsys.readouterr().err.splitlines()
    assert [each.split(":")[0] for each in said] == ["line 2", "line 4"]
    assert Earning.objects.count() == 0


def test_it_acts_in_the_name_it_is_given(tmp_path, shop):
    analyst = make.user("analyst")

    call_command(
        "import_earnings",
        write(tmp_path, csv(row("a", seller="shop-1"))),
        profile="generic",
        username=analyst.username,
    )

    event = Event.objects.get(action="earnings.import")
    assert (event.actor_id, event.via) == (analyst.pk, "command")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"profile": "nonsense"}, "There is no profile “nonsense”"),
        ({"username": "nobody"}, "no active user “nobody”"),
        ({"path": "/nowhere/x.csv"}, "cannot be read: No such file"),
    ],
)
def test_what_it_cannot_do_is_a_sentence(tmp_path, shop, options, says):
    path = options.pop("path", "") or write(tmp_path, csv(row("a", seller="shop-1")))

    with pytest.raises(CommandError, match=says):
        call_command("import_earnings", path, **({"profile": "generic"} | options))


def test_somebody_without_the_right_imports_nothing(tmp_path, shop):
    support = make.user("support")

    with pytest.raises(CommandError, match="may not import earnings"):
        call_command(
            "import_earnings",
            write(tmp_path, csv(row("a", seller="shop-1"))),
            profile="generic",
            username=support.username,
        )


def test_a_check_posts_nothing(tmp_path, capsys, shop):
    call_command(
        "import_earnings", write(tmp_path, csv(row("a", seller="shop-1"))), profile="generic", check=True
    )

    assert "1 new earning would be added" in capsys.readouterr().out
    assert Earning.objects.count() == 0


@pytest.mark.skipif(not LINES.exists(), reason="the real order lines are not on this machine")
def test_real_order_lines_come_out_to_the_cent(capsys):
    call_command("import_earnings", str(LINES), profile="olist-order-items")
    out = capsys.readouterr().out
    assert "19,996 new earnings added, 0 known already." in out
    assert "1,574 sellers added, unverified." in out
    assert "  commission: -144,576.74 BRL\n  sale: 1,405,655.69 BRL\n" in out

    call_command("import_earnings", str(LINES), profile="olist-order-items")
    assert "0 new earnings added, 19,996 known already." in capsys.readouterr().out
