"""The payout register: THE definition of its columns, and its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from import_export import resources

from payouts.exports.columns import Column, Kind
from payouts.models import Flag, HoldReason, Payout
from payouts.queries import blocks, flags, periods
from payouts.states import PayoutStatus
from sellers.ledger.money import Money

CHUNK = 2000


@dataclass(frozen=True)
class Row:
    """One payout with what its columns need."""

    payout: Payout
    period: tuple[date | None, date | None]
    hold_reasons: list[str]
    flag_codes: list[str]

    @property
    def status(self) -> str:
        return str(PayoutStatus(self.payout.status).label)

    @property
    def on_hold(self) -> str:
        return "yes" if self.hold_reasons else "no"

    @property
    def holds(self) -> str:
        return "; ".join(str(HoldReason(reason).label) for reason in self.hold_reasons)

    @property
    def flags(self) -> str:
        return "; ".join(flags.CODES.get(code, code) for code in self.flag_codes)

    @property
    def money(self) -> Money:
        return Money(self.payout.amount_minor, self.payout.currency)

    @property
    def period_start(self) -> date | None:
        return self.period[0]

    @property
    def period_end(self) -> date | None:
        return self.period[1]

    @property
    def created_at(self) -> datetime:
        return self.payout.created_at

    @property
    def batch(self) -> str:
        return f"B{self.payout.batch_id}" if self.payout.batch_id else ""

    @property
    def value_date(self) -> date | None:
        return self.payout.batch.value_date if self.payout.batch else None

    @property
    def reissue_of(self) -> str:
        return f"P{self.payout.reissue_of_id}" if self.payout.reissue_of_id else ""


class PayoutRegister(resources.Resource):
    """One row a payout. The page, the API, the command and scheduled exports all take these columns."""

    reference = Column("payout__reference", "Payout", width=12)
    status = Column("status", "Status", width=18)
    status_at = Column("payout__status_at", "Status since", Kind.MOMENT, width=20)
    on_hold = Column("on_hold", "On hold", width=8)
    holds = Column("holds", "Hold reasons", width=24)
    seller = Column("payout__seller__reference", "Seller", width=10)
    seller_id = Column("payout__seller__external_id", "Seller id", width=24)
    seller_name = Column("payout__seller__name", "Seller name", width=32)
    country = Column("payout__country", "Country", width=8)
    currency = Column("payout__currency", "Currency", width=9)
    amount = Column("money", "Amount", Kind.MONEY, width=16)
    amount_minor = Column("payout__amount_minor", "Amount in minor units", Kind.COUNT, width=20)
    period_start = Column("period_start", "Period from", Kind.DAY, width=12)
    period_end = Column("period_end", "Period to", Kind.DAY, width=12)
    created_at = Column("created_at", "Created", Kind.MOMENT, width=20)
    batch = Column("batch", "Batch", width=10)
    value_date = Column("value_date", "Value date", Kind.DAY, width=12)
    account = Column("payout__payout_account__masked", "Paid to", width=22)
    flags = Column("flags", "Flags", width=24)
    reissue_of = Column("reissue_of", "Reissue of", width=12)


def rows(queryset: QuerySet[Payout]) -> Iterator[list[Row]]:
    """The rows of these payouts in lists of at most `CHUNK`, newest first, whatever their number in flat memory.

    One statement reads the payouts through a cursor, so call it inside a transaction; a few more per list read
    what stands beside them.
    """
    found = queryset.select_related("seller", "batch", "payout_account").order_by("-pk")
    chunk: list[Payout] = []
    for payout in found.iterator(chunk_size=CHUNK):
        chunk.append(payout)
        if len(chunk) == CHUNK:
            yield _rows(chunk)
            chunk = []
    if chunk:
        yield _rows(chunk)


def _rows(payouts: list[Payout]) -> list[Row]:
    holds = blocks.open_holds(payouts=payouts)
    spans = periods.of(payouts=payouts)
    raised: dict[int, list[str]] = {}
    for payout_id, code in (
        Flag.objects.filter(payout__in=[p.pk for p in payouts])
        .order_by("id")
        .values_list("payout_id", "code")
    ):
        raised.setdefault(payout_id, []).append(code)
    return [
        Row(
            payout=payout,
            period=spans.get(payout.pk, (None, None)),
            hold_reasons=list(dict.fromkeys(hold.reason for hold in holds.get(payout.pk, []))),
            flag_codes=raised.get(payout.pk, []),
        )
        for payout in payouts
    ]
