"""Bank accounts to verify and adjustments to decide: how many, how old, what to check, and the action beside."""

import html
import re

import pytest

from backoffice.audit import actors
from payouts.operations import accounts as deciding
from payouts.queries import accounts
from sellers.ledger.models import Adjustment, AdjustmentKind
from sellers.ledger.operations import adjustments
from tests import make, make_payouts
from tests.access import world
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops():
    made = [make.seller(), make.seller(country="ES", name="Wise Devices SL")]
    make_payouts.account(made[0], currency="EUR", scheme="iban")
    return made


def log_in(client, role: str):
    user = make.user(role, is_staff=True)
    client.force_login(user)
    return user


def shown(client, **query) -> list[str]:
    return [row["seller"].name for row in client.get("/accounts/", query).context["rows"]]


def test_accounts_say_how_many_wait_since_when_and_are_narrowed(client, shops):
    log_in(client, "compliance")
    assert client.get("/accounts/").context["lead"].startswith("One person asks")
    for seed, shop in enumerate(shops):
        world.change_of_account(shop, seed=4242 + seed)
    assert (
        client.get("/accounts/")
        .context["lead"]
        .startswith("2 wait, the oldest since Tue 24 Nov, 10:00 Paris.")
    )
    assert shown(client) == [shop.name for shop in shops]
    assert shown(client, country="ES") == [shops[1].name]
    assert shown(client, what="first") == [shops[1].name]
    assert shown(client, what="change") == [shops[0].name]
    refused = client.get("/accounts/", {"country": "nonsense"})
    assert refused.status_code == 400
    assert "the filter “Country” has no choice “nonsense”" in refused.content.decode()


def test_an_account_that_another_seller_has_is_flagged_in_the_list(client, shops):
    log_in(client, "compliance")
    for shop in (shops[0], make.seller()):
        world.change_of_account(shop, seed=77)
    page = client.get("/accounts/").content.decode()
    assert "another seller has it" in page and page.count(">Decide<") == 2


def test_who_asked_is_offered_no_decision(client, shops):
    both = make.user(
        permissions=["payouts.verify_payout_account", "payouts.request_payout_account"], is_staff=True
    )
    world.change_of_account(shops[0], actor=actors.person(both))
    client.force_login(both)
    page = client.get("/accounts/").content.decode()
    assert ">Decide<" not in page and "yours: another decides" in page
    log_in(client, "compliance")
    assert ">Decide<" in client.get("/accounts/").content.decode()


def test_adjustments_say_how_many_wait_and_are_narrowed(client, shops):
    for minor in (2_500, -900):
        adjustments.request(
            seller_id=shops[0].pk, currency="EUR", kind=AdjustmentKind.ADJUSTMENT, amount_minor=minor, reason="Lost",
            document_name="claim.pdf", document=b"%PDF", actor=make.person("analyst"), now=make.NOW,
        )  # fmt: skip
    log_in(client, "approver")
    page = client.get("/adjustments/")
    assert page.context["lead"].startswith("2 wait, the oldest since Tue 24 Nov, 10:00 Paris.")
    assert page.content.decode().count(">Decide<") == 2
    for effect, minors in (("raises", [2_500]), ("lowers", [-900])):
        rows = client.get("/adjustments/", {"effect": effect}).context["rows"]
        assert [row["money"].minor for row in rows] == minors
    asker = Adjustment.objects.earliest("pk").requested_by
    page = client.get("/adjustments/", {"not_asked_by": asker.username})
    assert [row["money"].minor for row in page.context["rows"]] == [-900]
    assert f"Asked by others than: {asker.username}" in page.content.decode()
    assert client.get("/adjustments/", {"kind": "write_off"}).context["rows"] == []


def sums(client, path: str, **query) -> str:
    """What the list says it comes to, as its page asks for it."""
    page = client.get(path, query).content.decode()
    url = html.unescape(re.search(rf'hx-get="({path}totals/[^"]*)"', page)[1])
    return " ".join(re.sub("<[^>]*>", " ", client.get(url).content.decode()).split())


def test_accounts_say_what_waits_to_be_sent_to_their_sellers_each_payout_once(client):
    sellers = [quick.payout(amount_minor=minor).seller for minor in (4_000, 500)]
    make_payouts.account(make.seller(), currency="EUR", scheme="iban")
    for seed, seller in enumerate(sellers):
        world.change_of_account(seller, seed=seed)
    log_in(client, "compliance")
    assert sums(client, "/accounts/") == "2 accounts 45.00 EUR"
    assert sums(client, "/accounts/", country="ES") == "0 accounts"
    decided = accounts.decided().count()
    rejected = {"verified": False, "note": "Nobody answers", "now": make.NOW}
    for version in accounts.to_verify():  # the same money, however many accounts of a seller were decided on
        deciding.decide(version_id=version.pk, actor=make.person("compliance"), **rejected)
    assert sums(client, "/accounts/", show="decided") == f"{decided + 2} accounts 45.00 EUR"


def test_adjustments_say_what_raises_and_what_lowers_what_we_owe(client, shops):
    for minor in (2_500, 300, -900):
        adjustments.request(
            seller_id=shops[0].pk, currency="EUR", kind=AdjustmentKind.ADJUSTMENT, amount_minor=minor, reason="Lost",
            document_name="claim.pdf", document=b"%PDF", actor=make.person("analyst"), now=make.NOW,
        )  # fmt: skip
    log_in(client, "approver")
    assert sums(client, "/adjustments/") == "3 adjustments minus − 9.00 EUR 28.00 EUR"
    assert sums(client, "/adjustments/", effect="raises") == "2 adjustments 28.00 EUR"
    assert sums(client, "/adjustments/", show="decided") == "0 adjustments"


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/holds/?reason=nonsense", "Reason"),
        ("/holds/?who=nobody", "Placed by"),
        ("/batches/?status=ZZZ", "Status"),
    ],
)
def test_an_unknown_choice_shows_no_list_that_nobody_asked_for(client, path, label):
    log_in(client, "compliance" if "holds" in path else "treasurer")
    answer = client.get(path)
    assert answer.status_code == 400
    assert f"the filter “{label}” has no choice “{path.partition('=')[2]}”" in answer.content.decode()


@pytest.mark.parametrize("address", ["/payouts/", "/payouts/review/", "/payouts/failed/"])
def test_a_mistyped_filter_leads_back_to_the_list_with_all_others(client, address):
    log_in(client, "analyst")
    answer = client.get(address, {"amount_min": "5,0,0", "country": "FR", "after": "7"})
    assert answer.status_code == 400
    shown = html.unescape(answer.content.decode())
    assert "“5,0,0” is no amount." in shown and "The list without it" in shown
    assert '?country=FR"' in shown
    assert client.get(f"{address}?country=FR").status_code == 200
