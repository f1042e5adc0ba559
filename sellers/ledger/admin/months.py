"""The books, month by month: what each holds, what keeps it from being closed, and its journals."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, register_converter, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.doors import pace, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import dated, later, number
from payouts.exports.journal import FORMATS
from payouts.operations import journals
from payouts.operations import periods as closing_verbs
from payouts.queries import closing, deciding, explain
from sellers.ledger.admin import _journal_sums, _rate_words, _tabs
from sellers.ledger.models import Book, JournalFile, JournalStatus
from sellers.ledger.money import Money
from sellers.ledger.queries import periods
from sellers.ledger.queries.periods import Month, Total

SEE = "ledger.view_period"
OVER = "over"
SIDES = ("opening", "debit", "credit", "closing")
WORDS = {
    periods.OPEN: (later("open"), "neutral"),
    OVER: (later("over, not closed yet"), "waiting"),
    periods.ASKED: (later("waits to be closed"), "waiting"),
    periods.CLOSED: (later("closed"), "done"),
}


class ShowChip(forms.Form):
    show = forms.ChoiceField(
        label=later("Only"), choices=[("to_close", later("over and not asked to be closed"))]
    )


CHIPS = {"show": ShowChip} | worklists.WAITS


class MonthConverter:
    """A month in an address, as 2026-10; its first day."""

    regex = r"[0-9]{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else f"{value:%Y-%m}"


register_converter(MonthConverter, "month")


class JournalForm(forms.Form):
    """Which journal of a closed month."""

    format = forms.ChoiceField(label=later("Format"), choices=[(name, each.label) for name, each in FORMATS.items()])
    currency = forms.ChoiceField(label=later("Currency"))
    grouping = forms.ChoiceField(
        label=later("Journal entries"),
        choices=list(journals.GROUPINGS.items()),
        widget=forms.RadioSelect,
        initial="detailed",
    )

    def __init__(self, *args: Any, month: Month, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = (
            month.period.numbers.order_by("currency").values_list("currency", flat=True)
            if month.period
            else []
        )
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


@pages.page(SEE, knows=Known(*CHIPS))
def listed(request: HttpRequest) -> HttpResponse:
    """Every month, the newest first."""
    now = database_now()
    today = periods.today(now=now)
    chosen = worklists.chosen(request, CHIPS)
    months = periods.to_close(now=now) if "show" in chosen else periods.months(now=now)
    if whom := worklists.for_whom(request):
        theirs = set(deciding.months(person_id=whom.pk).values_list("pk", flat=True))
        months = [month for month in months if month.period and month.period.pk in theirs]
    prefetch_related_objects([month.period for month in months if month.period], "numbers")
    context = {
        "title": _("Books"),
        "lead": _("Months of the ledger. A day begins at midnight in {key}.").format(
            key=explain.city(periods.zone().key)
        ),
        "tabs": _tabs.tabs(request, "months"),
        "chips": worklists.set_chips(request, CHIPS),
        "rows": [_row(month, today) for month in months],
    }
    return pages.render(request, "admin/ledger/period/list.html", context)


def _row(month: Month, today: date) -> dict[str, Any]:
    period = month.period
    return {
        "month": month,
        "name": _name(month.first),
        "word": _word(month, today),
        "asked_by": _who(period.asked_by) if period else "",
        "closed_by": _who(period.decided_by) if period and period.closed else "",
        "entries": sorted((each.currency, each.detailed_count) for each in period.numbers.all())
        if period and period.closed
        else [],
    }


def _word(month: Month, today: date) -> tuple[str, str]:
    """How the month stands, and what that means: one that is over waits for somebody to ask that it is closed."""
    over = month.status == periods.OPEN and month.last < today
    return WORDS[OVER if over else month.status]


@pages.page(SEE, knows=Known())
def detail(request: HttpRequest, month: date) -> HttpResponse:
    """One month: its totals, and its journals once it is closed."""
    return _detail(request, month_or_404(month))


def _detail(request: HttpRequest, found: Month, refused: forms.Form | None = None) -> HttpResponse:
    """The page of one month; with ``refused``, what was wrong with the journal that was asked for there."""
    now = database_now()
    period, held = found.period, pages.permissions(request)
    files = list(period.files.select_related("period").order_by("-pk")) if period else []
    sums = _journal_sums.of(files)
    closed = found.status == periods.CLOSED
    numbers = list(period.numbers.order_by("currency")) if period and closed else []
    context = {
        "title": _name(found.first),
        "month": found,
        "word": _word(found, periods.today(now=now)),
        "period": period,
        "asked_by": _who(period.asked_by) if period else "",
        "closed_by": _who(period.decided_by) if period and period.closed else "",
        "verbs": _verbs(request, found),
        "late": periods.late(first=found.first, last=found.last),
        "totals_url": reverse("admin:ledger_period_totals", args=[found.first]),
        "totals": totals_of(found) if closed else None,
        "numbers": numbers,
        "rates": _rate_words.of_month(request, found, [each.currency for each in numbers]),
        "form": (refused or JournalForm(month=found)) if closed and journals.RIGHT in held else None,
        "may_fetch": journals.RIGHT in held,
        "files": [
            {
                "file": file,
                "label": FORMATS[file.format].label,
                "sums": sums[file.pk],
                "words": _progress(file, now),
            }
            for file in files
        ],
        "back_url": reverse("admin:ledger_period_list"),
        "back_label": _("Books"),
        "reference": str(found),
    }
    status = 422 if refused is not None else 200
    return pages.render(request, "admin/ledger/period/detail.html", context, status=status)


def _verbs(request: HttpRequest, month: Month) -> list[dict[str, Any]]:
    if closing_verbs.RIGHT not in pages.permissions(request):
        return []
    if month.status == periods.OPEN:
        over = month.last < periods.today(now=database_now())
        url = reverse("admin:ledger_period_ask", args=[month.first])
        return [
            {
                "label": _("Ask to close it"),
                "url": url,
                "kind": "main",
                "off": "" if over else _("The month is not over."),
            }
        ]
    if month.period is None or month.status == periods.CLOSED:
        return []
    return [
        {"label": _("Take it back"), "url": reverse("admin:ledger_period_take_back", args=[month.first])},
        {
            "label": _("Close it"),
            "kind": "main",
            "url": reverse("admin:ledger_period_close", args=[month.first]),
            "off": why_off(request, month),
        },
    ]


def why_off(request: HttpRequest, month: Month) -> str:
    """Why this reader does not close the month that was asked to be closed; empty where they may."""
    own = month.period is not None and month.period.asked_by_id == request.user.pk
    return _("You asked for it: another person closes it.") if own else ""


@pages.page(SEE, knows=Known())
def totals(request: HttpRequest, month: date) -> HttpResponse:
    """A part of the page that comes after it: totals that must be added up, and what keeps it from being closed."""
    found = month_or_404(month)
    added = totals_of(found)
    context = {
        "month": found,
        "totals": added,
        "rates": rates_of(request, found, added),
        "blocks": blocks_of(request, found) if found.status != periods.CLOSED else [],
    }
    return render(request, "admin/ledger/period/totals.html", context)


def totals_of(month: Month) -> list[dict[str, Any]]:
    """Rows of the totals' table, with the way to what each is made of."""
    found = periods.totals(first=month.first, last=month.last)
    return [
        _total(month, each, [other for other in found if other.currency == each.currency]) for each in found
    ]


def rates_of(request: HttpRequest, month: Month, added: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What there is to say of rates, where something moved in another currency than the company's."""
    moved = {row["currency"] for row in added if row["debit"].minor or row["credit"].minor}
    return _rate_words.of_month(request, month, moved)


def _total(month: Month, total: Total, books: Sequence[Total]) -> dict[str, Any]:
    """One book's row, and with it the sums of all ``books`` in its currency, which stand below them."""
    query = urlencode({"book": total.book, "currency": total.currency})
    return {
        "book": Book(total.book).label,
        "currency": total.currency,
        "url": f"{reverse('admin:ledger_period_accounts', args=[month.first])}?{query}",
        **{name: Money(getattr(total, name), total.currency) for name in SIDES},
        "whole": {name: Money(sum(getattr(each, name) for each in books), total.currency) for name in SIDES},
    }


def blocks_of(request: HttpRequest, month: Month) -> list[dict[str, str]]:
    """What keeps the month from being closed, and those before it that one act takes with it: all that stand alike.

    Each with the page where it is mended, for who may open that.
    """
    alike = [
        each.first
        for each in periods.months(now=database_now())
        if each.first <= month.first and each.status == month.status
    ]
    return [
        {"text": block.text, "url": pages.leads(request, reverse(f"admin:{block.page}"))}
        for block in closing.blocks(first=min(alike, default=month.first), last=month.last)
    ]


def _progress(file: JournalFile, now: datetime) -> str:
    """How far a journal is that is being written."""
    done, total = file.entries_done, file.entries_total
    if file.status != JournalStatus.WAITING:
        return ""
    if done is None or total is None:
        waited = (now - file.asked_at).total_seconds()
        return _("Waits for a worker") + (
            _(": none has come yet, it stays in the queue") if waited > 60 else ""
        )
    if done >= total:
        return _("Being checked")
    left = pace.time_left(done=done, total=total, since=file.started_at, now=now)
    return ngettext(
        "Being written: {done} of {total} journal entry{value}{left}",
        "Being written: {done} of {total} journal entries{value}{left}",
        total,
    ).format(done=number(done), total=number(total), value=", " if left else "", left=left)


@require_POST
@pages.page(journals.RIGHT)
def export(request: HttpRequest, month: date) -> HttpResponse:
    """A journal is asked for; the page of the month shows it coming."""
    found = month_or_404(month)
    form = JournalForm(request.POST, month=found)
    if not form.is_valid():
        words = _("Not exported: choose a format, a currency and a grouping of a closed month.")
        if found.status != periods.CLOSED:
            raise journals.NotClosed(words)
        form.add_error(None, words)
        return _detail(request, found, form)
    try:
        asked = journals.request(
            first=found.first, actor=pages.actor(request), now=database_now(), **form.cleaned_data
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, found, form)
    ready = asked.status == JournalStatus.READY
    messages.success(
        request,
        _("The journal is ready: it was written before, and stays the same. Download it below.")
        if ready
        else _("The journal is being written. You can leave this page and come back."),
    )
    return redirect("admin:ledger_period_detail", found.first)


@pages.page(SEE)
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The cell that says how far one journal is; it asks for itself again while it is being written."""
    file = JournalFile.objects.filter(pk=pk).select_related("period").first()
    if file is None:
        raise Http404
    context = {
        "file": file,
        "sums": _journal_sums.of([file])[file.pk],
        "words": _progress(file, database_now()),
        "may_fetch": journals.RIGHT in pages.permissions(request),
    }
    return render(request, "admin/ledger/period/file.html", context)


@pages.page(journals.RIGHT)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, whose fetching is recorded."""
    if not JournalFile.objects.filter(pk=pk).exists():
        raise Http404
    try:
        found = journals.download(file_id=pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:ledger_period_list"))
    return pages.stream(found.name, found.file)


def month_or_404(first: date) -> Month:
    found = periods.month(first=first, now=database_now())
    if found is None:
        raise Http404
    return found


def _name(first: date) -> str:
    return dated(first, "yMMMM")


def _who(user: Any) -> str:
    return user.get_full_name() or user.get_username()


urlpatterns = [
    path("books/", listed, name="ledger_period_list"),
    path("books/<month:month>/", detail, name="ledger_period_detail"),
    path("books/<month:month>/totals/", totals, name="ledger_period_totals"),
    path("books/<month:month>/journal/", export, name="ledger_period_export"),
    path("books/journals/<int:pk>/state/", state, name="ledger_journal_state"),
    path("books/journals/<int:pk>/", download, name="ledger_journal_download"),
]
