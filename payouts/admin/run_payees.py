"""A payout run before it runs, balance by balance: who would be paid what, who not and why."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import addresses, keyset, numbers, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import later
from payouts.admin.run_new import RUN, RunForm
from payouts.operations import running
from payouts.queries import due, run_payees

PAID = later("Would be paid")
KNOWN = Known("country", "until", *keyset.PLACE, which=(run_payees.PAID, *due.REASONS))


class WhichChip(forms.Form):
    which = forms.ChoiceField(
        label=later("What happens"), choices=[(run_payees.PAID, PAID), *due.REASONS.items()]
    )


@dataclass(frozen=True)
class _Pager:
    """As the pager part takes it."""

    previous_url: str
    next_url: str
    words: str = ""


@require_safe
@pages.page(RUN, knows=KNOWN)
def payees(request: HttpRequest) -> HttpResponse:
    """One page of the whole preview; what it is about, and where it is, stands in the address."""
    form = RunForm(request.GET)
    if not form.is_valid():
        raise Refused(_("Nothing to show: choose a country and a day on the page of runs first."))
    which = request.GET.get("which", "")
    found = running.payees(
        until=form.cleaned_data["until"],
        country=form.cleaned_data["country"],
        which=which,
        after=_place(request, "after"),
        before=_place(request, "before"),
        actor=pages.actor(request),
        now=database_now(),
    )
    link = keyset.linker(request.GET)
    asked = {name: request.GET.get(name, "") for name in ("country", "until")}
    context = {
        "title": _("Who would be paid, and who not"),
        "lead": _("Nothing happens here. What is due is counted anew on each page."),
        "back_url": f"{reverse('admin:payouts_run_new')}?{urlencode(asked)}",
        "chips": [_chip(which, asked)],
        "rows": [{"payee": each, "why": due.REASONS.get(each.wanting, "")} for each in found.rows],
        "pager": _Pager(
            link("before", found.before) if found.before is not None else "",
            link("after", found.after) if found.after is not None else "",
        ),
        "empty_title": _("No balance matches"),
        "empty_text": _("Nothing is due there, or nothing of what you filter for.")
        if found.after is None
        else _("None among the balances looked through so far: the next page looks further."),
        "empty_url": link("after", found.after) if found.after is not None else "",
        "empty_label": _("Next page"),
    }
    return pages.render(request, "admin/payouts/run/payees.html", context)


def _place(request: HttpRequest, name: str) -> int | None:
    """The account that this parameter names. Raises `BadAddress`."""
    text = request.GET.get(name, "")
    found = numbers.whole(text)
    if text and found is None:
        raise addresses.no_place(name, text)
    return found


def _chip(which: str, asked: dict[str, str]) -> dict[str, Any]:
    if which:
        text = PAID if which == run_payees.PAID else due.REASONS[which]
        return worklists.changeable(text, f"?{urlencode(asked)}", WhichChip, asked.items(), {"which": which})
    return worklists.offered(_("What happens"), WhichChip, asked.items())


urlpatterns = [path("runs/new/payees/", payees, name="payouts_run_payees")]
