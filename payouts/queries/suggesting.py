"""What a statement line that matches nothing may be, likeliest first, and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.words import number
from payouts.models import Attempt, LineKind, LineResolution, StatementLine, Submission
from payouts.queries import likeness

Verdict = LineResolution.Verdict
FEW = 20
"""Suggestions a person can compare."""
LISTED = 3
"""Those that a list, which shows the likeliest alone, chooses from for each of its lines."""
_NEVER_LEFT = ("rejected", "never_sent")
_SOON = 3
_LATEST = timedelta(days=2)

_NEWEST, _OF_THE_ACCOUNT = 2_000, 200
_OF_THE_AMOUNT = f"""
SELECT l.line_id, near.id, near.holder_name, near.name
FROM unnest(%(ids)s::bigint[], %(amounts)s::bigint[], %(until)s::date[], %(accounts)s::bigint[])
  AS l (line_id, amount_minor, until, account_id)
CROSS JOIN LATERAL (
  SELECT ours.id, version.holder_name, seller.name FROM (
    SELECT a.* FROM (
      SELECT id, submission_id, payout_id, account_version_id, ended_because FROM payouts_attempt
      WHERE amount_minor = abs(l.amount_minor) AND created_at < l.until ORDER BY id DESC LIMIT {_NEWEST}
    ) AS a
    JOIN payouts_submission AS s ON s.id = a.submission_id
    JOIN payouts_batch AS b ON b.id = s.batch_id AND b.funding_account_id = l.account_id
    ORDER BY a.id DESC LIMIT {_OF_THE_ACCOUNT}
  ) AS ours
  JOIN payouts_accountversion AS version ON version.id = ours.account_version_id
  JOIN payouts_payout AS payout ON payout.id = ours.payout_id
  JOIN sellers_seller AS seller ON seller.id = payout.seller_id
  WHERE ours.ended_because <> ALL (%(never_left)s)
    AND NOT EXISTS (SELECT FROM payouts_statementline AS moved WHERE moved.attempt_id = ours.id
      AND moved.kind = CASE WHEN l.amount_minor < 0 THEN 'debit' ELSE 'return' END)
    AND (l.amount_minor > 0 OR NOT EXISTS (SELECT FROM payouts_statementline AS moved
      WHERE moved.submission_id = ours.submission_id AND moved.attempt_id IS NULL AND moved.kind = 'debit'))
  ORDER BY ours.id DESC LIMIT {FEW}) AS near
"""  # noqa: S608 - numbers of ours
"""Of the newest payments of a line's amount those that it may be, by the account and by what is booked: where an amount
is common, nearly all of them are booked already.
"""


@dataclass(frozen=True)
class Suggestion:
    """One thing a line may be. ``why`` are reasons as people say them, the strongest first."""

    verdict: LineResolution.Verdict
    why: tuple[str, ...]
    weight: int
    attempt: Attempt | None = None
    submission: Submission | None = None
    other_line: StatementLine | None = None


class Suggester:
    """Answers for these open lines, which come with their statements. It asks as often for fifty as for one.

    ``few`` payments of a line's own amount are compared for each, those whose payee it speaks of before the others, the
    newest first; those that it names itself are compared however many.
    """

    def __init__(self, lines: Sequence[StatementLine], *, few: int = FEW) -> None:
        self._names = {line.pk: likeness.references(_said(line)) for line in lines}
        words = {form for found in self._names.values() for form in found}
        by_name = Attempt.objects.filter(Q(end_to_end_id__in=words) | Q(payout__reference__in=words))
        amounts = _of_the_amounts(lines, few=few)
        ids = {*by_name.values_list("pk", flat=True), *(pk for found in amounts.values() for pk in found)}
        rows = Attempt.objects.filter(pk__in=ids).select_related(
            "payout__seller", "account_version", "submission__batch"
        )
        self._attempts = {each.pk: each for each in rows.defer("submission__body_ciphertext")}
        self._named: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in sorted(self._attempts.values(), key=lambda each: -each.pk):
            self._named[attempt.end_to_end_id].append(attempt)
            self._named[str(attempt.payout.reference)].append(attempt)
        self._amounts = amounts
        self._files = self._files_of(lines)
        self._undoing = self._opposites(lines)
        self._learn_what_is_booked()

    def _files_of(self, lines: Sequence[StatementLine]) -> dict[tuple[int, int], list[Submission]]:
        """Files handed over whose payments that left add up to a debit's amount, by account and amount."""
        wanted = {-line.amount_minor for line in lines if line.amount_minor < 0}
        rows = Submission.objects.filter(
            payout__isnull=True, delivered_at__isnull=False, batch__total_minor__in=wanted
        )
        found: dict[tuple[int, int], list[Submission]] = defaultdict(list)
        for row in rows.select_related("batch").defer("body_ciphertext").order_by("-pk")[: 10 * FEW]:
            found[row.batch.funding_account_id, row.batch.total_minor].append(row)
        return found

    def _opposites(self, lines: Sequence[StatementLine]) -> dict[tuple[int, int], list[StatementLine]]:
        wanted = {-line.amount_minor for line in lines}
        rows = StatementLine.objects.filter(matched_at__isnull=True, amount_minor__in=wanted)
        found: dict[tuple[int, int], list[StatementLine]] = defaultdict(list)
        for row in rows.select_related("statement").defer("statement__body_ciphertext").order_by("pk"):
            found[row.statement.funding_account_id, row.amount_minor].append(row)
        return found

    def _learn_what_is_booked(self) -> None:
        submissions = {each.submission_id for each in self._attempts.values()}
        submissions |= {row.pk for rows in self._files.values() for row in rows}
        booked = StatementLine.objects.filter(submission_id__in=submissions)
        self._moved: set[tuple[str, int]] = set()
        self._debited_files: set[int] = set()
        self._debited_in_part: set[int] = set()
        for kind, submission_id, attempt_id in booked.values_list("kind", "submission_id", "attempt_id"):
            if attempt_id is None:
                self._debited_files.add(submission_id)
            else:
                self._moved.add((kind, attempt_id))
                if kind == LineKind.DEBIT:
                    self._debited_in_part.add(submission_id)

    def of(self, line: StatementLine) -> list[Suggestion]:
        """At most `FEW`, likeliest first; each fits, as far as is known now."""
        found = [*self._payments(line), *self._whole_files(line), *self._undone(line), *_charges(line)]
        return sorted(found, key=lambda each: -each.weight)[:FEW]

    def doubts(self, line: StatementLine) -> list[str]:
        """Why the payments that the line names are not its match, a sentence each."""
        named = {a.pk: a for word, _unused in self._names[line.pk].items() for a in self._named[word]}
        sentences = ((attempt, self._why_not(line, attempt)) for attempt in named.values())
        return [
            _("It names {end_to_end_id}, which {why}.").format(end_to_end_id=attempt.end_to_end_id, why=why)
            for attempt, why in sentences
            if why
        ]

    def _why_not(self, line: StatementLine, attempt: Attempt) -> str:
        if attempt.submission.batch.funding_account_id != line.statement.funding_account_id:
            return _("was paid from another account")
        if attempt.ended_because in _NEVER_LEFT:
            return _("ended because it never left")
        came_back = line.amount_minor > 0
        if (LineKind.RETURN if came_back else LineKind.DEBIT, attempt.pk) in self._moved:
            return _("came back already") if came_back else _("was debited already")
        if not came_back and attempt.submission_id in self._debited_files:
            return _("was debited already with its file")
        if line.amount_minor > attempt.amount_minor or (
            not came_back and -line.amount_minor != attempt.amount_minor
        ):
            return _("had another amount")
        return ""

    def _payments(self, line: StatementLine) -> Iterable[Suggestion]:
        reasons: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for form, word in self._names[line.pk].items():
            for attempt in self._named[form]:
                exact = form == word
                weight = (100 if exact else 60) - (10 if form != attempt.end_to_end_id else 0)
                text = (
                    _("it names {word}").format(word=word)
                    if exact
                    else _("“{word}” is nearly {form}").format(word=word, form=form)
                )
                reasons[attempt.pk].append((weight, text))
        for pk in {*reasons, *self._amounts.get(line.pk, ())}:
            attempt = self._attempts[pk]
            if self._why_not(line, attempt):
                continue
            said = [max(reasons[pk])] if reasons[pk] else []
            if abs(line.amount_minor) == attempt.amount_minor:
                said.append((30, _("same amount")))
            said += _when(line, attempt)
            payee = (attempt.account_version.holder_name, attempt.payout.seller.name)
            if _speaks_of(line.text, payee):
                said.append((20, _("its payee's name")))
            yield _suggest(Verdict.PAYMENT, said, attempt=attempt)

    def _whole_files(self, line: StatementLine) -> Iterable[Suggestion]:
        for row in self._files[line.statement.funding_account_id, -line.amount_minor]:
            if row.pk in self._debited_files | self._debited_in_part or row.batch.item_count < 2:
                continue
            said = [
                (
                    35,
                    _("same total as its {item_count} payments").format(
                        item_count=number(row.batch.item_count)
                    ),
                )
            ]
            if row.key in likeness.words(_said(line)):
                said.insert(0, (100, _("it names {key}").format(key=row.key)))
            if row.delivered_at is not None:
                said += _days(_("handed over"), (line.booking_date - row.delivered_at.date()).days)
            yield _suggest(Verdict.FILE, said, submission=row)

    def _undone(self, line: StatementLine) -> Iterable[Suggestion]:
        for row in self._undoing[line.statement.funding_account_id, -line.amount_minor]:
            said = [(25, _("the opposite amount, open too"))]
            apart = abs((line.booking_date - row.booking_date).days)
            if apart <= _SOON:
                said.append(
                    (
                        10,
                        _("booked the same day")
                        if not apart
                        else _("booked {count} apart").format(count=_count(apart)),
                    )
                )
            yield _suggest(Verdict.UNDONE, said, other_line=row)


def _of_the_amounts(lines: Sequence[StatementLine], *, few: int) -> dict[int, list[int]]:
    values: dict[str, Any] = {
        "ids": [line.pk for line in lines],
        "amounts": [line.amount_minor for line in lines],
        "until": [line.booking_date + _LATEST for line in lines],
        "accounts": [line.statement.funding_account_id for line in lines],
        "never_left": list(_NEVER_LEFT),
    }
    found: dict[int, list[tuple[int, tuple[str, str]]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_OF_THE_AMOUNT, values)
        for line_id, attempt_id, *payee in cursor.fetchall():
            found[line_id].append((attempt_id, tuple(payee)))
    texts = {line.pk: line.text for line in lines}
    return {pk: _likeliest(rows, texts[pk], few) for pk, rows in found.items()}


def _likeliest(rows: Sequence[tuple[int, tuple[str, str]]], text: str, few: int) -> list[int]:
    """``few`` of these payments, in their order; those first whose payee the text speaks of."""
    spoken = rows if len(rows) <= few else sorted(rows, key=lambda row: not _speaks_of(text, row[1]))
    return [attempt_id for attempt_id, _payee in spoken[:few]]


def _speaks_of(text: str, payee: Sequence[str]) -> bool:
    return any(likeness.names(text, name) for name in payee)


def _suggest(
    verdict: LineResolution.Verdict,
    said: Sequence[tuple[int, str]],
    *,
    attempt: Attempt | None = None,
    submission: Submission | None = None,
    other_line: StatementLine | None = None,
) -> Suggestion:
    why = tuple(text for _unused, text in said)
    weight = sum(points for points, _unused in said)
    return Suggestion(verdict, why, weight, attempt, submission, other_line)


def _charges(line: StatementLine) -> Iterable[Suggestion]:
    if line.amount_minor < 0 and likeness.speaks_of_charges(line.text):
        yield _suggest(Verdict.CHARGES, [(25, _("its words speak of a fee"))])


def _when(line: StatementLine, attempt: Attempt) -> list[tuple[int, str]]:
    if line.amount_minor < 0:
        return _days(_("handed over"), (line.booking_date - attempt.created_at.date()).days)
    if attempt.gave_back and attempt.ended_at is not None:
        apart = abs((line.booking_date - attempt.ended_at.date()).days)
        if apart <= _SOON:
            return [(25, _("the bank reported its return in these days"))]
    return []


def _days(what: str, days: int) -> list[tuple[int, str]]:
    """A reason where it was so little before the line was booked."""
    if not 0 <= days <= _SOON:
        return []
    return [
        (
            10,
            _("{what} the same day").format(what=what)
            if not days
            else _("{what} {count} before").format(what=what, count=_count(days)),
        )
    ]


def _count(days: int) -> str:
    return _("1 day") if days == 1 else _("{days} days").format(days=days)


def _said(line: StatementLine) -> str:
    return f"{line.end_to_end_id} {line.batch_reference} {line.bank_reference} {line.text}"
