"""Reconciliation: what our banks say happened on our accounts, what each line is about, and what matches nothing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import keyset, pages
from payouts.admin._bulk import LOCALE
from payouts.models import Attempt, FundingAccount, LineKind, StatementLine
from payouts.operations import reconciliation, uploading
from payouts.queries import reconciliation as books
from payouts.queries import statements as asked
from payouts.queries import waiting
from sellers.ledger import written
from sellers.ledger.money import Money

SEE = ("payouts.see_reconciliation", "payouts.reconcile")
MEANING = {LineKind.DEBIT: "done", LineKind.RETURN: "stopped", LineKind.UNKNOWN: "waiting"}
CAP = 999
OTHER = "other"


class AccountChip(forms.Form):
    account = forms.ChoiceField(label="Funding account")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = FundingAccount.objects.order_by("code").values_list("code", flat=True)
        self.fields["account"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Statement",
        help_text="A camt.053 as your bank gives it, at most 5 MB. Reading one twice changes nothing.",
        widget=forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )


class MatchForm(forms.Form):
    """Which payment a line is about, and how the person knows."""

    attempt = forms.ChoiceField(label="Payment", widget=forms.RadioSelect)
    other = forms.CharField(
        required=False,
        max_length=40,
        label="Another payment",
        help_text="Its reference, such as P48213A1, or its payout, such as P48213.",
    )
    note = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="How you know, for those who check it",
    )

    def __init__(self, *args: Any, candidates: list[Attempt], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), _candidate(each)) for each in candidates]
        self.fields["attempt"].choices = [*choices, (OTHER, "Another one, named below")]  # type: ignore[attr-defined]
        if not candidates:
            self.initial["attempt"] = OTHER

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if "attempt" in found and (found["attempt"] == OTHER) != bool(found.get("other", "").strip()):
            problem = (
                "Name the payment."
                if found["attempt"] == OTHER
                else "Leave it empty, or choose “Another one, named below”: a line is about one payment."
            )
            self.add_error("other", problem)
        return found


def _candidate(attempt: Attempt) -> str:
    money = written.text(Money(attempt.amount_minor, attempt.payout.currency), locale=LOCALE)
    seller = attempt.payout.seller.name
    return f"{attempt.end_to_end_id}, {money} to {seller}, {attempt.submission.batch.reference}"


@pages.page(*SEE)
def listed(request: HttpRequest) -> HttpResponse:
    """Every statement, newest first."""
    account = request.GET.get("account", "")
    page = keyset.page(request, asked.all_of(funding_account=account))
    may = "payouts.reconcile" in pages.permissions(request)
    return pages.render(
        request,
        "admin/payouts/statement/list.html",
        {
            "title": "Reconciliation",
            "lead": "Statements come from the bank by themselves. Each must open with what the one before closed with.",
            "verbs": [{"label": "Read a statement", "url": reverse("admin:payouts_statement_upload")}]
            if may
            else [],
            "accounts": [_account(each) for each in books.accounts()],
            "tabs": _tabs("statements"),
            "chips": _chips(account),
            "rows": asked.rows(page.rows),
            "pager": page,
            "empty_title": "No statement yet",
            "empty_text": "The first one comes with the bank's next day.",
        },
    )


def _account(state: books.AccountState) -> dict[str, Any]:
    """One of our accounts: what the bank says beside what the books say."""
    currency = state.funding.currency
    agrees = state.bank_minor is not None and state.difference_minor == 0
    return {
        "funding": state.funding,
        "bank": None if state.bank_minor is None else Money(state.bank_minor, currency),
        "books": Money(state.ledger_minor, currency),
        "difference": Money(state.difference_minor, currency),
        "newest": state.newest,
        "open_lines": state.open_lines,
        "pill": ("No statement yet", "neutral")
        if state.bank_minor is None
        else ("Agrees", "done")
        if agrees
        else ("Differs", "stopped"),
    }


def _tabs(current: str) -> list[dict[str, Any]]:
    open_lines = waiting.breaks(cap=CAP)
    number = "" if not open_lines else f"{CAP}+" if open_lines > CAP else f"{open_lines}"
    return [
        {
            "label": "Statements",
            "url": reverse("admin:payouts_statement_list"),
            "current": current == "statements",
        },
        {
            "label": "Lines without a match",
            "url": reverse("admin:payouts_statement_breaks"),
            "current": current == "breaks",
            "count": number,
        },
    ]


def _chips(account: str) -> list[dict[str, Any]]:
    if account:
        return [{"text": f"Account is {account}", "clear_url": "?"}]
    return [{"label": "Account", "fields": list(AccountChip(auto_id="chip_%s")), "keep": []}]


@pages.page(*SEE)
def breaks(request: HttpRequest) -> HttpResponse:
    """Lines that match nothing yet, oldest first."""
    account = request.GET.get("account", "")
    page = keyset.page(request, asked.breaks(funding_account=account), newest_first=False)
    return pages.render(
        request,
        "admin/payouts/statement/breaks.html",
        {
            "title": "Reconciliation",
            "lead": "Each line moved money on our account, and no payment is known that it belongs to.",
            "tabs": _tabs("breaks"),
            "chips": _chips(account),
            "rows": [_line(each) for each in page.rows],
            "may": "payouts.reconcile" in pages.permissions(request),
            "pager": page,
            "empty_title": "Every line has its match",
            "empty_text": "What the bank said and what was sent agree.",
            "empty_url": reverse("admin:payouts_statement_list"),
            "empty_label": "See the statements",
        },
    )


def _line(line: StatementLine) -> dict[str, Any]:
    kind = LineKind(line.kind)
    return {
        "line": line,
        "money": Money(line.amount_minor, line.statement.funding_account.currency),
        "kind": kind.label,
        "meaning": MEANING[kind],
        "reason": asked.reason(line),
    }


@pages.page(*SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement: its balances, whether it follows the one before, and its lines."""
    statement = get_object_or_404(asked.all_of(), pk=pk)
    (row,) = asked.rows([statement])
    page = keyset.page(request, asked.lines(statement), newest_first=False)
    account = statement.funding_account
    unmatched = f"{row.unmatched:,} without a match" if row.unmatched else "every one has its match"
    return pages.render(
        request,
        "admin/payouts/statement/detail.html",
        {
            "title": f"Statement {statement.statement_id}",
            "statement": statement,
            "row": row,
            "reference": statement.statement_id,
            "back_url": reverse("admin:payouts_statement_list"),
            "back_label": "Reconciliation",
            "figures": [
                ("Opened with", written.text(row.opening, locale=LOCALE), account.code),
                ("Closed with", written.text(row.closing, locale=LOCALE), account.masked),
                ("Lines", f"{row.lines:,}", unmatched),
            ],
            "rows": [_line(each) for each in page.rows],
            "may": "payouts.reconcile" in pages.permissions(request),
            "pager": page,
        },
    )


@pages.page("payouts.reconcile")
def upload(request: HttpRequest) -> HttpResponse:
    """Bring a statement that did not come by itself."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = uploading.statement(
                body=file.read(uploading.LARGEST + 1),
                name=file.name,
                actor=pages.actor(request),
                now=database_now(),
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            if len(made) == 1:
                messages.success(request, f"Statement {made[0].statement_id} was read.")
                return redirect("admin:payouts_statement_detail", pk=made[0].pk)
            message = f"{len(made)} statements were read." if made else "It was read before: nothing changed."
            messages.info(request, message)
            return redirect("admin:payouts_statement_list")
    context = {
        "title": "Read a statement",
        "lead": "For a statement that did not come by itself. Its lines are matched like those of any other.",
        "form": form,
        "upload": True,
        "verb": "Read the statement",
        "back_url": reverse("admin:payouts_statement_list"),
        "back_label": "Reconciliation",
    }
    return pages.render(request, "parts/form.html", context)


@pages.page("payouts.reconcile")
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which payment an unmatched line is about."""
    line = get_object_or_404(asked.lines_by_pk(pk))
    back = pages.back_url(request, reverse("admin:payouts_statement_breaks"))
    if line.matched_at is not None:
        said = "This line has its match already."
        if request.method == "POST":
            url = reverse("admin:payouts_statement_detail", args=[line.statement_id])
            return pages.stale(request, [said], url)
        messages.info(request, said)
        return redirect("admin:payouts_statement_detail", pk=line.statement_id)
    form = MatchForm(request.POST or None, candidates=asked.candidates(line))
    if request.method == "POST" and form.is_valid() and _match(request, line, form):
        return redirect(back)
    shown = _line(line)
    came_back = line.amount_minor > 0
    context = {
        "title": f"{'Money came back' if came_back else 'Money left'}: which payment was it?",
        "line": line,
        "row": shown,
        "form": form,
        "hidden": [("back", back)],
        "verb": f"Match {written.text(Money(abs(shown['money'].minor), shown['money'].currency), locale=LOCALE)}",
        "follows": "The payment counts as returned, and its money is owed to the seller again."
        if came_back
        else "The payment counts as debited from our account; its amount must be the same.",
        "back_url": back,
        "back_label": "Lines without a match",
    }
    return pages.render(request, "admin/payouts/statement/match.html", context)


def _match(request: HttpRequest, line: StatementLine, form: MatchForm) -> bool:
    """Whether the deed was done; else the form says why not."""
    chosen, other = form.cleaned_data["attempt"], form.cleaned_data["other"]
    if chosen != OTHER:
        attempt_id = int(chosen)
    else:
        found = asked.attempt_named(line=line, reference=other)
        if found is None:
            code = line.statement.funding_account.code
            form.add_error("other", f"Nothing was paid from {code} under “{other}”. Check the reference.")
            return False
        attempt_id = found.pk
    try:
        matched = reconciliation.match_line(
            line_id=line.pk,
            attempt_id=attempt_id,
            actor=pages.actor(request),
            note=form.cleaned_data["note"],
            now=database_now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    reference = matched.attempt.end_to_end_id if matched.attempt else "its payment"
    messages.success(request, f"Line {line.number} of {line.statement.statement_id} matched to {reference}.")
    return True


urlpatterns = [
    path("reconciliation/", listed, name="payouts_statement_list"),
    path("reconciliation/breaks/", breaks, name="payouts_statement_breaks"),
    path("reconciliation/read/", upload, name="payouts_statement_upload"),
    path("reconciliation/lines/<int:pk>/", match, name="payouts_statement_match"),
    path("reconciliation/<int:pk>/", detail, name="payouts_statement_detail"),
]
