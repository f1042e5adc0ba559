"""Finding payments that the rails were handed and that this database does not know: it was restored from a backup.

Three witnesses, each enough alone: the journal outside the database, what a rail lists itself (an outbox), and a
lookup under the key that each unsent payout's next attempt would use.
"""

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from payouts import countries, transports
from payouts.models import Attempt, OutsidePayment, Payout, Submission
from payouts.operations import _journal, _leases
from payouts.operations._watch import Watch
from payouts.rails import base, registry
from payouts.states import UNSENT

_REFERENCE = re.compile(r"(P[0-9]+)A[0-9]+")
_ABSENT = (base.NOT_FOUND, base.UNREACHABLE)


@dataclasses.dataclass(frozen=True)
class Found:
    """One payment that this database lost."""

    rail: str
    key: str
    end_to_end_id: str
    payout: str
    seller: str = ""
    """The seller's id at the marketplace, where the witness knows it."""
    amount_minor: int | None = None
    currency: str = ""
    at: datetime | None = None
    told_by: str = "rail"
    said: str = ""
    sha256: str = ""
    """Of the submission's bytes, where the witness knows them."""


def in_journal() -> list[Found]:
    """Payments of submissions that the database does not know, or knows with other bytes. Raises `NotWritten`."""
    found: list[Found] = []
    above: dict[tuple[str, str], list[_journal.Payment]] = {}
    for line in _journal.everything():
        if isinstance(line, _journal.Payment):
            above.setdefault((line.rail, line.key), []).append(line)
            continue
        inside = above.pop((line.rail, line.key), [])
        if not _knows(line):
            found += [_of_line(payment, sha256=line.sha256) for payment in inside]
    for (
        left
    ) in above.values():  # a crash cut the closing line off: it was not handed over, but ask all the same
        found += [_of_line(p) for p in left if not Submission.objects.filter(rail=p.rail, key=p.key).exists()]
    return found


def unknown_closing() -> _journal.Closing | None:
    """One of the last submissions in the journal that this database does not know. Raises `NotWritten`."""
    by_rail: dict[str, list[_journal.Closing]] = defaultdict(list)
    for line in _journal.newest():
        by_rail[line.rail].append(line)
    for rail, lines in by_rail.items():  # a rail at a time: by the index
        keys = {line.key for line in lines}
        ours = set(Submission.objects.filter(rail=rail, key__in=keys).values_list("key", "body_sha256"))
        asked = set(OutsidePayment.objects.filter(rail=rail, key__in=keys).values_list("key", flat=True))
        for line in lines:
            if (line.key, line.sha256) not in ours and line.key not in asked:
                return line
    return None


def _knows(line: _journal.Closing) -> bool:
    return Submission.objects.filter(rail=line.rail, key=line.key, body_sha256=line.sha256).exists()


def _of_line(line: _journal.Payment, *, sha256: str = "") -> Found:
    return Found(
        rail=line.rail,
        key=line.key,
        end_to_end_id=line.end_to_end_id,
        payout=line.payout,
        seller=line.seller,
        amount_minor=line.amount_minor,
        currency=line.currency,
        at=datetime.fromisoformat(line.at),
        told_by="journal",
        sha256=sha256,
    )


def listed_by(rail: str) -> list[Found]:
    """Payments that the rail itself lists under keys we do not know. Raises `Unreachable`, `Unreadable`."""
    known = set(Submission.objects.filter(rail=rail).values_list("key", flat=True))
    with transports.to(rail) as transport:
        return [
            Found(
                rail=rail,
                key=one.key,
                end_to_end_id=one.end_to_end_id,
                payout=_payout_of(one.end_to_end_id),
                amount_minor=one.amount_minor,
                currency=one.currency,
                said=_("{rail} holds it.").format(rail=rail),
            )
            for one in registry.get(rail).handed_over(transport=transport, known=known)
        ]


def under_next_keys(rail: str, *, watch: Watch) -> list[Found]:
    """Unsent payouts that the rail has under the key of their next attempt. Raises `Unreachable`.

    For rails that are called: there the key is the EndToEndId, which follows from payout and number alone.
    """
    capabilities = registry.get(rail).capabilities
    if capabilities.shape is not base.Shape.CALL or not capabilities.lookup:
        return []
    lands = [country.code for country in countries.all() if country.rail == rail]
    unsent = list(Payout.objects.filter(status__in=UNSENT, country__in=lands).order_by("pk"))
    numbers = _leases.next_numbers(unsent)
    keys = {f"{payout.reference}A{numbers[payout.pk]}": payout for payout in unsent}
    found = []
    for key, answer in ask(rail=rail, keys=list(keys), watch=watch).items():
        if answer.code == base.UNREACHABLE:
            raise base.Unreachable(answer.text)
        if answer.code not in _ABSENT:
            payout = keys[key]
            found.append(
                Found(
                    rail=rail,
                    key=key,
                    end_to_end_id=key,
                    payout=str(payout.reference),
                    amount_minor=payout.amount_minor,
                    currency=payout.currency,
                    said=_words(rail, answer),
                )
            )
    return found


def ask(*, rail: str, keys: Sequence[str], watch: Watch) -> dict[str, base.Answer]:
    """What the rail says of each key. We have no bytes to compare: something else than ours is something, too."""
    if not keys:
        return {}
    at_once = registry.get(rail).capabilities.at_once
    with transports.to(rail) as transport, ThreadPoolExecutor(max_workers=at_once) as pool:

        def one(key: str) -> base.Answer:
            return _lookup(rail=rail, key=key, transport=transport, watch=watch)

        return dict(zip(keys, pool.map(one, keys), strict=True))


def _lookup(*, rail: str, key: str, transport: Any, watch: Watch) -> base.Answer:
    return registry.get(rail).lookup(key=key, body=b"{}", transport=transport, now=watch.now())


def with_answers(found: Iterable[Found], *, watch: Watch) -> list[Found]:
    """Each payment with what its rail says about its key now. Raises `Unreachable`."""
    told = list(found)
    words: dict[tuple[str, str], str] = {}
    for rail in sorted({one.rail for one in told if not one.said}):
        if rail not in registry.names() or not registry.get(rail).capabilities.lookup:
            continue
        keys = sorted({one.key for one in told if one.rail == rail})
        for key, answer in ask(rail=rail, keys=keys, watch=watch).items():
            if answer.code == base.UNREACHABLE:
                raise base.Unreachable(answer.text)
            words[rail, key] = _words(rail, answer)
    return [
        one if one.said else dataclasses.replace(one, said=words.get((one.rail, one.key), "")) for one in told
    ]


def _words(rail: str, answer: base.Answer) -> str:
    if (
        answer.outcome is base.Outcome.ACCEPTED or answer.code == base.CONFLICT
    ):  # we had nothing to compare it with
        return _("{rail} has it.").format(rail=rail)
    if answer.code == base.NOT_FOUND:
        return _("{rail} knows nothing of it so far.").format(rail=rail)
    return answer.text


def _payout_of(end_to_end_id: str) -> str:
    fits = _REFERENCE.fullmatch(end_to_end_id)
    return fits[1] if fits else ""


def not_ours(found: Iterable[Found]) -> list[Found]:
    """Once each, without those this database knows as attempts of its own or has been told of before.

    The same EndToEndId under another key stays, and so does the same key with other bytes: another submission carried
    it.
    """
    once: dict[tuple[str, str], Found] = {}
    for one in found:  # the journal comes first: it knows the seller and the bytes
        once.setdefault((one.end_to_end_id, one.key), one)
    references = {reference for reference, _unused in once}
    told = set(
        OutsidePayment.objects.filter(end_to_end_id__in=references).values_list("end_to_end_id", "key")
    )
    attempts = Attempt.objects.filter(end_to_end_id__in=references)
    ours = {
        (reference, key): sha256
        for reference, key, sha256 in attempts.values_list(
            "end_to_end_id", "submission__key", "submission__body_sha256"
        )
    }
    return [
        one
        for name, one in once.items()
        if name not in told and (name not in ours or one.sha256 not in ("", ours[name]))
    ]
