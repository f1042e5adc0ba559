"""One way of writing the register, in a process of its own: says its seconds, its rows, and its memory before."""

import csv
import pathlib
import sys
import time

import django

from tests.bench import _installed

_installed.only_what_runs()
django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from import_export import resources  # noqa: E402

from backoffice.audit import actors  # noqa: E402
from backoffice.audit.clock import database_now  # noqa: E402
from payouts.exports import rows  # noqa: E402
from payouts.exports.formats import FORMATS, Layout  # noqa: E402
from payouts.exports.payouts import PAYOUTS  # noqa: E402
from payouts.models import Payout  # noqa: E402
from payouts.operations import exporting  # noqa: E402
from sellers.ledger.money import Money  # noqa: E402
from tests.bench import _memory  # noqa: E402

FIELDS = (
    "reference", "status", "status_at", "country", "currency", "amount_minor", "created_at", "seller__reference",
    "seller__external_id", "seller__name", "batch__reference", "batch__value_date", "payout_account__masked",
)  # fmt: skip


def ours(path: pathlib.Path, name: str, query: str) -> int:
    """As a worker writes it, count and totals included."""
    name, _, packed = name.partition(".")
    with rows.snapshot():
        chosen = PAYOUTS.chosen(query, now=timezone.now())
        selection = rows.select(PAYOUTS, chosen)
        total, sums = rows.totals(selection, chosen)
        layout = Layout(selection.columns, PAYOUTS.title, PAYOUTS.noun, "Europe/Paris", "es", total)
        form, done = FORMATS[name](layout), 0
        beside = path.with_suffix(".hashes").open("wb", buffering=1 << 20)
        with beside as hashes, form.opened(path, compressed=bool(packed)) as file:
            file.write(form.head().encode())
            for count, text in rows.blocks(selection, form, hashes=hashes):
                file.write(text)
                done += count
            file.write(form.foot(sums).encode())
    assert done == total
    return done


def worker(path: pathlib.Path, since: str) -> int:
    """An export from the asking to the file, of everything or of what changed; its number is the file's content."""
    settings.EXPORT_DIR = str(path.parent)  # the next process finds the hashes there
    user = get_user_model().objects.get(username="bench-accountant")
    actor, now = actors.command(user), database_now()
    if since:
        made = exporting.request_changes(since=int(since), format="csv", actor=actor, now=now, ring=False)
    else:
        made = exporting.request(filters="", format="csv", actor=actor, now=now, ring=False)
    written = exporting.write(export_id=made.pk, now=now)
    made.refresh_from_db()
    assert written, made.error
    path.write_text(str(made.pk))
    return int(made.rows_done)


def iterator(path: pathlib.Path) -> int:
    """What one writes first: rows of the ORM through a cursor, cells by Python."""
    done = 0
    found = Payout.objects.select_related("seller", "batch", "payout_account").order_by("-pk")
    with transaction.atomic(), path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for each in found.iterator(chunk_size=2_000):
            batch = each.batch
            writer.writerow(
                [
                    each.reference, each.get_status_display(), each.status_at.isoformat(), each.country, each.currency,
                    Money(each.amount_minor, each.currency).plain(), each.created_at.isoformat(), each.seller.reference,
                    each.seller.external_id, each.seller.name, batch.reference if batch else "",
                    batch.value_date if batch else "", each.payout_account.masked,
                ]
            )  # fmt: skip
            done += 1
    return done


class _Library(resources.ModelResource):
    class Meta:
        model = Payout
        fields = FIELDS


def library(path: pathlib.Path) -> int:
    """import-export as its manual says: a ModelResource over a queryset."""
    found = Payout.objects.select_related("seller", "batch", "payout_account").order_by("-pk")
    data = _Library().export(found)
    path.write_text(data.csv)
    return len(data)


def copy(path: pathlib.Path, statement: str) -> int:
    """psycopg's COPY, where there is no psql."""
    with connection.cursor() as cursor, path.open("wb") as file:
        with cursor.cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv, HEADER)") as copied:
            for data in copied:
                file.write(data)
        return cursor.cursor.rowcount


if __name__ == "__main__":
    WAYS = {"ours": ours, "worker": worker, "iterator": iterator, "library": library, "copy": copy}
    before, started = _memory.peak(), time.perf_counter()
    written = WAYS[sys.argv[1]](pathlib.Path(sys.argv[2]), *sys.argv[3:])
    sys.stdout.write(f"{time.perf_counter() - started} {written} {before}\n")
