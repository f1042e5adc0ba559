"""One verb on one or many payouts: choose, see what will happen, do it, read what was done (HOUSE ruling 10).

A `Bulk` names an operation and its words; the view below turns it into preview, form, call and message. The rule
stands in the operation; here are only questions and answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import pages
from backoffice.words import beside, ended, gap, labelled, later, number, sentences
from payouts.admin import _left_alone, finding
from payouts.admin._choosing import Looked, all_that_match, chosen, left_of, look, source, stopped_job
from payouts.models import Job, Payout
from payouts.operations import deeds, jobs
from payouts.operations._outcome import Outcome, Preview, Refusal, refuse
from payouts.queries import hold_words, lookout, shown
from sellers.ledger import written
from sellers.ledger.money import Money

SHOWN = 10
_BY_JOB = (later("A worker does it, some at a time, on a page that shows how far it is."),)


@dataclass(frozen=True)
class Bulk:
    """A verb as a page: its words hold {n} for the number and {money} for one payout's amount.

    ``accounts`` says to which account versions the money would go, where that is not the payout's own. What is ``safe``
    is done whatever changed since the page was read. How it is done, its `Deed` says.
    """

    name: str
    verb: str
    done: str
    preview: Callable[..., Preview]
    form: type[forms.Form]
    kind: str = "main"
    follows: Callable[[Preview], Sequence[str]] = lambda preview: ()
    accounts: Callable[[Sequence[Payout]], Mapping[int, int]] = lambda payouts: {}
    safe: bool = False
    meanings: Callable[[], Sequence[tuple[str, hold_words.Meaning]]] = tuple
    leads: Callable[[Sequence[int]], str] | None = None
    """Where the payouts that it moved are now, with the way there."""

    @property
    def deed(self) -> deeds.Deed:
        return deeds.DEEDS[self.name]

    @property
    def permission(self) -> str:
        return self.deed.permission


def run(request: HttpRequest, bulk: Bulk) -> HttpResponse:
    """The preview; POST with ``confirmed``: the deed, a message, and back to where it began. Many payouts are a job,
    and so is what was left of one.
    """
    back = pages.back_url(request, reverse("admin:payouts_payout_list"))
    actor = pages.actor(request)
    stopped = stopped_job(request, bulk.name)
    ids, seen = chosen(request)
    if stopped is not None and not ids:
        ids = left_of(stopped)
        if not ids:
            messages.warning(request, _("Nothing was done: nothing is left of {job}.").format(job=stopped))
            return redirect(back)
    if not ids:
        messages.warning(request, _("Nothing was done: no payout is chosen. Tick the rows first."))
        return redirect(back)
    whole = all_that_match(request)
    if len(ids) > deeds.MOST and not whole:
        messages.warning(
            request,
            _("Nothing was done: at most {most} payouts go in one step. Narrow the filter.").format(
                most=number(deeds.MOST)
            ),
        )
        return redirect(back)
    confirmed = request.method == "POST" and request.POST.get("confirmed") == "1"
    many = _many(bulk, ids, stopped)
    if confirmed and (seen is None or (many and not request.POST.get("key"))):
        # A form that no page of ours made: it says what to do, not what was looked at.
        messages.warning(request, _("Nothing was done yet: look at what will happen, then confirm it."))
        confirmed = False
    said = jobs.values_of(stopped) if stopped is not None else None
    form = bulk.form(request.POST if confirmed else None, initial=said)
    answer = _do(request, bulk, ids, seen, form, stopped=stopped) if confirmed and form.is_valid() else None
    if answer is not None:
        return answer
    if whole:
        looked = look(ids, preview=bulk.preview, actor=actor)
        return _previewed(request, bulk, looked.preview, form, looked=looked)
    preview = bulk.preview(payout_ids=ids, actor=actor)
    preview = preview if bulk.safe else _mark_stale(preview, seen)
    return _previewed(request, bulk, preview, form, stopped=stopped)


def _many(bulk: Bulk, payouts: Sequence[Any], stopped: Job | None) -> bool:
    """Whether a worker does it."""
    return stopped is not None or len(payouts) > bulk.deed.at_once


def _do(
    request: HttpRequest,
    bulk: Bulk,
    ids: Sequence[int],
    seen: Mapping[int, str] | None,
    form: forms.Form,
    *,
    stopped: Job | None,
) -> HttpResponse | None:
    """What was done or asked for, in a message; None where it is refused, which the form says."""
    back = pages.back_url(request, reverse("admin:payouts_payout_list"))
    try:
        if _many(bulk, ids, stopped):
            return _ask_for(request, bulk, ids, seen, form.cleaned_data, stopped=stopped)
        outcome = bulk.deed.act(
            payout_ids=ids, actor=pages.actor(request), now=database_now(), seen=seen, **form.cleaned_data
        )
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], back)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    changed = [each for each in outcome.refused if each.code == "changed"]
    if changed and len(changed) == len(outcome.refused) and not outcome.moved:
        return pages.stale(request, _changes(changed), back)
    _report(request, bulk, outcome)
    return redirect(back)


def _ask_for(
    request: HttpRequest,
    bulk: Bulk,
    ids: Sequence[int],
    seen: Mapping[int, str] | None,
    values: dict[str, Any],
    *,
    stopped: Job | None,
) -> HttpResponse:
    """A worker does it; the reader is led to where it is watched. Raises as `jobs.request` does."""
    job = jobs.request(
        verb=bulk.name,
        payout_ids=ids,
        values=values,
        key=request.POST["key"][:100],
        actor=pages.actor(request),
        now=database_now(),
        seen=seen,
        rest_of=None if stopped is None else stopped.pk,
    )
    if job.finished_at is not None:
        messages.warning(
            request,
            _("This form was sent before. This is what came of it; nothing more was done now."),
            extra_tags=pages.TAKEN,
        )
    else:
        text = _("A worker does it now, some at a time. You can leave this page and come back.")
        messages.info(request, sentences(text, *_went(request)), extra_tags=pages.TAKEN)
    return redirect("admin:payouts_job_detail", pk=job.pk)


def _previewed(
    request: HttpRequest,
    bulk: Bulk,
    preview: Preview,
    form: forms.Form,
    *,
    looked: Looked | None = None,
    stopped: Job | None = None,
) -> HttpResponse:
    """What would be done; where all that was chosen has changed, what did."""
    back = pages.back_url(request, reverse("admin:payouts_payout_list"))
    changed = [each for each in preview.refused if each.code == "changed"]
    if changed and len(changed) == len(preview.refused) and not preview.allowed:
        return pages.stale(request, _changes(changed), back)
    context = _context(request, bulk, preview, form, back=back, by_job=_many(bulk, preview.allowed, stopped))
    if stopped is not None:
        words = _(
            "{job} was stopped. What was left of it is looked at as it is now, and goes on as a job of its own."
        )
        context["lead"] = words.format(job=stopped)
        context["hidden"].append(("rest_of", str(stopped.pk)))
    if looked is not None and looked.rest:
        context["beyond"] = _beyond(request, looked)
    if looked.rest if looked is not None else request.POST.get("more") == "1":
        context["hidden"].append(("more", "1"))
    return pages.render(request, "admin/payouts/payout/bulk.html", context)


def _beyond(request: HttpRequest, looked: Looked) -> dict[str, str]:
    """More match than this step takes or looked at: how many were looked at, and the way on."""
    if looked.full:
        words = _("One step takes {most} of those that match: these. Press again for the rest.")
    else:
        words = _("More match than were looked at here: these are the first {count} of them.")
    kept = [(name, source(request).get(name, "")) for name in ("all_matching", "query", "back")]
    return {
        "text": words.format(most=number(deeds.MOST), count=number(looked.count)),
        "url": "" if looked.full else f"{request.path}?{urlencode([*kept, ('after', looked.last)])}",
    }


def _mark_stale(preview: Preview, seen: Mapping[int, str] | None) -> Preview:
    """What changed between the reader's page and now is refused already here, and for that first."""
    if not seen:
        return preview
    read = list(Payout.objects.filter(pk__in=seen).order_by("pk"))
    changed = shown.changes(read, seen)
    return Preview(
        allowed=tuple(p for p in preview.allowed if p.pk not in changed),
        refused=(
            *(each for each in preview.refused if each.payout_id not in changed),
            *(refuse(p, "changed", changed[p.pk]) for p in read if p.pk in changed),
        ),
    )


def _changes(refused: Sequence[Refusal]) -> list[str]:
    return [labelled(str(each.reference), ended(each.reason)) for each in refused[:SHOWN]]


def _words(text: str, payouts: Sequence[Payout]) -> str:
    amount = Money(payouts[0].amount_minor, payouts[0].currency) if len(payouts) == 1 else None
    noun = (
        _("{payouts} payouts").format(payouts=number(len(payouts)))
        if amount is None
        else _("1 payout of {text}").format(text=written.text(amount))
    )
    return text.format(n=noun)


def _context(
    request: HttpRequest, bulk: Bulk, preview: Preview, form: forms.Form, *, back: str, by_job: bool
) -> dict[str, Any]:
    words = _words(bulk.verb, preview.allowed)
    return {
        "title": words if preview.allowed else _("Nothing can be done"),
        "verb": words,
        "kind": bulk.kind,
        "form": form,
        "meanings": bulk.meanings(),
        "back_url": back,
        "hidden": [
            ("back", back),
            ("seen", ",".join(f"{pk}={token}" for pk, token in shown.tokens(preview.allowed).items())),
            ("key", f"page:{uuid4()}"),
        ],
        "preview": {
            "count": len(preview.allowed),
            "sums": [Money(minor, currency) for currency, minor in preview.totals.items()],
            "rows": [
                {
                    "reference": each.payout.reference,
                    "url": reverse("admin:payouts_payout_detail", args=[each.payout.reference]),
                    "name": each.seller_name,
                    "note": beside(
                        [
                            _("To {account}").format(account=each.account),
                            *(_("On hold: {reason}").format(reason=reason) for reason in each.holds),
                            *each.flags,
                        ]
                    ),
                    "money": each.money,
                }
                for each in lookout.first(
                    preview.allowed, most=SHOWN, accounts=bulk.accounts(preview.allowed)
                )
            ],
            "more": max(len(preview.allowed) - SHOWN, 0),
            "refused": _left_alone.grouped(preview.reasons, request=request),
            "follows": [*(_BY_JOB if by_job else ()), *bulk.follows(preview)] if preview.allowed else (),
        },
    }


def _report(request: HttpRequest, bulk: Bulk, outcome: Outcome) -> None:
    """ "12 payouts approved, 2 refused: it is on hold (P1, P2)."."""
    count = len(outcome.moved)
    parts: list[str] = (
        [bulk.done.format(n=ngettext("{count} payout", "{count} payouts", count).format(count=number(count)))]
        if count
        else []
    )
    if outcome.refused:
        words, reasons = (
            _("{refused} refused: {reasons}"),
            _left_alone.told(outcome.refused, _left_alone.payout, way=partial(_way, request)),
        )
        parts.append(format_html(words, refused=number(len(outcome.refused)), reasons=reasons))
    leads = bulk.leads(outcome.moved) if count and bulk.leads is not None else ""
    done = format_html(ended("{}"), format_html_join(", ", "{}", ((each,) for each in parts)))
    text = format_html_join(gap(), "{}", ((each,) for each in (done, *_went(request), leads) if each))
    level = messages.SUCCESS if count and not outcome.refused else messages.WARNING
    messages.add_message(request, level, text, extra_tags=pages.TAKEN if count else "")


def _way(request: HttpRequest, group: Sequence[Refusal]) -> str:
    return finding.kept_address([each.reference for each in group if each.reference], request=request)


def _went(request: HttpRequest) -> list[str]:
    """What a reader who chose more than one step takes has still to do."""
    return [_("More match: press again for the rest.")] if request.POST.get("more") == "1" else []


def selection(buttons: Sequence[Mapping[str, str]]) -> dict[str, Any] | None:
    """The selection bar of a list of payouts, from which all that match can be chosen at once."""
    return {"verbs": buttons, "matching": True} if buttons else None


def button(bulk: Bulk, label: str, *, key: str = "", kind: str | None = None) -> dict[str, str]:
    """The verb in the selection bar of a list."""
    return {
        "label": label,
        "one": bulk.verb.format(n=_("1 payout")),
        "many": bulk.verb.format(n=_("{n} payouts")),
        "url": reverse("admin:payouts_payout_act", args=[bulk.name]),
        "kind": bulk.kind if kind is None else kind,
        "key": key,
        "most": str(deeds.MOST),
    }
