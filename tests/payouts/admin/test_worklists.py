"""Bank accounts to verify and adjustments to decide: how many, how old, what to check, and the action beside."""

import html

import pytest

from backoffice.audit import actors
from sellers.ledger.models import AdjustmentKind
from sellers.ledger.operations import adjustments
from tests import make, make_payouts
from tests.access import world

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
    for effect, minors in (("raises", [2_500]), ("lowers", [-900]), ("others", [2_500, -900])):
        rows = client.get("/adjustments/", {"effect": effect}).context["rows"]
        assert [row["money"].minor for row in rows] == minors
    assert client.get("/adjustments/", {"kind": "write_off"}).context["rows"] == []


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
    answer = client.get(address, {"amount_min": "5,000", "country": "FR", "after": "7"})
    assert answer.status_code == 400
    shown = html.unescape(answer.content.decode())
    assert "“5,000” is no amount." in shown and "The list without it" in shown
    assert f'href="{address}?country=FR"' in shown
    assert client.get(f"{address}?country=FR").status_code == 200
