"""A payout run, beside the SQL that aggregates the same earnings and writes the same payouts, legs and facts."""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from payouts.models import Payout, PayoutRun
from payouts.operations import _portions, creation
from payouts.queries import due
from sellers.ledger.models import Entry
from tests import make
from tests.bench import _market

EARNINGS_EACH = 50


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds of the bare statements and of the run on the same earnings; the bare ones are rolled back."""
    _market.sellers(count=size, earnings_each=EARNINGS_EACH)
    arguments = {
        "country": "FR", "currency": "EUR", "minimum": 1, "until": make.TODAY, "now": make.NOW, "actor": None,
        "actor_name": "bench", "via": "system", "after": 0, "through": due.LAST, "above": 0,
    }  # fmt: skip
    _market.analyze(owner_url)
    started = time.perf_counter()
    with transaction.atomic():
        bare = PayoutRun.objects.create(key="bare", until_date=make.TODAY)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE run_due ON COMMIT DROP AS {due.DUE}", arguments)
            for statement in (
                _portions._PAYOUTS,
                _portions._RESERVES,
                _portions._RESERVE_LEGS,
                _portions._LIFE,
            ):
                cursor.execute(statement, arguments | {"run": bare.pk})
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what its commit would check
        limit = time.perf_counter() - started
        transaction.set_rollback(True)
    what = f"bare SQL, {EARNINGS_EACH} earnings each"
    yield {"what": what, "rows": size, "seconds": limit, "ratio": 1.0}

    started = time.perf_counter()
    made = creation.run(until=None, country="FR", key="ours", actor=make.person("analyst"), now=make.NOW)
    ours = time.perf_counter() - started
    assert made.payout_count == Payout.objects.count() == size
    assert Entry.objects.filter(book="reserved").count() == size
    yield {
        "what": "creation.run, locks, skips and flags too",
        "rows": size,
        "seconds": ours,
        "ratio": ours / limit,
    }
