"""Who was first, and whether both won: by the bank's log, and by the order in which the deeds were written down.

A deed and a submission take the same lock before they write, and keep it until they commit. So whoever of the two has
the lower number in the audit trail had the lock first: a deed with the lower number must have kept the payout back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from backoffice.simbank.process import Simbank
from payouts.models import Payout
from tests.races.deeds import Deed, Kind

_ROWS = """
SELECT p.id, p.reference, p.status, i.left_at IS NOT NULL AS has_left, i.left_because,
  EXISTS (SELECT 1 FROM payouts_hold AS h WHERE h.payout_id = p.id AND h.released_at IS NULL) AS is_held,
  (SELECT min(e.id) FROM audit_event AS e
   WHERE e.subject_type = 'payouts.payout' AND e.subject_id = p.id AND e.action = 'payout.submit') AS submitted,
  (SELECT min(e.id) FROM audit_event AS e
   WHERE e.subject_type = 'payouts.payout' AND e.subject_id = p.id AND e.action = 'payout.hold') AS payout_held,
  (SELECT min(e.id) FROM audit_event AS e
   WHERE e.subject_type = 'sellers.seller' AND e.subject_id = p.seller_id AND e.action = 'seller.hold') AS seller_held,
  (SELECT min(e.id) FROM audit_event AS e
   WHERE e.subject_type = 'sellers.seller' AND e.subject_id = p.seller_id AND e.action = 'seller.suspend')
   AS seller_suspended,
  (SELECT min(e.id) FROM audit_event AS e
   JOIN payouts_accountversion AS v ON v.id = e.subject_id AND v.number > 1
   JOIN payouts_payoutaccount AS s ON s.id = v.slot_id
   WHERE e.subject_type = 'payouts.accountversion' AND e.action = 'account.request' AND s.seller_id = p.seller_id)
   AS account_asked
FROM payouts_payout AS p JOIN payouts_batchitem AS i ON i.payout_id = p.id
WHERE p.id = ANY(%s)
"""


class Row(NamedTuple):
    """What PostgreSQL says of one payout, in the order of the columns above. The numbers are of audit events."""

    id: int
    reference: str
    status: str
    has_left: bool
    left_because: str
    is_held: bool
    submitted: int | None
    payout_held: int | None
    seller_held: int | None
    seller_suspended: int | None
    account_asked: int | None

    def done(self, kind: Kind) -> int | None:
        """The number under which a deed of this kind was written down."""
        return {
            Kind.PAYOUT: self.payout_held,
            Kind.SELLER: self.seller_held,
            Kind.SUSPENSION: self.seller_suspended,
            Kind.ACCOUNT: self.account_asked,
        }[kind]


def rows(payouts: Sequence[Payout]) -> dict[int, Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [[payout.pk for payout in payouts]])
        return {row[0]: Row(*row) for row in cursor.fetchall()}


def at_the_bank(bank: Simbank) -> Counter[str]:
    """How often the bank has a payment under each EndToEndId, by its own log."""
    return Counter(one["end_to_end_id"] for one in bank.bank.judgement()["instructions"])


class Verdicts(Counter[str]):
    """How often each side was first, how often both won (`held_and_sent`), and whatever else must not be."""

    def __init__(self) -> None:
        super().__init__()
        self.stories: list[str] = []

    def count(self, what: str, row: Row, about: object = "") -> None:
        self[what] += 1
        self.stories.append(f"{what}: {row.reference} {row.status} {row.left_because!r} {about}")

    def contest(self, deed: Deed, row: Row, at_the_bank: Mapping[str, int]) -> None:
        """One payout of one deed that met a submission."""
        sent = at_the_bank.get(f"{row.reference}A1", 0)
        done = row.done(deed.kind)
        deed_first = done is not None and (row.submitted is None or done < row.submitted)
        self["rounds"] += 1
        self[deed.kind] += 1
        self["held_first" if deed_first else "sent_first"] += 1
        if sent and (row.is_held or deed_first):
            self.count("held_and_sent", row, deed)
        elif sent > 1:
            self.count("sent_twice", row, deed)
        elif not sent and not deed_first:
            self.count("neither", row, deed)
        if not (_kept_back(deed, row) if deed_first else _too_late(deed, row)):
            self.count("untold", row, deed)

    def bystander(self, row: Row, at_the_bank: Mapping[str, int]) -> None:
        """A payout of the batch that nobody touched."""
        if at_the_bank.get(f"{row.reference}A1", 0) != 1 or row.status != "SUBMITTED":
            self.count("bystander_harmed", row)


def _kept_back(deed: Deed, row: Row) -> bool:
    """The batch's item left with its reason, the payout is approved still, and the person was told so."""
    left = row.has_left and row.left_because.startswith(("On hold", "Seller on hold", "Not sent"))
    told = deed.kind is not Kind.PAYOUT or row.id in deed.answer.moved
    return left and told and row.status == "APPROVED"


def _too_late(deed: Deed, row: Row) -> bool:
    """The payout is away, and whoever wanted to hold it was told so. A deed about the seller counts for what comes."""
    if row.status != "SUBMITTED" or row.has_left:
        return False
    if deed.kind is not Kind.PAYOUT:
        return True
    reasons: dict[int, Any] = {one.payout_id: one.reason for one in deed.answer.refused}
    return "a hold comes too late" in reasons.get(row.id, "")
