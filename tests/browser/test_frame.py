"""The frame and the parts in a real browser: both themes, both widths, by keyboard, without a script."""

import itertools

import pytest
from playwright.sync_api import Page, expect

from payouts.models import InvariantCheck
from tests import make
from tests.browser import complaints

pytestmark = pytest.mark.django_db(transaction=True)
VIEWS = list(itertools.product(("light", "dark"), (1280, 390)))


@pytest.mark.parametrize(("theme", "width"), VIEWS)
def test_axe_finds_nothing_on_the_style_guide_and_nothing_sticks_out(visit, theme, width):
    page = visit("/styleguide/", role="analyst", theme=theme, width=width)
    expect(page.get_by_role("heading", name="Style guide")).to_be_visible()
    assert complaints.all_of(page) == []


def test_a_column_of_one_word_is_found(visit):
    page = visit("/styleguide/", role="analyst")
    page.evaluate("""() => {
      const squeezed = document.createElement("p");
      squeezed.style.width = "16px";
      squeezed.append("It waits for a person who may confirm");
      document.querySelector("main").append(squeezed);
    }""")
    (found,) = complaints.squeezed(page)
    assert "It waits for a person" in found


def test_a_link_that_is_longer_than_its_words_is_found(visit):
    page = visit("/styleguide/", role="analyst")
    page.evaluate("""() => {
      const said = document.createElement("p");
      said.innerHTML = 'See <a href="/"><span>all of it</span> </a> <a href="/">and more</a>';
      document.querySelector("main").append(said);
    }""")
    (found,) = complaints.underlined_spaces(page)
    assert "all of it" in found and "and more" not in found


def test_a_pill_that_floats_in_a_folded_row_is_found_and_one_at_an_edge_or_beside_a_fact_is_not(visit):
    page = visit("/styleguide/", role="analyst", width=390)
    assert complaints.afloat(page) == []
    page.evaluate("""() => {
      const table = document.createElement("table");
      table.className = "table fold";
      const pill = (word) => `<span class="pill done">${word}</span>`;
      table.innerHTML = `<tr><td class="f-sub">P1</td><td class="f-side">${pill("Adrift")}</td>
        <td class="f-side"><span>+26%</span></td></tr>
        <tr><td class="f-sub">P2</td><td class="f-sub">${pill("Beside")}</td><td class="f-side">+26%</td></tr>
        <tr><td class="f-sub">P3</td><td class="f-side">${pill("At the edge")}</td></tr>`;
      document.querySelector("main").append(table);
    }""")
    (found,) = complaints.afloat(page)
    assert "Adrift" in found and "Beside" not in found and "At the edge" not in found


def test_a_word_that_is_broken_in_its_middle_is_found(visit):
    page = visit("/styleguide/", role="analyst")
    assert complaints.split_words(page) == []
    page.evaluate("""() => {
      const facts = document.createElement("dl");
      facts.className = "facts";
      facts.innerHTML = "<dt>Verification</dt><dd>by hand</dd><dt>Sent</dt><dd>today</dd>";
      facts.firstElementChild.style.width = "60px";
      document.querySelector("main").append(facts);
    }""")
    (found,) = complaints.split_words(page)
    assert "Verification" in found and "Sent" not in found


def test_lines_that_touch_the_line_above_them_are_found(visit):
    page = visit("/styleguide/", role="analyst")
    assert complaints.cramped(page) == []
    page.evaluate("""() => {
      const table = document.createElement("table");
      table.className = "table";
      table.innerHTML = "<tr><td>One<br>two</td></tr><tr><td>Three<br>four</td></tr>";
      table.querySelector("td").style.padding = "0";
      document.querySelector("main").append(table);
    }""")
    (found,) = complaints.cramped(page)
    assert "One" in found and "Three" not in found


def test_the_link_to_the_books_is_as_long_as_its_pill(visit):
    InvariantCheck.objects.create(checked_at=make.NOW, holding=14, broken={})
    page = visit("/", role="auditor")
    expect(page.get_by_role("link", name="All 14 invariants hold")).to_be_visible()
    assert complaints.underlined_spaces(page) == []


@pytest.mark.parametrize(("theme", "width"), VIEWS)
def test_axe_finds_nothing_on_the_login_page_and_its_refusal(visit, theme, width):
    page = visit("/login/", theme=theme, width=width)
    assert complaints.all_of(page) == []
    log_in(page, "nobody", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Check the user name and the password")
    assert complaints.all_of(page) == []


def test_a_person_logs_in_sees_who_they_are_and_logs_out(visit):
    make.user("analyst", username="hugo", first_name="Hugo", last_name="Bernard", is_staff=True)
    page = visit("/")
    log_in(page, "hugo", "demo")
    expect(page.get_by_text("Demo: no money moves")).to_be_visible()
    page.locator(".mine > summary").click()
    expect(page.locator(".mine p")).to_contain_text("Hugo Bernard")
    expect(page.locator(".mine p")).to_contain_text("analyst")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="You are logged out")).to_be_visible()


def test_theme_and_density_are_remembered_for_the_next_page(visit):
    page = visit("/styleguide/", role="analyst")
    page.locator(".mine > summary").click()
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Compact rows").click()
    assert row_height(page) == 28
    page.goto("/settings/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")


def test_theme_is_remembered_without_a_script(visit):
    page = visit("/styleguide/", role="analyst", javascript=False)
    page.locator(".mine > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/styleguide/")


def test_the_selection_counts_and_sums_by_keyboard_and_puts_numbers_into_the_verbs(visit):
    page = visit("/styleguide/", role="analyst")
    expect(page.locator(".selection")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.locator(".selection")
    expect(bar).to_contain_text("3 selected")
    expect(bar).to_contain_text("44,984.30 EUR")
    expect(bar).to_contain_text("822,000 JPY")
    expect(bar.get_by_role("button", name="Mark 3 payouts reviewed")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(bar.get_by_role("button", name="Hold 2 payouts")).to_be_visible()


def test_everything_that_matches_can_be_selected_with_its_totals(visit):
    page = visit("/styleguide/", role="analyst")
    page.get_by_role("button", name="Select all 214 that match").click()
    bar = page.locator(".selection")
    expect(bar).to_contain_text("214 selected")
    expect(bar).to_contain_text("1,284,906.71")
    expect(page.locator("input[name=all_matching]")).to_have_value("1")
    page.locator("[data-tick]").first.uncheck()
    expect(bar).to_contain_text("3 selected")
    expect(page.locator("input[name=all_matching]")).to_have_value("")


def test_a_verb_says_how_many_of_all_that_match_it_takes(visit):
    page = visit("/styleguide/", role="analyst")
    hold = page.locator(".selection [data-many='Hold {n} payouts']")
    hold.evaluate("verb => { verb.dataset.most = 3; }")
    page.locator("[data-select-matching]").click()
    expect(hold).to_contain_text("Hold 3 of 214 payouts")


def test_keys_press_visible_buttons_and_never_while_typing(visit):
    page = visit("/styleguide/", role="analyst")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("j?x")
    expect(page.locator("#find")).to_have_value("j?x")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#find")).not_to_be_focused()


def test_enter_opens_the_row_under_the_cursor(visit):
    page = visit("/styleguide/", role="analyst")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/styleguide/?open=48185")


def test_on_a_narrow_screen_the_navigation_is_behind_a_button_and_rows_keep_their_facts(visit):
    page = visit("/styleguide/", role="admin", width=390)
    expect(page.locator("#work")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.locator("#work").get_by_role("link", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    row = page.locator("tr[data-row]").first
    for fact in (
        "P48240",
        "ES",
        "2 d",
        "Levante Móvil SL",
        "38,940.00",
        "Account changed yesterday",
        "+171%",
    ):
        expect(row.get_by_text(fact).first).to_be_visible()
    expect(page.locator("#totals")).to_contain_text("1,284,906.71")


def test_without_a_script_the_ticked_rows_can_still_be_acted_on(visit):
    page = visit("/styleguide/", role="analyst", javascript=False)
    expect(page.get_by_role("button", name="Mark reviewed")).to_be_visible()


def log_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def row_height(page: Page) -> float:
    return page.locator("tr[data-row] td").nth(1).evaluate("e => parseFloat(getComputedStyle(e).height)")


def test_the_time_left_to_a_cut_off_ticks_without_the_page_being_loaded_again(visit):
    page = visit("/styleguide/", role="analyst")
    page.evaluate(
        """() => {
            for (const seconds of [7503, 63, -1]) {
                const shown = document.createElement("span");
                shown.dataset.until = `in ${seconds} seconds`;
                shown.dataset.left = seconds;
                document.querySelector("main").append(shown);
            }
            document.dispatchEvent(new Event("htmx:afterSwap"));
        }"""
    )
    shown = page.locator("span[data-left]")
    expect(shown).to_have_text(["2 h 5 min", "1 min", "passed: load the page again"])
    # A part that comes anew, made as long ago as the page, neither stands still nor begins again.
    page.evaluate(
        """() => setInterval(() => {
            const shown = document.querySelector("span[data-left]");
            shown.replaceWith(shown.cloneNode(true));
            document.dispatchEvent(new Event("htmx:oobAfterSwap"));
        }, 500)"""
    )
    expect(shown).to_have_text(["2 h 4 min", "0 min", "passed: load the page again"], timeout=30_000)


def test_how_long_ago_something_was_goes_on_while_its_page_stands(visit):
    page = visit("/styleguide/", role="analyst")
    page.evaluate(
        """() => {
            for (const seconds of [1, 58, 3598, 172798]) {
                const shown = document.createElement("span");
                shown.dataset.ago = seconds;
                shown.className = "old";
                document.querySelector("main").append(shown);
            }
            document.dispatchEvent(new Event("htmx:afterSwap"));
        }"""
    )
    shown = page.locator("span.old")
    expect(shown).to_have_text(["1 sec ago", "58 sec ago", "59 min ago", "47 hr ago"])
    expect(shown.nth(1)).to_have_text("1 min ago", timeout=12_000)
    expect(shown.nth(0)).not_to_have_text("1 sec ago")
    expect(shown.nth(2)).to_have_text("1 hr ago")
    expect(shown.nth(3)).to_have_text("47 hr ago")  # in days once the page is loaded again
