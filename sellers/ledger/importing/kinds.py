"""What tells the kinds of imports apart: who may bring one, who may confirm it, who may see it."""

from dataclasses import dataclass

from sellers.ledger.models import ImportKind


@dataclass(frozen=True)
class Rights:
    """The permissions of one kind. ``sees`` opens its pages beside the other two."""

    brings: str
    confirms: str
    sees: str

    @property
    def any_of(self) -> tuple[str, ...]:
        return (self.brings, self.confirms, self.sees)


_EARNINGS = Rights("ledger.import_earnings", "ledger.import_earnings", "ledger.view_importfile")
RIGHTS: dict[str, Rights] = {
    ImportKind.EARNINGS: _EARNINGS,
    ImportKind.CORRECTIONS: Rights(
        "ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment"
    ),
    ImportKind.SELLERS: Rights("sellers.import_sellers", "sellers.import_sellers", "ledger.view_importfile"),
    ImportKind.STATEMENT: Rights("payouts.reconcile", "payouts.reconcile", "payouts.see_reconciliation"),
}


def of(kind: str) -> Rights:
    return RIGHTS[kind]
