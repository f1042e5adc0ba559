"""The real browser of the tests: Debian's Chromium, driven by Playwright, never one that Playwright downloads."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = [
    "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
_MISSING = (
    "no browser: {count} tests did not run ({why}). Install Chromium (Debian: apt-get install chromium),"
    " or set CHROMIUM to its program."
)
_LOCK = Path(tempfile.gettempdir()) / "payouts-tests-chromium.lock"
_skipped = pytest.StashKey[str]()


def chromium() -> str:
    """The path of a Chromium, or "": CHROMIUM, then what is installed."""
    for name in (
        os.environ.get("CHROMIUM", ""),
        "/usr/bin/chromium",
        "chromium",
        "chromium-browser",
        "google-chrome",
    ):
        found = shutil.which(name) if name else None
        if found:
            return found
    return ""


def install() -> str:
    """Try apt-get where we are root. Answers why it could not, or "" when Chromium is there now.

    The test processes ask at the same moment: the first installs while the others wait for it.
    """
    if os.geteuid() != 0:
        return "this user may not install one"
    if not shutil.which("apt-get"):
        return "there is no apt-get"
    with open(_LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return "" if chromium() else _apt_get()


def _apt_get() -> str:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"],
    ):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        if done.returncode != 0:
            return f"`{' '.join(command)}` failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}"
    return "" if chromium() else "Chromium was installed but is not found"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests under tests/browser carry the mark `browser`. Without a browser they are skipped aloud; in CI they fail."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
    needing = [item for item in items if item.get_closest_marker("browser")]
    if not needing or chromium():
        return
    why = os.environ.get("PAYOUTS_NO_BROWSER", "") or install()
    if not why:
        return
    os.environ["PAYOUTS_NO_BROWSER"] = why
    config.stash[_skipped] = _MISSING.format(count=len(needing), why=why)
    if os.environ.get("CI") != "true":
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=config.stash[_skipped]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = item.config.stash.get(_skipped, "")
    if reason and item.get_closest_marker("browser"):
        pytest.fail(reason, pytrace=False)  # reached under CI only; elsewhere the item is skipped


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if "no browser" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("browser tests that did not run")
        for report in skipped:
            terminalreporter.line(report.nodeid)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright starts this Chromium; as root it has no sandbox to stand in."""
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": arguments,
        "chromium_sandbox": os.geteuid() != 0,
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}
