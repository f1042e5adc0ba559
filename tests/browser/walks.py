"""What the stories in the browser share: sellers who can be paid, and the steps every story takes."""

import datetime
import io

from playwright.sync_api import Page, expect

from backoffice.audit.clock import database_now
from payouts.models import Payout
from payouts.operations import approval, batching, creation, review
from sellers.ledger import importing
from sellers.models import Seller
from tests import make, make_payouts

IBAN = "FR7630006000011234567890189"


def seller(external_id: str, name: str, *, holder: str = "") -> Seller:
    """A verified French shop with a bank account in effect. The holder may carry a marker for the simulated bank."""
    made = make.seller(external_id=external_id, name=name)
    make_payouts.account(made, currency="EUR", scheme="iban", holder=holder)
    return made


def earnings(**amounts: str) -> bytes:
    """A CSV of one sale for each seller's external id, due yesterday."""
    day = (database_now() - datetime.timedelta(days=1)).date().isoformat()
    lines = [f"sale-{shop},{shop},sale,{amount},EUR,{day},{day}" for shop, amount in amounts.items()]
    return "\n".join(["external_id,seller,kind,amount,currency,occurred_date,due_date", *lines, ""]).encode()


def payouts(**amounts: str) -> list[Payout]:
    """A payout to review for each seller's external id, imported and run without a browser."""
    actor, now = make.person("analyst"), database_now()
    file = importing.check(
        stream=io.BytesIO(earnings(**amounts)), name="e.csv", profile="generic", actor=actor, now=now
    )
    importing.post(import_file_id=file.pk, actor=actor, now=now)
    creation.run(until=None, key=f"run-{make.number()}", actor=actor, now=now)
    found = {p.seller.external_id: p for p in Payout.objects.select_related("seller")}
    return [found[shop] for shop in amounts]


def approve(made: list[Payout]) -> list[int]:
    ids = [each.pk for each in made]
    assert not review.review(payout_ids=ids, actor=make.person("analyst"), now=database_now()).refused
    assert not approval.approve(payout_ids=ids, actor=make.person("approver"), now=database_now()).refused
    return ids


def batch(made: list[Payout]) -> int:
    """The approved batch of these payouts."""
    make_payouts.funding()
    (one,), _ = batching.propose(payout_ids=approve(made), actor=make.person("treasurer"), now=database_now())
    batching.approve(batch_id=one.pk, actor=make.person("treasurer"), now=database_now())
    return one.pk


def place(page: Page, name: str) -> None:
    """To a place of the navigation, by mouse; where the window is small, out of its menu."""
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.click()
    page.locator("#work").get_by_role("link", name=name).first.click()


def press(page: Page, name: str) -> None:
    """A button of the page, or a link that looks like one."""
    main = page.locator("main")
    main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()


def confirm(page: Page, words: str) -> None:
    """The page that asks once more says what it will do; yes."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)
    page.locator("#confirm button[type=submit]").click()


def said(page: Page, words: str) -> None:
    """The message after a deed."""
    expect(page.locator("main, .messages").get_by_text(words).first).to_be_visible()


def mark(page: Page) -> None:
    """From here on `same_page` knows whether the page was loaded again."""
    page.evaluate("window.stayed = true")


def same_page(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def status(payout: Payout) -> str:
    payout.refresh_from_db()
    return str(payout.status)
