"""What a browser says against a page: console, script errors, axe-core, what sticks out of the window or
is squeezed."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page


def listen(page: Page, heard: list[str], *, broken: str = "") -> None:
    """Console errors (a refusal by the Content-Security-Policy is one) and script errors go to ``heard``.

    That the page itself answered 404 or 409 is said in the console, too; tests ask for such pages on purpose. They may
    break addresses that hold the word ``broken``, too.
    """

    def on_console(said: ConsoleMessage) -> None:
        own_status = said.location.get("url") == page.url and "responded with a status of" in said.text
        on_purpose = broken and broken in f"{said.text} {said.location.get('url')}"
        if said.type == "error" and not own_status and not on_purpose:
            heard.append(f"{page.url}: {said.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))


def accessibility(page: Page) -> list[str]:
    """What axe-core finds, one line for each kind, with the first elements it is about."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {each['id']}: {each['help']}; {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found
    ]


def overflow(page: Page) -> list[str]:
    """A page that has to be scrolled sideways, with what sticks out."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const beyond = (e) => e.getBoundingClientRect().right > width + 1;
          const out = [...document.querySelectorAll("main *")].filter(beyond);
          return [`${location.pathname} is ${document.documentElement.scrollWidth} px wide in ${width}: ` +
            out.slice(0, 4).map((e) => e.outerHTML.slice(0, 100)).join(" | ")];
        }"""
    )


def cut_off(page: Page) -> list[str]:
    """Cells that stick out of the part of the page that their table stands in, where that cannot be scrolled."""
    return page.evaluate(
        """() => {
          const scrolls = (e) => e && (getComputedStyle(e).overflowX === "auto" || scrolls(e.parentElement));
          const beyond = (e) => {
            const holder = e.closest("table").parentElement.closest(".sheet, section, main");
            return e.getBoundingClientRect().right > holder.getBoundingClientRect().right + 1;
          };
          const cells = [...document.querySelectorAll("main td, main th")].filter((e) => e.checkVisibility());
          const out = cells.filter((e) => e.offsetWidth > 1 && beyond(e) && !scrolls(e));
          return out.length ? [`${location.pathname}: a table is wider than what holds it: ` +
            out.slice(0, 4).map((e) => e.outerHTML.slice(0, 100)).join(" | ")] : [];
        }"""
    )


def squeezed(page: Page) -> list[str]:
    """Text that stands in a column so narrow that hardly more than a word fits into each of four lines or more."""
    return page.evaluate(
        """() => {
          const most = document.documentElement.lang.startsWith("ja") ? 4 : 7;
          const out = [];
          for (const e of document.querySelectorAll("main *")) {
            if (e.getBoundingClientRect().width < 2 || e.closest("thead, .sr, option, textarea, script")) continue;
            for (const node of [...e.childNodes].filter((n) => n.nodeType === 3)) {
              const words = node.data.replace(/\\s+/g, " ").trim();
              const range = document.createRange();
              range.selectNodeContents(node);
              const lines = new Set([...range.getClientRects()].map((r) => Math.round(r.top)));
              if (lines.size >= 4 && words.length / lines.size < most) out.push(e.outerHTML.slice(0, 120));
            }
          }
          return out.length ? [`${location.pathname} squeezes text: ${out.slice(0, 4).join(" | ")}`] : [];
        }"""
    )


def all_of(page: Page) -> list[str]:
    """Everything above that can be asked of a loaded page."""
    page.wait_for_load_state("networkidle")
    return accessibility(page) + overflow(page) + cut_off(page) + squeezed(page)
