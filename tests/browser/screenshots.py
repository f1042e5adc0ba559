"""`python -m tests.browser.screenshots [URL]`: a picture of every main page in docs/screenshots.

Drives the demo at URL, or starts one of its own for the duration. Each page is taken as the role whose work it
is (and as others where it differs for them), at 1280 and 390 px, in the light and the dark theme; names are
`<page>-<role>-<width>[-dark].png`. With `--light` only the light theme, with `--only WORD` only pages whose name
holds the word. Where the system has no font with Japanese signs, they are drawn as boxes.
"""

import argparse
import contextlib
import dataclasses
import datetime
import io
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests import browsers
from tests.browser import complaints

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = (1280, 390)
PATIENCE = 300
MONTH = datetime.datetime.now(datetime.UTC).date().replace(day=1) - datetime.timedelta(days=1)
"""A day of the month before, whose books stand."""
TALLEST = 1_300  # of a picture: enough to judge a page, and a repository stays small


@dataclasses.dataclass(frozen=True)
class Shot:
    """One page: its address, or the text of a navigation entry, then perhaps the first row of what it lists, then the
    link whose name begins so.
    """

    name: str
    roles: tuple[str, ...]
    place: str = ""
    path: str = ""
    first_row: bool = False
    link: str = ""
    verb: str = ""
    """With the first three rows ticked, the button of this key is pressed: the picture is of what asks once more."""


SHOTS = (
    Shot("login", ("",), path="/login/"),
    Shot(
        "home",
        ("analyst", "approver", "treasurer", "compliance", "support", "accountant", "auditor", "admin"),
    ),
    Shot("review", ("analyst",), place="Review"),
    Shot("payout", ("analyst",), place="Review", first_row=True),
    Shot("bulk", ("analyst",), place="Review", verb="r"),
    Shot("approvals", ("approver",), place="Approvals"),
    Shot("payout", ("approver",), place="Approvals", first_row=True),
    Shot("holds", ("compliance",), place="Holds"),
    Shot("batches", ("treasurer",), place="Batches"),
    Shot("batch", ("treasurer",), place="Batches", first_row=True),
    Shot("batch-approve", ("treasurer",), place="Batches", first_row=True, link="Approve"),
    Shot("batch-dissolve", ("treasurer",), place="Batches", first_row=True, link="Dissolve"),
    Shot("unknown", ("treasurer",), place="Unknown"),
    Shot("unknown-propose", ("treasurer",), place="Unknown", first_row=True, link="Say what became"),
    Shot("rails", ("treasurer",), place="Rails"),
    Shot("rail-stop", ("treasurer",), place="Rails", link="Stop SEPA"),
    Shot("incident-close", ("treasurer",), place="Rails", link="Close this"),
    Shot("caps", ("treasurer",), path="/settings/caps/"),
    Shot("recalls", ("treasurer",), path="/recalls/"),
    Shot("failed", ("analyst",), place="Failed & returned"),
    Shot("payouts", ("auditor",), place="Payouts"),
    Shot("payout-statement", ("accountant",), place="Payouts", first_row=True, link="Statement"),
    Shot("seller-statement", ("support",), place="Sellers", first_row=True, link="Statement"),
    Shot("sellers", ("support",), place="Sellers"),
    Shot("seller", ("support", "compliance"), place="Sellers", first_row=True),
    Shot("seller-hold", ("analyst",), place="Sellers", first_row=True, link="Hold the seller"),
    Shot("seller-suspend", ("compliance",), place="Sellers", first_row=True, link="Suspend"),
    Shot("adjustment-new", ("analyst",), place="Sellers", first_row=True, link="Adjust the balance"),
    Shot("account-new", ("analyst",), path="/sellers/S10/account/"),
    Shot("accounts", ("compliance",), place="Accounts to verify"),
    Shot("account", ("compliance",), place="Accounts to verify", first_row=True),
    Shot("adjustments", ("approver",), place="Adjustments"),
    Shot("adjustment", ("approver",), place="Adjustments", first_row=True),
    Shot("imports", ("analyst",), place="Imports"),
    Shot("import", ("analyst",), place="Imports", first_row=True),
    Shot("earnings-new", ("analyst",), path="/imports/earnings/new/"),
    Shot("sellers-new", ("analyst",), path="/imports/sellers/new/"),
    Shot("corrections-new", ("analyst",), path="/imports/corrections/new/"),
    Shot("statement-new", ("treasurer",), path="/imports/statements/new/"),
    Shot("run-new", ("analyst",), path="/runs/new/?country=FR"),
    Shot("run-payees", ("analyst",), path="/runs/new/payees/?country=FR"),
    Shot("runs", ("analyst",), place="Runs"),
    Shot("run", ("analyst",), place="Runs", first_row=True),
    Shot("jobs", ("analyst",), place="Jobs"),
    Shot("job", ("analyst",), place="Jobs", first_row=True),
    Shot("exports", ("accountant",), place="Exports"),
    Shot("export-choose", ("accountant",), path="/exports/choose/"),
    Shot("export-new", ("accountant",), path="/exports/new/?kind=payouts"),
    Shot("export-rows", ("accountant",), path="/exports/rows/?kind=balances"),
    Shot("export-rows-entries", ("accountant",), path="/exports/rows/?kind=entries&book=payable"),
    Shot("schedules", ("accountant",), path="/exports/schedules/"),
    Shot("schedule", ("accountant",), path="/exports/schedules/", link="Register of the week"),
    Shot("export-since", ("accountant",), place="Exports", link="What changed since"),
    Shot("schedule-new", ("accountant",), path="/exports/schedules/new/form/?kind=payouts"),
    Shot("reconciliation", ("treasurer",), place="Reconciliation"),
    Shot("statement", ("accountant",), place="Reconciliation", first_row=True),
    Shot("breaks", ("treasurer",), path="/reconciliation/breaks/"),
    Shot("breaks-to-confirm", ("treasurer",), path="/reconciliation/breaks/?show=proposed"),
    Shot("line", ("treasurer",), path="/reconciliation/breaks/?state=open", first_row=True),
    Shot(
        "line-propose",
        ("treasurer",),
        path="/reconciliation/breaks/?state=open",
        first_row=True,
        link="Say what",
    ),
    Shot("line-confirm", ("treasurer",), path="/reconciliation/breaks/?show=proposed", link="Confirm"),
    Shot("submission", ("treasurer",), place="Unknown", first_row=True),
    Shot("funding", ("admin",), path="/settings/funding/"),
    Shot("funding-new", ("admin",), path="/settings/funding/add/"),
    Shot("cap-new", ("admin",), path="/settings/caps/change/"),
    Shot("books-close", ("accountant",), path=f"/books/{MONTH:%Y-%m}/ask/"),
    Shot("books", ("accountant",), place="Books"),
    Shot("books-month", ("accountant",), place="Books", first_row=True),
    Shot(
        "books-month-accounts",
        ("accountant",),
        path=f"/books/{MONTH:%Y-%m}/accounts/?book=payable&currency=EUR",
    ),
    Shot("books-entries", ("accountant",), path=f"/books/{MONTH:%Y-%m}/entries/?book=payable&currency=EUR"),
    Shot("books-accounts-new", ("accountant",), path="/books/accounts/new/"),
    Shot("books-rates-new", ("accountant",), path="/books/rates/new/"),
    Shot("books-accounts", ("accountant",), path="/books/accounts/"),
    Shot("books-rates", ("accountant",), path="/books/rates/"),
    Shot("transactions", ("accountant",), path="/books/transactions/"),
    Shot("transaction", ("accountant",), path="/books/transactions/", first_row=True),
    Shot("audit", ("auditor",), place="Audit"),
    Shot("settings", ("admin",), place="Settings"),
    Shot("person", ("admin",), place="Settings", first_row=True),
    Shot("password", ("analyst",), path="/password_change/"),
    Shot("person-new", ("admin",), path="/settings/people/add/"),
    Shot("roles", ("admin",), path="/settings/roles/"),
    Shot("countries", ("admin",), path="/settings/countries/"),
    Shot("country", ("admin",), path="/settings/countries/FR/"),
    Shot("search", ("support",), path="/search/?q=mobile"),
    Shot("review-filtered", ("analyst",), path="/payouts/review/?flag=any&search=P1+P2+P3+X-77"),
    Shot("view-new", ("analyst",), path="/payouts/views/new/?place=review&query=flag%3Dany"),
    Shot("views", ("analyst",), path="/payouts/views/?place=review"),
    Shot("invariants", ("auditor",), path="/invariants/"),
    Shot("why", ("support",), path="/why/?q=P1"),
    Shot("styleguide", ("analyst",), path="/styleguide/"),
)


def main() -> int:
    """0 when every picture was taken, 1 with the names of those that were not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", default="")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--axe", action="store_true", help="also print what axe-core finds")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    themes = ("light",) if asked.light else ("light", "dark")
    shots = [shot for shot in SHOTS if asked.only in shot.name]
    with contextlib.ExitStack() as stack:
        url = asked.url or stack.enter_context(demo())
        driver = stack.enter_context(sync_playwright())
        arguments = [*browsers.ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = driver.chromium.launch(executable_path=browsers.chromium(), args=arguments)
        missing = [
            line
            for theme in themes
            for width in WIDTHS
            for line in take(browser, url.rstrip("/"), shots, width=width, theme=theme, axe=asked.axe)
        ]
        browser.close()
    for line in missing:
        print(line, file=sys.stderr)
    return 1 if missing else 0


def take(browser: Browser, url: str, shots: list[Shot], *, width: int, theme: str, axe: bool) -> list[str]:
    """Takes the pictures in one theme and width, logging in once for each role; answers what could not be taken."""
    missing = []
    for role in dict.fromkeys(role for shot in shots for role in shot.roles):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, base_url=url, locale="en-GB"
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        if role:
            log_in(page, role)
        for shot in shots:
            if role not in shot.roles:
                continue
            name = "-".join(filter(None, [shot.name, role, str(width), "dark" if theme == "dark" else ""]))
            problem = go(page, shot)
            if problem:
                missing.append(f"{name}: {problem}")
                continue
            height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
            page.set_viewport_size({"width": width, "height": max(height, 900)})
            keep(page.screenshot(), FOLDER / f"{name}.png")
            page.set_viewport_size({"width": width, "height": 900})
            print(name)
            if axe:
                missing += [f"{name}: {line}" for line in complaints.all_of(page)]
        context.close()
    return missing


def keep(picture: bytes, path: pathlib.Path) -> None:
    """In 256 colours, which pages of text and hairlines do with, chosen so that a single red number stays red."""
    taken = Image.open(io.BytesIO(picture)).convert("RGB")
    few = taken.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)


def go(page: Page, shot: Shot) -> str:
    """Opens the page; answers why it could not, or nothing."""
    page.goto(shot.path or "/")
    if shot.place:
        link = page.locator("#work a").filter(has_text=shot.place).first
        if not link.count():
            return f"the navigation has no “{shot.place}” for this role"
        page.goto(link.get_attribute("href") or "/")
    if shot.first_row:
        row = page.locator("tr[data-row] a[href]").first
        if not row.count():
            return "the list is empty"
        page.goto(row.get_attribute("href") or "/")
    if shot.link:
        page.locator("main").get_by_role("link", name=re.compile(f"^{shot.link}")).first.click()
    if shot.verb:
        for tick in page.locator("tr[data-row] input[type=checkbox]").all()[:3]:
            tick.check()
        page.locator(f".selection button[data-key='{shot.verb}']").click()
    page.wait_for_load_state("networkidle")
    heading = page.locator("h1").first.inner_text()
    return (
        f"it says “{heading}”"
        if heading.startswith(("There is no such", "Something broke", "You may not"))
        else ""
    )


def log_in(page: Page, role: str) -> None:
    page.goto("/login/")
    page.get_by_label("User name").fill(role)
    page.get_by_label("Password").fill(os.environ.get("DEMO_PASSWORD", "demo"))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state()


@contextlib.contextmanager
def demo() -> Iterator[str]:
    """A demo of its own, on a free port and a folder that goes away; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="payouts-shots-") as folder:
        environment = os.environ | {"PORT": str(port), "DATA_DIR": folder}
        program = subprocess.Popen([sys.executable, "-m", "backoffice.embedded", "run"], env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, program)
            yield url
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(60)


def _wait(url: str, program: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if program.poll() is not None:
            raise SystemExit(
                f"The demo ended with {program.returncode} before it was ready; see what it said above."
            )
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/readyz", timeout=2).close()
            return
        time.sleep(1)
    raise SystemExit(f"The demo did not answer within {PATIENCE} seconds.")


if __name__ == "__main__":
    sys.exit(main())
