"""What a browser says against a page: console, script errors, axe-core, what sticks out of the window or
is squeezed, broken or afloat, and where a link is longer than its words."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

AXE_OPTIONS = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
"""Every rule that axe-core runs unasked. Reading the style sheets first took a quarter of its time, for a rule that it
does not.
"""


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
    """What axe-core finds, one line for each kind, with the first elements it is about.

    A loaded page gets axe-core once, however often it is asked.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("(options) => axe.run(options).then((results) => results.violations)", AXE_OPTIONS)
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


def underlined_spaces(page: Page) -> list[str]:
    """Links inside a line whose line under the words goes on under a space at their end."""
    return page.evaluate(
        """() => {
          const spaced = (link) => {
            const walker = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
            let last = null;
            while (walker.nextNode()) last = walker.currentNode;
            if (!last || !/\\s$/.test(last.data) || getComputedStyle(link).display !== "inline") return false;
            const end = document.createRange();
            end.setStart(last, last.data.trimEnd().length);
            end.setEnd(last, last.data.length);
            return end.getBoundingClientRect().width > 0;
          };
          const out = [...document.querySelectorAll("main a[href]")].filter((e) => e.checkVisibility() && spaced(e));
          return out.length ? [`${location.pathname} underlines a space: ` +
            out.slice(0, 4).map((e) => e.outerHTML.slice(0, 100)).join(" | ")] : [];
        }"""
    )


def afloat(page: Page) -> list[str]:
    """Pills and buttons in the middle of a row that is folded into lines: they stand at one of its edges, or beside the
    fact before them.
    """
    return page.evaluate(
        """() => {
          const out = [];
          for (const row of document.querySelectorAll("main .fold tr")) {
            const style = getComputedStyle(row);
            if (style.display !== "flex") continue;
            const left = row.getBoundingClientRect().left + parseFloat(style.paddingLeft);
            const right = row.getBoundingClientRect().right - parseFloat(style.paddingRight);
            const cells = [...row.children].filter((e) => e.checkVisibility());
            const boxes = new Map(cells.map((e) => [e, e.getBoundingClientRect()]));
            for (const cell of cells) {
              const inside = cell.firstElementChild;
              if (!inside?.matches(".pill, .btn") || cell.innerText.trim() !== inside.innerText.trim()) continue;
              const [own, box] = [boxes.get(cell), inside.getBoundingClientRect()];
              const beside = [...boxes.values()].filter((b) => b.top < own.bottom && own.top < b.bottom);
              const before = beside.map((b) => b.right).filter((x) => x <= own.left + 1);
              const nearest = Math.max(left, ...before);
              if (box.left > nearest + 12 && box.right < right - 2) out.push(cell.outerHTML.slice(0, 160));
            }
          }
          return out.length ? [`${location.pathname}: afloat in a row: ${out.slice(0, 4).join(" | ")}`] : [];
        }"""
    )


def split_words(page: Page) -> list[str]:
    """Terms, heads, pills and buttons that break a word in its middle. Japanese may break after any sign."""
    return page.evaluate(
        """() => {
          if (document.documentElement.lang.startsWith("ja")) return [];
          const out = [];
          for (const e of document.querySelectorAll("main :is(dt, th, .pill, .btn)")) {
            if (!e.checkVisibility() || e.closest(".sr") || e.closest("thead")?.offsetWidth < 2) continue;
            const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
              for (const word of walker.currentNode.data.matchAll(/\\p{L}{2,}/gu)) {
                const range = document.createRange();
                range.setStart(walker.currentNode, word.index);
                range.setEnd(walker.currentNode, word.index + word[0].length);
                if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) out.push(word[0]);
              }
            }
          }
          return out.length ? [`${location.pathname} breaks words: ${[...new Set(out)].slice(0, 4).join(" | ")}`] : [];
        }"""
    )


def cramped(page: Page) -> list[str]:
    """Cells of several lines whose words touch the line above them."""
    return page.evaluate(
        """() => {
          const out = [];
          for (const cell of document.querySelectorAll("main .table td")) {
            if (!cell.checkVisibility() || getComputedStyle(cell).display !== "table-cell") continue;
            const range = document.createRange();
            range.selectNodeContents(cell);
            const tops = [...range.getClientRects()].filter((r) => r.width > 1).map((r) => r.top);
            if (Math.max(...tops) - Math.min(...tops) < 10) continue;
            if (Math.min(...tops) - cell.getBoundingClientRect().top < 4) out.push(cell.outerHTML.slice(0, 120));
          }
          return out.length ? [`${location.pathname} cramps lines: ${out.slice(0, 4).join(" | ")}`] : [];
        }"""
    )


def layout(page: Page) -> list[str]:
    """Everything above that depends on the width of the window and on the words."""
    looks = (overflow, cut_off, squeezed, underlined_spaces, afloat, split_words, cramped)
    return [line for look in looks for line in look(page)]


def all_of(page: Page) -> list[str]:
    """Everything above that can be asked of a loaded page."""
    page.wait_for_load_state("networkidle")
    return accessibility(page) + layout(page)
