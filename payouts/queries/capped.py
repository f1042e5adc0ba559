"""What the caps keep of the first of many proposed batches."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import ngettext

from backoffice.words import beside, ended, labelled, number, sentences
from payouts.models import Batch, CapKind
from payouts.queries import caps, explain, leaving
from sellers.ledger import written

MOST_TOLD = 3
"""Batches of which it is said what caps keep."""
MOST_BATCHES, MOST_PAYOUTS = 10, 20_000
"""Looked at until so many are told; the payouts are those of all of them."""


def told(batches: Sequence[Batch], *, now: datetime) -> list[str]:
    """Of the first that would not leave whole if sent now, which cap keeps how many payouts; last, how many were not
    looked at. Empty where no cap keeps anything of any.
    """
    limits = caps.in_force({each.currency for each in batches})
    concerned = [each for each in batches if each.currency in limits]
    found: list[str] = []
    looked = payouts = 0
    for batch in concerned:
        if len(found) == MOST_TOLD or looked == MOST_BATCHES:
            break
        if payouts + batch.item_count > MOST_PAYOUTS:
            continue
        looked, payouts = looked + 1, payouts + batch.item_count
        day = explain.deadline(batch, now).value_date
        going = leaving.of(batch=batch, day=day)
        if going.tight:
            found.append(labelled(str(batch.reference), _said(going, day)))
    if rest := len(concerned) - looked:
        words = ngettext(
            "{n} more batch was not looked at here: its page says what caps keep of it.",
            "{n} more batches were not looked at here: their pages say what caps keep of them.",
            rest,
        )
        found.append(words.format(n=number(rest)))
    return found


def _said(going: leaving.Leaving, day: date) -> str:
    count = Counter((tight.kind, tight.limit) for tight in going.tight.values())
    facts = [
        _words(kind, n).format(n=number(n), limit=written.text(limit), day=explain.day(day))
        for (kind, limit), n in sorted(count.items(), key=lambda each: list(CapKind).index(each[0][0]))
    ]
    return sentences(ended(beside(facts)), going.room)


def _words(kind: CapKind, n: int) -> str:
    if kind == CapKind.PAYOUT:
        return ngettext(
            "{n} payout is over {limit}, the cap of one payout",
            "{n} payouts are over {limit}, the cap of one payout",
            n,
        )
    if kind == CapKind.SELLER_DAY:
        return ngettext(
            "with {n} payout its seller would get more than {limit} on {day}, the cap of one seller a day",
            "with {n} payouts their sellers would get more than {limit} on {day}, the cap of one seller a day",
            n,
        )
    return ngettext(
        "{n} payout does not fit the cap of its funding account",
        "{n} payouts do not fit the cap of their funding account",
        n,
    )
