"""The rows of an export on a page, with what they come to: between a total and the order lines behind it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.doors import addresses, keyset, numbers, pages, worklists
from backoffice.words import ended, number, sentences
from payouts.admin import _behind
from payouts.exports import kinds, paging, rows
from payouts.exports.columns import Column, Kind, Row, columns_of
from payouts.exports.definition import Definition
from payouts.queries import filters, tallies, worklist
from sellers.ledger.money import Money

_BESIDE = ("kind", "amount", "whole", *keyset.PLACE, "back")
_LONGEST_KEY = 80
# Where a reference leads, and the right that opens it.
_LINKS = {
    "payout": ("admin:payouts_payout_detail", "payouts.view_payout"),
    "batch": ("admin:payouts_batch_detail", "payouts.view_batch"),
    "seller": ("admin:sellers_seller_detail", "sellers.view_seller"),
    "transaction": ("admin:ledger_transaction_detail", "ledger.view_transaction"),
    "line_id": ("admin:payouts_statement_line", "payouts.see_reconciliation"),
    "adjustment": ("admin:ledger_adjustment_detail", "ledger.view_adjustment"),
}
_BY_NUMBER = ("transaction", "line_id", "adjustment")
_HIDDEN = ("currency",)
"""What rows have for their links, and what amounts say anyway."""


class _Asked:
    """What the address asks for. Raises `BadExport`, `BadFilter`, `BadAddress`, `NotAllowed`."""

    def __init__(self, request: HttpRequest) -> None:
        self.definition: Definition = kinds.get(request.GET.get("kind") or "balances")
        kinds.require(self.definition, pages.permissions(request))
        if not self.definition.shown:
            shown = [kind for kind, each in kinds.KINDS.items() if each.shown]
            raise addresses.UnknownChoice(_("Export"), self.definition.kind, name="kind", choices=shown)
        self._given = request.GET
        self.query = request.GET.copy()
        for name in _BESIDE:
            self.query.pop(name, None)
        self.chosen = self.definition.chosen(self.query, now=database_now())
        first = _behind.first_amount(self.definition, [])
        self.amount = request.GET.get("amount") or first
        resource = self.definition.resource()
        known = {each.name for each in columns_of(resource) if each.summed}
        if self.amount not in known:
            raise addresses.UnknownChoice(_("Amount"), self.amount, name="amount", choices=sorted(known))
        names = list(self.definition.shown)
        if self.amount != first:  # of that amount alone
            of_money = {each.name for each in columns_of(resource) if each.kind is Kind.MONEY}
            names = [*(name for name in names if name not in of_money), self.amount]
        has = resource.fields
        names += [name for name in _HIDDEN if name in has and name not in names]
        self.selection = rows.spoken(rows.select(self.definition, self.chosen, columns=names))
        self.columns = [each for each in self.selection.columns if each.name not in _HIDDEN]
        self.much = next(each for each in self.columns if each.kind is Kind.MONEY)

    @property
    def kept(self) -> QueryDict:
        """The filter as it is meant, also where the address leaves out the moment or the year."""
        return filters.as_query(self.chosen.stored())

    @property
    def address(self) -> QueryDict:
        """The page's own, without a place: what it leads to is of the same moment."""
        found = self.kept.copy()
        for name in _BESIDE:
            if name in self._given and name not in keyset.PLACE:
                found[name] = self._given[name]
        return found


@require_safe
@pages.page("payouts.request_export")
def listed(request: HttpRequest) -> HttpResponse:
    """The rows of the filter, a page at a time."""
    asked = _Asked(request)
    page = _page(request, asked)
    held = pages.permissions(request)
    kept = asked.kept
    definition = asked.definition
    further = _behind.further(definition.kind, kept, asked.amount)
    verbs = [{"label": _("What it is made of"), "url": further, "kind": "main"}] if further else []
    export = kept.copy()
    export["kind"] = definition.kind
    new = {
        "label": _("Export these rows"),
        "url": f"{reverse('admin:payouts_export_new')}?{export.urlencode()}",
    }
    shown = [
        {
            "cells": [_cell(each, row, held, much=each is asked.much) for each in asked.columns],
            "made_of": _behind.of_row(definition.kind, kept, asked.amount, row),
        }
        for row in page.rows
    ]
    totals = asked.address
    return pages.render(
        request,
        "admin/payouts/export/rows.html",
        {
            "title": definition.called,
            "lead": sentences(ended(definition.in_words(asked.chosen)), definition.told),
            "verbs": [new, *verbs],
            "heads": asked.columns,
            "rows": shown,
            "parted": any(each["made_of"] for each in shown),
            "totals_url": f"{reverse('admin:payouts_export_rows_totals')}?{totals.urlencode()}",
            "pager": page,
            "back_url": pages.back_url(request, reverse("admin:payouts_export_list")),
            "back_label": _("Exports"),
            "empty_title": _("No such rows"),
            "empty_text": _("Nothing matches this filter."),
        },
    )


def _page(request: HttpRequest, asked: _Asked) -> Any:
    """The page that the address names, for the pager part. Raises `BadAddress` for a place that is none."""
    before, after = (_place(request, name, asked) for name in keyset.PLACE)
    if before is not None and after is not None:
        raise addresses.no_place("before", str(before))
    backwards = after is not None
    found = paging.page(
        asked.selection, size=keyset.SIZE, place=after if backwards else before, backwards=backwards
    )
    link = keyset.linker(asked.address)
    shown, more = found.rows, found.more
    has_previous, has_next = (more, True) if backwards else (before is not None, more)
    return keyset.KeysetPage(
        rows=shown,
        previous_url=link("after", shown[0][paging.PLACE]) if shown and has_previous else "",
        next_url=link("before", shown[-1][paging.PLACE]) if shown and has_next else "",
        words=_("{found} rows").format(found=len(shown)) if len(shown) != 1 else _("1 row"),
        beyond=not shown and (before or after) is not None,
        first_url=f"{request.path}?{asked.address.urlencode()}",
    )


def _place(request: HttpRequest, name: str, asked: _Asked) -> int | str | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    found: int | str | None = text if text.isascii() and len(text) <= _LONGEST_KEY else None
    if paging.whole(asked.selection):
        found = numbers.whole(text)
    if found is None:
        raise addresses.no_place(name, text)
    return found


def _cell(column: Column, row: Row, held: Any, *, much: bool) -> dict[str, Any]:
    """A value as the page shows it, with where it leads; and a number's word where it stands without its column."""
    value = column.get_value(row)
    url = ""
    if value and column.name in _LINKS:
        page, right = _LINKS[column.name]
        arg = value[1:] if column.name in _BY_NUMBER else value
        url = reverse(page, args=[arg]) if right in held else ""
    kind = column.kind
    if kind is Kind.COUNT and value is not None:
        value = number(value)
    bare = value is not None and kind in (Kind.MONEY, Kind.COUNT) and not much
    return {
        "value": value,
        "url": url,
        "kind": kind.value,
        "wide": column.width >= 24,
        "much": much,
        "word": column.column_name if bare else "",
    }


@require_safe
@pages.page("payouts.request_export")
def totals(request: HttpRequest) -> HttpResponse:
    """What the rows come to in each currency; asked for after them."""
    asked = _Asked(request)
    most = None if "whole" in request.GET else worklist.TOTALS_CAP
    found = paging.sums(asked.selection, asked.chosen, most=most)
    money = [Money(minor, code) for code, minor in found.totals]
    shown = tallies.Totals(count=found.count, sums=money, exact=found.exact)
    return worklists.totals(request, shown, _("row") if found.count == 1 else _("rows"))


urlpatterns = [
    path("exports/rows/", listed, name="payouts_export_rows"),
    path("exports/rows/totals/", totals, name="payouts_export_rows_totals"),
]
