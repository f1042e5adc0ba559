"""Releasing holds: what one person ends, what is asked of another, what is confirmed; and taking a request back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import numbers, pages
from backoffice.words import ended, labelled, later, number, sentences
from payouts.admin import _left_alone
from payouts.admin.holds import rows_of, words_of
from payouts.admin.verbs import FindingForm
from payouts.models import ReleaseRequest
from payouts.operations import holds
from payouts.operations._outcome import by_reason
from payouts.operations._releasing import HoldRefusal, Releases
from payouts.queries import recorded, stopping
from payouts.queries.holds import HoldRow, open_ones, totals, waiting_requests

SHOWN = 10


class WithdrawForm(forms.Form):
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Why"),
        help_text=later("For the person who asked. Only your own request needs no reason."),
    )


def _ids(request: HttpRequest, name: str) -> list[int]:
    source = request.POST if request.method == "POST" else request.GET
    return [number for number in map(numbers.whole, source.getlist(name)) if number is not None]


def _holds(count: int) -> str:
    return ngettext("{n} hold", "{n} holds", count).format(n=number(count))


def _requests(count: int) -> str:
    return ngettext("{n} request", "{n} requests", count).format(n=number(count))


def _verb(found: Releases) -> str:
    """ "Release 2 holds, ask to release 1, confirm the release of 1"."""
    alone = len(found.released) - len(found.confirmed)
    parts = [
        (alone, _("release {}")),
        (len(found.asked), _("ask to release {}")),
        (len(found.confirmed), _("confirm the release of {}")),
    ]
    said = [words.format(_holds(count)) for count, words in parts if count]
    text = ", ".join(said)
    return text[:1].upper() + text[1:] or _("Nothing can be done")


def _done(found: Releases) -> str:
    parts = [
        (len(found.released), _("{} released")),
        (len(found.asked), _("{} still in force until another person confirms the release")),
        (len(found.refused), _("{} left as they are")),
    ]
    said = ", ".join(words.format(_holds(count)) for count, words in parts if count)
    if not found.refused:
        return ended(said)
    reasons = _left_alone.told(found.refused, lambda each: _left_alone.hold(each.hold))
    return format_html(ended("{}"), format_html(labelled("{said}", "{reasons}"), said=said, reasons=reasons))


@pages.page("payouts.release_hold")
@pages.by_address
def release(request: HttpRequest) -> HttpResponse:
    """Release some holds: what goes on, what another person found out, the finding, the deed."""
    back = pages.back_url(request, reverse("admin:payouts_hold_list"))
    ids = _ids(request, "ids")
    if not ids:
        messages.warning(request, _("Nothing was done: no hold is chosen. Tick the rows first."))
        return redirect(back)
    confirmed = request.method == "POST" and request.POST.get("confirmed") == "1"
    form = FindingForm(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            found = holds.release(
                hold_ids=ids,
                actor=pages.actor(request),
                note=form.cleaned_data["note"],
                now=database_now(),
                seen=set(_ids(request, "request")),
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            changed = [each for each in found.refused if each.code == "changed"]
            if changed and not (found.released or found.asked):
                return pages.stale(request, sorted({ended(each.reason) for each in changed}), back)
            level = messages.WARNING if found.refused else messages.SUCCESS
            moved = found.released or found.asked
            messages.add_message(request, level, _done(found), extra_tags=pages.TAKEN if moved else "")
            return redirect(back)
    found = holds.preview_release(hold_ids=ids, actor=pages.actor(request))
    rows = rows_of(ids)
    words = _verb(found)
    context = {
        "title": words,
        "verb": words,
        "noun": ngettext("hold", "holds", len(rows)),
        "form": form,
        "back_url": back,
        "hidden": [
            ("back", back),
            *(("ids", str(pk)) for pk in rows),
            *(("request", str(each.pk)) for each in found.confirmed),
        ],
        "preview": {
            "count": len(found.released) + len(found.asked),
            "sums": totals(open_ones().filter(pk__in=_moved(found)), now=database_now()).sums,
            "rows": _preview_rows(found, rows),
            "more": max(len(found.released) + len(found.asked) - len(found.confirmed) - SHOWN, 0),
            "refused": _refused(found.refused, rows),
            "follows": _follows(found),
        },
    }
    return pages.render(request, "parts/confirm.html", context)


def _moved(found: Releases) -> list[int]:
    return [hold.pk for hold in (*found.asked, *found.released)]


def _preview_rows(found: Releases, rows: dict[int, HoldRow]) -> list[dict[str, Any]]:
    """Every request to confirm with its finding, then the first of the rest."""
    told = {each.hold_id: _request(each) for each in found.confirmed}
    rest = [pk for pk in _moved(found) if pk not in told]
    return [
        {
            "reference": row.reference,
            "name": row.name,
            "note": told.get(row.hold.pk)
            or sentences(words_of(row.hold), recorded.by(row.hold.placed_by_id, row.hold.note)),
            "money": money,
        }
        for row in (rows[pk] for pk in (*told, *rest[:SHOWN]) if pk in rows)
        for money in [row.sums[0] if row.sums else None]
    ]


def _request(request: ReleaseRequest) -> str:
    name = request.asked_by.get_full_name() or request.asked_by.get_username()
    return _("{reason}. {name} found out: {note}").format(
        reason=request.hold.get_reason_display(), name=name, note=request.note
    )


def _refused(refused: Sequence[HoldRefusal], rows: dict[int, HoldRow]) -> list[dict[str, Any]]:
    """By reason, all of them by name: a page of releases is asked about no more than an address carries."""
    groups = by_reason([each for each in refused if each.hold.pk in rows])
    return [
        {
            "reason": ended(f"{reason[0].upper()}{reason[1:]}"),
            "count": len(group),
            "references": [_left_alone.held(each.hold) for each in group],
            "all": True,
        }
        for reason, group in groups
    ]


def _follows(found: Releases) -> list[str]:
    lines = []
    if found.released:
        lines += stopping.words(stopping.released(hold_ids=[hold.pk for hold in found.released]))
        lines.append(_("What nothing else holds goes on from where it stands; no step is skipped."))
    if found.asked:
        count = _holds(len(found.asked))
        lines.append(
            _(
                "{count} for risk or compliance: still in force until another person has "
                "read this and confirms."
            ).format(count=count)
        )
    return lines


@pages.page("payouts.release_hold")
@pages.by_address
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take requests for a release back: the holds stay as they are."""
    back = pages.back_url(request, f"{reverse('admin:payouts_hold_list')}?show=asked")
    requests = list(
        waiting_requests().filter(hold__in=_ids(request, "ids")).select_related("hold", "asked_by")
    )
    confirmed = request.method == "POST" and request.POST.get("confirmed") == "1"
    if not requests and not confirmed:
        messages.warning(request, _("Nothing was done: nobody asks for a release of what you chose."))
        return redirect(back)
    form = WithdrawForm(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            done = holds.withdraw(
                request_ids=_ids(request, "request"),
                actor=pages.actor(request),
                note=form.cleaned_data["note"],
                now=database_now(),
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("{many} taken back. What they were about stays on hold.").format(many=_requests(len(done))),
                extra_tags=pages.TAKEN,
            )
            return redirect(back)
    rows = rows_of([each.hold_id for each in requests])
    words = (
        _("Take {many} back").format(many=_requests(len(requests))) if requests else _("Nothing can be done")
    )
    context = {
        "title": words,
        "verb": words,
        "kind": "stop",
        "noun": ngettext("request", "requests", len(requests)),
        "form": form,
        "back_url": back,
        "hidden": [
            ("back", back),
            *(("ids", str(each.hold_id)) for each in requests),
            *(("request", str(each.pk)) for each in requests),
        ],
        "preview": {
            "count": len(requests),
            "rows": [
                {"reference": row.reference, "name": row.name, "note": _request(each), "money": money}
                for each in requests
                for row in [rows[each.hold_id]]
                for money in [row.sums[0] if row.sums else None]
            ],
            "follows": [_("The holds stay in force; their release can be asked for again.")],
        },
    }
    return pages.render(request, "parts/confirm.html", context)


urlpatterns = [
    path("holds/release/", release, name="payouts_hold_release"),
    path("holds/withdraw/", withdraw, name="payouts_hold_withdraw"),
]
