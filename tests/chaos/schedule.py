"""One schedule: payouts stand ready, are approved and struck, everything is mended, and the bank's log judges."""

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.db import connection

from backoffice.audit.clock import database_now
from backoffice.embedded import stopping
from payouts.models import Payout
from tests.chaos import books, faults
from tests.chaos.judge import Finding, is_at_rest, judge
from tests.chaos.people import People, try_to
from tests.chaos.plan import Plan
from tests.chaos.stage import Stage

RAILS = {"sandbox": "fair", "sepa": "fair", "blind": "blind"}
"""Which bank is behind which rail."""
_PATIENCE_SECONDS = 120
"""How long everything that was approved may take to come to an end, once nothing is struck any more."""
_Deed = Callable[[], None]


@dataclass
class Result:
    payouts: int
    findings: list[Finding]
    doubts: list[str]
    statuses: dict[str, int]
    seconds: float
    struck: list[str] = field(default_factory=list)


class Company:
    """The people of a run, and what was found already: each violation is told once."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.people = People({rail: stage.banks[name] for rail, name in RAILS.items()})
        self._expected: set[int] = set()
        self._known: set[Finding | str] = set()

    def run(self, plan: Plan) -> Result:
        """The plan has happened. Findings are about every payout of the run, whichever schedule it is of."""
        began = time.monotonic()
        batches = self.people.prepare(plan)
        ids = set(Payout.objects.filter(batch__in=batches).values_list("pk", flat=True))
        self._expected |= ids
        struck = _Agenda(self._stage, self.people, plan, [batch.pk for batch in batches]).work_off()
        self._stage.mend()
        connection.close()  # the last strike may have been at the database
        self.people.calm()
        self._come_to_rest(ids)
        findings, doubts = self.judge()
        statuses = Counter(Payout.objects.filter(pk__in=ids).values_list("status", flat=True))
        return Result(len(ids), findings, doubts, dict(statuses), time.monotonic() - began, struck)

    def judge(self) -> tuple[list[Finding], list[str]]:
        """What is wrong and was not told before."""
        booked = books.read(now=database_now())
        found = judge(books=booked, carried=self._stage.carried(), expected=self._expected)
        findings = [each for each in found if each not in self._known]
        doubts = [each for each in books.doubts(now=database_now()) if each not in self._known]
        self._known |= {*findings, *doubts}
        return findings, doubts

    def _come_to_rest(self, ids: set[int]) -> None:
        """The sweeper and the people have had their time: until nothing moves any more, within bounds."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline and not self._is_at_rest(ids):
            stopping.check()
            self._stage.supervise()
            try_to(self.people.act)
            time.sleep(0.3)

    def _is_at_rest(self, ids: set[int]) -> bool:
        booked = [each for each in books.read(now=database_now()) if each.id in ids]
        carried = self._stage.carried()
        return all(is_at_rest(each, carried) for each in booked)


class _Agenda:
    """What is still to be done in a schedule, by when."""

    def __init__(self, stage: Stage, people: People, plan: Plan, batch_ids: list[int]) -> None:
        self._stage, self._people, self._batch_ids = stage, people, batch_ids
        self._began = time.monotonic()
        self._bytes_before = stage.log_bytes()
        self._turn = itertools.count()
        self._due: list[tuple[float, int, _Deed]] = []
        self._strikes = list(plan.strikes)
        self.struck: list[str] = []
        for batch, batch_id in zip(plan.batches, batch_ids, strict=True):
            self._later(batch.approved_at, partial(self._approve, batch_id))

    def work_off(self) -> list[str]:
        """Everything has been done; answers what was struck when."""
        connection.close()
        while self._due or self._strikes:
            stopping.check()
            now = self._now()
            if self._due and self._due[0][0] <= now:
                heapq.heappop(self._due)[2]()
                continue
            ready = [one for one in self._strikes if self._is_time_for(one, now)]
            if ready:
                self._strikes.remove(ready[0])
                self.struck.append(f"{now:.2f} {ready[0].fault}")
                for seconds, deed in faults.strike(self._stage, ready[0], ring=self._ring):
                    self._later(self._now() + seconds, deed)
                continue
            time.sleep(0.005)
        return self.struck

    def _is_time_for(self, one, now: float) -> bool:
        grown = self._stage.log_bytes() - self._bytes_before
        return now >= one.at or (one.records > 0 and grown >= one.records)

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _later(self, at: float, deed: _Deed) -> None:
        heapq.heappush(self._due, (at, next(self._turn), deed))

    def _approve(self, batch_id: int) -> None:
        if not try_to(partial(self._people.approve, batch_id)):
            self._later(self._now() + 0.3, partial(self._approve, batch_id))

    def _ring(self) -> None:
        try_to(partial(self._people.ring_twice, self._batch_ids))
