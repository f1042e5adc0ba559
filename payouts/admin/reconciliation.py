"""Reconciliation: what our banks say happened on our accounts, and what each line is about."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known, UnknownChoice
from backoffice.words import later, number
from payouts.models import FundingAccount, LineKind, Statement, StatementLine
from payouts.queries import reconciliation as books
from payouts.queries import statements as asked
from payouts.queries import waiting
from sellers.ledger import written
from sellers.ledger.money import Money

SEE = ("payouts.see_reconciliation", "payouts.reconcile")
MEANING = dict.fromkeys(LineKind, "done") | {LineKind.RETURN: "stopped", LineKind.UNKNOWN: "waiting"}
CAP = 999


class AccountChip(forms.Form):
    account = forms.ChoiceField(label=later("Funding account"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = FundingAccount.objects.order_by("code").values_list("code", flat=True)
        self.fields["account"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


@pages.page(*SEE, knows=Known("account", *keyset.PLACE, books=("1",)))
def listed(request: HttpRequest) -> HttpResponse:
    """Every statement, newest first."""
    account = account_of(request)
    page = keyset.page(request, asked.all_of(funding_account=account))
    may = "payouts.reconcile" in pages.permissions(request)
    return pages.render(
        request,
        "admin/payouts/statement/list.html",
        {
            "title": _("Reconciliation"),
            "lead": _(
                "Statements come from the bank by themselves. Each must open with what the "
                "one before closed with."
            ),
            "verbs": [
                *exports.verb(request, "bank_statements", {"funding": account}),
                *(
                    [{"label": _("Import a statement"), "url": reverse("admin:ledger_statement_new")}]
                    if may
                    else []
                ),
            ],
            **_accounts(request),
            "tabs": tabs("statements"),
            "chips": chips(account),
            "rows": asked.rows(page.rows),
            "pager": page,
            "empty_title": _("No statement yet"),
            "empty_text": _("The first one comes with the bank's next day."),
        },
    )


@pages.page(*SEE, knows=Known())
def accounts(request: HttpRequest) -> HttpResponse:
    """What our books have on each account beside the bank's word; asked for after the rows."""
    rows = [_account(each) for each in books.accounts()]
    return render(request, "admin/payouts/statement/accounts.html", {"accounts": rows})


def _accounts(request: HttpRequest) -> dict[str, Any]:
    """For the page: without the books, and where they are asked for; with them where scripts do not run."""
    if "books" in request.GET:
        return {"accounts": [_account(each) for each in books.accounts()]}
    query = request.GET.copy()
    query["books"] = "1"
    return {
        "accounts": [_account(each) for each in books.accounts(with_books=False)],
        "books_url": reverse("admin:payouts_statement_accounts"),
        "page_url": f"?{query.urlencode()}",
    }


def _account(state: books.AccountState) -> dict[str, Any]:
    """One of our accounts: what the bank says beside what the books say, where they were asked."""
    currency = state.funding.currency

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    return {
        "funding": state.funding,
        "bank": money(state.bank_minor),
        "books": money(state.ledger_minor),
        "difference": money(state.difference_minor),
        "newest": state.newest,
        "open_lines": state.open_lines,
        "pill": _pill(state),
    }


def _pill(state: books.AccountState) -> tuple[str, str] | None:
    """None while the books were not asked."""
    if state.bank_minor is None:
        return _("No statement yet"), "neutral"
    if state.difference_minor is None:
        return None
    return (_("Differs"), "stopped") if state.difference_minor else (_("Agrees"), "done")


def tabs(current: str) -> list[dict[str, Any]]:
    """The places of reconciliation, with how much waits at each."""
    breaks = reverse("admin:payouts_statement_breaks")
    shown = [
        ("statements", _("Statements"), reverse("admin:payouts_statement_list"), 0),
        ("breaks", _("Lines without a match"), breaks, waiting.breaks(cap=CAP)),
        ("proposed", _("To confirm"), f"{breaks}?show=proposed", waiting.break_proposals(cap=CAP)),
    ]
    return [
        {
            "label": label,
            "url": url,
            "current": current == name,
            "count": f"{CAP}+" if count > CAP else count or "",
        }
        for name, label, url, count in shown
    ]


def account_of(request: HttpRequest) -> str:
    """The code of the account of ours that the list is narrowed to, if any. Raises `UnknownChoice`."""
    code = request.GET.get("account", "")
    if code and not FundingAccount.objects.filter(code=code).exists():
        known = FundingAccount.objects.order_by("code").values_list("code", flat=True)
        raise UnknownChoice(_("Funding account"), code, name="account", choices=known)
    return code


def chips(account: str, *, keep: Sequence[tuple[str, str]] = ()) -> list[dict[str, Any]]:
    """The filter by one of our accounts; ``keep`` are the other parameters of the address."""
    if account:
        text = _("Account is {account}").format(account=account)
        return [worklists.changeable(text, f"?{urlencode(keep)}", AccountChip, keep, {"account": account})]
    return [worklists.offered(_("Account"), AccountChip, keep)]


def shown(line: StatementLine) -> dict[str, Any]:
    """A line with its amount, its kind as a pill and its reason in words."""
    kind = LineKind(line.kind)
    return {
        "line": line,
        "money": Money(line.amount_minor, line.statement.funding_account.currency),
        "kind": kind.label,
        "meaning": MEANING[kind],
        "reason": asked.reason(line),
    }


@pages.page(*SEE, knows=Known(*keyset.PLACE))
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement: its balances, whether it follows the one before, and its lines."""
    statement = get_object_or_404(asked.all_of(), pk=pk)
    (row,) = asked.rows([statement])
    page = keyset.page(request, asked.lines(statement), by=("number",), newest_first=False)
    unmatched = (
        _("{unmatched} without a match").format(unmatched=number(row.unmatched))
        if row.unmatched
        else _("every one has its match")
        if row.lines
        else _("nothing was booked")
    )
    return pages.render(
        request,
        "admin/payouts/statement/detail.html",
        {
            "title": _("Statement {statement_id}").format(statement_id=statement.statement_id),
            "statement": statement,
            "row": row,
            "reference": statement.statement_id,
            "back_url": reverse("admin:payouts_statement_list"),
            "back_label": _("Reconciliation"),
            "figures": [
                (_("Opened with"), written.text(row.opening), ""),
                *_moved(statement),
                (_("Closed with"), written.text(row.closing), ""),
                (_("Lines"), number(row.lines), unmatched),
            ],
            "rows": [shown(each) for each in page.rows],
            "pager": page,
        },
    )


def _moved(statement: Statement) -> list[tuple[str, str, str]]:
    """What its lines credited and debited, as the import's preview has it; nothing where they are too many to add."""
    found = asked.totals(StatementLine.objects.filter(statement=statement))
    if not found.exact:
        return []
    credited, debited = (
        Money(
            sum(each.minor for each in found.sums if each.minor * side > 0),
            statement.funding_account.currency,
        )
        for side in (1, -1)
    )
    return [(_("Credited"), written.text(credited), ""), (_("Debited"), written.text(debited), "")]


urlpatterns = [
    path("reconciliation/", listed, name="payouts_statement_list"),
    path("reconciliation/accounts/", accounts, name="payouts_statement_accounts"),
    path("reconciliation/<int:pk>/", detail, name="payouts_statement_detail"),
]
