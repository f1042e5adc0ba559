"""Which of many payouts to see before deciding on all: those with bad flags, with others, then the largest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from payouts.models import AccountVersion, Flag, HoldReason, Payout
from payouts.queries import blocks, flags
from sellers.ledger.money import Money
from sellers.models import Seller


@dataclass(frozen=True)
class Seen:
    """One payout of a preview: whose, how much, to which account, what its flags say, and what holds stop it."""

    payout: Payout
    seller_name: str
    money: Money
    account: str
    flags: tuple[str, ...]
    holds: tuple[str, ...]
    """The reasons of the open holds, its own and its seller's."""


def first(payouts: Sequence[Payout], *, most: int, accounts: Mapping[int, int] | None = None) -> list[Seen]:
    """At most ``most`` of these, those to look at first before the others, in a fixed number of queries.

    ``accounts`` are the account versions to show, by payout; others show their own.
    """
    raised = flags.raised(payout_ids=(p.pk for p in payouts))

    def urgency(payout: Payout) -> tuple[int, int, int]:
        codes = {flag.kind for flag in raised.get(payout.pk, [])}
        level = 0 if codes & flags.BAD else 1 if codes else 2
        return level, -payout.amount_minor, payout.pk

    chosen = sorted(payouts, key=urgency)[:most]
    sellers = Seller.objects.in_bulk({p.seller_id for p in chosen})
    goes_to = {p.pk: (accounts or {}).get(p.pk, p.payout_account_id) for p in chosen}
    versions = AccountVersion.objects.in_bulk(set(goes_to.values()))
    held = blocks.open_holds(payouts=chosen)
    return [
        Seen(
            payout=p,
            seller_name=sellers[p.seller_id].name,
            money=Money(p.amount_minor, p.currency),
            account=versions[goes_to[p.pk]].masked,
            flags=tuple(
                flags.words(flag, currency=p.currency).short for flag in _worst_first(raised.get(p.pk, []))
            ),
            holds=tuple(HoldReason(hold.reason).label for hold in held.get(p.pk, [])),
        )
        for p in chosen
    ]


def _worst_first(raised: Sequence[Flag]) -> list[Flag]:
    return sorted(raised, key=lambda flag: flag.kind not in flags.BAD)
