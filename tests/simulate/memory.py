"""What the harness itself remembers of what people wanted, and what a restore made the database forget."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg


@dataclass
class Memory:
    """By the ids of the database, whatever the program makes of it."""

    approved: set[tuple[int, int]] = field(default_factory=set)
    """(payout, account version) that somebody wanted to approve."""
    sealed: dict[int, set[int]] = field(default_factory=dict)
    """Batch to the payouts in it when somebody wanted to approve it."""
    slipped: set[int] = field(default_factory=set)
    """Batches that somebody with a database shell has put a payout into."""
    accounts: dict[int, str] = field(default_factory=dict)
    """Account version to its number, as a bank writes it."""

    def copy(self) -> "Memory":
        sealed = {batch: set(payouts) for batch, payouts in self.sealed.items()}
        return Memory(set(self.approved), sealed, set(self.slipped), dict(self.accounts))


class Written(NamedTuple):
    """One attempt as it stands in the database."""

    end_to_end_id: str
    payout: int
    amount_minor: int
    version: int
    sha256: str
    batch: int
    status: str
    approved_minor: int
    seller: int
    reference: str
    key: str


_WRITTEN = """
SELECT a.end_to_end_id, a.payout_id, a.amount_minor, a.account_version_id, s.body_sha256, s.batch_id, p.status,
  p.amount_minor, p.seller_id, p.reference, s.key
FROM payouts_attempt AS a JOIN payouts_submission AS s ON s.id = a.submission_id
JOIN payouts_payout AS p ON p.id = a.payout_id ORDER BY a.id
"""


def written(observer: psycopg.Connection[Any]) -> list[Written]:
    """Every attempt, in the order in which they were made."""
    return [Written(*row) for row in observer.execute(_WRITTEN).fetchall()]


def rails_asked(observer: psycopg.Connection[Any]) -> bool:
    """Whether the program has asked the rails since the database was put back: nobody asks them before."""
    row = observer.execute("SELECT EXISTS (SELECT 1 FROM payouts_restoration)").fetchone()
    return bool(row and row[0])


@dataclass
class LostTime:
    """Between a backup and the moment the database was put back to it. Its ids are given again afterwards."""

    restored_at: datetime
    memory: Memory
    rows: Mapping[tuple[str, str], Written]
    """The attempts that the database lost, by EndToEndId and SHA-256 of their bytes."""
    handed_over: set[str]
    """Keys under which something was handed over, of submissions that the database lost."""
    sales: int
    """How many sales there had been at the backup: the later ones must come again."""
    told: bool
    """Whether who restored it told those who run the program, so that they ask the rails at once."""

    @property
    def names(self) -> set[str]:
        """EndToEndIds and keys that a bank may speak of and the database has never heard of."""
        return {name for row in self.rows.values() for name in (row.end_to_end_id, row.key)}


@dataclass(frozen=True)
class Sale:
    """A sale as its source tells it: the same again under the same number, however often."""

    seller: int
    country: str
    amount_minor: int
    number: str
    day: date
