"""Twelve weeks of the back office, from empty tables to now, in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from backoffice import demo
from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.models import Event
from backoffice.demo import books, files, movements, pace, people, plan, sellers
from backoffice.demo.bank import Bank
from backoffice.demo.plan import Agenda
from backoffice.demo.rounds import Desk
from payouts.models import CapKind, FundingAccount, Payout
from payouts.operations import caps, sweeping
from payouts.states import PayoutStatus
from sellers.models import Seller

WEEKS = 13  # of earnings; the first week's are due in the second, so that there are twelve of payouts
LOADED = "demo.load"
CAPS = {CapKind.PAYOUT: 100_000_00, CapKind.SELLER_DAY: 150_000_00, CapKind.FUNDING_DAY: 5_000_000_00}
"""In euro cents."""

FUNDING = (
    {"code": "SEPA-EUR", "rail": "sepa", "currency": "EUR", "country": "FR", "scheme": "iban",
     "identifier": "FR7630002127224562424695102", "bic": "CRLYFRPP"},
    {"code": "SANDBOX-USD", "rail": "sandbox", "currency": "USD", "country": "US", "scheme": "other",
     "identifier": "SBX840000017"},
    {"code": "SANDBOX-GBP", "rail": "sandbox", "currency": "GBP", "country": "GB", "scheme": "other",
     "identifier": "SBX826000025"},
    {"code": "SANDBOX-JPY", "rail": "sandbox", "currency": "JPY", "country": "JP", "scheme": "other",
     "identifier": "SBX392000033"},
    {"code": "SANDBOX-BRL", "rail": "sandbox", "currency": "BRL", "country": "BR", "scheme": "other",
     "identifier": "SBX986000041"},
)  # fmt: skip


@dataclass
class Told:
    """What was loaded."""

    sellers: int = 0
    payouts: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    bank_remembers: bool = False


def is_loaded() -> bool:
    """Whether demo data stand here already."""
    return Event.objects.filter(action=LOADED).exists()


def is_empty() -> bool:
    """Whether nobody has worked here yet."""
    return not Seller.objects.exists() and not Payout.objects.exists()


def ensure_funding() -> None:
    """Our own accounts stand: one for each rail and currency of the demo."""
    for values in FUNDING:
        FundingAccount.objects.get_or_create(
            code=values["code"], defaults={**values, "holder_name": "Demo Marketplace SAS"}
        )


@transaction.atomic
def load(*, seed: int, now: datetime, weeks: int = WEEKS, share: float = 1) -> Told:
    """Demo data stand, all or nothing; ``weeks`` and ``share`` make less of it, for tests.

    The tables must be empty. Raises `demo.NotADemo`.
    """
    demo.require()
    with pace.one_go():
        desk = _live(seed=seed, now=now, weeks=weeks, share=share)
        told = Told(sellers=Seller.objects.count(), payouts=Payout.objects.count())
        for status in PayoutStatus:
            told.by_status[status] = Payout.objects.filter(status=status).count()
        recording.record(actor=SYSTEM, action=LOADED, data={"seed": seed, "payouts": told.payouts}, now=now)
    # Before the commit: a load that is killed here begins again, and writes the bank's log again.
    told.bank_remembers = desk.bank.keep() is not None
    return told


def _live(*, seed: int, now: datetime, weeks: int, share: float) -> Desk:
    """Everything that happened in the weeks before ``now`` has happened; answers who did it, and their bank."""
    ensure_funding()
    first = now - timedelta(days=now.weekday(), weeks=weeks - 1)
    first = first.replace(hour=4, minute=0, second=0, microsecond=0)
    staff = people.ensure()
    desk = Desk(
        staff=staff, bank=Bank(start=first - timedelta(days=1), seed=seed), random=_random(seed, "desk")
    )
    cast = sellers.make(
        random=_random(seed, "sellers"),
        weeks=weeks,
        share=share,
        start=first - timedelta(days=10),
        requester=staff["analyst3"],
        verifier=staff["compliance2"],
    )
    agenda = Agenda(now)
    plan.Plan(desk, cast, agenda, first=first, weeks=weeks, now=now).fill(_random(seed, "trade"))
    movements.fill(agenda, desk, now=now)
    agenda.work_off()
    desk.collect(now=now - timedelta(minutes=4))
    sweeping.alert(now=now - timedelta(minutes=3))
    _set_caps(staff["admin"], now - timedelta(minutes=2))
    accountants = {"asks": staff["accountant"], "confirms": staff["accountant2"]}
    books.chart(**accountants, now=now - timedelta(minutes=2))
    books.rates(**accountants, now=now - timedelta(minutes=1))
    files.ask(accountant=staff["accountant"], now=now)
    return desk


def _set_caps(administrator: Actor, now: datetime) -> None:
    """Caps that leave room for what a demo pays."""
    for kind, limit_minor in CAPS.items():
        caps.ask(
            kind=kind,
            currency="EUR",
            limit_minor=limit_minor,
            reason="As the board decided.",
            actor=administrator,
            now=now,
        )


def _random(seed: int, purpose: str) -> Random:
    return Random(f"{seed}:{purpose}")  # noqa: S311 - demo data
