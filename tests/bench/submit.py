"""An approved batch on its way out: as a file to stored bytes, and as calls to a bank that answers after 50 ms.

A file has two limits: the bar of 100,000 payments a minute, and for its bytes alone a bare template and the check
against the official schema. Calls are held against bare calls of the same bytes, as many open at once.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from payouts.models import Attempt, Batch, Payout
from payouts.operations import _envelopes, _leases, _parcels, submission
from payouts.rails import registry
from payouts.rails.sepa import schema
from payouts.states import BatchStatus, SubmissionStatus
from tests.bench import _market
from tests.make import NOW
from tests.races import market

BAR_A_MINUTE = 100_000
OPEN_AT_ONCE = 256

_TEMPLATE = (
    "<CdtTrfTxInf><PmtId><InstrId>{0}</InstrId><EndToEndId>{0}</EndToEndId></PmtId><Amt><InstdAmt Ccy='EUR'>{1}"
    "</InstdAmt></Amt><Cdtr><Nm>{2}</Nm></Cdtr><CdtrAcct><Id><IBAN>{3}</IBAN></Id></CdtrAcct></CdtTrfTxInf>\n"
)


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds of each and the ratio to its limit; the ratio to the bar of a file is 1 at 100,000 payments a minute."""
    staff = market.Staff()
    yield from _file(size, owner_url, staff)
    yield from _calls(max(size // 5, 100), owner_url, staff)


def _file(size: int, owner_url: str, staff: market.Staff) -> Iterator[dict[str, Any]]:
    small, batch = (_approved(count, "FR", owner_url, staff) for count in (1, size))
    orders = _orders(batch)
    template, _unused = _timed(lambda: _templated(orders))
    render, body = _timed(lambda: _rendered(batch, orders))
    check, problems = _timed(lambda: schema.problems(body))
    assert not problems
    tracemalloc.start()
    _rendered(batch, orders)
    peak = tracemalloc.get_traced_memory()[1] >> 20
    tracemalloc.stop()
    yield _row("pain.001, a bare template", size, template, template)
    yield _row("the schema check alone", size, check, template)
    yield {**_row("pain.001 as it is sent, schema checked", size, render, template), "mb": peak}
    with tempfile.TemporaryDirectory() as folder:
        settings.SEPA_OUTBOX_DIR, settings.SEPA_INBOX_DIR = f"{folder}/outbox", f"{folder}/inbox"
        submission.submit(
            batch_id=small.pk, now=NOW
        )  # what PostgreSQL planned for one payout must not serve many
        taken, _unused = _timed(lambda: submission.submit(batch_id=batch.pk, now=NOW))
        counts = sorted(
            left.read_bytes().count(b"<CdtTrfTxInf>") for left in Path(folder, "outbox").iterdir()
        )
        assert counts == [1, size]
    _all_gone(batch, size)
    yield _row("submission.submit, a file", size, taken, size * 60 / BAR_A_MINUTE)


def _calls(size: int, owner_url: str, staff: market.Staff) -> Iterator[dict[str, Any]]:
    batch = _approved(size, "US", owner_url, staff)
    bodies = [(each.end_to_end_id, _rendered(batch, [each])) for each in _orders(batch)]
    with _bank() as port:
        settings.SIMBANK_URL = f"http://127.0.0.1:{port}"
        limit, _unused = _timed(lambda: asyncio.run(_bare(port, bodies, OPEN_AT_ONCE)))
        at_once = registry.get("sandbox").capabilities.at_once
        same, _unused = _timed(lambda: asyncio.run(_bare(port, bodies, at_once)))
        yield _row(f"bare calls, {OPEN_AT_ONCE} open at once", size, limit, limit)
        yield _row(f"bare calls, {at_once} as ours", size, same, limit)
        taken, _unused = _timed(lambda: submission.submit(batch_id=batch.pk, now=NOW))
    _all_gone(batch, size)
    yield _row("submission.submit, calls", size, taken, limit)


def _approved(size: int, country: str, owner_url: str, staff: market.Staff) -> Batch:
    ids = market.approved(size, country=country, staff=staff)
    batch = market.batch(ids, country=country, staff=staff)
    _market.analyze(owner_url)
    return batch


def _orders(batch: Batch) -> list[_envelopes.Order]:
    payouts = list(Payout.objects.filter(batch=batch).order_by("pk"))
    return _parcels.orders(payouts=payouts, numbers=_leases.next_numbers(payouts))[0]


def _rendered(batch: Batch, orders: Sequence[_envelopes.Order]) -> bytes:
    key = orders[0].end_to_end_id if len(orders) == 1 else "BENCH"
    return registry.get(batch.rail).render(_parcels.envelope(batch=batch, key=key, orders=orders, now=NOW))


def _templated(orders: Sequence[_envelopes.Order]) -> str:
    """The bytes of a file without escaping, addresses, sums or checks."""
    return "".join(
        _TEMPLATE.format(
            each.end_to_end_id,
            f"{each.instruction.amount_minor / 100:.2f}",
            each.instruction.payee.name,
            each.instruction.payee.account.fields["iban"],
        )
        for each in orders
    )


@contextlib.contextmanager
def _bank() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench._slow_bank"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield int(running.stdout.readline())
        finally:
            running.terminate()


async def _bare(port: int, bodies: Sequence[tuple[str, bytes]], open_at_once: int) -> None:
    """Each body posted once over that many connections, its answer read and no more."""
    waiting = iter(bodies)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for key, body in waiting:
            fields = f"Host: bank\r\nIdempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(f"POST /payments HTTP/1.1\r\n{fields}".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 201")
            await reader.readexactly(int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.close()

    await asyncio.gather(*(work() for _ in range(open_at_once)))


def _all_gone(batch: Batch, size: int) -> None:
    batch.refresh_from_db()
    assert batch.status == BatchStatus.SUBMITTED
    assert Attempt.objects.filter(submission__batch=batch).count() == size
    assert set(batch.submissions.values_list("status", flat=True)) == {SubmissionStatus.ACCEPTED}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def _row(what: str, size: int, seconds: float, limit: float) -> dict[str, Any]:
    return {"what": what, "rows": size, "seconds": seconds, "ratio": seconds / limit}
