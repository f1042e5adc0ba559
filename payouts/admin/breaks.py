"""Lines of statements that match nothing: the list with what each may be, and the page of one line."""

from typing import Any

from django import forms
from django.db.models import F, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import ended, later, locale, quoted, sentences
from payouts.admin import reconciliation
from payouts.admin._currency import CHIPS as BY_CURRENCY
from payouts.countries import moments
from payouts.models import Attempt, LineResolution, StatementLine, Submission
from payouts.queries import deciding, suggesting
from payouts.queries import statements as asked
from sellers.ledger import written
from sellers.ledger.money import Money

PERMISSION = "payouts.reconcile"
Verdict = LineResolution.Verdict
WORDS = {
    Verdict.CHARGES: later("Bank charges"),
    Verdict.FUNDS: later("Money between a payment provider and us"),
    Verdict.OTHER: later("Unexplained"),
}


class StateChip(forms.Form):
    state = forms.ChoiceField(
        label=later("State"), choices=[(asked.OPEN, later("nobody has said what it is"))]
    )


SORTS = (keyset.Sort("since", ("booking_date",), turned=True), worklists.AMOUNT)
OPEN_CHIPS: dict[str, type[forms.Form]] = {"state": StateChip} | BY_CURRENCY
PROPOSED_CHIPS: dict[str, type[forms.Form]] = worklists.WAITS | BY_CURRENCY


def _chosen(request: HttpRequest, *also: str) -> "QuerySet[StatementLine]":
    """The lines that the address asks for; ``also`` is what it may say beside them. Raises `BadAddress`."""
    proposed = request.GET.get("show") == "proposed"
    offered = PROPOSED_CHIPS if proposed else OPEN_CHIPS
    known = Known("account", *keyset.PLACE, *offered, *also, show=("proposed",), sort=worklists.ORDERS)
    known.check(request.GET)
    given = worklists.chosen(request, offered)
    rows = asked.breaks(
        funding_account=reconciliation.account_of(request),
        currency=given.get("currency", ""),
        state=asked.PROPOSED if proposed else given.get("state", ""),
    )
    if "waits_for" in given:
        whom = worklists.for_whom(request).pk
        rows = rows.filter(pk__in=deciding.line_proposals(person_id=whom).values("pk"))
    return rows


def _how_many(rows: "QuerySet[StatementLine]") -> str:
    """How many of these lines wait, and since when."""
    oldest = rows.order_by("pk").values_list("booking_date", flat=True).first()
    since = moments.day_of_any_year(oldest, locale=locale()) if oldest is not None else ""
    return worklists.lead(count=lambda cap: rows.order_by().values("pk")[: cap + 1].count(), oldest=since)


@pages.page(*reconciliation.SEE)
def listed(request: HttpRequest) -> HttpResponse:
    """Lines that match nothing yet, oldest first, each with the likeliest thing it may be; or those to confirm."""
    proposed, chosen = request.GET.get("show") == "proposed", _chosen(request)
    with_money: QuerySet[Any] = chosen.annotate(currency=F("statement__funding_account__currency"))
    page = keyset.page(
        request,
        with_money,
        sorts=SORTS,
        usual=worklists.OLDEST,
        streams=lambda order: _streams(request, with_money, order),
    )
    others = [
        (name, str(value)) for name, value in request.GET.items() if name not in ("account", *keyset.PLACE)
    ]
    words = _(
        "Each line moved money on our account, and no payment is known that it belongs "
        "to. One person says what it is, another confirms."
    )
    context = {
        "title": _("Reconciliation"),
        "lead": sentences(_how_many(chosen), words),
        "verbs": _export(request, proposed=proposed),
        "tabs": reconciliation.tabs("proposed" if proposed else "breaks"),
        "chips": [
            *reconciliation.chips(request.GET.get("account", ""), keep=others),
            *worklists.chips(request, PROPOSED_CHIPS if proposed else OPEN_CHIPS),
        ],
        "totals_url": f"{reverse('admin:payouts_statement_break_totals')}?{request.GET.urlencode()}",
        "may": PERMISSION in pages.permissions(request),
        "rows": _rows(request, page.rows),
        "pager": page,
        "sorts": page.headings,
        "empty_title": _("Nothing waits for a second person") if proposed else _("Every line has its match"),
        "empty_text": _("What somebody proposes stands here until another confirms it.")
        if proposed
        else _("What the bank said and what was sent agree."),
        "empty_url": reverse("admin:payouts_statement_list"),
        "empty_label": _("See the statements"),
    }
    return pages.render(request, "admin/payouts/statement/breaks.html", context)


def _streams(request: HttpRequest, rows: "QuerySet[Any]", order: keyset.Order) -> "list[QuerySet[Any]]":
    """By money: a part for each currency of lines without a match, which an index of their amounts gives in order."""
    if order.fields != worklists.AMOUNT.fields:
        return [rows]
    wanted = request.GET.get("currency") or None
    return [
        rows.filter(statement__funding_account__in=accounts).annotate(currency=Value(currency))
        for currency, accounts in asked.open_accounts().items()
        if wanted in (None, currency)
    ]


def _export(request: HttpRequest, *, proposed: bool) -> list[dict[str, str]]:
    given = {name: request.GET.get(name) for name in ("currency", "state", "waits_for")}
    if proposed:
        given["state"] = asked.PROPOSED
    wanted = {"matched": "false", "funding": request.GET.get("account")}
    return exports.verb(request, "bank_lines", wanted | given)


@pages.page(*reconciliation.SEE)
def totals(request: HttpRequest) -> HttpResponse:
    """What the filtered lines come to, what went out and what came in apart; asked for after the rows."""
    found = asked.totals(_chosen(request, "whole"), whole="whole" in request.GET)
    return worklists.totals(request, found, ngettext("line", "lines", found.count))


def _rows(request: HttpRequest, lines: Any) -> list[dict[str, Any]]:
    suggester = suggesting.Suggester(lines, few=suggesting.LISTED)
    proposals = asked.proposals(lines)
    back = urlencode({"back": request.get_full_path()})
    rows = []
    for line in lines:
        best, proposal = next(iter(suggester.of(line)), None), proposals.get(line.pk)
        own = proposal is not None and proposal.proposed_by_id == request.user.pk
        about = line.pk if proposal is None else proposal.line_id
        verb = reverse(f"admin:payouts_statement_{'confirm' if proposal else 'propose'}", args=[about])
        rows.append(
            reconciliation.shown(line)
            | {
                "url": url_of(line),
                "verb_url": "" if own else f"{verb}?{back}",
                "proposal": proposal,
                "best": None if best is None else suggested(line, best),
                "doubts": suggester.doubts(line),
            }
        )
    return rows


def url_of(line: StatementLine, verb: str = "line") -> str:
    """The page of one line, or of one of its verbs."""
    return reverse(f"admin:payouts_statement_{verb}", args=[line.pk])


def suggested(line: StatementLine, one: suggesting.Suggestion) -> dict[str, Any]:
    """One thing a line may be, in words, with the value that the form knows it by."""
    about = one.attempt or one.submission or one.other_line
    return {
        "value": f"{one.verdict.value}:{about.pk}" if about is not None else one.verdict.value,
        "what": words(one.verdict, line, one.attempt, one.submission, one.other_line),
        "why": ", ".join(one.why),
        "attempt": one.attempt,
        "submission": one.submission,
        "other_line": one.other_line,
        "money": Money(one.attempt.amount_minor, _currency(line)) if one.attempt is not None else None,
    }


def words(
    verdict: str,
    line: StatementLine,
    attempt: Attempt | None,
    submission: Submission | None,
    other_line: StatementLine | None,
) -> str:
    """What a line is said to be, as people say it."""
    if attempt is not None:
        done = _("Return of") if line.amount_minor > 0 else _("Debit of")
        return _("{done} {end_to_end_id} to {seller}").format(
            done=done, end_to_end_id=attempt.end_to_end_id, seller=attempt.payout.seller.name
        )
    if submission is not None:
        return _("Debit of the whole file {key}").format(key=submission.key)
    if other_line is not None:
        return _("Undone by line {number} of {statement_id}").format(
            number=other_line.number, statement_id=other_line.statement.statement_id
        )
    return WORDS[Verdict(verdict)]


def resolution_words(resolution: LineResolution) -> str:
    """What a proposal says its line is."""
    return words(
        resolution.verdict,
        resolution.line,
        resolution.attempt,
        resolution.submission,
        resolution.other_line,
    )


def find(pk: int) -> StatementLine:
    """The line, or 404."""
    return get_object_or_404(asked.lines_by_pk(pk))


def money_text(line: StatementLine, minor: int | None = None) -> str:
    """An amount of the line's account in words; its own where none is given, without the sign."""
    shown = abs(line.amount_minor) if minor is None else minor
    return written.text(Money(shown, _currency(line)))


def _currency(line: StatementLine) -> str:
    return line.statement.funding_account.currency


@pages.page(*reconciliation.SEE)
def line_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One line: what the bank says, what it may be and why, what was proposed, and the verbs."""
    line = find(pk)
    resolutions = list(asked.resolutions(line))
    proposal = asked.proposals([line]).get(pk)
    is_open = line.matched_at is None
    suggester = suggesting.Suggester([line] if is_open else [])
    suggestions = [suggested(line, one) for one in suggester.of(line)] if is_open else []
    may = PERMISSION in pages.permissions(request)
    back = pages.back_url(request, reverse("admin:payouts_statement_breaks"))
    for one in suggestions:
        one["url"] = f"{url_of(line, 'propose')}?{urlencode({'about': one['value'], 'back': back})}"
    context = reconciliation.shown(line) | {
        "title": _("Line {number} of {statement_id}").format(
            number=line.number, statement_id=line.statement.statement_id
        ),
        "reference": f"{line.statement.statement_id} {line.number}",
        "back_url": back,
        "back_label": _("Lines without a match"),
        "statement": line.statement,
        "suggestions": suggestions,
        "doubts": suggester.doubts(line) if is_open else [],
        "may_propose": may and is_open and proposal is None,
        "proposal": proposal,
        "proposal_words": next((resolution_words(r) for r in resolutions if proposal == r), ""),
        "resolutions": [{"it": each, "words": resolution_words(each)} for each in resolutions],
        "may_read": "payouts.see_reconciliation" in pages.permissions(request),
        "verbs": _verbs(request, line, proposal, back) if may and is_open else [],
        "timeline_entries": _timeline(line, resolutions),
    }
    return pages.render(request, "admin/payouts/statement/line.html", context)


def _verbs(
    request: HttpRequest, line: StatementLine, proposal: LineResolution | None, back: str
) -> list[dict[str, Any]]:
    query = urlencode({"back": back})
    if proposal is None:
        return [{"label": _("Say what it is"), "kind": "main", "url": f"{url_of(line, 'propose')}?{query}"}]
    about = proposal.line if proposal.line_id != line.pk else line
    confirm: dict[str, Any] = {"label": _("Confirm the proposal"), "kind": "main", "key": "a"}
    if off := why_off(request, proposal):
        confirm["off"] = off
    else:
        confirm["url"] = f"{url_of(about, 'confirm')}?{query}"
    return [{"label": _("Dismiss the proposal"), "url": f"{url_of(about, 'dismiss')}?{query}"}, confirm]


def why_off(request: HttpRequest, proposal: LineResolution) -> str:
    """Why this reader does not confirm it; empty where they may."""
    own = proposal.proposed_by_id == request.user.pk
    return _("Off for you: it is your own proposal. Another person must confirm it.") if own else ""


def _timeline(line: StatementLine, resolutions: list[LineResolution]) -> list[dict[str, Any]]:
    entries = [{"at": line.statement.read_at, "title": _("Read from the statement"), "meaning": "neutral"}]
    for each in resolutions:
        said = {
            "who": name(each.proposed_by),
            "text": sentences(ended(resolution_words(each)), quoted(each.evidence)),
        }
        entries.append(said | {"at": each.proposed_at, "title": _("Proposed"), "meaning": "waiting"})
        if each.confirmed_at is not None:
            who = name(each.confirmed_by)
            entries.append(
                {"at": each.confirmed_at, "title": _("Confirmed and booked"), "who": who, "meaning": "done"}
            )
        if each.dismissed_at is not None:
            who = name(each.dismissed_by) if each.dismissed_by else _("It matched by itself.")
            entries.append(
                {"at": each.dismissed_at, "title": _("Dismissed"), "who": who, "meaning": "neutral"}
            )
    if line.matched_at is not None and line.resolution_id is None:
        entries.append({"at": line.matched_at, "title": _("Matched by what it names"), "meaning": "done"})
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def name(user: Any) -> str:
    """A person as colleagues call them."""
    return user.get_full_name() or user.get_username()


urlpatterns = [
    path("reconciliation/breaks/", listed, name="payouts_statement_breaks"),
    path("reconciliation/breaks/totals/", totals, name="payouts_statement_break_totals"),
    path("reconciliation/lines/<int:pk>/", line_page, name="payouts_statement_line"),
]
