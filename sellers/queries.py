"""Questions about sellers: find one, list them, what is known about one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from sellers.models import Note, Seller, Verification

SHORTEST = 2
"""A search of one letter would read the whole index; two are few enough letters for a Japanese name."""

FEW = 1_000
"""More than these are not named one by one."""

# Each probe has an index of its own; one OR over them would read the whole table. Values are bound on the client: a
# prepared plan would lose the trigram index. Letters are raised by PostgreSQL on both sides: Python makes SS of ß.
BY_REFERENCE = "SELECT id FROM sellers_seller WHERE reference = ANY(%s)"
BY_EXTERNAL = "SELECT id FROM sellers_seller WHERE external_id = ANY(%s)"
_BY_NAME = "SELECT id FROM sellers_seller WHERE upper(name) LIKE ANY(ARRAY[upper(%s), upper(%s)])"
_BY_EMAIL = "SELECT id FROM sellers_seller WHERE upper(email) LIKE upper(%s)"

_REFERENCE = re.compile(r"[PBS]\d{1,9}|P\d{1,9}A\d{1,4}", re.IGNORECASE | re.ASCII)


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


def terms_of(text: str) -> list[str]:
    """The words of a search, each once: a pasted column comes apart at spaces, commas and lines."""
    return list(dict.fromkeys(re.split(r"[\s,;]+", text.strip())))


def probes(text: str) -> list[tuple[str, list[Any]]]:
    """THE search for sellers, as statements that each select ids through an index, with their values.

    By reference (S12) and by the marketplace's id, which a pasted list may name; unless everything looks like a
    reference, also those whose name or e-mail contains the whole text. Two ASCII letters match only where a word
    of the name begins, because elsewhere they make no trigram.
    """
    terms, phrase = terms_of(text), " ".join(text.split())
    exact: list[tuple[str, list[Any]]] = [
        (BY_REFERENCE, [[term.upper() for term in terms]]),
        (BY_EXTERNAL, [list(dict.fromkeys([*terms, phrase]))]),
    ]
    if all(_REFERENCE.fullmatch(term) for term in terms):
        return exact
    escaped = re.sub(r"([\\%_])", r"\\\1", phrase)
    within = f"%{escaped}%"
    short = len(phrase) <= SHORTEST and phrase.isascii()
    names = [f"{escaped}%", f"% {escaped}%"] if short else [within, within]
    return [*exact, (_BY_NAME, names), (_BY_EMAIL, [within])]


def search(*, text: str, before: int | None = None, size: int = 50, also: tuple[int, ...] = ()) -> Found:
    """Sellers whom the text finds, see `probes`.

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


def narrowed(rows: "QuerySet[Seller]", *, text: str, also: Iterable[int] = ()) -> "QuerySet[Seller]":
    """Those of the sellers whom the text finds, every one, and those that ``also`` names; for pages by id.

    Few are named one by one. More than `FEW`, whom a common word finds, are met as the list is read in its order: each
    row is asked, and a page is soon full. One letter finds nobody.
    """
    words = " ".join(text.split())
    if len(words) < SHORTEST:
        return rows.filter(pk__in=list(also))
    found = probes(words)
    values = [value for _unused, its in found for value in its]
    with connection.cursor() as cursor:
        # Each probe ends by itself: a UNION of them whole would gather everybody first.
        cursor.execute(" UNION ".join(f"({probe} LIMIT {FEW + 1})" for probe, _unused in found), values)
        ids = {row[0] for row in cursor.fetchall()}
    if len(ids) <= FEW:
        return rows.filter(pk__in={*ids, *also})
    conditions = " OR ".join(f"({probe.partition(' WHERE ')[2]})" for probe, _unused in found)
    meant = RawSQL(conditions, values, output_field=BooleanField())  # noqa: S611 - constants only
    return rows.filter(Q(meant) | Q(pk__in=list(also)))


def _probe(words: str, before: int | None, size: int) -> list[int]:
    # Each probe may stop at a page: a later page asks again with its own `before`. `id + 0` keeps the planner from
    # walking the primary key, which for a rare word would read every seller.
    parts, values = [], []
    for probe, its in probes(words):
        parts.append(f"({probe} AND id + 0 < %s ORDER BY id + 0 DESC LIMIT %s)")
        values += [*its, before if before is not None else 2**62, size + 1]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({' UNION '.join(parts)}) AS found ORDER BY id DESC LIMIT %s",  # noqa: S608
            [*values, size + 1],
        )
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
