"""From payouts to what a rail is handed: who pays whom how much, with the account opened for this one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from payouts.models import AccountVersion, FundingAccount, Payout
from payouts.operations import accounts
from payouts.rails import base
from sellers.models import Seller


@dataclass(frozen=True)
class Order:
    """One payout on its way into a submission, as its next attempt."""

    payout: Payout
    number: int
    instruction: base.Instruction

    @property
    def end_to_end_id(self) -> str:
        return self.instruction.end_to_end_id


def debtor(funding: FundingAccount) -> base.Debtor:
    """Our account as the rail needs it."""
    field = "iban" if funding.scheme == "iban" else "account"
    return base.Debtor(
        name=funding.holder_name,
        account=base.Account(scheme=funding.scheme, fields={field: funding.identifier}),
        country=funding.country,
        bic=funding.bic,
    )


def orders(*, payouts: Sequence[Payout], numbers: Mapping[int, int]) -> list[Order]:
    """Each payout as an instruction to the version of the bank account it was approved for.

    ``numbers`` maps a payout's id to the number of this attempt. Raises `vault.VaultError` for bank details that
    do not open.
    """
    ids = {payout.payout_account_id for payout in payouts}
    names = dict(AccountVersion.objects.filter(pk__in=ids).values_list("pk", "holder_name"))
    opened = accounts.decrypt_for_rail(version_ids=ids)
    sellers = Seller.objects.in_bulk({payout.seller_id for payout in payouts})
    made = []
    for payout in payouts:
        seller = sellers[payout.seller_id]
        payee = base.Payee(
            name=names[payout.payout_account_id],
            kind=seller.kind,
            country=seller.country,
            account=opened[payout.payout_account_id],
            town=seller.city,
        )
        instruction = base.Instruction(
            end_to_end_id=f"{payout.reference}A{numbers[payout.pk]}",
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            payee=payee,
            remittance=f"Payout {payout.reference}",
        )
        made.append(Order(payout=payout, number=numbers[payout.pk], instruction=instruction))
    return made
