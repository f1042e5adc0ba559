"""Finding payouts by whatever a person has in hand: a UNION of probes, each answered by an index.

One OR across joins would read every payout (STACK, traps). The statement is bound on the client side, as
everywhere here, so that the planner sees the pattern and takes the trigram index.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from backoffice.words import number
from payouts.models import Payout
from sellers.models import Seller
from sellers.queries import BY_EXTERNAL, BY_REFERENCE, SHORTEST, probes, terms_of

MOST_TERMS = 500
MOST_LISTED = 5_000
"""References that a pasted list holds: indexes look each up as a whole, so that thousands go in one statement."""

FEW_SELLERS = 1_000
"""More than these, whom a common word finds, are not named one by one: a page's rows are soon met among so many."""

_EXACT = """
SELECT id FROM payouts_payout WHERE reference = ANY(%s)
UNION
SELECT p.id FROM payouts_batch AS b JOIN payouts_batchitem AS i ON i.batch_id = b.id AND i.left_at IS NULL
  JOIN payouts_payout AS p ON p.id = i.payout_id WHERE b.reference = ANY(%s)
UNION
SELECT payout_id FROM payouts_attempt WHERE end_to_end_id = ANY(%s)
UNION
SELECT p.id FROM ledger_earning AS e JOIN payouts_payout AS p
  ON p.account_id = e.account_id AND p.span @> e.due_date
WHERE e.order_ref = ANY(%s) AND e.order_ref <> ''
UNION
SELECT a.payout_id FROM payouts_submission AS s JOIN payouts_attempt AS a ON a.submission_id = s.id
WHERE s.bank_reference = ANY(%s) AND s.bank_reference <> ''
UNION
SELECT a.payout_id FROM payouts_statementline AS l JOIN payouts_attempt AS a ON a.id = l.attempt_id
WHERE l.bank_reference = ANY(%s) AND l.bank_reference <> ''
UNION
SELECT a.payout_id FROM payouts_statementline AS l JOIN payouts_attempt AS a ON a.submission_id = l.submission_id
WHERE l.bank_reference = ANY(%s) AND l.bank_reference <> '' AND l.attempt_id IS NULL  -- of a whole file
"""

_OF_SELLERS = "SELECT p.id FROM payouts_payout AS p WHERE p.seller_id IN ({sellers})"


def long_enough(value: str) -> None:
    """Refuses a search of one letter, and of more references than one statement should take."""
    text = value.strip()
    if 0 < len(text) < SHORTEST:
        raise ValidationError(
            _("Search for at least {shortest} characters.").format(shortest=SHORTEST), code="short"
        )
    if len(terms_of(text)) > MOST_TERMS:
        raise ValidationError(
            _("At most {most} references at once: paste the rest in another search.").format(
                most=number(MOST_TERMS)
            ),
            code="many",
        )


class Among(Func):
    """``pk = ANY(ARRAY(probes))``: the probes run first, once. With IN the planner may walk the whole primary key
    for the few rows they find, because it takes them for many.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY(ARRAY"
    output_field = BooleanField()

    def __init__(self, ids: RawSQL) -> None:
        super().__init__(F("pk"), ids)


def found_by(text: str) -> Among:
    """Payouts that the text finds, for ``filter``.

    Exact: payout, batch and seller reference, marketplace's seller id, order id, end-to-end id, and what the bank calls
    a call, a file or a line of a statement that was matched; a pasted list finds all it names. Unless everything looks
    like a reference, also sellers whose name or e-mail contains the whole text.
    """
    sellers, values = _seller_probes(text)
    statement = f"{_EXACT} UNION {_OF_SELLERS.format(sellers=sellers)}"
    return Among(RawSQL(statement, [*_exact_values(text), *values]))  # noqa: S611 - constants only


def parts(payouts: "QuerySet[Payout]", text: str) -> "list[QuerySet[Payout]]":
    """The payouts among these that `found_by` finds, in parts that may overlap and each give a first page quickly.

    What is named exactly is few. What a seller's name finds may be a tenth of all: then the list is read in its order
    until a page is full, each row's seller asked whether it is meant.
    """
    exact = payouts.filter(Among(RawSQL(_EXACT, _exact_values(text))))  # noqa: S611 - constants only
    found = probes(text)
    # Each probe ends by itself: a UNION of them whole would gather everybody first.
    probing = " UNION ".join(f"({probe} LIMIT {FEW_SELLERS + 1})" for probe, _unused in found)
    with connection.cursor() as cursor:
        cursor.execute(probing, [value for _unused, values in found for value in values])
        sellers = [row[0] for row in cursor.fetchall()]
    if not sellers:
        return [exact]
    if len(sellers) <= FEW_SELLERS:
        return [exact, payouts.filter(seller_id__in=sellers)]
    return [exact, payouts.filter(_OfSellers(text))]


def _exact_values(text: str) -> list[Any]:
    terms = terms_of(text)
    upper = [term.upper() for term in terms]
    written = list(dict.fromkeys([*terms, " ".join(text.split())]))
    return [upper, upper, upper, *[written] * 4]


class _OfSellers(Func):
    """Whether a row's seller is one whom the text finds. OFFSET 0 keeps the planner from finding them all first."""

    output_field = BooleanField()

    def __init__(self, text: str) -> None:
        found = probes(text)
        conditions = " OR ".join(f"({probe.partition(' WHERE ')[2]})" for probe, _unused in found)
        self.found = f"SELECT 1 FROM sellers_seller WHERE ({conditions}) AND sellers_seller.id = "  # noqa: S608
        self.values = tuple(value for _unused, values in found for value in values)
        super().__init__(F("seller_id"))

    def as_sql(self, compiler: Any, connection: Any, *rest: Any, **more: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = compiler.compile(self.source_expressions[0])
        return f"EXISTS ({self.found}{column} OFFSET 0)", (*self.values, *values)


def named_in(text: str) -> Among:
    """Payouts that a pasted list names, each by a whole reference: no part of a name is searched."""
    terms = terms_of(text)
    upper = [term.upper() for term in terms]
    sellers = f"{BY_REFERENCE} UNION {BY_EXTERNAL}"
    statement = f"{_EXACT} UNION {_OF_SELLERS.format(sellers=sellers)}"
    return Among(RawSQL(statement, [upper, upper, upper, *[terms] * 4, upper, terms]))  # noqa: S611 - constants only


_KNOWN = f"""
SELECT reference FROM payouts_payout WHERE reference = ANY(%s)
UNION SELECT reference FROM payouts_batch WHERE reference = ANY(%s)
UNION SELECT end_to_end_id FROM payouts_attempt WHERE end_to_end_id = ANY(%s)
UNION SELECT reference FROM sellers_seller WHERE id IN ({BY_REFERENCE})
UNION SELECT upper(external_id) FROM sellers_seller WHERE id IN ({BY_EXTERNAL})
UNION SELECT upper(order_ref) FROM ledger_earning WHERE order_ref = ANY(%s) AND order_ref <> ''
UNION SELECT upper(bank_reference) FROM payouts_submission WHERE bank_reference = ANY(%s) AND bank_reference <> ''
UNION SELECT upper(bank_reference) FROM payouts_statementline WHERE bank_reference = ANY(%s) AND bank_reference <> ''
"""  # noqa: S608 - constants


def unknown_in(text: str) -> list[str]:
    """The references of a pasted list that name nothing here: no payout, batch, attempt, seller or order, and nothing
    that the bank calls so.
    """
    terms = terms_of(text)
    upper = [term.upper() for term in terms]
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [upper, upper, upper, upper, *[terms] * 4])
        known = {row[0] for row in cursor.fetchall()}
    return [term for term in terms if term.upper() not in known]


_OF_THE_BANK = """
SELECT payout_id, batch_id FROM payouts_submission WHERE bank_reference = %(text)s AND bank_reference <> ''
UNION
SELECT a.payout_id, NULL FROM payouts_statementline AS l JOIN payouts_attempt AS a ON a.id = l.attempt_id
WHERE l.bank_reference = %(text)s AND l.bank_reference <> ''
UNION
SELECT s.payout_id, s.batch_id FROM payouts_statementline AS l JOIN payouts_submission AS s ON s.id = l.submission_id
WHERE l.bank_reference = %(text)s AND l.bank_reference <> '' AND l.attempt_id IS NULL
LIMIT %(most)s
"""


def of_the_bank(text: str, *, most: int) -> tuple[set[int], set[int]]:
    """The ids of the payouts and of the batches that the bank calls so, at most ``most``: a call, or a line of a
    statement, is about one payout, a file about its batch.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_THE_BANK, {"text": " ".join(text.split()), "most": most})
        rows = cursor.fetchall()
    payouts = {payout for payout, _unused in rows if payout is not None}
    return payouts, {batch for payout, batch in rows if payout is None}


def sellers_found_by(text: str) -> Among:
    """Sellers that the text finds, for ``filter``: by reference, marketplace's id, name or e-mail."""
    sellers, values = _seller_probes(text)
    return Among(RawSQL(sellers, values))  # noqa: S611 - constants only


def _seller_probes(text: str) -> tuple[str, list[Any]]:
    found = probes(text)
    return " UNION ".join(probe for probe, _unused in found), [
        value for _unused, values in found for value in values
    ]


def sellers_named(text: str) -> QuerySet[Seller]:
    """The one seller that S12 (our reference), the marketplace's own id or 12 (our number) names; else those whose
    name contains it.

    A marketplace whose ids are numbers means its own by one; ours are meant only where it has none of that number.
    """
    plain = " ".join(text.split())
    ours = re.fullmatch(r"(S?)(\d{1,18})", plain, re.IGNORECASE | re.ASCII)
    by_number = Seller.objects.filter(pk=int(ours[2])) if ours else Seller.objects.none()
    if ours and ours[1] and by_number.exists():
        return by_number
    exact = Seller.objects.filter(external_id=plain)
    if exact.exists() or (len(plain) < SHORTEST and not ours):
        return exact
    return by_number if ours else Seller.objects.filter(sellers_found_by(plain))
