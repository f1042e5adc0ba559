"""Who a run would pay, and who not and why: every balance once, forwards and back, whatever is filtered."""

import pytest

from payouts.queries import run_payees
from tests import make, make_accounts
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def due(country: str, amount: int = 10_000, *, payable: bool = True) -> int:
    account = make.ledger_account(make.seller(country=country))
    make.earning(account, amount_minor=amount)
    if payable:
        make_accounts.payable(account.seller)
    return account.pk


@pytest.mark.parametrize("most_windows", [20, 1])
def test_pages_hold_every_balance_once_in_both_directions(monkeypatch, most_windows):
    """Also where a page looks through so little that it may be empty."""
    monkeypatch.setattr(run_payees, "MOST_WINDOWS", most_windows)
    monkeypatch.setattr(run_payees, "SIZE", 2)
    monkeypatch.setattr(run_payees, "WINDOW", 2)
    paid = [due("FR"), due("DE"), due("FR")]
    unpayable = due("FR", payable=False)
    debt = due("ES", -500)
    everything = sorted([*paid, unpayable, debt])
    browser = client("analyst")

    def walked(query: str) -> list[int]:
        found, url = [], f"?country=&until={query}"
        while url:
            page = browser.get(f"/runs/new/payees/{url}")
            assert page.status_code == 200
            found += [row["payee"].account_id for row in page.context["rows"]]
            back, url = page.context["pager"].previous_url, page.context["pager"].next_url
        if len(found) > 2 and most_windows > 1:  # else the last page may be an empty one
            before = browser.get(f"/runs/new/payees/{back}").context["rows"]
            here = len(page.context["rows"])
            assert [row["payee"].account_id for row in before] == found[:-here][-2:]
        return found

    assert walked("") == everything
    assert walked("&which=paid") == paid
    assert walked("&which=no_account") == [unpayable] and walked("&which=negative") == [debt]
    page = browser.get("/runs/new/payees/?country=ES&until=").content.decode()
    assert "later earnings are netted against it" in page and "5.00" in page
    assert (
        "/runs/new/payees/?country=FR&amp;until="
        in browser.get("/runs/new/?country=FR&until=").content.decode()
    )
