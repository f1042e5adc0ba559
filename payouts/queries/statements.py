"""Statements as their pages show them: whether they follow each other, and what each line is about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from backoffice.words import number
from payouts.models import Attempt, FundingAccount, LineResolution, Statement, StatementLine
from payouts.queries import statement_words, tallies, worklist
from payouts.rails import base, reasons
from payouts.rails.statements import base as pure
from sellers.ledger.money import Money

OPEN, PROPOSED = "open", "proposed"

_BEFORE = """
SELECT id, before FROM (
  SELECT id, lag(id) OVER (PARTITION BY funding_account_id ORDER BY statement_date, sequence, id) AS before
  FROM payouts_statement WHERE funding_account_id = ANY(%s)
) AS chain WHERE id = ANY(%s)
"""


@dataclass(frozen=True)
class Row:
    """One statement in the list. ``problems``, in sentences ``gaps``, are about the one before; ``first`` has none."""

    statement: Statement
    opening: Money
    closing: Money
    lines: int
    unmatched: int
    problems: tuple[pure.Problem, ...]
    first: bool

    @property
    def gaps(self) -> list[str]:
        return [statement_words.said(each) for each in self.problems]

    @property
    def balances(self) -> list[statement_words.Gap]:
        """Where the balances do not join, both of them."""
        return [gap for each in self.problems if (gap := statement_words.gap(each.values))]

    @property
    def unmatched_words(self) -> str:
        return _("{unmatched} without a match").format(unmatched=number(self.unmatched))


def all_of(*, funding_account: str = "") -> "QuerySet[Statement]":
    """Every statement, without its bytes, of one of our accounts where its code is given."""
    rows = Statement.objects.select_related("funding_account").defer("body_ciphertext")
    return rows.filter(funding_account__code=funding_account) if funding_account else rows


def rows(found: Sequence[Statement]) -> list[Row]:
    """These statements with their counts and their place in the chain of their account."""
    pks = [each.pk for each in found]
    newest = StatementLine.objects.filter(statement=OuterRef("pk")).order_by("-number").values("number")
    lines = dict(
        Statement.objects.filter(pk__in=pks).values_list("pk", Subquery(newest[:1]))
    )  # numbered from 1 without a gap, and none is ever deleted: not counted
    unmatched = dict(
        StatementLine.objects.filter(statement__in=pks, matched_at__isnull=True)
        .order_by()
        .values_list("statement_id")
        .annotate(lines=Count("*"))
    )
    before = _before(found)
    earlier = all_of().in_bulk([each for each in before.values() if each is not None])
    return [
        _row(
            each,
            earlier.get(before.get(each.pk) or 0),
            lines=lines[each.pk] or 0,
            unmatched=unmatched.get(each.pk, 0),
        )
        for each in found
    ]


def _row(statement: Statement, before: Statement | None, *, lines: int, unmatched: int) -> Row:
    gaps = pure.chain_problems(as_read(before), as_read(statement)) if before is not None else []
    currency = statement.funding_account.currency
    return Row(
        statement=statement,
        opening=Money(statement.opening_minor, currency),
        closing=Money(statement.closing_minor, currency),
        lines=lines,
        unmatched=unmatched,
        problems=tuple(gaps),
        first=before is None,
    )


def _before(found: Sequence[Statement]) -> dict[int, int | None]:
    """The statement before each, of the same account, in the order of the bank's days and numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [sorted({s.funding_account_id for s in found}), [s.pk for s in found]])
        return dict(cursor.fetchall())


def as_read(row: Statement) -> pure.Statement:
    """What of a stored statement says how it follows another."""
    return pure.Statement(
        statement_id=row.statement_id,
        sequence=row.sequence,
        account="",
        currency=row.funding_account.currency,
        opening_minor=row.opening_minor,
        closing_minor=row.closing_minor,
        opening_date=None,
        closing_date=row.statement_date,
    )


def lines(statement: Statement) -> "QuerySet[StatementLine]":
    """The statement's lines with what they matched."""
    return _with_matches(StatementLine.objects.filter(statement=statement))


def breaks(*, funding_account: str = "", currency: str = "", state: str = "") -> "QuerySet[StatementLine]":
    """Lines that match nothing yet, of all our accounts, one, or those in one currency; in any ``state``, or only those
    that are `OPEN` or have a proposal that waits to be confirmed (`PROPOSED`).
    """
    found = _with_matches(StatementLine.objects.filter(matched_at__isnull=True))
    if state == OPEN:
        said = [_standing().filter(**{name: OuterRef("pk")}) for name in ("line", "other_line")]
        found = found.filter(*(~Exists(each) for each in said))
    if state == PROPOSED:
        found = found.filter(
            Q(pk__in=_standing().values("line_id")) | Q(pk__in=_standing().values("other_line_id"))
        )
    if currency:
        found = found.filter(statement__funding_account__currency=currency)
    return found.filter(statement__funding_account__code=funding_account) if funding_account else found


def open_accounts() -> dict[str, list[int]]:
    """The accounts of ours that have lines which match nothing yet, by currency.

    Their ids, not a condition on their currency, tell PostgreSQL how many lines are theirs.
    """
    lines = StatementLine.objects.filter(statement__funding_account=OuterRef("pk"), matched_at__isnull=True)
    found: dict[str, list[int]] = defaultdict(list)
    for currency, pk in FundingAccount.objects.filter(Exists(lines)).order_by("code").values_list("currency", "pk"):
        found[currency].append(pk)
    return found


def totals(lines: "QuerySet[StatementLine]", *, whole: bool = False) -> tallies.Totals:
    """How many lines, and what went out and came in of each currency; beyond `worklist.TOTALS_CAP` when ``whole``."""
    currency = "statement__funding_account__currency"
    return worklist.summed(lines, currency=currency, minor="amount_minor", whole=whole)


def _standing() -> "QuerySet[LineResolution]":
    return LineResolution.objects.filter(confirmed_at__isnull=True, dismissed_at__isnull=True).defer(
        "document_ciphertext"
    )


def proposals(lines: Sequence[StatementLine]) -> dict[int, LineResolution]:
    """What waits to be confirmed about these lines, also where it says that another line undoes one of them."""
    rows = _standing().filter(Q(line__in=lines) | Q(other_line__in=lines)).select_related("proposed_by")
    return {pk: row for row in rows for pk in (row.line_id, row.other_line_id) if pk is not None}


def resolutions(line: StatementLine) -> "QuerySet[LineResolution]":
    """Everything that was ever proposed about the line, the newest first."""
    rows = LineResolution.objects.filter(Q(line=line) | Q(other_line=line))
    people = ("proposed_by", "confirmed_by", "dismissed_by")
    about = ("attempt__payout__seller", "submission__batch", "other_line__statement", "line__statement")
    return (
        rows.select_related(*people, *about)
        .defer(
            "document_ciphertext",
            "submission__body_ciphertext",
            "other_line__statement__body_ciphertext",
            "line__statement__body_ciphertext",
        )
        .order_by("-pk")
    )


def lines_by_pk(pk: int) -> "QuerySet[StatementLine]":
    """One line with what it matched."""
    return _with_matches(StatementLine.objects.filter(pk=pk))


def _with_matches(found: "QuerySet[StatementLine]") -> "QuerySet[StatementLine]":
    return found.select_related(
        "statement__funding_account",
        "attempt__payout__seller",
        "submission__batch",
        "resolution__confirmed_by",
    ).defer("statement__body_ciphertext", "submission__body_ciphertext", "resolution__document_ciphertext")


def reason(line: StatementLine) -> str:
    """Why the money came back, in words; empty for a line that is no return or gives no reason."""
    code = line.return_code
    if not code or code == "NARR":  # "told in words": they stand in the line's text
        return ""
    return reasons.explain(code, kind=base.ReportKind.RETURNED).sentence


def attempt_named(*, line: StatementLine, reference: str) -> Attempt | None:
    """The payment from the line's account that a person names: its EndToEndId, or a payout's newest one."""
    ours = Attempt.objects.filter(submission__batch__funding_account=line.statement.funding_account_id)
    wanted = reference.strip().upper()
    found = ours.filter(end_to_end_id=wanted).first()
    return found or ours.filter(payout__reference=wanted).order_by("-number").first()
