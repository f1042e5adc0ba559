"""The sheet of one payout: facts, its lines by kind with their subtotals, adding up to the amount."""

from collections.abc import Iterator, Sequence

import babel

from payouts.exports.statements import words
from payouts.exports.statements.sheet import Cell, Pen, Sheet, Table
from payouts.queries import payout_statement
from payouts.queries.judgement import LineGroup
from payouts.queries.payout_statement import PayoutStatement
from sellers.models import Seller

_LINES = (("date", 15, "fact"), ("order", 29, "name"), ("what", 38, "words"), ("amount", 18, "amount"))
CITY_FIRST = {"GB", "US"}
"""Countries in whose addresses the postcode stands behind the city."""


def sheet(found: PayoutStatement, *, language: str, most: int | None = None) -> Sheet:
    """The statement in this language, with at most ``most`` lines of each kind, or all."""
    payout = found.payout
    pen = Pen(language, payout.currency)
    made_of = Table(
        heading=pen.say("made_of"),
        columns=pen.columns(("kind", 60, "name"), ("lines", 15, "count"), ("amount", 25, "amount")),
        rows=[[pen.say(g.kind), pen.count(g.count), pen.amount(g.money.minor)] for g in found.groups],
        total=(pen.say("in_all"), pen.amount(payout.amount_minor)),
    )
    return Sheet(
        language=language,
        title=f"{pen.say('payout_statement')} {payout.reference}",
        issuer=found.issuer,
        to=address(payout.seller, language),
        facts=_facts(found, pen),
        tables=[made_of, *(_lines(found, group, pen, most) for group in found.groups if group.count)],
    )


def address(seller: Seller, language: str) -> list[str]:
    """The lines of a seller's address, those we know."""
    parts = (seller.postcode, seller.city)
    place = " ".join(reversed(parts) if seller.country in CITY_FIRST else parts).strip()
    land = babel.Locale.parse(language).territories.get(seller.country, seller.country)
    return [line for line in (seller.name, seller.address_line, place, land) if line]


def _facts(found: PayoutStatement, pen: Pen) -> list[tuple[str, str]]:
    payout, version = found.payout, found.payout.payout_account
    status = pen.say(payout.status)
    facts = [
        (pen.say("seller"), str(payout.seller.reference)),
        (pen.say("payout"), str(payout.reference)),
        (pen.say("amount"), pen.sentence(payout.amount_minor)),
        (pen.say("currency"), payout.currency),
    ]
    if found.period is not None:
        facts.append((pen.say("period"), words.span(*found.period, pen.language)))
    if payout.reissue_of is not None:
        facts.append((pen.say("reissue"), str(payout.reissue_of.reference)))
    account = ", ".join(part for part in (version.masked, version.bank_name, version.holder_name) if part)
    facts += [(pen.say("account"), account), (pen.say("made"), pen.day(found.made))]
    if found.sent is not None:
        facts.append((pen.say("sent"), pen.day(found.sent)))
    facts.append((pen.say("status"), f"{status}, {pen.day(found.settled)}" if found.settled else status))
    return facts


def _lines(found: PayoutStatement, group: LineGroup, pen: Pen, most: int | None) -> Table:
    note = ""
    if most is not None and group.count > most:
        word = "first_lines_only" if found.too_long else "first_lines"
        note = pen.say(word, shown=pen.count(most), count=pen.count(group.count))
    return Table(
        heading=f"{pen.say(group.kind)} ({pen.count(group.count)})",
        columns=pen.columns(*_LINES),
        rows=_rows(found, group, pen, most),
        total=(pen.say(group.kind), pen.amount(group.money.minor)),
        note=note,
    )


def _rows(found: PayoutStatement, group: LineGroup, pen: Pen, most: int | None) -> Iterator[Sequence[Cell]]:
    for line in payout_statement.lines(payout=found.payout, kind=group.kind, most=most):
        yield [pen.day(line.day), line.order, line.description, pen.amount(line.amount_minor)]
