"""Two administrators let somebody in: one asks, the other hands a link over, the person chooses a password."""

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browser import complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECRET = "a-long-enough-one-7"


def fine(page: Page) -> None:
    """Nothing on it is hard to reach, sticks out or is squeezed."""
    assert complaints.accessibility(page) + complaints.overflow(page) + complaints.squeezed(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_somebody_new_is_asked_for_confirmed_and_chooses_a_password(visit, width):
    one = make.user("admin", is_staff=True, first_name="Samir", last_name="Haddad")
    other = make.user("admin", is_staff=True, first_name="Hanna", last_name="Lindqvist")
    page = visit("/settings/", user=one, width=width)
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("User name").fill("nora")
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Last name").fill("Lind")
    page.get_by_label("Analyst").check()
    page.get_by_role("button", name="Ask to add this person").click()
    expect(page.get_by_text("once another administrator confirms it.")).to_be_visible()
    expect(page.get_by_role("button", name="Take back")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm")).to_be_disabled()
    fine(page)

    page = visit("/", user=other, width=width)
    page.get_by_role("link", name="People to confirm", exact=True).click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("They get these roles: analyst.")).to_be_visible()
    fine(page)
    page.get_by_role("button", name="Confirm: add Nora Lind").click()
    expect(page.get_by_role("heading", name="Hand this link to Nora Lind")).to_be_visible()
    fine(page)
    link = page.locator("code").inner_text()

    page = visit(link, width=width)
    expect(page.get_by_text("You log in as nora.")).to_be_visible()
    assert link.rsplit("/", 2)[1] not in page.url
    fine(page)
    page.get_by_label("New password", exact=True).fill(SECRET)
    page.get_by_label("New password confirmation").fill(SECRET)
    page.get_by_role("button", name="Keep this password").click()
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("User name").fill("nora")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url("/")
