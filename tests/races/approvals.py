"""Approvers who work through the same payouts at the same moment, in portions and orders of their own."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from payouts.operations import approval
from payouts.operations._outcome import Outcome
from tests import make
from tests.make import NOW
from tests.races import market, troubles
from tests.races.crew import Crew

PORTIONS = (100, 137, 250, 64)
"""How many payouts each approver takes in one action; the first two go upwards and meet all the way."""
_LONGEST = 3600.0

_ROWS = """
SELECT p.id,
  (SELECT count(*) FROM payouts_approval AS a WHERE a.payout_id = p.id),
  (SELECT count(*) FROM payouts_transition AS t WHERE t.payout_id = p.id AND t.name = 'approve'),
  (SELECT count(*) FROM audit_event AS e
   WHERE e.subject_type = 'payouts.payout' AND e.subject_id = p.id AND e.action = 'payout.approve'),
  facts.count,
  p.status = 'APPROVED',
  (SELECT min(a.approver_id) FROM payouts_approval AS a WHERE a.payout_id = p.id AND a.round = p.round AND a.seat = 1)
FROM payouts_payout AS p
LEFT JOIN (SELECT key, count(*) FROM outbox_fact WHERE topic = 'payout.approved' GROUP BY key) AS facts
  ON facts.key = p.reference
WHERE p.id = ANY(%s)
"""


@dataclass
class Tally:
    """What came of it. ``wrong``: payouts that are not approved exactly once, with one of every trace."""

    approvals: int = 0
    approvers: int = len(PORTIONS)
    approved_twice: int = 0
    wrong: int = 0
    untold: int = 0
    """Answers that leave out a payout, or refuse it without a reason."""
    seconds: float = 0
    troubles: list[str] = field(default_factory=list)


def race(*, count: int, seed: int) -> Tally:
    """So many reviewed payouts, approved by several people at once; judged by the rows that are there afterwards."""
    staff = market.Staff()
    ids = market.reviewed(count, country="FR", staff=staff)
    people = [make.person("approver") for _ in PORTIONS]
    began = time.perf_counter()
    with Crew(len(people), seconds=_LONGEST) as crew:
        answers = crew.at_once(
            *(
                lambda who=who, part=part: [
                    approval.approve(payout_ids=chosen, actor=who, now=NOW) for chosen in part
                ]
                for who, part in zip(people, _portions(ids, random.Random(seed)), strict=True)
            )
        )
    tally = Tally(seconds=time.perf_counter() - began)
    tally.troubles = [troubles.told(each) for each in answers if isinstance(each, Exception)]
    told = {
        who.user_id: answer
        for who, answer in zip(people, answers, strict=True)
        if not isinstance(answer, Exception)
    }
    _judge(ids, told, tally)
    return tally


def _portions(ids: list[int], rng: random.Random) -> list[list[list[int]]]:
    shuffled = rng.sample(ids, len(ids))
    orders = (ids, ids, ids[::-1], shuffled)
    return [
        [order[start : start + size] for start in range(0, len(order), size)]
        for order, size in zip(orders, PORTIONS, strict=True)
    ]


def _judge(ids: list[int], told: dict[Any, list[Outcome]], tally: Tally) -> None:
    winners: dict[int, Any] = {}
    said: Counter[int] = Counter()
    for who, outcomes in told.items():
        for outcome in outcomes:
            winners |= dict.fromkeys(outcome.moved, who)
            said.update(outcome.moved)
            said.update(one.payout_id for one in outcome.refused if one.reason)
    tally.untold = sum(said[pk] != len(told) for pk in ids)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [ids])
        for pk, approvals, moves, events, facts, fine, by in cursor.fetchall():
            tally.approvals += approvals == 1
            tally.approved_twice += max(approvals, moves, events, facts or 0) > 1
            traces_are_one = approvals == moves == events == facts == 1
            tally.wrong += not (fine and traces_are_one and by == winners.get(pk))
