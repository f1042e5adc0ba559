"""What the bank books beside payments: its own charges, and money that nobody expected. Some of it is explained."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from backoffice.demo.plan import Agenda
from backoffice.demo.rounds import Desk
from backoffice.simbank import faults
from payouts.models import LineResolution, StatementLine
from payouts.operations import breaks

_DAY = timedelta(days=1)
_READ = 2 * _DAY
"""After so long a line stands on a statement that was read."""


@dataclass(frozen=True)
class Movement:
    """``amount_minor`` as the bank books it on our account: negative is a debit. ``evidence``: what a treasurer wrote
    who explained it; ``confirmed``: another agreed.
    """

    days_ago: int
    channel: str
    account: str
    currency: str
    amount_minor: int
    text: str
    evidence: str = ""
    confirmed: bool = False


_SEPA = "FR7630002127224562424695102"
MOVEMENTS = (
    Movement(19, faults.FILE, _SEPA, "EUR", -18_40, "FRAIS DE TENUE DE COMPTE", "As the price list, page 4.", True),
    Movement(6, faults.CALL, "SBX840000017", "USD", -35_00, "INVESTIGATION FEE", "The bank announced it by phone."),
    Movement(5, faults.FILE, _SEPA, "EUR", 249_00, "VIR ATELIER NORD REMBOURSEMENT FACTURE 2291"),
    Movement(4, faults.FILE, _SEPA, "EUR", -1_20, "FRAIS OPERATIONS SEPA"),
    Movement(3, faults.CALL, "SBX826000025", "GBP", -6_50, "MONTHLY ACCOUNT FEE"),
)  # fmt: skip


def fill(agenda: Agenda, desk: Desk, *, now: datetime) -> None:
    """Each movement is booked at its time, and explained once its statement was read."""
    for each in MOVEMENTS:
        at = now - each.days_ago * _DAY
        agenda.add(at, partial(_book, desk, each))
        if each.evidence:
            agenda.add(at + _READ, partial(_explain, desk, each))


def _book(desk: Desk, each: Movement, *, now: datetime) -> None:
    desk.bank.until(now)
    if (
        each.channel,
        each.account,
        each.currency,
    ) in desk.bank.simulated.books.accounts:  # a short history may lack it
        desk.bank.simulated.move(
            channel=each.channel,
            account=each.account,
            currency=each.currency,
            amount_minor=each.amount_minor,
            text=each.text,
        )


def _explain(desk: Desk, each: Movement, *, now: datetime) -> None:
    for line in StatementLine.objects.filter(text=each.text, matched_at=None):
        wish = breaks.propose(
            line_id=line.pk,
            verdict=LineResolution.Verdict.CHARGES,
            evidence=each.evidence,
            actor=desk.staff["treasurer2"],
            now=now,
        )
        if each.confirmed:
            breaks.confirm(resolution_id=wish.pk, actor=desk.staff["treasurer"], now=now + timedelta(hours=3))
