"""The parts of a page as template tags; each renders one partial in templates/parts. All on /styleguide/."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import numbers
from django import template
from django.forms import BoundField, CheckboxInput, FileInput, RadioSelect
from django.template import loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from backoffice import drawing, wording
from backoffice.doors import subject_words
from backoffice.templatetags import _jinja
from backoffice.templatetags._once import part
from backoffice.words import gap as between
from backoffice.words import percent
from sellers.ledger import written
from sellers.ledger.money import EXPONENTS, Money

register = template.Library()
SHORT = 12
"""Letters of a column's head that stay on one line."""
NO_BREAK = "\u00a0"
PAGES = {
    "payouts.payout": ("P", "admin:payouts_payout_detail"),
    "payouts.batch": ("B", "admin:payouts_batch_detail"),
    "sellers.seller": ("S", "admin:sellers_seller_detail"),
    "payouts.payoutrun": ("R", "admin:payouts_run_detail"),
}
BY_NUMBER = frozenset({"payouts.payoutrun"})  # whose address holds the bare number
ODD_DELTA, ODD_DROP = (
    Decimal(1),
    Decimal("-0.5"),
)  # twice the usual, and half of it: in colour and weight, too


@register.filter
def number(value: int) -> str:
    """A count as the reader writes it: 3,241."""
    return numbers.format_decimal(value, locale=to_locale(get_language() or "en"))


@register.filter
def booking(kind: str) -> str:
    """The kind of a ledger transaction in words."""
    return subject_words.transaction(kind)


@register.simple_tag
def about(subject_type: str, subject_id: int | None) -> str:
    """What an event is about, by the reference people say and as a link where it has a page of its own."""
    if not subject_type or subject_id is None:
        return ""
    if subject_type in PAGES:
        letter, name = PAGES[subject_type]
        reference = f"{letter}{subject_id}"
        key = subject_id if subject_type in BY_NUMBER else reference
        return format_html('<a class="ref" href="{}">{}</a>', reverse(name, args=[key]), reference)
    return f"{subject_words.subject(subject_type)} {subject_id}"


@register.simple_tag
def sorted_by(heading: Any, label: str, css: str = "num", title: str = "") -> str:
    """The head of a column that a list can be sorted by (`keyset.Heading`): a link, and which way it is sorted now.

    ``title`` says what the column counts, where its label is short: to a mouse that rests there, and to who listens.
    """
    about = [("aria-sort", heading.aria), ("title", title)]
    more = format_html_join("", ' {}="{}"', [pair for pair in about if pair[1]])
    words = _in_two_lines(label)
    counts = format_html(' <span class="sr">{}</span>', title) if title else ""
    return format_html(
        '<th scope="col" class="{}"{}><a href="{}">{}</a>{}</th>', css, more, heading.url, words, counts
    )


def _in_two_lines(label: str) -> str:
    """The label so that a narrow column breaks it once at most, in its middle, and a short one not at all."""
    words = label.split(" ")
    if len(label) <= SHORT:
        return NO_BREAK.join(words)
    halves = [(NO_BREAK.join(words[:at]), NO_BREAK.join(words[at:])) for at in range(1, len(words))]
    return " ".join(min(halves, key=lambda pair: max(map(len, pair)))) if halves else label


@register.inclusion_tag("parts/sort.html")
def sort_chip(*ways: Any) -> dict[str, Any]:
    """The sorting of a list where its columns have no heads, on narrow screens: headings and their labels in turn."""
    pairs = list(zip(ways[::2], ways[1::2], strict=True))
    return {"ways": pairs, "now": next((pair for pair in pairs if pair[0].aria), None)}


@register.simple_tag
def gap() -> str:
    """Between two sentences that are put together: `{% gap %}`."""
    return between()


@register.filter
def figure(amount: Money) -> str:
    """An amount without its currency, where the column's head names it."""
    return written.bare(amount, locale=to_locale(get_language() or "en"))


@register.simple_tag
@lru_cache(maxsize=200, typed=True)
def icon(name: str, css: str = "") -> SafeString:
    """A shape from the sprite; decoration only, the word beside it carries the meaning."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        css,
        static("backoffice/img/icons.svg"),
        name,
    )


@part(register, "parts/pill.html")
def pill(value: str, kind: str = "payout") -> dict[str, Any]:
    """A status: `{% pill payout.status %}`, `{% pill batch.status "batch" %}`."""
    return {"word": wording.status(value, kind)}


@part(register, "parts/pill.html")
def word_pill(text: str, meaning: str = wording.NEUTRAL) -> dict[str, Any]:
    """A word that is no status, with one of the meanings waiting, stopped, done, moving, neutral."""
    return {"word": wording.Word(text, meaning)}


@part(register, "parts/hold_pill.html")
def hold_pill(reason: str, more: int = 0) -> dict[str, Any]:
    """The second pill of a held payout; `more` says how many further holds are open."""
    return {"reason": wording.hold_pill(reason), "more": more}


@part(register, "parts/pill.html")
def barred_pill(standing: str) -> dict[str, Any]:
    """The pill of a payout to whose seller no money may go: `{% if barred %}{% barred_pill barred %}{% endif %}`."""
    return {"word": wording.barred(standing)}


@part(register, "parts/delta.html")
def delta(share: Decimal | float | None) -> dict[str, Any]:
    """Change against usual: 1.71 is +171%; None shows nothing."""
    if share is None:
        return {"text": ""}
    whole = round(share * 100)
    sign = "+" if whole > 0 else "\u2212" if whole < 0 else ""
    return {
        "text": f"{sign}{percent(Decimal(abs(whole)) / 100)}",
        "odd": share >= ODD_DELTA or share <= ODD_DROP,
        "below": whole < 0,
    }


@part(register, "parts/sparkline.html")
def sparkline(amounts: Sequence[int]) -> dict[str, Any]:
    """The last twelve amounts in minor units, oldest first, the present one last."""
    return {"spark": drawing.spark(amounts)}


@register.inclusion_tag("parts/bars.html")
def bars(title: str, unit: str, labels: Sequence[str], series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A chart with the table behind it. Series: {"name", "css": b-paid|b-held|b-failed, "values": [...]}; with
    "urls", one for each value, the table's numbers lead to their rows.
    """
    chart = drawing.bars(
        labels, [(each["css"], [float(value) for value in each["values"]]) for each in series]
    )
    rows = [
        (label, [(each["values"][at], each["urls"][at] if "urls" in each else "") for each in series])
        for at, label in enumerate(labels)
    ]
    return {"title": title, "unit": unit, "chart": chart, "series": series, "rows": rows}


@part(register, "parts/flag.html")
def flag(text: str, bad: bool = False) -> dict[str, Any]:
    """A doubt in a row: a few words. With its facts it stands in parts/flags.html."""
    return {"text": text, "bad": bad}


@register.inclusion_tag("parts/flags.html")
def flags(flags: Iterable[Any]) -> dict[str, Any]:
    """With fact, person and time. Each: title, fact, level (bad|odd|good), by, at, url, link, amounts."""
    return {"flags": flags}


@register.inclusion_tag("parts/masked.html")
def masked(text: str) -> dict[str, Any]:
    """A masked account as the query gives it ("ES76 •••• 0932"); read aloud as its ending."""
    return {"text": text, "ending": text.rsplit("\u2022", 1)[-1].strip() or text}


@register.filter(name="masked")
def masked_in_words(text: str) -> SafeString:
    """The same inside a sentence that is translated whole: `with account=row.masked|masked`."""
    return SafeString(loader.render_to_string("parts/masked.html", masked(text)).strip())


@register.inclusion_tag("parts/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """Newest first. Each: title, text, at (datetime or None), who, meaning, icon, when_words."""
    return {"entries": entries}


@register.inclusion_tag("parts/totals.html")
def totals(totals: Any, noun: str = "payouts", url: str = "") -> dict[str, Any]:
    """Everything filtered: {"count", "sums": [Money], "exact"}. Not exact offers to add it up at `url`."""
    return {"totals": totals, "noun": noun, "url": url}


_CHIP: dict[str, Any] = {"text": "", "label": "", "clear_url": "", "html": "", "open": False, "action": "", "keep": ()}


@register.simple_tag
def chips(chips: Iterable[Mapping[str, Any]]) -> SafeString:
    """Filters. Active: text, clear_url. Idle: label, keep [(name, value)], action, and html (`worklists.offered`)."""
    return _jinja.rendered(
        "chips.html",
        chips=[{**_CHIP, **chip} for chip in chips],
        filters=_("Filters"),
        away=_("Take away:"),
        change=_("Change this filter"),
        filter=_("Filter"),
        x=icon("x"),
        down=icon("down"),
    )


@register.simple_tag
def nav(entries: Iterable[Any]) -> SafeString:
    """The places of the reader's work (`navigation.Entry`)."""
    return _jinja.rendered("nav.html", entries=entries, title=_("Work"), waiting=_("waiting"))


@register.simple_tag
def kept(name: str) -> SafeString:
    """A part that says the same on every page, to every reader of a language: rendered once for each."""
    return _kept(name, get_language())


@lru_cache(maxsize=50)
def _kept(name: str, _language: str | None) -> SafeString:
    return SafeString(loader.render_to_string(name))


@register.inclusion_tag("parts/tabs.html")
def tabs(tabs: Iterable[Any], label: str = "Views") -> dict[str, Any]:
    """Each: label, url, current, count (optional)."""
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("parts/pager.html")
def pager(pager: Any) -> dict[str, Any]:
    """Keyset pages: words ("Rows 1 to 50"), previous_url, next_url; either may be empty."""
    return {"pager": pager}


@register.simple_tag
def shortly(text: str, most: int = 120) -> str:
    """The text; of a long one its beginning, which opens to the rest."""
    if len(text) <= most:
        return escape(text)
    words = '<details class="whole"><summary>{}<span class="open">… <b>{}</b></span></summary>{}</details>'
    begins = text[:most].rpartition(" ")[0] or text[:most]
    return format_html(words, begins, _("Read on"), text[len(begins) :].lstrip())


@register.simple_tag
def tick(value: object, name: str, money: Any = None, once: str = "", within: str = "") -> SafeString:
    """The box that selects a row: its id, its name read aloud, and the Money it adds to the selection, or several.

    Of rows with the same ``once`` only one counts; none does that lies ``within`` a ticked one.
    """
    sums = money if isinstance(money, list) else [money] if money else []
    data = {
        "minor": " ".join(str(each.minor) for each in sums),
        "currency": " ".join(each.currency for each in sums),
        "digits": " ".join(str(EXPONENTS[each.currency]) for each in sums),
        "once": once,
        "within": within,
    }
    number, words = escape(value), escape(_("Select {name}").format(name=name))
    about = "".join(f' data-{key}="{escape(text)}"' for key, text in data.items() if text)
    return SafeString(
        f'<label for="tick-{number}"><span class="sr">{words}</span></label>'
        f'<input type="checkbox" id="tick-{number}" name="ids" value="{number}" data-tick{about}>'
    )


@register.inclusion_tag("parts/preview.html")
def preview(preview: Any, noun: str = "") -> dict[str, Any]:
    """What will happen: count, sums, rows, more, refused [{reason, count, sums, references, url}], follows.

    References are {reference, url}; three are shown, where ``all`` is said the others by a press. The number leads to
    ``url``, or to ``lists``: {label, text}, each the references of a list that is kept once somebody opens it.
    """
    count = preview.get("count", 0) if isinstance(preview, Mapping) else preview.count
    return {"preview": preview, "noun": noun or ngettext("payout", "payouts", count)}


@register.inclusion_tag("parts/progress.html")
def progress(
    done: int, total: int, words: str = "", left: str = "", parts: Iterable[Any] = ()
) -> dict[str, Any]:
    """Native progress plus words; `total` 0 shows a bar without an end. Parts: {text, meaning, sums}."""
    return {"done": done, "total": total, "words": words, "left": left, "parts": parts}


@register.inclusion_tag("parts/empty.html")
def empty(title: str, text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    """Nothing here: why, and the next step as a link."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.filter
def payout_url(reference: str) -> str:
    """The address of a payout's page: a list asks for one in every row, so that it is resolved once and filled in."""
    return _payout_address().replace("P0", reference)


@cache
def _payout_address() -> str:
    return reverse("admin:payouts_payout_detail", args=["P0"])


@register.inclusion_tag("parts/problem.html")
def problem(  # noqa: PLR0917 - a tag reads better without names
    what: str, not_done: str = "", todo: str = "", lines: Iterable[Any] = (), url: str = "", label: str = ""
) -> dict[str, Any]:
    """What happened, what was not done, what to do; `lines` are errors one by one."""
    return {"what": what, "not_done": not_done, "todo": todo, "lines": lines, "url": url, "label": label}


@register.inclusion_tag("parts/facts.html")
def facts(rows: Iterable[tuple[str, Any]], css: str = "") -> dict[str, Any]:
    """Term and answer in the order of the reader's questions; answers may be safe HTML."""
    return {"rows": rows, "css": css}


@register.inclusion_tag("parts/strip.html")
def strip(figures: Iterable[Any]) -> dict[str, Any]:
    """Figures beside each other: (term, figure, words)."""
    return {"figures": figures}


@register.inclusion_tag("parts/verb.html")
def verb(verb: Any) -> dict[str, Any]:
    """A verb in a head: label, url, kind (main|stop|""), key, off (why it is off), method (get|post)."""
    return {"verb": verb}


@register.inclusion_tag("parts/copy.html")
def copy(text: str, label: str = "Copy", what: str = "") -> dict[str, Any]:
    """A button that copies `text`; `what` names it for a screen reader."""
    return {"text": text, "label": label, "what": what}


@register.inclusion_tag("parts/field.html")
def field(field: BoundField) -> dict[str, Any]:
    """A form field: label, control, help, error; wired for screen readers."""
    widget = field.field.widget
    return {
        "field": field,
        "group": isinstance(widget, RadioSelect) or getattr(widget, "use_fieldset", False),
        "tick": isinstance(widget, CheckboxInput),
        "file": isinstance(widget, FileInput),
    }


@register.simple_block_tag
def dialog(content: str, name: str, title: str) -> str:
    """A native dialog: `{% dialog "help" "Keys" %}…{% enddialog %}`; data-opens="help" opens it."""
    values = {"name": name, "title": title, "content": content}
    return loader.render_to_string("parts/dialog.html", values)
