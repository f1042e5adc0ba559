"""Money needed on our accounts: what is late, the next five business days, and what is approved and in no batch yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from backoffice.home_figures import FREE, Figure, between, payouts_url
from payouts import countries
from payouts.countries import calendars
from payouts.models import Batch, FundingAccount, Payout, Tally
from payouts.queries import explain, holding
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

VALUE_DATES = 5
_UNSENT = (BatchStatus.PROPOSED, BatchStatus.APPROVED, BatchStatus.SUBMITTING)


@dataclass(frozen=True)
class Cell:
    """What one account needs on one day; ``closed`` is a day on which its banks do."""

    day: date
    need: Figure | None
    closed: bool


@dataclass
class Row:
    """One account of ours, or a currency that no account pays. ``days`` are its own next business days from its
    ``today`` on, ``cut_off`` the next moment at which something can still be handed over, by its bank's clock.
    """

    name: str
    today: date | None = None
    days: Collection[date] = ()
    cut_off: str = ""
    late: Figure | None = None
    due: dict[date, Figure] = field(default_factory=dict)
    unbatched: Figure | None = None
    cells: list[Cell] = field(default_factory=list)


def table(*, now: datetime) -> dict[str, Any]:
    """Per funding account: unsent batches whose value date is over, those of its next five business days, and payouts
    that nothing stops from joining a batch. What is blocked in a batch is not needed: it does not leave with it.
    ``late`` and ``unbatched`` say whether any account has such.

    Each account follows the calendar of the countries that it pays; the columns are the days of any of them.
    """
    rows = _batched(now)
    for row, figure in _unbatched(rows, now):
        row.unbatched = figure
    found = [row for _unused, row in sorted(rows.items()) if row.late or row.due or row.unbatched]
    days = sorted({day for row in found for day in (*row.days, *row.due)})
    for row in found:
        row.cells = [Cell(day, row.due.get(day), _is_closed(row, day)) for day in days]
    return {
        "rows": found,
        "days": days,
        "late": any(row.late for row in found),
        "unbatched": any(row.unbatched for row in found),
    }


def _batched(now: datetime) -> dict[str, Row]:
    """Every active account, and those that unsent batches are paid from, by code."""
    rows = {each.code: _row(each, now) for each in FundingAccount.objects.filter(active=True)}
    needs = _needs()
    accounts = {
        each.code: each for each in FundingAccount.objects.filter(code__in={code for code, _day in needs})
    }
    late: dict[str, int] = {}
    for (code, day), minor in sorted(needs.items()):
        account = accounts[code]
        row = rows.setdefault(code, _row(account, now))
        wanted = {"batch_status": _UNSENT, "funding": code, **FREE}
        if day < _today(account, now):
            late[code] = late.get(code, 0) + minor
            until = (_today(account, now) - timedelta(days=1)).isoformat()
            money = Money(late[code], account.currency)
            row.late = Figure(money, payouts_url(**wanted, value_until=until))
        else:
            url = payouts_url(**wanted, **between("value", day, day))
            row.due[day] = Figure(Money(minor, account.currency), url)
    return rows


def _needs() -> dict[tuple[str, date], int]:
    """Minor units by account and value date: the totals of unsent batches, less what is blocked in them, which are
    few.
    """
    batches = Batch.objects.filter(status__in=_UNSENT).order_by()
    totals = batches.values_list("funding_account__code", "value_date").annotate(Sum("total_minor"))
    found = {(code, day): int(minor) for code, day, minor in totals}
    inside = Payout.objects.filter(holding.blocked(), batch__status__in=_UNSENT).order_by()
    blocked = inside.values_list("batch__funding_account__code", "batch__value_date").annotate(
        Sum("amount_minor")
    )
    for code, day, minor in blocked:
        found[code, day] = found.get((code, day), 0) - int(minor)
    return {
        key: minor for key, minor in found.items() if minor > 0
    }  # a batch may be proposed between the two


def _is_closed(row: Row, day: date) -> bool:
    """Of days that are over where the account is, nothing is said: it may be a day later there already."""
    return row.today is not None and row.today <= day <= max(row.days) and day not in row.days


def _row(account: FundingAccount, now: datetime) -> Row:
    country = _country(account)
    if country is None:
        return Row(account.code)
    today = _today(account, now)
    day, days = calendars.on_or_after(country.calendar, today), []
    for _unused in range(VALUE_DATES):
        days.append(day)
        day = calendars.next_business_day(country.calendar, day)
    cut_off = calendars.value_date_for(country, now).cut_off_at
    zone = explain.bank_zones([country])[country.code]
    return Row(account.code, today, days, explain.clock(cut_off, zone))


def _country(account: FundingAccount) -> countries.Country | None:
    """Whose calendar an account follows: of the countries it pays, its own before others."""
    paid = [each for each in countries.all() if each.rail == account.rail]
    fitting = [each for each in paid if each.currency == account.currency] or paid
    return next((each for each in fitting if each.code == account.country), next(iter(fitting), None))


def _today(account: FundingAccount, now: datetime) -> date:
    country = _country(account)
    return now.date() if country is None else calendars.local_today(country, now)


def _unbatched(rows: dict[str, Row], now: datetime) -> Iterable[tuple[Row, Figure]]:
    """Approved payouts that nothing blocks, by the account that would pay them; what none pays is a row of its own."""
    codes = {(each.rail, each.currency): each.code for each in FundingAccount.objects.filter(active=True)}
    money: dict[tuple[str, str], int] = {}
    named: dict[tuple[str, str], list[str]] = {}
    for (country, currency), minor in _approved().items():
        rail = countries.get(country).rail if countries.is_open(country) else ""
        name = codes.get((rail, currency)) or _("No account for {currency}").format(currency=currency)
        money[name, currency] = money.get((name, currency), 0) + minor
        named.setdefault((name, currency), []).append(country)
    for (name, currency), minor in money.items():
        row = rows.setdefault(name, Row(name))
        wanted = {"status": PayoutStatus.APPROVED.value, "currency": currency, **FREE}
        yield (
            row,
            Figure(Money(minor, currency), payouts_url(**wanted, country=sorted(named[name, currency]))),
        )


def _approved() -> dict[tuple[str, str], int]:
    """Minor units by country and currency: from the tallies, less what is blocked, which are few."""
    status = PayoutStatus.APPROVED
    kept = Tally.objects.filter(status=status).order_by().values_list("country", "currency")
    found = {(land, code): int(minor) for land, code, minor in kept.annotate(Sum("total_minor"))}
    stopped = (
        Payout.objects.filter(holding.blocked(), status=status).order_by().values_list("country", "currency")
    )
    for land, code, minor in stopped.annotate(Sum("amount_minor")):
        found[land, code] = found.get((land, code), 0) - int(minor)
    return {key: minor for key, minor in found.items() if minor > 0}
