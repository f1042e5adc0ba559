"""Search everywhere: orders and what the bank calls things, beside payouts, sellers and batches."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from payouts.models import Attempt, Batch, Payout, StatementLine, Submission
from payouts.queries import searching
from payouts.rails import registry
from sellers.ledger import profiles
from sellers.ledger.models import Earning
from sellers.ledger.money import Money
from sellers.models import Seller

_COVERING = """
SELECT e.id, min(p.reference) FROM ledger_earning AS e
JOIN payouts_payout AS p ON p.account_id = e.account_id AND p.span @> e.due_date
WHERE e.id = ANY(%s) GROUP BY e.id
"""


@dataclass(frozen=True)
class OrderLine:
    """One earning, of an order or named by its source; ``payout`` is the reference of the payout that covers it, or
    nothing yet.
    """

    order: str
    seller: Seller
    what: str
    money: Money
    due_date: date
    payout: str


def orders(*, text: str, most: int) -> list[OrderLine]:
    """The lines of the orders that the text names, oldest first, whether a payout covers them yet or not; and the
    lines that their source itself calls so.
    """
    terms = list(dict.fromkeys([*searching.terms_of(text), " ".join(text.split())]))
    sources = {
        profile.source for profile in (*profiles.all_profiles(), *profiles.all_profiles("corrections"))
    }
    # Two probes, each with an index of its own.
    by_order = Earning.objects.filter(order_ref__in=terms).exclude(order_ref="")
    by_line = Earning.objects.filter(source__in=sources, external_id__in=terms)
    found = [pk for rows in (by_order, by_line) for pk in rows.order_by().values_list("pk", flat=True)[:most]]
    lines = list(
        Earning.objects.filter(pk__in=found)
        .select_related("account__seller")
        .order_by("order_ref", "id")[:most]
    )
    with connection.cursor() as cursor:
        cursor.execute(_COVERING, [[line.pk for line in lines]])
        covering = dict(cursor.fetchall())
    return [
        OrderLine(
            order=line.order_ref or line.external_id,
            seller=line.account.seller,
            what=str(line.get_kind_display()),
            money=Money(line.amount_minor, line.account.currency),
            due_date=line.due_date,
            payout=covering.get(line.pk, ""),
        )
        for line in lines
    ]


def only_payout(*, text: str) -> Payout | None:
    """The payout of the one submission that has this key or that the bank calls so, where it carries one alone."""
    named = " ".join(text.split())
    if not named:
        return None
    by_key = Submission.objects.filter(rail__in=registry.names(), key=named.upper())
    by_bank = Submission.objects.filter(bank_reference=named).exclude(bank_reference="")
    sent = {pk for rows in (by_key, by_bank) for pk in rows.order_by().values_list("pk", flat=True)[:2]}
    if len(sent) != 1:
        return None
    carried = list(Attempt.objects.filter(submission__in=sent).select_related("payout")[:2])
    return carried[0].payout if len(carried) == 1 else None


def batches(*, text: str, most: int) -> list[Batch]:
    """Batches by reference, by the key of a file or call of theirs, or by what the bank calls that."""
    terms = searching.terms_of(text)
    upper = [term.upper() for term in terms]
    # Two probes, each with an index of its own: an OR of the two would read every submission.
    by_key = Submission.objects.filter(rail__in=registry.names(), key__in=upper)
    by_bank = Submission.objects.filter(bank_reference__in=terms).exclude(bank_reference="")
    ids = {
        pk for found in (by_key, by_bank) for pk in found.order_by().values_list("batch_id", flat=True)[:most]
    }
    ids |= set(Batch.objects.filter(reference__in=upper).values_list("pk", flat=True)[:most])
    return list(Batch.objects.filter(pk__in=ids).select_related("funding_account").order_by("-pk")[:most])


def statement_lines(*, text: str, most: int) -> list[StatementLine]:
    """Lines of our bank's statements by the bank's own reference of them."""
    named = [term for term in searching.terms_of(text) if term]
    return list(
        StatementLine.objects.filter(bank_reference__in=named)
        .exclude(bank_reference="")
        .select_related("statement__funding_account")
        .defer("statement__body_ciphertext")
        .order_by("-pk")[:most]
    )
