"""Which attempts a line of a bank statement is about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from payouts.facts import NEVER_LEFT as _NEVER_LEFT
from payouts.models import Attempt, FundingAccount, LineKind, StatementLine, Submission
from payouts.operations import _evidence, _locks
from payouts.rails.statements import base as statements


@dataclass(frozen=True)
class Match:
    """What a line is: our payments debited, or the money of one that came back."""

    kind: LineKind
    attempts: tuple[Attempt, ...]
    submission_id: int | None = None
    whole_file: bool = False
    """All of a file's payments were booked in one sum."""

    @property
    def sent_minor(self) -> int:
        return sum(attempt.amount_minor for attempt in self.attempts)


def parts_of(entry: statements.Entry) -> Sequence[statements.Detail | None]:
    """The rows that a line of the bank becomes; none where it moves no balance.

    One a payment where it has several and the bank says what each moved, so that every return finds its own attempt.
    """
    if not entry.booked or entry.amount_minor == 0:
        return ()
    details = entry.details
    amounts = [detail.amount_minor for detail in details]
    if len(details) > 1 and all(amounts) and sum(filter(None, amounts)) == entry.amount_minor:
        return details
    return (details[0] if len(details) == 1 else None,)


def lines_of(entries: Iterable[statements.Entry], *, day: date) -> Iterator[StatementLine]:
    """The booked entries as rows to be (`parts_of`), numbered from 1. ``day`` is the booking date of entries without
    one.
    """
    number = 0
    for entry in entries:
        parts = parts_of(entry)
        for detail in parts:
            moved = (detail.amount_minor if len(parts) > 1 and detail else None) or entry.amount_minor
            words = (detail.return_text, detail.counterparty, detail.remittance) if detail else ()
            number += 1
            yield StatementLine(
                number=number,
                amount_minor=moved,
                booking_date=entry.booking_date or day,
                value_date=entry.value_date,
                bank_reference=(detail.bank_reference if detail else "") or entry.bank_reference,
                end_to_end_id=detail.end_to_end_id if detail else "",
                batch_reference="" if detail else (entry.message_id or entry.payment_information_id),
                item_count=entry.batch_count,
                return_code=(detail.return_code if detail else "")[:10]
                or ("NARR" if entry.is_return else ""),
                text=_evidence.plain(" · ".join(filter(None, (entry.text, *words)))),
            )


class Matcher:
    """Finds the attempts of a set of lines of one funding account. Making one locks the payouts they may be about."""

    def __init__(self, *, lines: Iterable[StatementLine], funding: FundingAccount) -> None:
        wanted = list(lines)
        ours = Attempt.objects.filter(submission__batch__funding_account=funding)
        keys = {line.batch_reference for line in wanted if line.batch_reference}
        files = Submission.objects.filter(batch__funding_account=funding, key__in=keys).values_list(
            "key", "pk"
        )
        self._files: dict[str, int] = dict(files)
        singles = ours.filter(end_to_end_id__in={line.end_to_end_id for line in wanted if line.end_to_end_id})
        inside = ours.filter(submission_id__in=self._files.values())
        _locks.payouts(
            {*singles.values_list("payout_id", flat=True), *inside.values_list("payout_id", flat=True)}
        )
        self._by_reference = {a.end_to_end_id: a for a in singles.select_related("payout")}
        self._inside: dict[int, list[Attempt]] = defaultdict(list)
        self._refused: dict[int, list[Attempt]] = defaultdict(list)
        for attempt in inside.select_related("payout"):
            left = attempt.ended_because not in _NEVER_LEFT
            (self._inside if left else self._refused)[attempt.submission_id].append(attempt)
        submissions = {*self._files.values(), *(a.submission_id for a in self._by_reference.values())}
        self._learn_what_is_booked(submissions)

    def _learn_what_is_booked(self, submission_ids: set[int]) -> None:
        booked = StatementLine.objects.filter(matched_at__isnull=False, submission_id__in=submission_ids)
        self._debited: set[int] = set()
        self._debited_files: set[int] = set()
        self._partly_debited: set[int] = set()
        self._returned: set[int] = set()
        asked = {a.pk for a in self._by_reference.values()}
        asked.update(a.pk for inside in self._inside.values() for a in inside)
        about = booked.filter(Q(attempt__isnull=True) | Q(attempt__in=asked))
        for kind, submission_id, attempt_id in about.values_list("kind", "submission_id", "attempt_id"):
            self._book(kind, submission_id or 0, attempt_id)
        # Of the others of a file, which may be thousands, no more is asked than whether there is one.
        singles = booked.filter(attempt__isnull=False).exclude(kind=LineKind.RETURN)
        self._partly_debited.update(singles.order_by().values_list("submission_id", flat=True).distinct())

    def _book(self, kind: str, submission_id: int, attempt_id: int | None) -> None:
        if kind == LineKind.RETURN and attempt_id:
            self._returned.add(attempt_id)
        elif attempt_id:
            self._debited.add(attempt_id)
            self._partly_debited.add(submission_id)
        else:
            self._debited_files.add(submission_id)

    def match(self, line: StatementLine) -> Match | None:
        """What the line is, where nothing is in doubt. Each attempt is debited once and returned once."""
        came_back = line.amount_minor > 0
        found = self._return(line) if came_back else self._debit(line) or self._batch_debit(line)
        if found is not None:
            single = None if found.whole_file else found.attempts[0].pk
            self._book(found.kind, found.submission_id or 0, single)
        return found

    def hide_accounts(self, lines: Sequence[StatementLine]) -> None:
        """The texts of lines that name an attempt are without its payee's numbers, also short ones."""
        named = [
            (line, a) for line in lines if (a := self._by_reference.get(line.end_to_end_id)) and line.text
        ]
        texts = _evidence.plain_texts([(line.text, attempt) for line, attempt in named])
        for (line, _), text in zip(named, texts, strict=True):
            line.text = text

    def denied(self, line: StatementLine) -> list[Attempt]:
        """The attempts that an unmatched line moves money of, although they ended because they never left.

        Of a batch-booked debit: those of its file, where the bank took more than what we know to have left.
        """
        single = self._by_reference.get(line.end_to_end_id)
        if single is not None:
            return [single] if single.ended_because in _NEVER_LEFT else []
        submission_id = self._files.get(line.batch_reference)
        if submission_id is None or line.amount_minor > 0:
            return []
        left = 0
        if submission_id not in self._debited_files:
            standing = (a for a in self._inside[submission_id] if a.pk not in self._debited)
            left = sum(attempt.amount_minor for attempt in standing)
        return self._refused[submission_id] if -line.amount_minor > left else []

    def _return(self, line: StatementLine) -> Match | None:
        attempt = self._by_reference.get(line.end_to_end_id)
        if attempt is None or not line.return_code or attempt.ended_because in _NEVER_LEFT:
            return None
        if attempt.pk in self._returned or line.amount_minor > attempt.amount_minor:
            return None
        return Match(LineKind.RETURN, (attempt,), attempt.submission_id)

    def _debit(self, line: StatementLine) -> Match | None:
        attempt = self._by_reference.get(line.end_to_end_id)
        if (
            attempt is None
            or attempt.amount_minor != -line.amount_minor
            or attempt.ended_because in _NEVER_LEFT
        ):
            return None
        if attempt.pk in self._debited or attempt.submission_id in self._debited_files:
            return None
        return Match(LineKind.DEBIT, (attempt,), attempt.submission_id)

    def _batch_debit(self, line: StatementLine) -> Match | None:
        submission_id = self._files.get(line.batch_reference)
        if submission_id is None or submission_id in self._debited_files | self._partly_debited:
            return None
        attempts: Sequence[Attempt] = self._inside[submission_id]
        if (
            line.item_count not in (None, len(attempts))
            or sum(a.amount_minor for a in attempts) != -line.amount_minor
        ):
            return None
        return Match(LineKind.DEBIT, tuple(attempts), submission_id, whole_file=True)
