"""The sheet of one seller and period: opening balance, what was earned, each payout, closing balance."""

from payouts.exports.statements import words
from payouts.exports.statements.payout import address
from payouts.exports.statements.sheet import Column, Pen, Sheet, Table
from payouts.queries.seller_statement import SellerStatement


def sheet(found: SellerStatement, *, language: str) -> Sheet:
    """The statement in this language."""
    pen = Pen(language, found.currency)
    seller = found.seller
    return Sheet(
        language=language,
        title=f"{pen.say('seller_statement')} {seller.reference}",
        issuer=found.issuer,
        to=address(seller, language),
        facts=[
            (pen.say("seller"), str(seller.reference)),
            (pen.say("period"), words.span(found.first, found.last, language)),
            (pen.say("currency"), found.currency),
        ],
        tables=[_balance(found, pen), _earned(found, pen), _payouts(found, pen)],
        note=pen.say("balance_note"),
    )


def _balance(found: SellerStatement, pen: Pen) -> Table:
    rows = [
        ("opening", found.opening),
        ("earned", sum(each.amount_minor for each in found.earned)),
        ("paid_out", sum(each.amount_minor for each in found.payouts if each.amount_minor < 0)),
        ("given_back", sum(each.amount_minor for each in found.payouts if each.amount_minor > 0)),
    ]
    return Table(
        heading=pen.say("balance"),
        columns=pen.columns(("what", 75, "name"), ("amount", 25, "amount")),
        rows=[[pen.say(word), pen.amount(minor)] for word, minor in rows],
        total=(pen.say("closing"), pen.amount(found.closing)),
    )


def _earned(found: SellerStatement, pen: Pen) -> Table:
    return Table(
        heading=pen.say("earned"),
        columns=pen.columns(("kind", 60, "name"), ("lines", 15, "count"), ("amount", 25, "amount")),
        rows=[
            [pen.say(each.kind), pen.count(each.count), pen.amount(each.amount_minor)]
            for each in found.earned
        ],
        total=(pen.say("in_all"), pen.amount(sum(each.amount_minor for each in found.earned))),
        note="" if found.earned else pen.say("nothing"),
    )


def _payouts(found: SellerStatement, pen: Pen) -> Table:
    then = Column(pen.say("status_then", day=pen.day(found.last)), 35, "words")
    reference, day, what, amount = pen.columns(
        ("payout", 12, "name"), ("date", 15, "fact"), ("what", 20, "fact"), ("amount", 18, "amount")
    )
    return Table(
        heading=pen.say("payouts"),
        columns=[reference, day, what, then, amount],
        rows=[
            [
                each.reference,
                pen.day(each.day),
                pen.say("paid_out" if each.amount_minor < 0 else "given_back"),
                f"{pen.say(each.status)}, {pen.day(each.status_day)}",
                pen.amount(each.amount_minor),
            ]
            for each in found.payouts
        ],
        total=(pen.say("in_all"), pen.amount(sum(each.amount_minor for each in found.payouts))),
        note="" if found.payouts else pen.say("nothing"),
    )
