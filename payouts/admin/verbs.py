"""Every verb that people use on payouts, as pages."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit import authority
from backoffice.audit.clock import database_now
from backoffice.doors import pages
from backoffice.doors.moments import moment_field
from backoffice.words import later, number, sentences, together
from payouts import countries
from payouts.admin import _bulk, _choosing
from payouts.admin._bulk import Bulk
from payouts.countries import calendars
from payouts.models import Hold, Payout
from payouts.operations import _move, approval, batching, disposing, holds, review
from payouts.operations._outcome import Preview
from payouts.queries import blocks, explain, hold_words, rails
from sellers.ledger import written
from sellers.ledger.money import Money


class NoteForm(forms.Form):
    """An optional word for colleagues."""

    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Note for colleagues"),
    )


class ApprovalForm(forms.Form):
    reason = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Note for the record"),
    )


class FindingForm(forms.Form):
    note = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("What was found out, for those who ask later"),
    )


class ReasonForm(forms.Form):
    """A reason that others will read."""

    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Reason, for those who ask later"),
    )


class HoldForm(forms.Form):
    reason = forms.ChoiceField(choices=hold_words.REASONS, label=later("Reason"))
    note = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Note for colleagues"),
        help_text=later("What is to be found out, and by whom."),
    )
    until = moment_field(label=hold_words.UNTIL, help_text=hold_words.UNTIL_HELP)


def _batches(moved: Sequence[int]) -> str:
    """The batches that payouts were put into."""
    found = Payout.objects.filter(pk__in=moved, batch__isnull=False).order_by("batch_id").distinct("batch_id")
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (reverse("admin:payouts_batch_detail", args=[reference]), reference)
            for reference in found.values_list("batch__reference", flat=True)[:MOST_NAMED]
        ),
    )
    return format_html(_("They wait for approval in {batches}."), batches=links)


def _reviewed(preview: Preview) -> Sequence[str]:
    """What a review leads to; a held payout may be reviewed, and goes no further."""
    lines = [_("They wait for another person's approval.")]
    held = len(blocks.open_holds(payouts=preview.allowed))
    if held:
        words = ngettext(
            "{n} of them is on hold: it does not go on until every hold on it is released.",
            "{n} of them are on hold: they do not go on until every hold on them is released.",
            held,
        )
        lines.append(words.format(n=number(held)))
    return lines


def _next_dates(preview: Preview) -> Sequence[str]:
    """What approval leads to, per country: the one computation that the payout page uses too; and what waits where its
    rail is stopped.
    """
    now, lines = database_now(), list[str]()
    codes = sorted({p.country for p in preview.allowed})
    paid = [countries.get(code) for code in codes if countries.is_open(code)]
    zones = explain.bank_zones(paid)
    stopped = rails.stopped_words(*{each.rail for each in paid})
    lines += [sentences(stopped, _("What is approved waits until then."))] if stopped else []
    for country in paid:
        deadline = calendars.value_date_for(country, now)
        lines.append(
            _("{country}: batched and sent by {cut_off_at}, paid on {value_date}.").format(
                country=country.called,
                cut_off_at=explain.clock(deadline.cut_off_at, zones[country.code]),
                value_date=explain.day(deadline.value_date),
            )
        )
    return lines


def _rolled(preview: Preview) -> Sequence[str]:
    """How much is due again from which day, for how many sellers; and what comes off it."""
    days = disposing.due_again(payouts=preview.allowed, now=database_now())
    sums: dict[tuple[date, str], int] = {}
    sellers: dict[date, set[int]] = {}
    for payout in preview.allowed:
        day = days[payout.pk]
        sums[day, payout.currency] = sums.get((day, payout.currency), 0) + payout.amount_minor
        sellers.setdefault(day, set()).add(payout.seller_id)
    lines = [
        ngettext(
            "{sums} of {n} seller is due again on {day}.",
            "{sums} of {n} sellers are due again on {day}.",
            len(who),
        ).format(
            sums=together(
                written.text(Money(minor, code)) for (of, code), minor in sorted(sums.items()) if of == day
            ),
            n=number(len(who)),
            day=explain.day(day),
        )
        for day, who in sorted(sellers.items())
    ]
    return [
        *lines[:MOST_DAYS],
        _(
            "The next run that covers it pays each seller this money together with what else is due, "
            "less what they owe us."
        ),
        _("No new payout is made now, and it cannot be taken back."),
    ]


MOST_DAYS = 5  # in a preview
MOST_NAMED = 20  # batches in a message
MOST_HOLDS = 200  # as many as a page's address carries

BULKS: dict[str, Bulk] = {
    bulk.name: bulk
    for bulk in (
        Bulk(
            "review", later("Mark {n} reviewed"), later("{n} reviewed"), review.preview,
            NoteForm, follows=_reviewed,
        ),
        Bulk(
            "approve", later("Approve {n}"), later("{n} approved"), approval.preview,
            ApprovalForm, follows=_next_dates,
        ),
        Bulk(
            "hold", later("Hold {n}"), later("{n} put on hold"), holds.preview, HoldForm, kind="stop", safe=True,
            follows=lambda preview: [_("Approve, batch and submit are blocked until every hold is released.")],
            meanings=hold_words.meanings,
        ),
        Bulk(
            "send_back", later("Send {n} back to review"), later("{n} sent back"),
            review.preview_send_back, ReasonForm, kind="",
            follows=lambda preview: [_("Their review and approval are void; they leave their batch.")],
        ),
        Bulk(
            "cancel", later("Cancel {n}"), later("{n} cancelled"),
            partial(_move.preview, name="cancel"), ReasonForm, kind="stop",
            follows=lambda preview: [
                _("The money is owed to the sellers again: pay it again, or add it to their next payouts.")
            ],
        ),
        Bulk(
            "batch", later("Put {n} into batches"), later("{n} batched"), batching.preview,
            forms.Form, follows=_next_dates, leads=_batches,
        ),
        Bulk(
            "take_out", later("Take {n} out of their batch"), later("{n} taken out"),
            batching.preview_take_out, ReasonForm, kind="stop",
            follows=lambda preview: [_("Their approval stands; the batch goes on without them.")],
        ),
        Bulk(
            "reissue", later("Pay {n} again"), later("{n} paid again as new payouts, which wait for review"),
            disposing.preview_reissue, forms.Form, accounts=disposing.accounts_in_effect,
            follows=lambda preview: [
                _(
                    "Each becomes a new payout to the account shown, with a review and an "
                    "approval of its own."
                ),
                _(
                    "What would go to an account that sent money back is held until the "
                    "seller's new one is in effect."
                ),
            ],
        ),
        Bulk(
            "roll", later("Add {n} to the next payouts"), later("{n} due again for the next run"),
            disposing.preview_roll, forms.Form, kind="", follows=_rolled,
        ),
    )
}  # fmt: skip


@pages.page("payouts.view_payout")
def act(request: HttpRequest, name: str) -> HttpResponse:
    """The page of one verb."""
    if name == "release":
        return _to_release(request)
    if name not in BULKS:
        raise Http404(_("No verb {name}").format(name=name))
    authority.require(actor=pages.actor(request), permission=BULKS[name].permission)
    return _ask(request, BULKS[name])


@pages.by_address
def _ask(request: HttpRequest, bulk: Bulk) -> HttpResponse:
    return _bulk.run(request, bulk)


def _to_release(request: HttpRequest) -> HttpResponse:
    """Releasing is about holds: the page of exactly those that are open now, so that no later one goes with them.

    What an address does not carry is told.
    """
    chosen, _unused = _choosing.chosen(request)
    open_ones = Hold.objects.filter(payout__in=chosen, released_at__isnull=True).order_by("pk")
    ids = list(open_ones.values_list("pk", flat=True)[:MOST_HOLDS])
    if len(ids) == MOST_HOLDS and (rest := open_ones.count() - MOST_HOLDS) > 0:
        words = ngettext(
            "These are the first {most} holds of what you chose. {n} more stays in force: choose again for it.",
            "These are the first {most} holds of what you chose. {n} more stay in force: choose again for them.",
            rest,
        )
        messages.warning(request, words.format(most=number(MOST_HOLDS), n=number(rest)))
    query = urlencode(
        [("back", pages.back_url(request, reverse("admin:payouts_hold_list"))), *(("ids", pk) for pk in ids)]
    )
    return redirect(f"{reverse('admin:payouts_hold_release')}?{query}")


urlpatterns = [path("payouts/act/<slug:name>/", act, name="payouts_payout_act")]
