"""The bank's log against the books. Pure: what both say goes in, what is wrong comes out.

Nothing that the program believes about the bank is believed here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.bank import Carried

ENDS = frozenset({"PAID", "FAILED", "RETURNED"})
_SENT = ENDS | {"SUBMITTED"}
_WITH_PEOPLE = frozenset({"PENDING_REVIEW", "REVIEWED", "APPROVED"})


class Kind(StrEnum):
    DUPLICATE = "duplicates"
    LOST = "lost"
    FALSE_PAID = "false_paid"
    UNOWNED = "unresolved_without_owner"


@dataclass(frozen=True, kw_only=True)
class Booked:
    """One payout as the books have it, with its last attempt and whatever that stands in."""

    id: int
    reference: str
    amount_minor: int
    currency: str
    status: str
    end_to_end_ids: frozenset[str] = frozenset()
    """Of all its attempts."""
    submission_status: str = ""
    """Of the live attempt; "" without one."""
    lease_is_over: bool = False
    has_alert: bool = False
    batch_status: str = ""


@dataclass(frozen=True)
class Finding:
    kind: Kind
    reference: str
    text: str


def judge(
    *, books: Iterable[Booked], carried: Iterable[Carried], expected: Iterable[int] = ()
) -> list[Finding]:
    """Everything that is wrong. `carried` is read after `books`; `expected` are ids that must be in them."""
    payouts = list(books)
    by_reference: dict[str, list[Carried]] = defaultdict(list)
    for instruction in carried:
        by_reference[instruction.end_to_end_id].append(instruction)
    found: list[Finding] = []
    for payout in payouts:
        inside = [i for name in sorted(payout.end_to_end_ids) for i in by_reference.pop(name, ())]
        found += _of(payout, inside)
    for name, strays in by_reference.items():
        found.append(Finding(Kind.LOST, name, f"the bank carried {strays[0].id}, which no attempt names"))
    missing = set(expected) - {payout.id for payout in payouts}
    found += [Finding(Kind.LOST, f"payout {each}", "it is not in the books any more") for each in missing]
    return found


def _of(payout: Booked, inside: Sequence[Carried]) -> list[Finding]:
    found = []

    def say(kind: Kind, text: str) -> None:
        found.append(Finding(kind, payout.reference, f"{payout.status}: {text}"))

    right = [i for i in inside if (i.amount_minor, i.currency) == (payout.amount_minor, payout.currency)]
    statuses = frozenset().union(*(i.statuses for i in right))
    moved = [i for i in inside if not did_not_arrive(i)]
    if len(moved) > 1:
        say(Kind.DUPLICATE, f"the bank carried {', '.join(f'{i.id} under {i.key}' for i in moved)}")
    if len(right) < len(inside):
        say(Kind.LOST, "the bank carried another amount")
    if payout.status == "PAID" and "paid" not in statuses:
        say(Kind.FALSE_PAID, "the bank never paid it")
    elif payout.status in _SENT and not inside and not _is_open(payout):
        say(Kind.LOST, "the bank never had it")
    elif payout.status == "CANCELLED" or (payout.status not in _SENT and moved):
        say(Kind.LOST, "nobody took it back, and the bank carried it" if moved else "nobody cancelled it")
    problem = unowned(payout, statuses)
    if problem:
        say(Kind.UNOWNED, problem)
    return found


def did_not_arrive(instruction: Carried) -> bool:
    """The bank took it on and then said that it could not deliver it: no money moved, and it may be paid again."""
    return "failed" in instruction.statuses


def _is_open(payout: Booked) -> bool:
    """Whether the program still says that it does not know."""
    return payout.status == "SUBMITTED" and payout.submission_status in ("UNKNOWN", "DELIVERING")


def unowned(payout: Booked, statuses: frozenset[str]) -> str:
    """Why this payout would never come to an end, nor anybody look at it; "" where it will."""
    if payout.status in ENDS | _WITH_PEOPLE | {"CANCELLED"}:
        return ""
    if payout.status == "BATCHED":
        return (
            "" if payout.batch_status == "PROPOSED" else f"it waits in a batch that is {payout.batch_status}"
        )
    if payout.submission_status == "ACCEPTED":
        told = statuses & {"paid", "failed", "returned"}
        return f"the bank said {', '.join(sorted(told))}, and nobody heard" if told else ""
    if payout.submission_status == "UNKNOWN":
        return "" if payout.has_alert else "unknown, and nobody is told"
    if payout.submission_status == "DELIVERING":
        return "its lease is over, and nobody noticed" if payout.lease_is_over else ""
    return f"its submission is {payout.submission_status or 'missing'}"


def is_at_rest(payout: Booked, carried: Sequence[Carried]) -> bool:
    """Nothing more will happen to it by itself, but for a return."""
    statuses = frozenset().union(*(i.statuses for i in carried if i.end_to_end_id in payout.end_to_end_ids))
    heard = {"PAID": "paid", "FAILED": "failed", "RETURNED": "returned"}.get(payout.status)
    return heard in statuses if heard else False
