"""A payout run before it runs: who would be paid what, who not and why, what is different from the last one."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import numbers, pages
from backoffice.doors.addresses import Known
from backoffice.words import later, number, together
from payouts import countries
from payouts.operations import creation, running
from payouts.queries import due, explain, run_preview
from sellers.ledger import written
from sellers.ledger.money import EXPONENTS, Money

RUN = "payouts.run_payouts"
ASKED = Known("country", "until")
AT_ONCE = 2_000
"""Balances that are paid while the person waits, about a second; more are a worker's, with progress."""


class RunForm(forms.Form):
    """Until which due date, and for which country."""

    country = forms.ChoiceField(
        label=later("Country"), required=False, help_text=later("Leave it at all countries to run every one.")
    )
    until = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        label=later("Last due date"),
        help_text=later("Leave empty for today in each country."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All countries")), *countries.by_name()]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]


@pages.page(RUN, knows=ASKED)
def new(request: HttpRequest) -> HttpResponse:
    """Choose, see what would happen, run."""
    form = RunForm(request.GET if "country" in request.GET or "until" in request.GET else None)
    if request.method == "POST":
        return _run(request)
    status = 400 if form.is_bound and not form.is_valid() else 200
    found = _found(request, form) if form.is_bound and status == 200 else None
    if found is None:
        context = {
            "title": _("Run payouts"),
            "lead": _("Nothing happens yet: you see first who would be paid and who not."),
            "form": form,
            "verb": _("Show what would happen"),
            "back_url": reverse("admin:payouts_run_list"),
        }
        return pages.render(request, "admin/payouts/run/choose.html", context, status=status)
    context = _preview(found, form.cleaned_data["until"], form.cleaned_data["country"])
    return pages.render(request, "admin/payouts/run/preview.html", context)


def _found(request: HttpRequest, form: RunForm) -> run_preview.Preview | None:
    """What a run would do; None where there can be none, and the form says why."""
    try:
        return running.preview(
            until=form.cleaned_data["until"],
            country=form.cleaned_data["country"],
            actor=pages.actor(request),
            now=database_now(),
        )
    except creation.NotYetDue as refusal:
        form.add_error("until", str(refusal))
        return None


def _preview(found: run_preview.Preview, until: date | None, country: str) -> dict[str, Any]:
    make = ngettext("Make {n} payout", "Make {n} payouts", found.count).format(n=number(found.count))
    chosen = _chosen(until, country)
    payees_url = f"{reverse('admin:payouts_run_payees')}?{urlencode(chosen)}"
    return {
        "title": make if found.count else _("No payouts to make"),
        "verb": make,
        "back_url": reverse("admin:payouts_run_list"),
        "back_label": _("Runs"),
        "form": forms.Form(),
        "hidden": [("key", f"page:{uuid4()}"), ("seen", found.seal), ("was", _told(found)), *chosen.items()],
        "found": found,
        "nothing": {} if found.count else _nothing(found, until, country),
        "payees_url": payees_url,
        "download_url": f"{reverse('admin:payouts_run_preview')}?{urlencode(chosen)}",
        "changes": [(each, due.REASONS.get(each.wanting, "")) for each in found.changes],
        "preview": {
            "count": found.count,
            "sums": [each.money for each in found.sums if each.count],
            "rows": [
                {
                    "reference": each.reference,
                    "url": reverse("admin:sellers_seller_detail", args=[each.reference]),
                    "name": each.name,
                    "note": ngettext("{lines} line", "{lines} lines", each.lines).format(
                        lines=number(each.lines)
                    ),
                    "money": each.money,
                }
                for each in found.largest
            ],
            "more": max(found.count - len(found.largest), 0),
            "refused": [
                {
                    "reason": due.REASONS[each.code],
                    "count": each.count,
                    "sums": [each.money],
                    "references": [_seller(reference) for reference in each.references],
                    "url": f"{payees_url}&{urlencode({'which': each.code})}",
                }
                for each in found.left
            ],
            "follows": [_("Each waits for a review and then for another person's approval.")]
            if found.count
            else [],
        },
    }


def _nothing(found: run_preview.Preview, until: date | None, country: str) -> dict[str, Any]:
    """Why nobody would be paid, and from which day somebody would, country by country."""
    now = database_now()
    coming = due.upcoming(creation.chosen(until=until, country=country, now=now))
    if any(each.code not in due.BY_ITSELF for each in found.left):
        why = _("What is due is kept back for the reasons above. Settle them, and look again.")
    elif found.left:
        why = _("What is due waits for later earnings, as the reasons above say.")
    elif coming:
        why = _("Nothing is due that is not in a payout already.")
    else:
        why = _(
            "Nothing is due that is not in a payout already, and nothing falls due later: import earnings first."
        )
    return {
        "why": why,
        "next": [
            _("{country}: earnings fall due on {day}; the run of {run} takes what nothing keeps back.").format(
                country=each.called,
                day=explain.day(day),
                run=explain.day(explain.forthcoming(each, due=day, now=now).run),
            )
            for each, day in coming
        ],
    }


def _seller(reference: str) -> dict[str, str]:
    return {"reference": reference, "url": reverse("admin:sellers_seller_detail", args=[reference])}


def _chosen(until: date | None, country: str) -> dict[str, str]:
    return {"country": country, "until": until.isoformat() if until is not None else ""}


def _run(request: HttpRequest) -> HttpResponse:
    form = RunForm(request.POST)
    key, seen = request.POST.get("key", ""), request.POST.get("seen", "")
    if not form.is_valid() or not key.startswith("page:") or not seen:
        messages.error(request, _("Nothing run: the form was not complete. Choose again."))
        return redirect("admin:payouts_run_new")
    try:
        made = running.request(
            until=form.cleaned_data["until"],
            country=form.cleaned_data["country"],
            key=key,
            actor=pages.actor(request),
            now=database_now(),
            seen=seen,
        )
    except running.PreviewChanged as conflict:
        return _changed(request, form, conflict)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:payouts_run_new")
    if (made.accounts_total or 0) <= AT_ONCE:
        running.work(run_id=made.pk, now=database_now())
        made.refresh_from_db()
    if made.finished_at is None:
        messages.info(request, _("The run is being made. You can leave this page and come back."))
    else:
        messages.success(
            request,
            ngettext("{n} payout made, {left}.", "{n} payouts made, {left}.", made.payout_count).format(
                n=number(made.payout_count), left=left(made.skip_count)
            ),
        )
    return redirect("admin:payouts_run_detail", pk=made.pk)


def _changed(request: HttpRequest, form: RunForm, conflict: Conflict) -> HttpResponse:
    """Nothing was made: what the run would do now, and the way to look at it."""
    until, country = form.cleaned_data["until"], form.cleaned_data["country"]
    url = f"{reverse('admin:payouts_run_new')}?{urlencode(_chosen(until, country))}"
    found = _found(request, form)
    was = _was(request.POST.get("was", ""))
    return pages.stale(request, [str(conflict), *was, *([] if found is None else [_now(found)])], url)


def _told(found: run_preview.Preview) -> str:
    """What the preview says it would pay, to be set beside what it would be later: "3 EUR:12345 JPY:500"."""
    sums = (f"{each.money.currency}:{each.money.minor}" for each in found.sums if each.count)
    return " ".join([str(found.count), *sums])


def _was(told: str) -> list[str]:
    """What was looked at, in words; nothing where a form that is none of ours says none."""
    count, *sums = told.split(" ")
    pairs = [(code, numbers.whole(minor)) for code, _colon, minor in (each.partition(":") for each in sums)]
    money = [Money(minor, code) for code, minor in pairs if code in EXPONENTS and minor is not None]
    shown = numbers.whole(count)
    if shown is None or len(money) != len(sums):
        return []
    words = ngettext("You looked at {n} payout of {sums}.", "You looked at {n} payouts of {sums}.", shown)
    if not shown:
        words = _("You looked at a run that would make no payout.")
    return [words.format(n=number(shown), sums=together(map(written.text, money)))]


def _now(found: run_preview.Preview) -> str:
    spared = left(sum(each.count for each in found.left))
    sums = together(written.text(each.money) for each in found.sums if each.count)
    words = ngettext(
        "Now it would make {n} payout of {sums}; {left}.",
        "Now it would make {n} payouts of {sums}; {left}.",
        found.count,
    )
    if not found.count:
        words = _("Now it would make no payout; {left}.")
    return words.format(n=number(found.count), sums=sums, left=spared)


def left(count: int) -> str:
    """How many balances a run left alone, in words."""
    return ngettext("{n} balance left alone", "{n} balances left alone", count).format(n=number(count))


@require_safe
@pages.page(RUN, knows=ASKED)
def preview(request: HttpRequest) -> HttpResponse:
    """The whole preview as CSV: every balance, paid or not, with the reason and what the last run paid."""
    form = RunForm(request.GET)
    if not form.is_valid():
        raise Refused(_("Nothing to download: choose a country and a day on the page of runs first."))
    found = running.download(
        until=form.cleaned_data["until"],
        country=form.cleaned_data["country"],
        actor=pages.actor(request),
        now=database_now(),
    )
    values: dict[str, Any] = {
        "as_attachment": True,
        "filename": found.name,
        "content_type": "text/csv; charset=utf-8",
    }
    return FileResponse(found.file, **values)  # type: ignore[return-value]  # the stubs make it no HttpResponse


urlpatterns = [
    path("runs/new/", new, name="payouts_run_new"),
    path("runs/new/preview.csv", preview, name="payouts_run_preview"),
]
