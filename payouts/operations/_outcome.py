"""What a verb on many payouts answers: which moved, which were refused and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from backoffice.audit.errors import Conflict, Refused
from payouts.models import Payout


@dataclass(frozen=True)
class Refusal:
    """One payout that a verb left alone. ``reason`` is a sentence, ``code`` is for programs."""

    payout_id: int
    reference: str
    code: str
    reason: str

    def as_error(self) -> Refused:
        """The refusal as the error a door for one payout shows."""
        kind = Conflict if self.code == "changed" else Refused
        return kind(f"{self.reference}: {self.reason}", code=self.code)


@dataclass
class Outcome:
    """The payouts that a verb moved and those it refused; together all that were asked for."""

    moved: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def only(self) -> None:
        """For doors that act on one payout: raises its refusal, if there is one."""
        if self.refused:
            raise self.refused[0].as_error()


@dataclass(frozen=True)
class Preview:
    """What a verb would do now: nothing has been locked or written."""

    allowed: tuple[Payout, ...]
    refused: tuple[Refusal, ...]

    @property
    def totals(self) -> dict[str, int]:
        """Minor units per currency of what would be done."""
        return totals(self.allowed)

    @property
    def reasons(self) -> list[tuple[str, list[Refusal]]]:
        """The refusals grouped by their sentence, most frequent first."""
        return by_reason(self.refused)


class WithReason(Protocol):
    """Something that was refused, and why."""

    @property
    def reason(self) -> str: ...


T = TypeVar("T", bound=WithReason)


def by_reason(refused: Iterable[T]) -> list[tuple[str, list[T]]]:
    """What was refused, grouped by why, the most frequent reason first."""
    groups: dict[str, list[T]] = {}
    for each in refused:
        groups.setdefault(each.reason, []).append(each)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def totals(payouts: Iterable[Payout]) -> dict[str, int]:
    """Minor units per currency, currencies in alphabetical order."""
    sums: dict[str, int] = {}
    for payout in payouts:
        sums[payout.currency] = sums.get(payout.currency, 0) + payout.amount_minor
    return dict(sorted(sums.items()))


def refuse(payout: Payout, code: str, reason: str) -> Refusal:
    """A refusal of this payout."""
    return Refusal(payout_id=payout.pk, reference=str(payout.reference), code=code, reason=str(reason))
