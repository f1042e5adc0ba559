"""The register's optional columns say what the API's rows say: whether a payout is blocked, how its seller stands."""

import csv
import io

import pytest

from payouts.api import rows as api_rows
from payouts.exports import kinds, rows
from payouts.exports.formats import FORMATS, Layout
from payouts.operations import holds
from sellers.models import Seller
from sellers.operations import suspend
from tests import make
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db
WORDS = {"active": "Active", "suspended": "Suspended", "unverified": "Not verified"}


@pytest.fixture
def world():
    _free, held, suspended, unverified, paid = (
        *(quick.reviewed() for _each in range(4)),
        standing.payout("PAID"),
    )
    compliance = make.person("compliance")
    holds.hold(payout_ids=[held.pk], reason="dispute", note="Ask.", actor=compliance, now=make.NOW)
    for each in (suspended, paid):
        suspend(seller_id=each.seller_id, reason="Documents", actor=compliance, now=make.NOW)
    Seller.objects.filter(pk=unverified.seller_id).update(verified_at=None)


def read(query: str = "") -> dict[str, tuple[str, str]]:
    """What the file says of each payout."""
    definition = kinds.get("payouts")
    chosen = definition.chosen(query, now=make.NOW)
    selection = rows.select(definition, chosen, columns=("reference", "blocked", "seller_standing"))
    form = FORMATS["csv"](Layout(selection.columns, "T", "payouts", "Europe/Paris"))
    text = b"".join(text for _count, text in rows.blocks(selection, form)).decode()
    return {payout: (blocked, stands) for payout, blocked, stands in csv.reader(io.StringIO(text))}


@pytest.mark.usefixtures("world")
def test_the_register_says_of_each_payout_what_the_api_says():
    told = {
        row["reference"]: ("yes" if row["blocked"] else "no", WORDS[row["seller_standing"]])
        for row in api_rows.many(list(api_rows.READ.all()))
    }
    assert read() == told
    assert set(told.values()) == {
        ("no", "Active"), ("yes", "Active"), ("yes", "Suspended"), ("yes", "Not verified"), ("no", "Suspended"),
    }  # fmt: skip


@pytest.mark.usefixtures("world")
def test_what_the_filter_finds_blocked_the_register_says_is():
    found = read()
    assert read("blocked=true") == {key: said for key, said in found.items() if said[0] == "yes"}
