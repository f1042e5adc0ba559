"""What people do about one seller: hold, release, suspend, verify, write a note. One small form each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.audit.actors import Actor
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import pages
from backoffice.doors.moments import moment_field
from backoffice.words import later
from payouts.models import Hold
from payouts.operations import holds
from payouts.queries import hold_words
from sellers import operations
from sellers.admin import _effects
from sellers.admin._effects import Effect
from sellers.admin.history import find
from sellers.models import Seller

TEXT = forms.Textarea(attrs={"rows": 3})


class NoteForm(forms.Form):
    text = forms.CharField(max_length=2000, widget=TEXT, label=later("Note for colleagues"))


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=2000, widget=TEXT, label=later("Reason, for those who ask later"))


class FindingForm(forms.Form):
    passed = forms.TypedChoiceField(
        choices=[
            ("yes", later("We know who they are: money may go to them")),
            ("no", later("The check failed: nothing is paid")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        label=later("Finding"),
    )
    note = forms.CharField(max_length=2000, widget=TEXT, label=later("What it rests on"))


class HoldForm(forms.Form):
    reason = forms.ChoiceField(choices=hold_words.REASONS, label=later("Reason"))
    note = forms.CharField(
        max_length=2000,
        widget=TEXT,
        label=later("Note for colleagues"),
        help_text=later("What is to be found out, and by whom."),
    )
    until = moment_field(label=hold_words.UNTIL, help_text=hold_words.UNTIL_HELP)


@dataclass(frozen=True)
class Verb:
    """One deed: its words ({name} is the seller), its form, the operation, and what it would do."""

    permission: str
    title: str
    lead: str
    button: str
    done: str
    form: type[forms.Form]
    act: Callable[..., Any]
    effect: Callable[[Seller, datetime], Effect] | None = None
    kind: str = "main"


def _hold(*, seller_id: int, actor: Actor, now: datetime, **values: Any) -> Hold:
    return holds.hold_seller(seller_id=seller_id, actor=actor, now=now, **values)


VERBS = {
    "hold": Verb(
        "payouts.place_hold", later("Hold {name}"),
        later(
            "Every payout of this seller that is not sent stops, and every one to come, "
            "until it is released."
        ),
        later("Hold the seller"), later("{name} is on hold."), HoldForm, _hold,
        _effects.of_hold, "stop",
    ),
    "suspend": Verb(
        "sellers.suspend_seller", later("Suspend {name}"),
        later(
            "Nothing is paid and no payout is made while the seller is suspended. Earnings "
            "still accrue."
        ),
        later("Suspend the seller"), later("{name} is suspended."), ReasonForm, operations.suspend,
        _effects.of_suspension, "stop",
    ),
    "lift": Verb(
        "sellers.suspend_seller", later("Lift the suspension of {name}"),
        later("Payouts that the suspension blocked may go on, and the next run may pay the seller again."),
        later("Lift the suspension"), later("{name} is no longer suspended."), ReasonForm, operations.lift_suspension,
        _effects.of_lifting,
    ),
    "verify": Verb(
        "sellers.verify_seller", later("Verify {name}"), later("Money goes only to sellers whom we know."),
        later("Write the finding"), later("The finding about {name} is written."), FindingForm, operations.verify,
        _effects.of_finding,
    ),
    "note": Verb(
        "sellers.add_note", later("Note on {name}"),
        later("Colleagues see it on this page and in the timeline; it stays."),
        later("Write the note"), later("Note written."), NoteForm, operations.annotate,
    ),
}  # fmt: skip


@pages.page("sellers.view_seller")
def act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """The form of one deed, and the deed."""
    verb = VERBS.get(name)
    if name == "release":
        return _to_release(request, find(reference))
    if verb is None:
        raise Http404(_("No verb {name}").format(name=name))
    seller = find(reference)
    return _form(request, seller, verb)


def _form(request: HttpRequest, seller: Seller, verb: Verb) -> HttpResponse:
    authority.require(actor=pages.actor(request), permission=verb.permission)
    back = reverse("admin:sellers_seller_detail", args=[seller.reference])
    form = verb.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verb.act(seller_id=seller.pk, actor=pages.actor(request), now=database_now(), **form.cleaned_data)
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, verb.done.format(name=seller.name))
            return redirect(back)
    effect = Effect() if verb.effect is None else verb.effect(seller, database_now())
    context = {
        "title": verb.title.format(name=seller.name),
        "lead": verb.lead,
        "form": form,
        "preview": effect.stops,
        "follows": effect.follows,
        "verb": effect.on_button(verb.button),
        "kind": verb.kind,
        "back_url": back,
        "back_label": seller.name,
        "meanings": hold_words.meanings() if verb.form is HoldForm else [],
    }
    return pages.render(request, "admin/sellers/seller/act.html", context)


def _to_release(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Releasing is about holds: the page of exactly those open now, so that no later one goes with them."""
    open_ones = Hold.objects.filter(seller=seller, released_at__isnull=True).order_by("pk")
    back = reverse("admin:sellers_seller_detail", args=[seller.reference])
    query = urlencode([("back", back), *(("ids", pk) for pk in open_ones.values_list("pk", flat=True))])
    return redirect(f"{reverse('admin:payouts_hold_release')}?{query}")


urlpatterns = [path("sellers/<str:reference>/act/<slug:name>/", act, name="sellers_seller_act")]
