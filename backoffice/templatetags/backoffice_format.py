"""Money, moments and countries as people read them, in the active language. The wording stands in pure
modules.

Money: `amount|money` in a table, `amount|money_text` in a sentence, `{% money minor currency %}`. Moments:
`at|when`, `at|when:"JP"`, `at|ago`, `{% moment at "JP" %}` (both). Days: `date|day`, `first|span:last`,
`range|span`. Countries: `code|land`. Roles: `group.name|role`. Rails: `batch.rail|rail`. Before what is said of
something: `title|colon`. What the program wrote down: `hold.note|recorded:hold.placed_by_id`,
`{% recorded incident.text %}`, and `|perhaps_recorded` where a bank or a person may have written it. A missing value
shows as a dash.
"""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import babel
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from psycopg.types.range import Range

from backoffice.doors import role_words
from backoffice.words import labelled
from payouts import countries
from payouts.countries import moments
from payouts.queries import rail_words
from payouts.queries import recorded as records
from sellers.ledger import written
from sellers.ledger.money import Money

register = template.Library()
NOTHING = "—"


@register.filter
def colon(label: str) -> str:
    """The label with the colon that stands before what is said of it, and the spaces that the language has there."""
    return labelled(str(label), "")


@register.filter
def money(amount: Money | None) -> str | SafeString:
    """An amount in a column: the currency small beside it; a minus that is also read aloud."""
    if not amount:
        return NOTHING
    digits = written.bare(amount, locale=_locale())
    if amount.minor >= 0:
        return format_html('<span class="money">{}<small>{}</small></span>', digits, amount.currency)
    return format_html(
        '<span class="money"><span class="sr">{} </span><span aria-hidden="true">{}</span>{}<small>{}</small></span>',
        _("minus"),
        written.MINUS,
        digits.removeprefix(written.MINUS),
        amount.currency,
    )


@register.filter
def change(amount: Money | None) -> str | SafeString:
    """As `money`, of an amount by which another one changed: more carries a plus, which is also read aloud."""
    if not amount or amount.minor <= 0:
        return money(amount)
    plus = '<span class="money"><span class="sr">{} </span><span aria-hidden="true">+</span>{}<small>{}</small></span>'
    return format_html(plus, _("plus"), written.bare(amount, locale=_locale()), amount.currency)


@register.simple_tag(name="money")
def money_of(minor: int | None, currency: str) -> str | SafeString:
    """`{% money row.amount_minor row.currency %}`, where there is no Money."""
    return money(None if minor is None else Money(minor, currency))


@register.filter
def money_text(amount: Money | None) -> str:
    """An amount in a sentence or a button: "Approve €45,210.00"."""
    return NOTHING if not amount else written.text(amount, locale=_locale())


@register.filter
def when(at: datetime | None, where: object = None) -> str | SafeString:
    """The local time with its place; the exact one in the title. `where`: a Country, its code, or an IANA
    zone.
    """
    if not at:
        return NOTHING
    return _time(at, where, lambda zone: moments.when(at, zone=zone, now=timezone.now(), locale=_locale()))


@register.filter
def ago(at: datetime | None, where: object = None) -> str | SafeString:
    """The relative time, which goes on while the page stands (`ago.js`); the exact one in the title."""
    if not at:
        return NOTHING
    now = timezone.now()
    return _time(
        at, where, lambda zone: moments.ago(at, now=now, locale=_locale()), going_on=_going_on(at, now)
    )


@register.simple_tag
def ago_words(unit: Literal["hour", "minute", "second"]) -> str:
    """How `ago` says a number of these units, with {n} for the number."""
    return moments.ago_of(unit, locale=_locale())


@register.filter
def age(at: datetime | None) -> str:
    """How long ago, for a narrow column: "3 d", "4 h", "12 min"."""
    if at is None:
        return NOTHING
    minutes = max(int((timezone.now() - at).total_seconds() // 60), 0)
    if minutes >= 48 * 60:
        minutes -= minutes % (24 * 60)
    elif minutes >= 60:
        minutes -= minutes % 60
    return _age(minutes, get_language())


@lru_cache(maxsize=1_000)
def _age(minutes: int, _language: str | None) -> str:
    """Of whole days from two days on, of whole hours from one on: a list says the same age many times."""
    if minutes >= 48 * 60:
        return _("{n} d").format(n=minutes // (24 * 60))
    return _("{n} h").format(n=minutes // 60) if minutes >= 60 else _("{n} min").format(n=minutes)


@register.simple_tag
def moment(at: datetime | None, where: object = None) -> str | SafeString:
    """The local time with its place, and the relative time beside it."""
    if not at:
        return NOTHING
    now = timezone.now()
    relative = moments.ago(at, now=now, locale=_locale())
    return format_html('{} <span class="quiet"{}>{}</span>', when(at, where), _going_on(at, now), relative)


@register.filter
def day(on: date | None) -> str:
    """A date with its weekday: "Wed 25 Nov"."""
    return NOTHING if not on else moments.day(on, today=timezone.localdate(), locale=_locale())


@register.filter
def span(first: Any, last: date | None = None) -> str:
    """From day to day, both included: `first|span:last`, or `range|span` for a date range of PostgreSQL."""
    if isinstance(first, Range):  # PostgreSQL gives every date range as [lower, upper)
        first, last = first.lower, first.upper and moments.last_day(first.upper)
    if not last:
        return NOTHING
    if not first:  # the first payout of an account covers everything up to its day
        return _("to {span}").format(span=_span(last, last, timezone.localdate(), _locale()))
    return _span(first, last, timezone.localdate(), _locale())


@lru_cache(maxsize=1_000)
def _span(first: date, last: date, today: date, locale: str) -> str:
    """Most rows of a list have the same."""
    return moments.span(first, last, today=today, locale=locale)


@register.filter
def land(code: str) -> str | SafeString:
    """A country's code, small; its name in the title and for a screen reader."""
    if not code:
        return NOTHING
    name = babel.Locale.parse(_locale()).territories.get(code, code)
    return format_html(
        '<span class="land" title="{}"><span aria-hidden="true">{}</span><span class="sr">{}</span></span>',
        name,
        code,
        name,
    )


def _time(
    at: datetime, where: object, said: Callable[[tzinfo], str], *, going_on: str | SafeString = ""
) -> SafeString:
    zone = _zone(where)
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        at.isoformat(timespec="seconds"),
        moments.exact(at, zone=zone, locale=_locale()),
        going_on,
        said(zone),
    )


def _going_on(at: datetime, now: datetime) -> str | SafeString:
    """What `ago.js` goes by: nothing of what is to come, or said in days."""
    seconds = int((now - at).total_seconds())
    return format_html(' data-ago="{}"', seconds) if 0 <= seconds < moments.IN_DAYS else ""


def _zone(where: object) -> tzinfo:
    if not where:
        return timezone.get_current_timezone()
    if isinstance(where, tzinfo):
        return where
    if isinstance(where, countries.Country):
        return where.zone
    name = str(where)
    if "/" in name:
        return ZoneInfo(name)
    return countries.get(name).zone if countries.is_open(name) else timezone.get_current_timezone()


def _locale() -> str:
    return to_locale(get_language() or "en")


@register.filter
def role(name: str) -> str:
    """A role as people call it."""
    return role_words.called(name)


@register.filter
def rail(code: str) -> str:
    """A rail as people call it."""
    return rail_words.called(code)


@register.filter
def recorded(text: str, author: object = None) -> str:
    """What the program wrote down, in the reader's language; what an author wrote, as they wrote it."""
    return records.by(author, text or "")


@register.filter
def perhaps_recorded(text: str) -> str:
    """The same where a person or a bank may have written it: only what they would not say by accident."""
    return records.perhaps(text or "")


@register.simple_tag(name="recorded")
def recorded_tag(text: str) -> str | SafeString:
    """The same as a part of a page, marked as English where it still is and the page is not."""
    told = records.said(text)
    return format_html('<span lang="en">{}</span>', told) if told == text and _locale() != "en" else told
