"""The front page: the reader's own work first, then what is in flight, what is in order, and the last weeks.

Every number is a `Figure`: it leads to exactly the rows that were counted.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice import home_funding, home_standing, navigation
from backoffice.doors import countdown
from backoffice.home_figures import FREE, Figure, payouts_url, sums
from backoffice.home_piles import Pile, Reader
from backoffice.home_work import ALL_PAYOUTS, WORK, Work
from backoffice.words import together
from payouts import countries
from payouts.models import Batch, Incident, Payout, RailSwitch, Submission
from payouts.queries import (
    batch_words,
    cutoffs,
    deciding,
    filters,
    holding,
    incident_words,
    rail_words,
    rails,
    unknown,
    worklist,
)
from sellers.ledger.money import Money

_A_DAY = timedelta(days=1)
_NARROWED_BY = ("blocked", "waits_for")
"""What is asked of payouts beside what their place is about."""


@dataclass(frozen=True)
class Line:
    """A `Work` as one reader sees it now; ``sums`` stand under the page's currencies, in their order.

    ``exact`` is false where there are more than are counted. ``oldest`` is since when the first waits, and its page.
    ``wanted`` is the filter of the payouts that it is about. ``later`` is where more of it is asked for after the page.
    """

    work: Work
    url: str
    count: Figure
    exact: bool
    sums: Sequence[tuple[str, Figure | None]]
    oldest: tuple[datetime, str] | None
    by_country: Mapping[str, int] = field(default_factory=dict)
    wanted: Mapping[str, Any] = field(default_factory=dict)
    later: str = ""


def page(*, permissions: Collection[str], now: datetime, person: Any = None) -> dict[str, Any]:
    """The front page's context for this person with these permissions; `now` is the database's.

    What waits leaves out the person's own work. Without the right to see payouts there is nothing of all money.
    """
    reader = (
        Reader(permissions, now, person.pk, person.get_username()) if person else Reader(permissions, now)
    )
    lines = _lines(reader)
    waits = {
        "lines": [line for line in lines if not line.work.decide],
        "decisions": [line for line in lines if line.work.decide],
        "currencies": [currency for currency, _unused in lines[0].sums] if lines else [],
        "waiting_total": sum(int(line.count.value) for line in lines if isinstance(line.count.value, int)),
        "waiting_exact": all(line.exact for line in lines),
        "handles_payouts": any(work.payouts and work.permission in permissions for work in WORK),
    }
    if "payouts.view_payout" not in permissions:
        return waits if lines else {}
    return {
        **waits,
        "cut_offs": _cut_offs(lines, now),
        "flight": home_standing.flight(),
        "funding": home_funding.table(now=now),
        **home_standing.books(),
        "incidents": _incidents(permissions),
        "missed": _missed(permissions),
        "stops": list(RailSwitch.objects.filter(restored_at__isnull=True).order_by("rail")),
        **home_standing.weeks(now=now),
    }


def _incidents(permissions: Collection[str]) -> list[dict[str, Any]]:
    """The newest open incidents, each with the page where this reader finds out more."""
    rows = list(Incident.objects.filter(closed_at__isnull=True).select_related("payout").order_by("-id")[:5])
    about = unknown.of_incidents(rows)
    return [
        {
            "incident": row,
            "what": incident_words.what(row.code),
            "since": unknown.since(row, about.get(row.pk)),
            **_further(row, about.get(row.pk), permissions),
        }
        for row in rows
    ]


def _further(row: Incident, about: Submission | None, permissions: Collection[str]) -> dict[str, str]:
    """The desk for who may see it; else the payout, or the batch that holds what nobody knows; else all incidents."""
    if about is not None and "payouts.view_submission" in permissions:
        url = reverse("admin:payouts_submission_detail", args=[about.rail, about.key])
        return {"url": url, "label": _("See {key} on the desk").format(key=about.key)}
    page = "payout"
    one: Payout | Batch | None = row.payout
    if one is None and about is not None and "payouts.view_batch" in permissions:
        page, one = "batch", about.batch
    if one is not None:
        url = reverse(f"admin:payouts_{page}_detail", args=[one.reference])
        return {"url": url, "label": _("See {reference}").format(reference=one.reference)}
    if "payouts.view_incident" in permissions:
        return {"url": reverse("admin:payouts_rail_list"), "label": _("See all incidents")}
    return {}


def _missed(permissions: Collection[str]) -> list[dict[str, str]]:
    """Batches whose approval is asked for again, for those who may give it."""
    if "payouts.approve_batch" not in permissions:
        return []
    return [
        {
            "text": batch_words.missed_words(miss),
            "url": reverse("admin:payouts_batch_detail", args=[miss.batch.reference]),
            "label": _("See {reference}").format(reference=miss.batch.reference),
        }
        for miss in batch_words.missed()[:5]
    ]


def _lines(reader: Reader) -> list[Line]:
    found = [
        line
        for work in WORK
        if work.permission in reader.permissions and (line := _line(work, reader)).count.value
    ]
    currencies = sorted({currency for line in found for currency, _unused in line.sums})
    return [
        replace(line, sums=[(currency, dict(line.sums).get(currency)) for currency in currencies])
        for line in found
    ]


def _line(work: Work, reader: Reader) -> Line:
    if work.pile is not None:
        return _pile(work, work.pile, reader)
    place = next(each for each in navigation.PLACES if each.url_name == work.place)
    url = navigation.address(place) if work.place != ALL_PAYOUTS else payouts_url(**work.payouts)
    own = {"waits_for": reader.name} if work.second and reader.name else {}
    if work.batches:
        return _batches(work, url, reader, {"batch_status": work.batches, **own})
    wanted = {**work.payouts, **own}
    there = {} if work.place == ALL_PAYOUTS else {n: v for n, v in wanted.items() if n in _NARROWED_BY}
    chosen = filters.read(wanted)
    rows, totals = chosen.qs, worklist.totals_of(chosen)
    oldest = rows.order_by("status_at", "pk").first() if totals.exact else None
    return Line(
        work=work,
        url=f"{url}?{urlencode(there)}" if there else url,
        count=Figure(totals.count, payouts_url(**wanted)),
        exact=totals.exact,
        sums=list(sums(totals.sums, **wanted).items()),
        oldest=_oldest(oldest, "admin:payouts_payout_detail"),
        by_country=worklist.by_country_of(filters.read(wanted | FREE))
        if work.by_cut_off and totals.exact
        else {},
        wanted=wanted,
    )


def _pile(work: Work, pile: Pile, reader: Reader) -> Line:
    """Each currency's sum leads to the list of what is in that currency."""
    found = pile.read(reader)
    there = pile.url(reader)
    money = [(each.currency, Figure(each, pile.url(reader, currency=each.currency))) for each in found.sums]
    return Line(work, there, Figure(found.count, there), found.exact, money, found.oldest)


def _batches(work: Work, url: str, reader: Reader, wanted: Mapping[str, Any]) -> Line:
    """Their money is what leaves, and leads to these payouts: batches of two currencies never share a row."""
    rows = list(
        deciding.batches(person_id=reader.person_id)
        .select_related("funding_account")
        .order_by("status_at", "pk")
    )
    by_country: Counter[str] = Counter()
    minor: Counter[str] = Counter()
    leaving = holding.going().filter(batch__in=[each.pk for each in rows]).order_by()
    parts = leaving.values_list("country", "currency").annotate(Count("pk"), Sum("amount_minor"))
    for country, currency, count, total in parts:
        by_country[country] += count
        minor[currency] += int(total)
    money = [Money(total, currency) for currency, total in sorted(minor.items())]
    asked = {"status": wanted["batch_status"], **{n: v for n, v in wanted.items() if n in _NARROWED_BY}}
    there = f"{url}?{urlencode(asked)}"
    return Line(
        work=work,
        url=there,
        count=Figure(len(rows), there),
        exact=True,
        sums=list(sums(money, **wanted, **FREE).items()),
        oldest=_oldest(rows[0] if rows else None, "admin:payouts_batch_detail"),
        by_country=by_country,
        wanted=wanted,
        later=reverse("admin:payouts_batch_caps") if rows else "",
    )


def _oldest(one: Payout | Batch | None, url_name: str) -> tuple[datetime, str] | None:
    """Since when the one waits that has waited longest, and its page; what was sent back began to wait anew."""
    return None if one is None else (one.status_at, reverse(url_name, args=[one.reference]))


@dataclass(frozen=True)
class Miss:
    """What is paid a day later unless it is done before a cut-off; one figure for each of the reader's works. What is
    on hold, or its seller's standing keeps back, does not go then, whatever is done.
    """

    cut_off: cutoffs.CutOff
    left: str
    figures: list[tuple[str, Figure]]
    today: bool = False
    """Whether the day that its words name is today for who reads it, by the program's clock."""
    stopped: str = ""
    """The rails of these countries over which nothing goes, whatever is done, before they go on."""


def _cut_offs(lines: list[Line], now: datetime) -> list[Miss]:
    """The cut-offs of today and of the next 24 hours with what would miss them, each by its own bank's clock: past
    midnight in Paris it is still yesterday in New York. After the last one, those of the next such day. Those of one
    day stand together.
    """
    stopped = set(rails.stops().values_list("rail", flat=True))
    ahead = [miss for each in cutoffs.upcoming(now=now) if (miss := _miss(each, lines, now, stopped)).figures]
    soon = [each for each in ahead if each.cut_off.today or each.cut_off.at - now <= _A_DAY]
    shown = soon or [each for each in ahead if each.cut_off.day == ahead[0].cut_off.day]
    return sorted(shown, key=lambda each: (each.cut_off.day, each.cut_off.at))


def _miss(cut_off: cutoffs.CutOff, lines: list[Line], now: datetime, stopped: Collection[str]) -> Miss:
    figures = []
    for line in lines:
        number = sum(line.by_country.get(code, 0) for code in cut_off.codes)
        if number:
            url = payouts_url(**{**line.wanted, **FREE, "country": cut_off.codes})
            figures.append((line.work.label, Figure(number, url)))
    today = cut_off.day == timezone.localdate(now)
    over = {countries.get(code).rail for code in cut_off.codes}
    waits = [rail_words.called(rail) for rail in sorted(over) if rail in stopped or rails.ALL in stopped]
    return Miss(cut_off, countdown.until(cut_off.at, now=now), figures, today, together(waits))
