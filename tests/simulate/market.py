"""The small market a seed begins with: sellers with verified bank accounts and earnings, payouts made of them."""

from datetime import timedelta

from payouts import countries
from payouts.countries import schemes
from payouts.models import BatchItem, FundingAccount, Payout, PayoutAccount
from payouts.operations import account_rows, approval, batching, creation, review
from payouts.rails import base
from sellers.ledger.models import Account, EarningKind
from sellers.ledger.operations import earnings
from sellers.models import Seller
from tests.simulate.memory import Sale
from tests.simulate.world import World

_FATES = ("", "", "", "", "SIMRETURN-AC06", "SIMFAIL", "SIMREJECT", "SIMSLOW", "SIMSLOW SIMFAIL")
"""What the bank will do with payments to a holder of that name."""


def open_market(world: World) -> None:
    """Two to four sellers of each country with one payout or two, most of them reviewed and approved."""
    for country in world.countries:
        _funding(country)
        sellers = [_seller(world, country) for _ in range(world.rng.randint(2, 4))]
        _accounts(world, sellers, country)
        for days_ago in (1, 0):
            for seller in sellers if days_ago else world.some(sellers):
                earn(world, seller, days_ago=days_ago)
            run(world, country, days_ago=days_ago)
    ids = list(Payout.objects.order_by("pk").values_list("pk", flat=True))
    judged = world.some(ids, most=3 * len(ids))
    review.review(payout_ids=judged, actor=world.people["analyst"][0], now=world.clock.now)
    sure = world.some(judged, most=3 * len(judged))
    note_approval(world, sure)
    approval.approve(payout_ids=sure, actor=world.people["approver"][0], now=world.clock.now)
    if world.rng.random() < 0.85:
        _batch(world, world.some(sure, most=3 * len(sure)))


def _batch(world: World, payout_ids: list[int]) -> None:
    first, second, _ = world.people["treasurer"]
    batches, _ = batching.propose(payout_ids=payout_ids, actor=first, now=world.clock.now)
    for batch in batches:
        note_seal(world, batch.pk)
        batching.approve(batch_id=batch.pk, actor=second, now=world.clock.now)


def note_seal(world: World, batch_id: int) -> None:
    """The harness' own memory of what was in a batch when somebody wanted to approve it."""
    seen = BatchItem.objects.filter(batch_id=batch_id, left_at__isnull=True)
    world.memory.sealed.setdefault(batch_id, set()).update(seen.values_list("payout_id", flat=True))


def note_approval(world: World, payout_ids: list[int]) -> None:
    """The harness' own memory of what people wanted to approve, whatever the program makes of it."""
    rows = Payout.objects.filter(pk__in=payout_ids).values_list("pk", "payout_account_id")
    world.memory.approved.update(rows)


def run(world: World, country: str, *, days_ago: int = 0) -> str:
    """Balances become payouts."""
    until = world.clock.now.astimezone(countries.get(country).zone).date() - timedelta(days=days_ago)
    made = creation.run(
        until=until,
        country=country,
        key=f"run-{next(world.numbers)}",
        actor=world.one("analyst"),
        now=world.clock.now,
    )
    return f"{made.payout_count} payouts"


def earn(world: World, seller: Seller, *, days_ago: int = 0) -> None:
    """A sale of the seller is due today, or was a few days ago."""
    amount = world.rng.randint(200, 90_000)
    market = countries.get(seller.country)
    day = world.clock.now.astimezone(market.zone).date() - timedelta(days=days_ago)
    sale = Sale(seller.pk, seller.country, amount, f"order-{next(world.numbers)}", day)
    world.sales.append(sale)
    world.earned[seller.pk] = world.earned.get(seller.pk, 0) + amount
    book(world, sale)


def book(world: World, sale: Sale) -> None:
    """The sale stands in the ledger, once."""
    currency = countries.get(sale.country).currency
    account, _ = Account.objects.get_or_create(seller_id=sale.seller, currency=currency)
    earnings.credit(
        account_id=account.pk,
        kind=EarningKind.SALE,
        amount_minor=sale.amount_minor,
        source="simulate",
        external_id=sale.number,
        occurred_date=sale.day,
        due_date=sale.day,
        now=world.clock.now,
    )


def bank_details(world: World, country: str) -> tuple[str, dict[str, str], str]:
    """A scheme, details of an account that nobody else has, and the name of its holder."""
    n = next(world.numbers)
    scheme = countries.get(country).account_scheme
    fields = schemes.get(scheme).simulated(world.seed % 100_000 * 1000 + n, country)
    return scheme, fields, f"Shop {n} {world.rng.choice(_FATES)}".strip()


def number_of(scheme: str, fields: dict[str, str]) -> str:
    """The account as a bank writes it."""
    return base.Account(scheme=scheme, fields=schemes.get(scheme).parse(fields)).number


def _seller(world: World, country: str) -> Seller:
    n = next(world.numbers)
    return Seller.objects.create(
        external_id=f"seller-{n}", name=f"Shop {n}", country=country, verified_at=world.clock.now
    )


def _accounts(world: World, sellers: list[Seller], country: str) -> None:
    """Each seller's first bank account, long in effect."""
    market, asked = countries.get(country), world.clock.now - timedelta(days=30)
    wishes, numbers = [], []
    for seller in sellers:
        scheme, fields, holder = bank_details(world, country)
        parsed = schemes.get(scheme).parse(fields)
        wishes.append(account_rows.Wish(seller.pk, market.currency, scheme, parsed, holder))
        numbers.append(number_of(scheme, fields))
    versions = account_rows.write(
        wishes=wishes, actor=world.people["analyst"][1], now=asked, effective_at=asked
    )
    account_rows.write_decisions(
        versions=versions, verified=True, actor=world.people["compliance"][0], note="", now=asked
    )
    for version, number in zip(versions, numbers, strict=True):
        PayoutAccount.objects.filter(pk=version.slot_id).update(current=version)
        world.memory.accounts[version.pk] = number


def _funding(country: str) -> None:
    market = countries.get(country)
    iban = market.account_scheme == "iban"
    FundingAccount.objects.create(
        code=f"{market.rail.upper()}-{market.currency}",
        rail=market.rail,
        currency=market.currency,
        holder_name="Marketplace SAS",
        country="FR",
        scheme="iban" if iban else "other",
        identifier="FR7630006000011234567890189" if iban else f"HOUSE{market.currency}001",
    )
