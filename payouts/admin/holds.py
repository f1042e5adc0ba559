"""Open holds, oldest first, and their release."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, numbers, pages
from payouts.admin.verbs import FindingForm
from payouts.models import HoldReason
from payouts.operations import holds
from payouts.queries import holds as asked


class ReasonChip(forms.Form):
    reason = forms.ChoiceField(choices=HoldReason.choices)


@pages.page("payouts.view_hold")
def listed(request: HttpRequest) -> HttpResponse:
    """Every open hold."""
    past = request.GET.get("past") == "true"
    rows = asked.past(now=database_now()) if past else asked.open_ones()
    reason = request.GET.get("reason", "")
    chips: list[dict[str, object]] = [{"text": "Past their date", "clear_url": "?"}] if past else []
    if reason in HoldReason.values:
        rows = rows.filter(reason=reason)
        chips.append({"text": f"Reason is {HoldReason(reason).label.lower()}", "clear_url": "?"})
    else:
        chips.append({"label": "Reason", "fields": list(ReasonChip(auto_id="chip_%s")), "keep": []})
    page = keyset.page(request, rows, newest_first=False)
    may = "payouts.release_hold" in pages.permissions(request)
    release = {
        "label": "Release",
        "one": "Release 1 hold",
        "many": "Release {n} holds",
        "url": reverse("admin:payouts_hold_release"),
        "kind": "main",
        "key": "",
    }
    return pages.render(
        request,
        "admin/payouts/hold/list.html",
        {
            "title": "Holds",
            "lead": "Oldest first. Every open hold of a payout and of its seller must be released before it goes on.",
            "chips": chips,
            "rows": asked.rows(page.rows),
            "selection": {"verbs": [release]} if may else None,
            "pager": page,
            "empty_title": "Nothing is on hold",
            "empty_text": "A hold placed on a payout or a seller stands here until it is released.",
        },
    )


@pages.page("payouts.release_hold")
def release(request: HttpRequest) -> HttpResponse:
    """Release some holds: what goes on, the finding, the deed."""
    source = request.POST if request.method == "POST" else request.GET
    back = pages.back_url(request, reverse("admin:payouts_hold_list"))
    ids = [number for number in map(numbers.whole, source.getlist("ids")) if number is not None]
    chosen = asked.rows(list(asked.open_ones().filter(pk__in=ids).order_by("pk")))
    if not ids:
        messages.warning(request, "Nothing was done: no hold is chosen. Tick the rows first.")
        return redirect(back)
    confirmed = request.method == "POST" and request.POST.get("confirmed") == "1"
    form = FindingForm(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            note = form.cleaned_data["note"]
            done = holds.release(hold_ids=ids, actor=pages.actor(request), note=note, now=database_now())
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{len(done)} hold{'' if len(done) == 1 else 's'} released.")
            return redirect(back)
    words = "Release 1 hold" if len(chosen) == 1 else f"Release {len(chosen)} holds"
    context = {
        "title": words,
        "verb": words,
        "noun": "holds",
        "form": form,
        "back_url": back,
        "hidden": [("back", back), *(("ids", str(row.hold.pk)) for row in chosen)],
        "preview": {
            "count": len(chosen),
            "rows": [
                {
                    "reference": row.reference,
                    "name": row.name,
                    "note": row.hold.get_reason_display(),
                    "money": money,
                }
                for row in chosen[:10]
                for money in row.sums[:1]
            ],
            "more": max(len(chosen) - 10, 0),
            "follows": ["What nothing else holds goes on from where it stands; no step is skipped."],
        },
    }
    return pages.render(request, "parts/confirm.html", context)


urlpatterns = [
    path("holds/", listed, name="payouts_hold_list"),
    path("holds/release/", release, name="payouts_hold_release"),
]
