"""What happens when in the demo's history: every deed with its moment, worked off in the order of time."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random

from backoffice.demo import pace, stories, trade
from backoffice.demo.rounds import GROUPS, Desk
from backoffice.demo.sellers import Cast
from payouts import countries
from payouts.countries import calendars
from payouts.models import Batch
from payouts.operations import accounts, holds, sweeping
from payouts.states import PayoutStatus

_DAY = timedelta(days=1)
_WORKING_DAY = timedelta(hours=9)
_KEY_WINDOW = timedelta(hours=26)
"""A payment lost longer ago than this may not be sent again: the bank has forgotten its key."""
_SENT = 5.6  # hours after a run
_LOOKED_INTO = 3
"""The newest rounds, whose holds and dead payouts nobody has looked into yet."""
_STEPS = ("waits", "reviewed", "approved", "proposed", "sent")
_SHARES = (0.35, 0.62, 0.78, 0.9)
"""Where the newest run is cut, so that a part of it stands at every step."""


class Agenda:
    """Deeds by moment. Those that lie in the future are left out: nobody has done them yet."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._waiting: list[tuple[datetime, int, Callable[..., object]]] = []
        self._order = itertools.count()

    def add(self, at: datetime, deed: Callable[..., object]) -> None:
        """``deed`` is called with ``now=at``."""
        if at < self._now:
            heapq.heappush(self._waiting, (at, next(self._order), deed))

    def work_off(self) -> None:
        """Everything that was added has happened."""
        while self._waiting:
            at, _, deed = heapq.heappop(self._waiting)
            deed(now=at)


class Plan:
    """Weeks from ``first``, a Monday morning, to ``now``."""

    def __init__(
        self, desk: Desk, cast: Cast, agenda: Agenda, *, first: datetime, weeks: int, now: datetime
    ) -> None:
        self.desk, self.cast, self.agenda = desk, cast, agenda
        self.first, self.weeks, self.now = first, weeks, now

    def fill(self, random: Random) -> None:
        """Imports, rounds, the bank's answers every morning, and the stories."""
        for week in range(self.weeks):
            self._import(week, random)
        for group in GROUPS:
            self._rounds(group)
        for days in range(1, self.weeks * 7 + 7):
            morning = self.first.replace(hour=6, minute=10) + timedelta(days=days)
            # Long ago every other day will do: a load has to be quick.
            if days % 2 or self.now - morning < timedelta(weeks=2):
                self.agenda.add(morning, self.desk.collect)
        self._stories()

    def _import(self, week: int, random: Random) -> None:
        monday = (self.first + timedelta(weeks=week - 1)).date()
        sunday = datetime(monday.year, monday.month, monday.day, 15, 40, tzinfo=UTC) + 6 * _DAY

        def bring(now: datetime) -> None:
            pace.renew_plans()
            content = trade.of_week(cast=self.cast, monday=monday, week=week, weeks=self.weeks, random=random)
            self.desk.import_week(content, name=f"earnings-{monday:%G-W%V}.csv", now=now)

        self.agenda.add(sunday, bring)

    def _rounds(self, group: str) -> None:
        """The scheduled runs of a group of countries, and the work on each; the newest stands at every step."""
        # Where every payment is a call of its own, old weeks are paid two at a time: a load has to be quick.
        newest = self.weeks - 5
        chosen = [w for w in range(self.weeks) if group == "sepa" or (w + len(group)) % 2 or w >= newest]
        mondays = [(self.first + timedelta(weeks=week)).date() for week in chosen]
        begun = [begin for begin in (self._runs(group, monday) for monday in mondays) if begin is not None]
        for latest in begun[-1:]:
            verify = partial(stories.verify_late, self.desk, self.cast, lands=GROUPS[group])
            self.agenda.add(latest + (self.now - latest) / 2, verify)
        rounds = [
            # Squeezed where the day has not gone so far yet.
            partial(_hours_after, begin, min(1.0, (self.now - begin) / _WORKING_DAY))
            for begin in reversed(begun)
        ]
        forgotten = self.now - _KEY_WINDOW
        # Of the newest little is sent, of a small country perhaps nothing that could be lost.
        lost = next(
            (
                number
                for number, at in enumerate(rounds)
                if number and group == "us" and at(_SENT) < forgotten
            ),
            None,
        )
        for number, at in enumerate(rounds):
            if number == 0:
                self._newest(group, at)
            else:
                self._finished(group, at, old=number >= _LOOKED_INTO, lose=number == lost)

    def _runs(self, group: str, monday: date) -> datetime | None:
        """The runs of one week are on the agenda; answers when the last of them begins, None while none has."""
        begin = None
        for code in GROUPS[group]:
            country = countries.get(code)
            week = (monday + timedelta(days=each) for each in range(7))
            day = next((each for each in week if calendars.runs_on(country, each)), None)
            if day is not None and calendars.run_at(country, day) < self.now:
                begin = calendars.run_at(country, day)
                self.agenda.add(begin, partial(self.desk.run, code, day=str(day)))
        return begin

    def _finished(self, group: str, at: Callable[[float], datetime], *, old: bool, lose: bool) -> None:
        """Everything that may go went. Where it is ``old``, its holds and dead payouts were looked into too."""
        desk, batches = self.desk, list[Batch]()

        def look(now: datetime) -> None:
            ids = desk.of(group, PayoutStatus.PENDING_REVIEW)
            desk.review(ids, now=now)
            if not lose:  # of a small week all might be held, and nothing would leave to be lost
                desk.hold_some(ids, count=2 if group == "sepa" else 1, now=now + timedelta(minutes=2))
            if old:
                desk.release_old(before=now - 3 * _DAY, now=now + timedelta(minutes=9))

        def approve(now: datetime) -> None:
            desk.approve(desk.of(group, PayoutStatus.REVIEWED), now=now)

        def propose(now: datetime) -> None:
            batches.extend(desk.propose(desk.of(group, PayoutStatus.APPROVED), now=now))
            if lose:
                stories.lose_one(desk, batches)

        self.agenda.add(at(2), look)
        self.agenda.add(at(4), approve)
        self.agenda.add(at(5), propose)
        self.agenda.add(at(5.5), lambda now: desk.approve_batches(batches, now=now))
        self.agenda.add(at(_SENT), lambda now: desk.send(batches, now=now))
        if old:
            self.agenda.add(at(77), lambda now: desk.dispose(older_than=now - 2 * _DAY, now=now))

    def _newest(self, group: str, at: Callable[[float], datetime]) -> None:
        """A part of the run waits at each step."""
        desk, batches = self.desk, list[Batch]()
        chosen: dict[str, list[int]] = {}

        def look(now: datetime) -> None:
            ids = desk.of(group, PayoutStatus.PENDING_REVIEW)
            desk.random.shuffle(ids)
            cuts = [0, *(round(len(ids) * share) for share in _SHARES), len(ids)]
            for step, (begin, end) in zip(_STEPS, itertools.pairwise(cuts), strict=True):
                chosen[step] = sorted(ids[begin:end])
            by_job = chosen["reviewed"] if group == "sepa" else []
            desk.review_as_job(by_job, now=now)
            desk.review([pk for step in _STEPS[1:] for pk in chosen[step] if pk not in by_job], now=now)
            desk.hold_some(chosen["waits"], count=3, now=now + timedelta(minutes=2))
            desk.hold_some(chosen["reviewed"], count=3, now=now + timedelta(minutes=4))

        def approve(now: datetime) -> None:
            desk.approve([pk for step in _STEPS[2:] for pk in chosen[step]], now=now)
            stories.send_back_one(desk, ids=chosen["reviewed"][-1:], now=now + timedelta(minutes=1))
            stories.cancel_one(desk, ids=chosen["reviewed"][-2:-1], now=now + timedelta(minutes=2))

        def propose(now: datetime) -> None:
            batches.extend(desk.propose(chosen["sent"], now=now))
            # A bank that answers files tomorrow: these stay submitted.
            desk.bank.slow_for |= {f"pain001-{batch.reference}F1.xml" for batch in batches}

        self.agenda.add(at(2), look)
        self.agenda.add(at(3.5), approve)
        self.agenda.add(at(4.2), propose)
        self.agenda.add(at(4.5), lambda now: desk.approve_batches(batches, now=now))
        self.agenda.add(at(4.6), lambda now: desk.send(batches, now=now))
        # Lately, so that its cut-off still lies ahead.
        later = max(at(6), self.now - timedelta(hours=2))
        self.agenda.add(later, lambda now: desk.propose(chosen["proposed"], now=now))

    def _stories(self) -> None:
        desk, cast, now, add = self.desk, self.cast, self.now, self.agenda.add
        add(now - 20 * _DAY, partial(stories.stop_sellers, desk, cast))
        add(now - _DAY, partial(stories.write_notes, desk, cast))
        add(now - 2 * _DAY, partial(stories.ask_adjustments, desk, cast))
        change = partial(stories.change_accounts, desk, cast)
        add(now - 12 * _DAY, partial(change, part="change_recent", verified_after=4 * _DAY))
        add(now - timedelta(hours=20), partial(change, part="change_verified", verified_after=_DAY / 12))
        add(now - timedelta(hours=3), partial(change, part="change_waiting", verified_after=None))
        for hours in range(24, 24 * 13, 12):
            add(now - timedelta(hours=hours), _beat)


def _hours_after(begin: datetime, room: float, hours: float) -> datetime:
    return begin + timedelta(hours=hours) * room


def _beat(now: datetime) -> None:
    """What beat does all the time."""
    accounts.take_effect(now=now)
    holds.release_due(now=now)
    sweeping.alert(now=now)
