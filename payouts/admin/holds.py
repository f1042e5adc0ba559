"""Open holds by age or money: who placed which, why, what it costs, and when it ends."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.doors import keyset, numbers, pages, worklists
from backoffice.doors.addresses import BadAddress, Known, UnknownChoice
from backoffice.words import ended, labelled, later, number, sentences
from payouts import countries
from payouts.exports.held import HOLDS
from payouts.models import Hold, HoldReason
from payouts.queries import filter_words, hold_words, searching, waiting
from payouts.queries import holds as asked
from payouts.queries.export_filters import PROGRAM

AGES = (
    (1, later("More than a day")),
    (3, later("More than 3 days")),
    (7, later("More than a week")),
    (30, later("More than 30 days")),
)
PLACES = tuple(filter_words.HELD.items())
SHOWS = (("", later("All")), ("asked", later("Release asked for")), ("past", later("Past their date")))
SMALL = frozenset({"reason", "older", "on"})
AGE, MONEY = keyset.Sort("since", turned=True), keyset.Sort("money", ("money",))
NAMES = ("reason", "country", "seller", "who", "older", "currency", "on")
KNOWN = Known(
    *NAMES, *worklists.WAITS, *keyset.PLACE, "sort", show=[name for name, _words in SHOWS], past=("true",)
)


class _Choice(forms.Form):
    """One filter: a name in the address and what may be chosen."""

    def __init__(
        self, name: str, label: str, choices: Sequence[tuple[Any, str]], data: Any = None, **values: Any
    ) -> None:
        super().__init__(data, **values)
        self.fields[name] = forms.ChoiceField(label=label, choices=choices)


class _SellerChip(forms.Form):
    seller = forms.CharField(label=later("Seller"), max_length=200)


def _choices(name: str) -> tuple[str, str, list[tuple[str, str]]]:
    """The chip of a filter, how it reads once set, and what may be chosen."""
    if name == "reason":
        return (
            _("Reason"),
            _("Reason is {}"),
            [(str(value), str(label)) for value, label in HoldReason.choices],
        )
    if name == "country":
        return (
            _("Country"),
            _("Country is {}"),
            countries.by_name(),
        )
    if name == "who":
        return _("Placed by"), _("Placed by {}"), asked.placers()
    if name == "older":
        return _("Age"), _("Open {}"), [(str(days), label) for days, label in AGES]
    if name == "currency":
        return (
            _("Currency"),
            _("Currency is {}"),
            [(code, code) for code in sorted({country.currency for country in countries.all()})],
        )
    return _("On"), _("On {}"), list(PLACES)


def _chosen(request: HttpRequest, query: QueryDict) -> tuple[asked.Chosen, dict[str, str]]:
    """The choice in the address, and the words of each part. Raises `UnknownChoice`."""
    words, values = {}, {}
    for name in NAMES:
        value = query.get(name, "")
        if value and name == "seller":
            if not searching.sellers_named(value).exists():
                raise UnknownChoice(_("Seller"), value, name=name)
            values[name], words[name] = value, filter_words.in_words({name: value})
        elif value:
            called, reads, choices = _choices(name)
            label = dict(choices).get(value, "")
            if not label and (name != "who" or numbers.whole(value) is None):
                known = [] if name == "who" else [code for code, _unused in choices]
                raise UnknownChoice(called, value, name=name, choices=known)
            said = label or _("somebody whose holds are released")
            small = said[0].lower() + said[1:] if name in SMALL else said
            values[name], words[name] = value, reads.format(small)
    show, whom = query.get("show", ""), worklists.for_whom(request)
    return asked.Chosen(
        reason=values.get("reason", ""),
        country=values.get("country", ""),
        seller=values.get("seller", ""),
        who=values.get("who", ""),
        older_days=int(values.get("older", 0)),
        currency=values.get("currency", ""),
        on=values.get("on", ""),
        show=show,
        for_person=whom.pk if whom else 0,
        judges=whom is not None and asked.judges(person_id=whom.pk),
    ), words


def _address(query: QueryDict, **change: str) -> str:
    """The list with these parts of its address changed, from its first page."""
    found = query.copy()
    for name in ("before", "after", *change):
        found.pop(name, None)
    found.update({name: value for name, value in change.items() if value})
    return f"?{found.urlencode()}"


def _chips(query: QueryDict, words: dict[str, str]) -> list[dict[str, Any]]:
    keep = [(name, value) for name, value in query.items() if name not in ("before", "after")]
    shown: list[dict[str, Any]] = []
    for name in [*words, *(each for each in NAMES if each not in words)]:
        label, _unused, choices = _choices(name) if name != "seller" else (_("Seller"), "", [])
        form = partial(_Choice, name, label, choices) if name != "seller" else _SellerChip
        if name in words:
            # Without a currency the list cannot be sorted by money any more.
            url = _address(query, **{name: "", **({"sort": ""} if name == "currency" else {})})
            shown.append(worklists.changeable(words[name], url, form, keep, query.dict()))
        elif choices or name == "seller":
            html = worklists.fields_html(form(auto_id="chip_%s"))
            shown.append({"label": label, "html": html, "keep": keep})
    return shown


@pages.page("payouts.view_hold", knows=KNOWN)
def listed(request: HttpRequest) -> HttpResponse:
    """Every open hold, oldest first or by money."""
    now, query = database_now(), request.GET.copy()
    if query.pop("past", None) == ["true"]:  # as other pages lead here
        query["show"] = "past"
    chosen, words = _chosen(request, query)
    holds = asked.of(chosen, now=now)
    by_money = bool(keyset.chosen(request, (AGE, MONEY)).fields)
    if by_money and not chosen.currency:
        need = _("Not shown: only holds of one currency are sorted by money. Filter by a currency first.")
        raise BadAddress({"sort": need})
    if chosen.currency:
        holds = asked.with_money(holds, chosen.currency)
    page = keyset.page(request, holds, sorts=(AGE, MONEY), usual=AGE.name)
    context = {
        "title": _("Holds"),
        "lead": (
            _(
                "Every open hold of a payout and of its seller must be released before it "
                "goes on. A seller whose money waits costs one seller-day a day, however "
                "many holds there are."
            )
        ),
        "verbs": _export(request, chosen),
        "tabs": _tabs(query, chosen),
        "chips": [*worklists.set_chips(request, worklists.WAITS), *_chips(query, words)],
        "totals_url": f"{reverse('admin:payouts_hold_totals')}?{query.urlencode()}",
        "rows": asked.rows(page.rows, now=now),
        "now": now,
        "sorts": _headings(query, page.headings, chosen.currency or asked.usual_currency()),
        "selection": _selection(request, chosen),
        "pager": page,
        "empty_title": _("No hold matches")
        if words or chosen.show or chosen.for_person
        else _("Nothing is on hold"),
        "empty_text": _("A hold placed on a payout or a seller stands here until it is released."),
    }
    return pages.render(request, "admin/payouts/hold/list.html", context)


def _headings(query: QueryDict, headings: dict[str, keyset.Heading], currency: str) -> dict[str, Any]:
    """The columns that sort. By money goes with one currency only: the usual one, where none is chosen."""
    if "currency" in query:
        return headings
    url = _address(query, sort="-money", currency=currency) if currency else ""
    return headings | {"money": keyset.Heading(url, "") if url else None}


def _export(request: HttpRequest, chosen: asked.Chosen) -> list[dict[str, str]]:
    """The way to a file of exactly these rows."""
    if not {"payouts.request_export", *HOLDS.permissions} <= pages.permissions(request):
        return []
    who = chosen.who and (PROGRAM if chosen.who == asked.PROGRAM else asked.user_name(int(chosen.who)))
    query = {
        "kind": HOLDS.kind,
        "show": chosen.show,
        "reason": chosen.reason,
        "country": chosen.country,
        "seller": chosen.seller,
        "placed_by": who,
        "stands_days": chosen.older_days,
        "currency": chosen.currency,
        "on": chosen.on,
        "waits_for": request.GET.get("waits_for", "").strip(),
    }
    words = urlencode({name: value for name, value in query.items() if value})
    return [{"label": _("Export these rows"), "url": f"{reverse('admin:payouts_export_new')}?{words}"}]


def _tabs(query: QueryDict, chosen: asked.Chosen) -> list[dict[str, Any]]:
    counts = {"asked": waiting.releases(cap=99), "past": asked.count_past(now=database_now(), cap=99)}
    return [
        {
            "label": label,
            "url": _address(query, show=show),
            "current": show == chosen.show,
            "count": ("99+" if counts[show] > 99 else counts[show]) if show in counts else "",
        }
        for show, label in SHOWS
    ]


def _selection(request: HttpRequest, chosen: asked.Chosen) -> dict[str, Any] | None:
    if "payouts.release_hold" not in pages.permissions(request):
        return None
    verbs = [
        {
            "label": _("Release"),
            "one": _("Release 1 hold"),
            "many": _("Release {n} holds"),
            "url": reverse("admin:payouts_hold_release"),
            "kind": "main",
            "key": "",
        }
    ]
    if chosen.show == "asked":
        withdraw = {
            "label": _("Take the request back"),
            "one": _("Take 1 request back"),
            "many": _("Take {n} requests back"),
            "url": reverse("admin:payouts_hold_withdraw"),
            "kind": "",
            "key": "",
        }
        verbs.insert(0, withdraw)
    return {"verbs": verbs}


@pages.page("payouts.view_hold", knows=Known(*KNOWN.names, "whole", **KNOWN.choices))
def totals(request: HttpRequest) -> HttpResponse:
    """What the filtered holds stop together, asked for after the rows."""
    query, now = request.GET.copy(), database_now()
    whole = query.pop("whole", None) is not None
    chosen, _unused = _chosen(request, query)
    found = asked.totals(asked.of(chosen, now=now), now=now, whole=whole)
    query["whole"] = "1"
    more = ""
    if found.exact and found.sellers:
        sellers = (
            _("1 seller")
            if found.sellers == 1
            else _("{sellers} sellers").format(sellers=number(found.sellers))
        )
        more = ngettext(
            "{seller_days} seller-day of {sellers}",
            "{seller_days} seller-days of {sellers}",
            found.seller_days,
        ).format(seller_days=number(found.seller_days), sellers=sellers)
    noun = ngettext("hold", "holds", found.count)
    if found.exact:
        stopped = ngettext("{n} payout on hold", "{n} payouts on hold", found.payouts)
        noun = labelled(noun, stopped.format(n=number(found.payouts)))
    context = {"totals": found, "noun": noun, "more": more, "url": f"{request.path}?{query.urlencode()}"}
    return render(request, "parts/totals.html", context)


def rows_of(ids: Sequence[int]) -> dict[int, asked.HoldRow]:
    """The rows of these holds that are open, by their ids."""
    found = asked.rows(list(asked.open_ones().filter(pk__in=ids).order_by("pk")), now=database_now())
    return {row.hold.pk: row for row in found}


def words_of(hold: Hold) -> str:
    """The reason, and who releases it."""
    return sentences(
        ended(hold.get_reason_display()), hold_words.meaning(reason=HoldReason(hold.reason)).releases
    )


urlpatterns = [
    path("holds/", listed, name="payouts_hold_list"),
    path("holds/totals/", totals, name="payouts_hold_totals"),
]
