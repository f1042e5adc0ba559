"""Questions about sellers: find one, list them, what is known about one."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sellers.models import Note, Seller, Verification

SHORTEST = 2
"""A search of one letter would read the whole index; two are few enough letters for a Japanese name."""

# Each probe has an index of its own; one OR over them would read the whole table. Two-letter words have no
# trigram, so those search the beginning of names only. Values are bound on the client: a prepared plan would
# lose the trigram index.
_BY_NAME = "SELECT id FROM sellers_seller WHERE upper(name) LIKE upper(%(like)s)"
_BY_EMAIL = "SELECT id FROM sellers_seller WHERE upper(email) LIKE upper(%(like)s)"
_BY_EXTERNAL = "SELECT id FROM sellers_seller WHERE external_id = %(exact)s"
_BY_REFERENCE = "SELECT id FROM sellers_seller WHERE reference = %(reference)s"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of sellers, newest first. ``before`` is the id to go on from, None at the end.

    ``too_short`` says that nothing was searched: the words were under `SHORTEST` letters.
    """

    sellers: list[Seller]
    before: int | None = None
    too_short: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What a seller's page says about who they are."""

    seller: Seller
    verifications: list[Verification]
    notes: list[Note]


def search(*, text: str, before: int | None = None, size: int = 50, also: tuple[int, ...] = ()) -> Found:
    """Sellers whose name or e-mail contains the text, or whose external id or reference (S123) it is.

    Newest first, ``size`` of them with an id under ``before``. ``also`` names sellers that the caller found
    another way (by a payout's reference). An empty text lists all; one letter finds nothing and says so.
    """
    words = " ".join(text.split())
    if not words and not also:
        return _page(Seller.objects.all(), before, size)
    exact_only = len(words) < SHORTEST
    if exact_only and not also:
        return Found([], too_short=True)
    ids = sorted({*also, *(_probe(words, before, size) if not exact_only else ())})
    return _page(Seller.objects.filter(pk__in=ids), before, size)


def _probe(words: str, before: int | None, size: int) -> list[int]:
    escaped = re.sub(r"([\\%_])", r"\\\1", words)
    values: dict[str, Any] = {
        "like": f"%{escaped}%" if len(words) > SHORTEST else f"{escaped}%",
        "exact": words,
        "reference": words.upper(),
        "before": before if before is not None else 2**62,
        "limit": size + 1,
    }
    # Each probe may stop at a page: a later page asks again with its own `before`. `id + 0` keeps the planner from
    # walking the primary key, which for a rare word would read every seller.
    probes = " UNION ".join(
        f"({probe} AND id + 0 < %(before)s ORDER BY id + 0 DESC LIMIT %(limit)s)"
        for probe in (_BY_NAME, _BY_EMAIL, _BY_EXTERNAL, _BY_REFERENCE)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({probes}) AS found ORDER BY id DESC LIMIT %(limit)s", values)  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def _page(rows: "QuerySet[Seller]", before: int | None, size: int) -> Found:
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    return Found(found[:size], found[size - 1].pk if len(found) > size else None)


def facts(*, seller_id: int, notes: int = 50) -> Facts | None:
    """The seller with findings and the newest notes; None when there is no such seller."""
    seller = Seller.objects.filter(pk=seller_id).first()
    if seller is None:
        return None
    return Facts(
        seller,
        list(seller.verifications.select_related("decided_by").order_by("-id")[:20]),
        list(seller.notes.select_related("written_by").order_by("-id")[:notes]),
    )
