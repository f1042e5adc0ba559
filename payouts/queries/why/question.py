"""What a question is about (a payout, a batch, a seller, an order, the bank's reference) and the answer to it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from backoffice.words import together
from payouts.models import Attempt, Batch, Payout
from payouts.queries import batch_words, explain, leaving, searching
from payouts.queries.why import keeping, owed, paragraphs
from payouts.queries.why.causes import Cause, Explanation
from sellers import queries as sellers
from sellers.ledger import written
from sellers.ledger.models import Earning, EarningKind
from sellers.ledger.money import Money
from sellers.models import Seller

SHORTEST, LONGEST = sellers.SHORTEST, 200
MOST_CHOICES, MOST_LINES = 20, 200
KINDS = PAYOUT, BATCH, SELLER, ORDER = "payout", "batch", "seller", "order"

_COVERING = """
SELECT DISTINCT e.id, p.id FROM ledger_earning AS e
JOIN payouts_payout AS p ON p.account_id = e.account_id AND p.span @> e.due_date WHERE e.id = ANY(%s)
"""


@dataclass(frozen=True)
class Answer:
    """What it is about, and why that is not paid. ``order`` is the order asked about; ``payout`` the one payout."""

    seller: Seller
    explanations: Sequence[Explanation]
    payout: Payout | None = None
    order: str = ""


@dataclass(frozen=True)
class Choice:
    """One of several things that the words may mean; ``seller`` tells apart the sellers of one order."""

    kind: str
    text: str
    words: str
    seller: str = ""


@dataclass(frozen=True)
class Found:
    """The answer, or what to choose from; neither where nothing is called so. ``batch`` is the batch that was asked
    about, ``standing`` where it stands, in words: of several payouts its choices are told of.
    """

    answer: Answer | None = None
    batch: Batch | None = None
    standing: str = ""
    choices: Sequence[Choice] = ()
    more: bool = False


def ask(*, text: str, kind: str = "", seller: str = "", now: datetime) -> Found:
    """The answer to a question of `SHORTEST` to `LONGEST` characters. ``kind`` and ``seller`` are those of a choice."""
    payouts = _payouts(text) if kind in ("", PAYOUT) else []
    batches = list(Batch.objects.filter(reference=text.upper())) if kind in ("", BATCH) else []
    if not kind and not payouts and not batches:
        payouts, batches = _of_the_bank(text)
    named = _sellers(text) if kind in ("", SELLER) else []
    lines = _lines(text, seller) if kind in ("", ORDER) else []
    owners = list({line.account.seller_id: line.account.seller for line in lines}.values())
    hits = len(payouts) + len(batches) + len(named) + len(owners)
    if hits == 1 and batches:
        return _of_batch(batches[0], now)
    if hits == 1:
        if payouts:
            return Found(_of_payout(payouts[0], now))
        return Found(_of_seller(named[0], now) if named else _of_order(text, lines, now))
    if hits:
        choices = [
            *(_payout_choice(each) for each in payouts),
            *(
                Choice(BATCH, str(each.reference), _("Batch {reference}").format(reference=each.reference))
                for each in batches
            ),
            *(_seller_choice(each) for each in named),
            *(
                Choice(
                    ORDER,
                    text,
                    _("Order {text} of {one}").format(text=text, one=one.name),
                    str(one.reference),
                )
                for one in owners
            ),
        ]
        return Found(choices=choices[:MOST_CHOICES], more=hits > MOST_CHOICES)
    return _by_name(text, now) if not kind else Found()


def _payouts(text: str) -> list[Payout]:
    rows = Payout.objects.select_related("seller", "batch")
    found = list(rows.filter(reference=text.upper()))
    return found or list(rows.filter(pk__in=_attempted(text)))


def _attempted(text: str) -> list[int]:
    return list(Attempt.objects.filter(end_to_end_id=text.upper()).values_list("payout_id", flat=True))


def _of_the_bank(text: str) -> tuple[list[Payout], list[Batch]]:
    """What the bank calls so: payouts that it knows by themselves, batches of its files."""
    payouts, batches = searching.of_the_bank(text, most=MOST_CHOICES + 1)
    rows = Payout.objects.select_related("seller", "batch").filter(pk__in=payouts)
    return list(rows.order_by("pk")), list(Batch.objects.filter(pk__in=batches).order_by("pk"))


def _sellers(text: str) -> list[Seller]:
    """By our reference or the marketplace's id, each through its own index."""
    ours, theirs = Seller.objects.filter(reference=text.upper()), Seller.objects.filter(external_id=text)
    return list({each.pk: each for each in (*ours, *theirs)}.values())


def _lines(text: str, seller: str) -> list[Earning]:
    rows = Earning.objects.filter(order_ref=text).exclude(order_ref="").select_related("account__seller")
    if seller:
        rows = rows.filter(account__seller__reference=seller)
    return list(rows.order_by("id")[: MOST_LINES + 1])


def _by_name(text: str, now: datetime) -> Found:
    found = sellers.search(text=text, size=MOST_CHOICES)
    if len(found.sellers) == 1:
        return Found(_of_seller(found.sellers[0], now))
    return Found(choices=tuple(map(_seller_choice, found.sellers)), more=found.before is not None)


def _payout_choice(payout: Payout) -> Choice:
    money = written.text(Money(payout.amount_minor, payout.currency))
    words = _("Payout {reference} of {money} to {seller}").format(
        reference=payout.reference, money=money, seller=payout.seller.name
    )
    return Choice(PAYOUT, str(payout.reference), words)


def _seller_choice(seller: Seller) -> Choice:
    return Choice(SELLER, str(seller.reference), f"{seller.name}, {seller.reference} ({seller.country})")


def _of_batch(batch: Batch, now: datetime) -> Found:
    rows = Payout.objects.filter(batch_items__batch=batch, batch_items__left_at__isnull=True)
    inside = list(rows.select_related("seller", "batch").order_by("pk")[: MOST_CHOICES + 1])
    if len(inside) == 1:
        return Found(_of_payout(inside[0], now))
    choices = [_payout_choice(each) for each in inside[:MOST_CHOICES]]
    more = len(inside) > MOST_CHOICES
    deadline = explain.deadline(batch, now)
    going = leaving.leaves(batch, deadline.value_date)
    standing = batch_words.next_step(batch=batch, deadline=deadline, going=going, now=now)
    return Found(batch=batch, standing=standing, choices=choices, more=more)


def _of_payout(payout: Payout, now: datetime) -> Answer:
    return Answer(payout.seller, [paragraphs.payout(payout=payout, now=now)], payout)


def _of_seller(seller: Seller, now: datetime) -> Answer:
    return Answer(seller, paragraphs.seller(seller=seller, now=now))


def _of_order(order: str, lines: Sequence[Earning], now: datetime) -> Answer:
    """What the order came to, each payout that has a part of it, and what keeps the rest from being in one."""
    adds_up, lines = _adds_up(order, lines), lines[:MOST_LINES]
    owner, currencies = lines[0].account.seller, {line.account.currency for line in lines}
    with connection.cursor() as cursor:
        cursor.execute(_COVERING, [[line.pk for line in lines]])
        covering = dict(cursor.fetchall())
    payouts = (
        Payout.objects.filter(pk__in=set(covering.values())).select_related("seller", "batch").order_by("pk")
    )
    carrying = list(payouts[: paragraphs.MOST])
    known = keeping.Known()
    told = [paragraphs.payout(payout=each, now=now, known=known) for each in carrying]
    for currency in sorted(currencies):
        rest = [line for line in lines if line.pk not in covering and line.account.currency == currency]
        total = Money(sum(line.amount_minor for line in rest), currency)
        if total.minor > 0:
            amount = owed.Amount(rest[0].account_id, total, max(line.due_date for line in rest))
            told += owed.of(seller=owner, now=now, amount=amount)
    if not told:
        text = _("Nothing is left of it to pay: what was taken back is as much as what was earned.")
        told = [Explanation(text, _("nobody"), Cause.ORDER_CANCELS_OUT)]
    inside = together(str(each.reference) for each in carrying) or _("no payout yet")
    told[0] = replace(
        told[0],
        text=_("{adds_up} It is in {inside}. {text}").format(
            adds_up=adds_up, inside=inside, text=told[0].text
        ),
        shared="",
    )
    return Answer(owner, told, carrying[0] if len(carrying) == 1 else None, order)


def _adds_up(order: str, lines: Sequence[Earning]) -> str:
    """Order 7: sale €100.00, commission −€12.00; €88.00 in all, due Thursday 26 November.

    Of an order of more lines than are read it says so: what follows is about the first of them.
    """
    more, lines = len(lines) > MOST_LINES, lines[:MOST_LINES]
    sums: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for line in lines:
        sums[line.kind, line.account.currency] += line.amount_minor
        totals[line.account.currency] += line.amount_minor
    parts = ", ".join(
        f"{EarningKind(kind).label.lower()} {written.text(Money(minor, currency))}"
        for (kind, currency), minor in sums.items()
    )
    in_all = together(written.text(Money(minor, currency)) for currency, minor in totals.items())
    last = max(line.due_date for line in lines)
    if more:
        name = _(
            "Order {order} has more than {most_lines} lines; what is told here is of the first {most_lines}"
        ).format(order=order, most_lines=MOST_LINES)
        return _("{name}: {parts}; {in_all} together, the last due {last}.").format(
            name=name, parts=parts, in_all=in_all, last=explain.day(last)
        )
    return _("Order {order}: {parts}; {in_all} in all, due {last}.").format(
        order=order, parts=parts, in_all=in_all, last=explain.day(last)
    )
