"""Payouts in the early states, by the operations themselves, for tests of lists, the API and exports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from payouts.models import Batch, FundingAccount, Job, JobItem, Payout
from payouts.operations import approval, batching, creation, review
from sellers.models import Seller
from tests import make, make_accounts


def payout(
    *,
    seller: Seller | None = None,
    amount_minor: int = 10_000,
    country: str = "FR",
    currency: str = "EUR",
    order_ref: str = "",
    now: datetime = make.NOW,
) -> Payout:
    """A payout to review, made by a run of its country."""
    owner = seller or make.seller(country=country)
    account = make.ledger_account(owner, currency=currency)
    before = account.covered_through
    make.earning(
        account,
        amount_minor=amount_minor,
        order_ref=order_ref,
        due_date=now.date() if before is None else max(before, now.date()),
        now=now,
    )
    if before is None:
        make_accounts.payable(owner, currency=currency)
    creation.run(
        until=None, country=owner.country, key=f"run-{make.number()}", actor=make.person("analyst"), now=now
    )
    return Payout.objects.filter(account=account).select_related("seller").latest("pk")


def reviewed(**values) -> Payout:
    made = payout(**values)
    review.review(payout_ids=[made.pk], actor=make.person("analyst"), now=make.NOW).only()
    made.refresh_from_db()
    return made


def approved(**values) -> Payout:
    made = reviewed(**values)
    approval.approve(payout_ids=[made.pk], actor=make.person("approver"), now=make.NOW).only()
    made.refresh_from_db()
    return made


def funding(*, rail: str = "sepa", currency: str = "EUR", **values) -> FundingAccount:
    """Our account that pays this currency over this rail."""
    defaults = {
        "code": f"{rail.upper()}-{currency}",
        "holder_name": "Marketplace SAS",
        "country": "FR",
        "identifier": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
    }
    made, _ = FundingAccount.objects.get_or_create(rail=rail, currency=currency, defaults=defaults | values)
    return made


def batch(payouts: Sequence[Payout] = ()) -> Batch:
    """A proposed batch of these payouts, or of one new."""
    funding()
    ids = [each.pk for each in payouts or [approved()]]
    batches, outcome = batching.propose(payout_ids=ids, actor=make.person("treasurer"), now=make.NOW)
    outcome.only()
    return batches[0]


def job(user: Any, payout: Payout) -> Job:
    """A hold of this payout that waits for a worker, whoever the person is."""
    made = Job.objects.create(
        key=f"{user.pk}:page:1", verb="hold", language="en", asked_by=user, asked_at=make.NOW, total=1
    )
    JobItem.objects.create(job=made, payout=payout)
    return made
