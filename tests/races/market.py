"""Many payouts at once, by the operations themselves, with bank details that the rails can carry."""

from datetime import timedelta

from django.db.models import OuterRef, Subquery

from backoffice.audit.actors import Actor
from payouts import countries
from payouts.countries import schemes
from payouts.models import AccountVersion, Batch, Payout, PayoutAccount
from payouts.operations import account_rows, approval, batching, creation, review
from sellers.ledger.models import Account, Book, Earning, EarningKind
from sellers.ledger.operations import posting
from sellers.models import Seller
from tests import make, make_payouts
from tests.make import NOW, TODAY


class Staff:
    """The people of all races, made once; the names say what they do in them."""

    def __init__(self) -> None:
        self.analyst, self.other_analyst = make.person("analyst"), make.person("analyst")
        self.approver = make.person("approver")
        self.proposer, self.treasurer = make.person("treasurer"), make.person("treasurer")
        self.officer = make.person("compliance")
        self.holders: list[Actor] = [make.person("compliance"), make.person("approver")]


def reviewed(count: int, *, country: str, staff: Staff) -> list[int]:
    """So many payouts, each of a seller of its own, reviewed by the analyst."""
    first = make.number()
    sellers = Seller.objects.bulk_create(
        Seller(external_id=f"race-{first}-{n}", name=f"Shop {first} {n}", country=country, verified_at=NOW)
        for n in range(count)
    )
    _accounts(sellers, country, staff)
    _earnings(sellers, countries.get(country).currency)
    creation.run(until=None, country=country, key=f"run-{first}", actor=staff.analyst, now=NOW)
    ids = list(Payout.objects.filter(seller__in=sellers).order_by("pk").values_list("pk", flat=True))
    assert not review.review(payout_ids=ids, actor=staff.analyst, now=NOW).refused
    assert len(ids) == count
    return ids


def approved(count: int, *, country: str, staff: Staff) -> list[int]:
    """The same, approved by the approver."""
    ids = reviewed(count, country=country, staff=staff)
    assert not approval.approve(payout_ids=ids, actor=staff.approver, now=NOW).refused
    return ids


def batch(payout_ids: list[int], *, country: str, staff: Staff) -> Batch:
    """A batch of these payouts that a treasurer approved: it may be submitted at any moment."""
    make_payouts.funding(country)
    (made,), outcome = batching.propose(payout_ids=payout_ids, actor=staff.proposer, now=NOW)
    assert not outcome.refused
    return batching.approve(batch_id=made.pk, actor=staff.treasurer, now=NOW)


def _accounts(sellers: list[Seller], country: str, staff: Staff) -> None:
    market, asked_at = countries.get(country), NOW - timedelta(days=60)
    scheme = schemes.get(market.account_scheme)
    wishes = [
        account_rows.Wish(s.pk, market.currency, scheme.name, scheme.parse(scheme.simulated(s.pk, country)), s.name)
        for s in sellers
    ]  # fmt: skip
    versions = account_rows.write(
        wishes=wishes, actor=staff.other_analyst, now=asked_at, effective_at=asked_at
    )
    account_rows.write_decisions(versions=versions, verified=True, actor=staff.officer, note="", now=asked_at)
    only = AccountVersion.objects.filter(slot=OuterRef("pk")).values("pk")
    PayoutAccount.objects.filter(seller__in=sellers).update(current_id=Subquery(only))


def _earnings(sellers: list[Seller], currency: str) -> None:
    accounts = Account.objects.bulk_create(Account(seller=seller, currency=currency) for seller in sellers)
    amounts = {account.pk: 1000 + account.pk % 9000 for account in accounts}
    written = posting.post(
        postings=[
            posting.Posting(
                key=f"earning:race:{pk}:sale",
                kind=EarningKind.SALE,
                legs=(
                    posting.Leg(Book.PAYABLE, -amount, currency, pk),
                    posting.Leg(Book.PSP_CLEARING, amount, currency),
                ),
            )
            for pk, amount in amounts.items()
        ],
        now=NOW,
    )
    Earning.objects.bulk_create(
        Earning(
            transaction_id=written[f"earning:race:{pk}:sale"],
            account_id=pk,
            source="race",
            external_id=str(pk),
            kind=EarningKind.SALE,
            amount_minor=amount,
            occurred_date=TODAY,
            requested_due_date=TODAY,
            due_date=TODAY,
        )
        for pk, amount in amounts.items()
    )
