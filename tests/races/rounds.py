"""Holds against submissions: each batch is submitted while people lay hands on its payouts one by one."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from backoffice.simbank.process import Simbank
from payouts.models import Batch, Payout
from payouts.operations import submission
from payouts.operations._watch import Watch
from tests.make import NOW
from tests.races import deeds, judge, market, troubles
from tests.races.crew import Crew

COUNTRIES = ("FR", "US")
"""One over files and one over calls."""
LARGEST = 8
PORTION = 800
"""Payouts made at a time, and judged together afterwards."""
_SPAN = 0.04
"""Seconds over which the deeds of a round are spread."""
_STEP = 0.002
"""How far a worker's start moves after a round that one side won."""


@dataclass
class Race:
    """All rounds of one command, and what came of them."""

    bank: Simbank
    rng: random.Random
    staff: market.Staff
    crew: Crew
    clock: Watch = field(default_factory=lambda: Watch(NOW))
    verdicts: judge.Verdicts = field(default_factory=judge.Verdicts)
    troubles: list[str] = field(default_factory=list)
    batches: int = 0
    lead: float = 0.0
    """How much later than the deeds the workers begin; found while racing, so that both sides win."""

    def portion(self, *, rounds: int, country: str) -> None:
        """Batches for about so many rounds, raced one after the other, then judged."""
        size = min(PORTION, rounds + rounds // 4 + 2)
        ids = market.approved(size, country=country, staff=self.staff)
        played: list[deeds.Deed] = []
        idle: list[Payout] = []
        while ids:
            count = self.rng.randint(2, LARGEST)
            chosen, ids = ids[:count], ids[count:]
            batch = market.batch(chosen, country=country, staff=self.staff)
            payouts = list(Payout.objects.filter(pk__in=chosen).order_by("pk"))
            spared = self.rng.sample(payouts, self.rng.choice((0, 1, 1)))
            played += self._play(batch, [payout for payout in payouts if payout not in spared])
            idle += spared
        self.bank.sync()
        self._judge(played, idle)

    def _play(self, batch: Batch, contested: list[Payout]) -> list[deeds.Deed]:
        """One batch: one worker or two submit it, and people do their deeds."""
        self.batches += 1
        planned = deeds.plan(contested, within=_SPAN, rng=self.rng)
        starts = [self.lead + self.rng.uniform(0, _SPAN) for _ in range(self.rng.choice((1, 1, 2)))]
        wait = -min(0.0, *starts)  # nobody can begin before the round: then the deeds begin later
        for deed in planned:
            deed.moment += wait
        shares = [planned[position :: len(self.staff.holders)] for position in range(len(self.staff.holders))]
        answers = self.crew.at_once(
            *(self._worker(batch, start + wait) for start in starts),
            *(self._person(number, share) for number, share in enumerate(shares)),
        )
        spans = [answer for answer in answers if isinstance(answer, tuple)]
        errors = [answer for answer in answers if isinstance(answer, Exception)]
        errors += [deed.answer for deed in planned if isinstance(deed.answer, Exception)]
        self.troubles += [troubles.told(error) for error in errors]
        self.verdicts["in_flight"] += sum(
            len(deed.payouts)
            for deed in planned
            if any(deed.began < ended and began < deed.ended for began, ended in spans)
        )
        self._even_out(contested)
        return planned

    def _worker(self, batch: Batch, start: float) -> Callable[[], tuple[float, float]]:
        def submit() -> tuple[float, float]:
            time.sleep(start)
            began = time.perf_counter()
            submission.submit(batch_id=batch.pk, now=self.clock.now())
            return began, time.perf_counter()

        return submit

    def _person(self, number: int, share: list[deeds.Deed]) -> Callable[[], None]:
        who = self.staff.holders[number]
        return lambda: deeds.do_all(share, who=who, staff=self.staff, clock=self.clock)

    def _even_out(self, contested: list[Payout]) -> None:
        sent = Payout.objects.filter(pk__in=[payout.pk for payout in contested], status="SUBMITTED").count()
        self.lead += _STEP * ((2 * sent > len(contested)) - (2 * sent < len(contested)))

    def _judge(self, played: list[deeds.Deed], idle: list[Payout]) -> None:
        at_the_bank = judge.at_the_bank(self.bank)
        found = judge.rows([*(payout for deed in played for payout in deed.payouts), *idle])
        for deed in played:
            if not isinstance(deed.answer, Exception):
                for payout in deed.payouts:
                    self.verdicts.contest(deed, found[payout.pk], at_the_bank)
        for payout in idle:
            self.verdicts.bystander(found[payout.pk], at_the_bank)


def race(
    *,
    rounds: int,
    seed: int,
    bank: Simbank,
    seconds: float = float("inf"),
) -> Race:
    """At least so many rounds over both rails, or as many as begin within so many seconds."""
    with Crew(4) as crew:
        running = Race(bank, random.Random(seed), market.Staff(), crew)
        began, turn = time.perf_counter(), 0
        while (left := rounds - running.verdicts["rounds"]) > 0 and time.perf_counter() - began < seconds:
            running.portion(rounds=left if turn else left // 2, country=COUNTRIES[turn % 2])
            turn += 1
            print(f"{running.verdicts['rounds']} rounds, {time.perf_counter() - began:.0f} s", flush=True)
        return running
