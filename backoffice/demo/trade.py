"""What demo sellers earn in a week, as the CSV file that the marketplace would send. Amounts are invented."""

import csv
import io
from datetime import date, timedelta
from random import Random

from backoffice.demo.names import PRODUCTS
from backoffice.demo.sellers import Cast
from payouts import countries
from sellers.ledger.money import EXPONENTS, Money
from sellers.models import Seller

PROFILE = "generic"
HEADER = (
    "external_id",
    "seller",
    "kind",
    "amount",
    "currency",
    "occurred_date",
    "due_date",
    "order",
    "description",
)
DUE_AFTER = timedelta(days=7)
COMMISSION_PERCENT = 12
FEE = 900  # the monthly subscription, in hundredths of euro
_WORTH = {"EUR": 1.0, "USD": 1.1, "GBP": 0.86, "JPY": 1.6}  # of a hundredth of euro, in minor units
_USUAL_ORDERS = 1.9


def of_week(*, cast: Cast, monday: date, week: int, weeks: int, random: Random) -> bytes:
    """Seven days of orders from ``monday`` on, of sellers who have begun by then. Week counts from 0."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for seller in cast.sellers:
        if cast.first_week[seller.pk] <= week:
            writer.writerows(
                _Week(cast, seller, monday=monday, week=week, last=week == weeks - 1, random=random).rows()
            )
    return text.getvalue().encode()


class _Week:
    """One seller's week."""

    def __init__(
        self, cast: Cast, seller: Seller, *, monday: date, week: int, last: bool, random: Random
    ) -> None:
        self.cast, self.seller, self.monday, self.week, self.random = cast, seller, monday, week, random
        self.currency = countries.get(seller.country).currency
        self.last = last
        self.made: list[tuple[str, ...]] = []

    def rows(self) -> list[tuple[str, ...]]:
        """A sale and its commission an order; now and then a refund, a chargeback, a fee."""
        count = self._orders()
        for number in range(count):
            self._order(number)
        if self.week % 4 == 0:
            self._row("fee", f"F{self.seller.external_id}-{self.week}", -FEE, 6, "", "Subscription")
        if self._plays("negative") and self.week >= 9:
            self._row(
                "chargeback",
                f"C{self.seller.external_id}-{self.week}",
                -310_000,
                3,
                "",
                "Card dispute lost: parcel empty",
            )
        return self.made

    def _plays(self, part: str) -> bool:
        return self.seller.pk in self.cast.plays(part)

    def _orders(self) -> int:
        mean = _USUAL_ORDERS * self.cast.size[self.seller.pk]
        count = max(0, round(self.random.gauss(mean, mean**0.5)))
        if self._plays("negative"):
            return min(count, 2)
        if any(
            self._plays(part)
            for part in (
                "spike",
                "refunds",
                "change_waiting",
                "change_verified",
                "adjustment",
                "verified_late",
            )
        ):
            count = max(count, 3)
        return count * 5 + 14 if self._plays("spike") and self.last else count

    def _order(self, number: int) -> None:
        product, usual = self.random.choice(PRODUCTS)
        price = round(usual * self.random.uniform(0.85, 1.15))
        order = f"O{self.seller.external_id.upper()}-{self.week:02}{number:03}"
        day = self.random.randrange(7)
        self._row("sale", f"{order}-S", price, day, order, product)
        self._row(
            "commission",
            f"{order}-C",
            -(price * COMMISSION_PERCENT + 50) // 100,
            day,
            order,
            f"{COMMISSION_PERCENT} %",
        )
        lot = self.random.random()
        if lot < (0.4 if self._plays("refunds") and self.last else 0.03):
            self._row("refund", f"{order}-R", -price, min(day + 2, 6), order, f"Sent back: {product}")
        elif lot < 0.034:
            self._row("chargeback", f"{order}-B", -price, 6, order, "Card dispute lost")

    def _row(  # noqa: PLR0917 - a row of the file
        self, kind: str, external_id: str, cents: int, day: int, order: str, description: str
    ) -> None:
        minor = round(cents * _WORTH[self.currency])
        if EXPONENTS[self.currency] == 0:
            minor = round(minor / 10) * 10
        occurred = self.monday + timedelta(days=day)
        self.made.append(
            (
                external_id, self.seller.external_id, kind, Money(minor, self.currency).plain(), self.currency,
                occurred.isoformat(), (occurred + DUE_AFTER).isoformat(), order, description,
            )
        )  # fmt: skip
