"""A payout run as a job: previewed, asked for, made in portions by a worker, left and found again.

The PayoutRun row is the job. Each portion is a transaction of its own that moves the row along, so that a worker
killed in the middle leaves nothing half: the next one goes on behind the last portion. A row that somebody works on is
locked, and a second worker passes by.
"""

import pathlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any

import structlog
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit import actors, authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict
from backoffice.words import later
from payouts import countries
from payouts.exports.columns import Column, Kind
from payouts.exports.formats import FORMATS, Layout
from payouts.models import PayoutRun
from payouts.operations import _doorbell, _portions, creation, incidents
from payouts.operations._watch import Watch
from payouts.queries import due, run_payees, run_preview

log = structlog.get_logger(__name__)

PORTION = 10_000
"""Accounts that one transaction pays: a second or two of work, and of lock."""
PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before the sweep rings again."""

_COLUMNS = (
    Column(later("Seller")),
    Column(later("Marketplace id")),
    Column(later("Name")),
    Column(later("Country")),
    Column(later("Currency")),
    Column(later("Amount"), Kind.MONEY),
    Column(later("Lines"), Kind.COUNT),
    Column(later("Would be paid")),
    Column(later("Why not")),
    Column(later("Paid by the last run"), Kind.MONEY),
)

_DUE_ACCOUNTS = """
FROM ledger_account AS a JOIN sellers_seller AS s ON s.id = a.seller_id
JOIN unnest(%(countries)s::text[], %(untils)s::date[]) AS c (code, until) ON c.code = s.country
WHERE a.id > %(after)s AND EXISTS (
  SELECT 1 FROM ledger_earning AS e WHERE e.account_id = a.id AND e.due_date <= c.until
    AND (a.covered_through IS NULL OR e.due_date > a.covered_through))
"""
_COUNT = f"SELECT count(*) {_DUE_ACCOUNTS}"
_LAST_OF_PORTION = (
    f"SELECT max(id) FROM (SELECT a.id {_DUE_ACCOUNTS} ORDER BY a.id LIMIT %(most)s) AS portion"  # noqa: S608
)


class PreviewChanged(Conflict):
    """What a run would do is not what its reader saw."""

    code = "preview_changed"


def preview(*, until: date | None, country: str = "", actor: Actor, now: datetime) -> run_preview.Preview:
    """What a run would do now, beside what the last one did. Raises as `creation.run` does; writes nothing."""
    authority.require(actor=actor, permission="payouts.run_payouts")
    return run_preview.preview(creation.chosen(until=until, country=country, now=now))


def payees(
    *,
    until: date | None,
    country: str = "",
    which: str = "",
    after: int | None = None,
    before: int | None = None,
    actor: Actor,
    now: datetime,
) -> run_payees.Payees:
    """A page of who a run would pay, and who not and why (`run_payees.page`). Raises as `creation.run` does."""
    authority.require(actor=actor, permission="payouts.run_payouts")
    markets = creation.chosen(until=until, country=country, now=now)
    return run_payees.page(markets, which=which, after=after, before=before)


@dataclass(frozen=True)
class Download:
    """An open file, gone when it is closed, and what to call it."""

    file: IO[bytes]
    name: str


@transaction.atomic
def download(*, until: date | None, country: str = "", actor: Actor, now: datetime) -> Download:
    """Every balance of the preview as CSV; that it was fetched is recorded. Raises as `creation.run` does."""
    authority.require(actor=actor, permission="payouts.run_payouts")
    markets = creation.chosen(until=until, country=country, now=now)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "preview.csv"
        zone = timezone.get_current_timezone_name()
        form = FORMATS["csv"](Layout(_COLUMNS, title=_("Run"), noun="balances", zone=zone))
        count = 0
        with form.opened(path) as file:
            file.write(form.head().encode())
            for row in run_preview.rows(markets):
                file.write(form.row([*_cells(row)]).encode())
                count += 1
        file = path.open("rb")
    name = f"run-preview-{country.lower() or 'all'}-{max(day for _unused, day in markets)}.csv"
    data = {"country": country, "rows": count}
    recording.record(actor=actor, action="payouts.run_preview_download", data=data, now=now)
    return Download(file, name)


def _cells(row: run_preview.Row) -> Iterator[object]:
    yield from (
        row.reference,
        row.external_id,
        row.name,
        row.country,
        row.money.currency,
        row.money,
        row.lines,
    )
    yield _("no") if row.wanting else _("yes")
    yield due.REASONS.get(row.wanting, "")
    yield row.before


@transaction.atomic
def request(
    *,
    until: date | None,
    country: str = "",
    key: str,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> PayoutRun:
    """The run waits for a worker, which is rung for after the commit. The same key again answers the first run.

    ``until`` and what it means are those of `creation.run`; so are the errors. ``seen`` is the seal of the preview
    that was looked at: raises `PreviewChanged` where it is another by now, and nothing is made.
    """
    authority.require(actor=actor, permission="payouts.run_payouts")
    markets = creation.chosen(until=until, country=country, now=now)
    changed = seen is not None and seen != run_preview.seal(markets)
    # Asked after the comparison: the first of two clicks may have made the run, and so the difference.
    if changed and not PayoutRun.objects.filter(key=key).exists():
        raise PreviewChanged(_("Nothing run: what is due changed since you looked. No payout was made."))
    made, new = PayoutRun.objects.get_or_create(
        key=key,
        defaults={
            "until_date": until or max(day for _unused, day in markets),
            "country": country,
            "started_by_id": actor.person_id,
            "started_at": now,
            "left": [[each.code, day.isoformat()] for each, day in markets],
            "accounts_total": _count(
                [each.code for each, _unused in markets], [day for _unused, day in markets]
            ),
        },
    )
    if new:
        data = {"country": country, "until": str(made.until_date)}
        recording.record(actor=actor, action="payouts.run_asked", subject=made, data=data, now=now)
        _doorbell.ring("make_run", run_id=made.pk)
    return made


def _count(codes: list[str], untils: list[date]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"countries": codes, "untils": untils, "after": 0})
        return int(cursor.fetchone()[0])


def work(*, run_id: int, now: datetime) -> bool:
    """Portion after portion is made until the run is finished; answers whether it is.

    What another worker is at, or has finished, is left alone. A portion that fails opens an incident, is told on the
    run, and is tried again by the sweep after the other countries. Not inside a transaction: it commits its own steps.
    """
    watch, trouble = Watch(now), f"run_failed:R{run_id}"
    try:
        while _portion(run_id, now=watch.now()):
            pass
    except Exception as error:  # whatever it is, the portions made stand, and the run is not lost
        log.exception("run_portion_failed", run=run_id, error=type(error).__name__)
        text = (
            f"The payout run R{run_id} stopped ({type(error).__name__}). "
            "What it made stands; the rest is tried again."
        )
        _put_last(run_id, trouble=text)
        incidents.open_one(code="run_failed", key=trouble, text=text, now=watch.now())
        return False
    over = PayoutRun.objects.filter(pk=run_id, finished_at__isnull=False).exists()
    if over:
        incidents.over(keys=[trouble], note=_("It was finished after all."), now=watch.now())
    return over


@transaction.atomic
def _put_last(run_id: int, *, trouble: str) -> None:
    """The country that could not be paid comes after the others, so that it keeps nobody else waiting."""
    run = PayoutRun.objects.select_for_update(no_key=True).filter(pk=run_id, finished_at=None).first()
    if run is None:
        return
    left, through = run.left, run.through
    if left:
        (code, until, *_unused), *others = left
        left = [*others, [code, until, through]]
        through = _through(left)
    PayoutRun.objects.filter(pk=run_id).update(left=left, through=through, trouble=trouble)


def _through(left: Sequence[Sequence[Any]]) -> int:
    """Up to which account the first of these was made already."""
    return int(left[0][2]) if left and len(left[0]) > 2 else 0


@transaction.atomic
def _portion(run_id: int, *, now: datetime) -> bool:
    """One portion, or the end; answers whether there is more to do here."""
    rows = PayoutRun.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    run = (
        rows.select_related("started_by")
        .filter(pk=run_id, finished_at=None)
        .exclude(accounts_total=None)
        .first()
    )
    if run is None:
        return False
    actor = _actor(run.started_by)
    if run.left and not authority.allows(actor=actor, permission="payouts.run_payouts"):
        text = _(
            "{actor} may not run payouts any more. What was made stands; another run makes the rest."
        ).format(actor=actor.name)
        PayoutRun.objects.filter(pk=run_id).update(trouble=text)
        run.left = []
    if not run.left:
        _portions.finish(run=run, actor=actor, now=now)
        return False
    code, text, *_unused = run.left[0]
    until = date.fromisoformat(text)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "countries": [code],
            "untils": [until],
            "after": run.through,
            "most": PORTION,
        }
        cursor.execute(_LAST_OF_PORTION, values)
        (through,) = cursor.fetchone()
    if through is None:  # nothing more is due in this country
        PayoutRun.objects.filter(pk=run_id).update(left=run.left[1:], through=_through(run.left[1:]))
        return True
    count = _portions.make_portion(
        run=run,
        country=countries.get(code),
        until=until,
        after=run.through,
        through=through,
        actor=actor,
        now=now,
    )
    PayoutRun.objects.filter(pk=run_id).update(
        through=through, accounts_done=F("accounts_done") + count, trouble=""
    )
    return True


def _actor(user: User | None) -> Actor:
    """Who asked for the run: it is made in their name."""
    return actors.person(user) if user is not None else SYSTEM


def sweep(*, now: datetime) -> int:
    """Runs that a lost message, or a killed worker, left unfinished are rung for again; answers how many."""
    open_ones = PayoutRun.objects.filter(finished_at=None, started_at__lte=now - PATIENCE)
    waiting = list(open_ones.exclude(accounts_total=None).order_by("pk").values_list("pk", flat=True)[:100])
    for run_id in waiting:
        _doorbell.ring("make_run", run_id=run_id)
    return len(waiting)
