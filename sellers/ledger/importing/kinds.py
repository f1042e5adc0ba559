"""What tells the kinds of imports apart: who may bring one, confirm it or see it, and how large it may be."""

from dataclasses import dataclass

from django.conf import settings

from sellers import reading
from sellers.ledger.models import ImportFile, ImportKind


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


def by_two(file: ImportFile) -> bool:
    """Another person than who brought it confirms it: corrections, and statements that do not follow what stands."""
    return file.kind == ImportKind.CORRECTIONS or file.needs_another


def largest(kind: str) -> int:
    """How many bytes a file of this kind may have."""
    match kind:
        case ImportKind.STATEMENT:
            return int(settings.STATEMENT_IMPORT_MAX_BYTES)
        case ImportKind.SELLERS:
            return int(settings.SELLER_IMPORT_MAX_BYTES)
    return reading.limit()
