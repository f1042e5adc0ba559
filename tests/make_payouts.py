"""Payouts on their way to a bank, by the operations themselves, with bank details that rails can carry.

approved_batch([1200, 3400])          a batch a treasurer approved, over sepa
approved_batch([500], country="US")   the same over the sandbox's API
submitted([1200], bank=bank)          handed over to the simulated bank
"""

import contextlib
import dataclasses
import socket
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from backoffice.audit import actors
from backoffice.simbank.process import Simbank
from backoffice.simbank.profile import Profile
from payouts import countries
from payouts.countries import schemes
from payouts.models import Batch, FundingAccount, Payout, PayoutAccount
from payouts.operations import account_rows, approval, batching, creation, papers, review, submission
from sellers.models import Seller
from tests import make

NOW = make.NOW
PAPER = papers.Paper(name="answer of the bank.eml", body=b"From: desk@bank.example\n\nWe looked it up for you.\n")
"""What a finding rests on."""
_IBAN = "FR7630006000011234567890189"


def account(seller: Seller, *, currency: str, scheme: str, holder: str = "") -> None:
    """The seller's bank account in effect: real details of the scheme, encrypted, verified by a second person."""
    fields = schemes.get(scheme).parse(schemes.get(scheme).simulated(seller.pk, seller.country))
    wish = account_rows.Wish(seller.pk, currency, scheme, fields, holder or seller.name)
    asked_at = NOW - timedelta(days=60)
    (version,) = account_rows.write(
        wishes=[wish], actor=actors.person(make.user()), now=asked_at, effective_at=asked_at
    )
    account_rows.write_decisions(
        versions=[version], verified=True, actor=actors.person(make.user()), note="", now=asked_at
    )
    PayoutAccount.objects.filter(pk=version.slot_id).update(current=version)


def funding(country: str = "FR") -> FundingAccount:
    """Our account that payouts of this country are paid from."""
    market = countries.get(country)
    iban = market.rail == "sepa"
    made, _ = FundingAccount.objects.get_or_create(
        rail=market.rail,
        currency=market.currency,
        defaults={
            "code": f"{market.rail.upper()}-{market.currency}",
            "holder_name": "Marketplace SAS",
            "country": "FR",
            "scheme": "iban" if iban else "other",
            "identifier": _IBAN if iban else f"HOUSE{market.currency}001",
        },
    )
    return made


def approved(amounts: Sequence[int], *, country: str = "FR", holders: Sequence[str] = ()) -> list[Payout]:
    """A payout of each amount (minor units), each of a seller of its own, run, reviewed and approved."""
    market = countries.get(country)
    made = []
    for position, amount_minor in enumerate(amounts):
        seller = make.seller(country=country)
        ledger_account = make.ledger_account(seller, currency=market.currency)
        make.earning(ledger_account, amount_minor=amount_minor)
        holder = holders[position] if position < len(holders) else ""
        account(seller, currency=market.currency, scheme=market.account_scheme, holder=holder)
        made.append(ledger_account.pk)
    key = f"run-{make.number()}"
    creation.run(until=None, country=country, key=key, actor=make.person("analyst"), now=NOW)
    payouts = {p.account_id: p for p in Payout.objects.filter(account_id__in=made)}
    ids = [payouts[each].pk for each in made]
    assert not review.review(payout_ids=ids, actor=make.person("analyst"), now=NOW).refused
    assert not approval.approve(payout_ids=ids, actor=make.person("approver"), now=NOW).refused
    return [Payout.objects.get(pk=pk) for pk in ids]


def proposed_batch(
    amounts: Sequence[int], *, country: str = "FR", holders: Sequence[str] = (), now: datetime = NOW
) -> Batch:
    funding(country)
    ids = [payout.pk for payout in approved(amounts, country=country, holders=holders)]
    (batch,), outcome = batching.propose(payout_ids=ids, actor=make.person("treasurer"), now=now)
    assert not outcome.refused
    return batch


def approved_batch(
    amounts: Sequence[int], *, country: str = "FR", holders: Sequence[str] = (), now: datetime = NOW
) -> Batch:
    """A batch of payouts of these amounts, proposed by one treasurer and approved by another."""
    batch = proposed_batch(amounts, country=country, holders=holders, now=now)
    return batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=now)


def payouts_of(batch: Batch) -> list[Payout]:
    """Every payout that was proposed in the batch, in order, as it is now."""
    return list(Payout.objects.filter(batch_items__batch=batch).order_by("pk"))


def statuses(batch: Batch) -> list[str]:
    return [payout.status for payout in payouts_of(batch)]


def submitted(
    amounts: Sequence[int], *, country: str = "FR", holders: Sequence[str] = (), now: datetime = NOW
) -> Batch:
    """A batch that was handed over. The settings must point at a bank (see `bank`)."""
    batch = approved_batch(amounts, country=country, holders=holders, now=now)
    submission.submit(batch_id=batch.pk, now=now)
    batch.refresh_from_db()
    return batch


@contextlib.contextmanager
def bank(
    folder: Path, settings, *, every_seconds: float = 3600, manners: Profile | None = None, **changes
) -> Iterator[Simbank]:
    """The real simulated bank, serving HTTP and files, and the settings that lead to it.

    It does what is due only when asked (`sync`, `advance`), so that tests see each step. `changes` are of
    fields of its profile, which is fair unless `manners` says otherwise (see `simbank.named.profile`).
    """
    outbox, inbox = folder / "outbox", folder / "inbox"
    profile = dataclasses.replace(manners or Profile(), **({"opening_minor": 1_000_000} | changes))
    with Simbank(
        port=0, data=folder, outbox=outbox, inbox=inbox, manners=profile, every_seconds=every_seconds
    ) as running:
        settings.SIMBANK_URL = running.url
        settings.SEPA_OUTBOX_DIR, settings.SEPA_INBOX_DIR = str(outbox), str(inbox)
        yield running


def unused_url() -> str:
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"
