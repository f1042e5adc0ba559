"""The load itself: refusals, one transaction, then statistics.

All invariants hold on what is loaded, except that bytes of submissions and bank details are placeholders: files can be
neither opened nor sent, accounts not revealed. What people did to payouts is in the audit trail, not sealed yet. There
are no outbox facts or statements, and each payout is of one sale. A rail that takes calls has one submission a batch
here, too.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from backoffice import demo
from backoffice.demo import history, people
from backoffice.demo.names import LANDS
from backoffice.scale import plan, schema, statements
from payouts import countries
from payouts.models import Payout
from sellers.ledger.models import Transaction
from sellers.models import Seller

MOST_PAYOUTS = 100_000_000
FEWEST_PAYOUTS, FEWEST_SELLERS = 100, 20
_WRITTEN = [*statements.SELLERS, *statements.PAYOUTS]
TABLES = sorted({table for table, _ in _WRITTEN})
KEPT = [("payouts_payout", "tally_created"), ("payouts_disposal", "tally_disposed")]


class CannotLoad(Exception):
    """Nothing was loaded; the message says why and what to do."""


def load(*, payouts: int, sellers: int, now: datetime, tell: Callable[[str], None]) -> None:
    """So many payouts to so many sellers stand, all or nothing.

    The connection is the owner of the tables, the database one that holds no seller and no payout. ``tell`` hears
    what was done and how long it took.

    Raises `CannotLoad`, and `demo.NotADemo` outside demo mode, so also in production.
    """
    demo.require()
    if not FEWEST_PAYOUTS <= payouts <= MOST_PAYOUTS or not FEWEST_SELLERS <= sellers <= payouts:
        raise CannotLoad(
            f"Nothing was loaded: ask for {FEWEST_PAYOUTS:,} to {MOST_PAYOUTS:,} payouts and {FEWEST_SELLERS:,} sellers"
            " or more, not more sellers than payouts."
        )
    with transaction.atomic(), connection.cursor() as cursor:
        _refuse(cursor)
        history.ensure_funding()
        staff = people.ensure()
        size = plan.Size(payouts, sellers)
        values: dict[str, Any] = size.values() | {name: actor.person_id for name, actor in staff.items()}
        values |= {"now": now, "today": now.date(), "lands": json.dumps(_lands())}
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is put off keeps a table from being altered
        for name, setting in (("work_mem", "256MB"), ("maintenance_work_mem", "512MB"), ("jit", "off")):
            cursor.execute("SELECT set_config(%s, %s, true)", [name, setting])
        with schema.bare(cursor, tables=TABLES, keep_triggers=KEPT):
            for table, statement in (
                ("the plan", plan.SELLERS), ("the plan", plan.PAYOUTS), ("the plan", plan.BATCHES)
            ):  # fmt: skip
                _timed(cursor, table, statement, values, tell)
            cursor.execute("ANALYZE scale_seller; ANALYZE scale_payout; ANALYZE scale_item")
            # Payouts name nothing that is not there once all constraints are back; until then any order will do.
            for table, statement in _WRITTEN:
                _timed(cursor, table, statement, values, tell)
            begun = time.monotonic()
        tell(f"{'constraints, indexes':<28}{'':>12} {time.monotonic() - begun:7.1f} s")
        schema.renumber(cursor, tables=[table for table in TABLES if table != "payouts_undisposed"])
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    tell(f"{'vacuum, statistics':<28}{'':>12} {time.monotonic() - begun:7.1f} s")


def _refuse(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'payouts_payout'::regclass"
    )
    if not cursor.fetchone()[0]:
        raise CannotLoad(
            "Nothing was loaded: this is not the owner of the tables. Set DATABASE_OWNER_URL to the owner's address."
        )
    if Seller.objects.exists() or Payout.objects.exists() or Transaction.objects.exists():
        raise CannotLoad(
            "Nothing was loaded: there are sellers, payouts or bookings in this database. Make one of its own "
            "(CREATE DATABASE scale), name it in DATABASE_URL and DATABASE_OWNER_URL, migrate it, and load into that."
        )


def _timed(
    cursor: CursorWrapper, name: str, statement: str, values: dict[str, Any], tell: Callable[[str], None]
) -> None:
    begun = time.monotonic()
    cursor.execute(statement, values)
    tell(f"{name:<28}{cursor.rowcount:>12,} {time.monotonic() - begun:7.1f} s")


def _lands() -> list[dict[str, object]]:
    return [
        {
            "code": code,
            "weight": weight,
            "currency": countries.get(code).currency,
            "rail": countries.get(code).rail,
            "shops": LANDS[code].shops,
            "things": LANDS[code].things,
            "shapes": LANDS[code].shapes,
            "cities": [city for city, _ in LANDS[code].cities],
            "postcodes": [postcode for _, postcode in LANDS[code].cities],
            "streets": LANDS[code].streets,
            "people": LANDS[code].persons[1],
        }
        for code, weight in plan.WEIGHTS.items()
    ]
