"""A verb on many payouts: while the person waits, up to where it becomes a job; the job; and looking at many."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from payouts.admin import _choosing
from payouts.models import Payout
from payouts.operations import creation, jobs, review
from payouts.operations.deeds import DEEDS
from payouts.queries import shown
from tests import make, make_payouts
from tests.bench import _market

REASON = {"reason": "Measured."}
STEPS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("hold", "compliance", {"reason": "documents", "note": "Measured."}),
    ("review", "analyst", {}),
    ("send_back", "approver", REASON),
    ("review", "analyst", {}),
    ("cancel", "approver", REASON),
    ("roll", "analyst", {}),
)


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds of each verb on as many payouts as it takes at once, of a job on the others, and of looking at all."""
    _market.sellers(count=size, earnings_each=1)
    creation.run(until=None, key="bench", actor=make.person("analyst"), now=make.NOW)
    ids = list(Payout.objects.order_by("pk").values_list("pk", flat=True))
    make_payouts.funding()
    _market.analyze(owner_url)

    analyst = make.person("analyst")
    looked, seconds = _timed(partial(_choosing.look, ids, preview=review.preview, actor=analyst))
    yield {"what": "look at all that match", "rows": looked.count, "seconds": seconds, "ratio": 1.0}

    few = ids[: DEEDS["review"].at_once]
    for verb, role, values in STEPS:
        deed, some = DEEDS[verb], few[: DEEDS[verb].at_once]
        seen = shown.tokens(list(Payout.objects.filter(pk__in=some)))
        asked = {"payout_ids": some, "actor": make.person(role), "now": make.NOW, "seen": seen, **values}
        outcome, seconds = _timed(partial(deed.act, **asked))
        assert len(outcome.moved) == len(some), outcome.refused[:1]
        yield {"what": f"{verb}, at once", "rows": len(some), "seconds": seconds, "ratio": 1.0}

    rest = ids[len(few) :]
    for verb, role, values in (
        ("review", "analyst", {}),
        ("approve", "approver", {}),
        ("batch", "analyst", {}),
    ):
        asked = {"verb": verb, "payout_ids": rest, "values": values, "key": verb, "actor": make.person(role)}
        job, seconds = _timed(partial(jobs.request, **asked, now=make.NOW))
        yield {"what": f"{verb}, ask for a job", "rows": len(rest), "seconds": seconds, "ratio": 1.0}
        _over, seconds = _timed(partial(jobs.work, job_id=job.pk, now=make.NOW))
        job.refresh_from_db()
        assert job.moved_count == len(rest), job.items.filter(outcome="refused").first()
        yield {"what": f"{verb}, the job", "rows": len(rest), "seconds": seconds, "ratio": 1.0}


def _timed(deed: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    found = deed()
    return found, time.perf_counter() - started
