"""Why money that is in no payout is in none: what keeps the next run from taking it, or when that run is."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from backoffice.words import later, sentences
from payouts import countries
from payouts.countries import Country, calendars
from payouts.models import PayoutAccount
from payouts.queries import explain, rails
from payouts.queries.why import acting, bars, details, keeping
from payouts.queries.why.causes import Cause, Explanation, Facts
from sellers.ledger import written
from sellers.ledger.models import Earning
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from sellers.models import Seller

ADMINISTRATOR = later("an administrator")
_VERIFIED = later("Once compliance has verified it and its wait is over, the next run takes what is due.")


@dataclass(frozen=True)
class Amount:
    """A part of a balance that somebody asks about: an order, or what came back from a dead payout."""

    account_id: int
    money: Money
    due: date


def of(*, seller: Seller, now: datetime, amount: Amount | None = None) -> list[Explanation]:
    """The paragraphs for all that the seller is owed and no payout carries, by currency; or for one amount of it."""
    barred = bars.of(seller)
    if barred is not None:
        return [_barred(seller, barred, now)]
    if not countries.is_open(seller.country):
        text = _("No country file opens {country}: nothing is paid there before one does.").format(
            country=seller.country
        )
        return [Explanation(text, ADMINISTRATOR, Cause.COUNTRY_CLOSED)]
    country = countries.get(seller.country)
    today = calendars.local_today(country, now)
    found = balances.balances(seller_id=seller.pk, today=today)
    if amount is not None:
        found = [each for each in found if each.account_id == amount.account_id]
    else:
        found = [each for each in found if each.due or each.pending]
    asked = _Question(seller, country, today, now, amount)
    if not found:
        return [asked.account(country.currency) or _nothing()]
    return [asked.of(each) for each in found]


def _barred(seller: Seller, barred: Explanation, now: datetime) -> Explanation:
    """The paragraph for what stops everything. Who is only not verified yet can give bank details in the meantime."""
    if barred.cause is Cause.UNVERIFIED and countries.is_open(seller.country):
        country = countries.get(seller.country)
        asked = _Question(seller, country, calendars.local_today(country, now), now, None)
        account = asked.account(country.currency)
        if account is not None and account.cause is Cause.NO_ACCOUNT:
            actor = acting.together([account.actor, *barred.actors])
            return replace(account, text=sentences(barred.text, account.text), actor=actor)
    return replace(barred, text=sentences(barred.text, _then(seller, now)))


def waits(balance: balances.Balance) -> Money:
    """What of a balance comes next: what is due, a debt too, or what is pending where nothing is due."""
    return Money(balance.due or balance.pending, balance.currency)


def _nothing() -> Explanation:
    text = _("Nothing waits: what is due has been paid, and the next run takes what comes due.")
    return Explanation(text, _("nobody"), Cause.NOTHING_OWED)


def _cancelled_out() -> Explanation:
    text = _("With what else is due it adds up to nothing: sales and deductions cancel out.")
    return Explanation(text, _("nobody"), Cause.NOTHING_OWED)


def _then(seller: Seller, now: datetime) -> str:
    """When the next run could take what is due, once what stops it is over."""
    if not countries.is_open(seller.country):
        return ""
    country = countries.get(seller.country)
    run = explain.next_run(country, due=calendars.local_today(country, now), now=now)
    return _("After that the next run takes what is due; the first is on {run}.").format(run=explain.day(run))


@dataclass(frozen=True)
class _Question:
    """One seller, whom nothing bars, at one moment."""

    seller: Seller
    country: Country
    today: date
    now: datetime
    amount: Amount | None

    def of(self, balance: balances.Balance) -> Explanation:
        stuck = self._stuck(balance) or self.account(balance.currency)
        if stuck is None:
            return self._in_time(balance)
        money = stuck.facts.money or (self.amount.money if self.amount is not None else waits(balance))
        return replace(stuck, facts=replace(stuck.facts, money=money))

    def _stuck(self, balance: balances.Balance) -> Explanation | None:
        """Why no run could pay the balance whatever account the seller has; None where one could."""
        due = Money(balance.due, balance.currency)
        if balance.currency != self.country.currency:
            text = _(
                "{country} is paid in {currency} only: {say} waits until a rail for {other_currency} is opened."
            ).format(
                country=self.country.called,
                currency=self.country.currency,
                say=_say(due),
                other_currency=balance.currency,
            )
            return Explanation(text, ADMINISTRATOR, Cause.OTHER_CURRENCY)
        if due.minor < 0:
            text = _("The balance is {say}: what is earned next is netted against it.").format(say=_say(due))
            text = sentences(text, self._more(balance))
            return Explanation(text, _("nobody"), Cause.NEGATIVE, Facts(money=due))
        return None

    def _in_time(self, balance: balances.Balance) -> Explanation:
        """When a run takes it, or what it waits for until then."""
        due, later = Money(balance.due, balance.currency), self._later(balance)
        if later is not None:
            return self._not_due(later)
        if due.minor == 0:
            return _nothing() if self.amount is None else _cancelled_out()
        if due.minor < self.country.minimum_minor:
            return self._too_little(balance, due)
        return self._next_run(due)

    def _later(self, balance: balances.Balance) -> tuple[Money, date] | None:
        """What is not due yet and when it is; None where something is due, or nothing comes."""
        if self.amount is not None:
            return (self.amount.money, self.amount.due) if self.amount.due > self.today else None
        return self._next_due(balance) if balance.due == 0 else None

    def _next_due(self, balance: balances.Balance) -> tuple[Money, date] | None:
        days = Earning.objects.filter(account_id=balance.account_id, due_date__gt=self.today).values(
            "due_date"
        )
        first = days.annotate(total=Sum("amount_minor")).order_by("due_date").first()
        return (
            (Money(int(first["total"]), balance.currency), first["due_date"]) if first is not None else None
        )

    def _more(self, balance: balances.Balance) -> str:
        following = self._next_due(balance)
        if following is None:
            return ""
        return _("{say} comes due on {following}.").format(
            say=_say(following[0]), following=explain.day(following[1])
        )

    def _not_due(self, later: tuple[Money, date]) -> Explanation:
        money, on = later
        by = explain.forthcoming(self.country, due=on, now=self.now)
        when = _("it comes due on {on}, and the run of {run} takes it").format(
            on=explain.day(on), run=explain.day(by.run)
        )
        text = _("{say} is not due yet: {when}.").format(say=_say(money), when=when)
        paid = by.value_date if not self._stop() else None
        facts = Facts(money=money, on=on, until=by.run, paid=paid)
        return Explanation(text, _("the schedule"), Cause.NOT_DUE, facts)

    def _too_little(self, balance: balances.Balance, due: Money) -> Explanation:
        minimum = Money(self.country.minimum_minor, balance.currency)
        missing = Money(minimum.minor - due.minor, balance.currency)
        text = _(
            "{say} is due, under the minimum of {minimum}: {missing} is missing. It waits for more earnings."
        ).format(say=_say(due), minimum=_say(minimum), missing=_say(missing))
        text = sentences(text, self._more(balance))
        facts = Facts(money=due, minimum=minimum, missing=missing)
        return Explanation(text, _("nobody"), Cause.UNDER_MINIMUM, facts)

    def _next_run(self, due: Money) -> Explanation:
        by, stop = explain.forthcoming(self.country, due=self.today, now=self.now), self._stop()
        if stop:
            text = _("{say} is due, and the run of {run} takes it.").format(
                say=_say(due), run=explain.day(by.run)
            )
            text = sentences(text, stop, keeping.no_date())
            return Explanation(text, _("the schedule"), Cause.NEXT_RUN, Facts(money=due, until=by.run))
        cut_off = explain.clock(by.cut_off_at, explain.bank_zones([self.country])[self.country.code])
        text = _(
            "{say} is due, and the run of {run} takes it. Reviewed, approved and sent by "
            "{cut_off}, it is paid on {value_date}. An analyst can run it earlier."
        ).format(
            say=_say(due), run=explain.day(by.run), cut_off=cut_off, value_date=explain.day(by.value_date)
        )
        facts = Facts(money=due, until=by.run, paid=by.value_date)
        return Explanation(text, _("the schedule"), Cause.NEXT_RUN, facts)

    def _stop(self) -> str:
        return rails.stopped_words(self.country.rail)

    def account(self, currency: str) -> Explanation | None:
        """Why there is no bank account to pay to; None when there is one."""
        slot = PayoutAccount.objects.filter(seller=self.seller, currency=currency).first()
        if slot is not None and slot.current_id is not None:
            return None
        new = (
            details.newest(slot=slot, zone=self.country.time_zone, now=self.now) if slot is not None else None
        )
        if new is None:
            text = _("There is no usable bank account: ask the seller for one. {verified}").format(
                verified=_VERIFIED
            )
            return Explanation(text, _("the seller"), Cause.NO_ACCOUNT)
        name, facts = (
            _("The seller's bank account {masked}").format(masked=new.masked),
            Facts(until=new.earliest.date()),
        )
        if new.code == details.WAITING:
            text = _("{name} waits for compliance to verify it; it may be paid from {start}.").format(
                name=name, start=new.start
            )
            return Explanation(text, acting.COMPLIANCE, Cause.ACCOUNT_TO_VERIFY, facts)
        if new.code == details.TO_COME:
            text = _("{name} is verified and may be paid from {start}.").format(name=name, start=new.start)
            return Explanation(text, _("nobody"), Cause.ACCOUNT_WAITS, facts)
        return Explanation(
            _("{name} was rejected: ask the seller for another.").format(name=name),
            _("the seller"),
            Cause.NO_ACCOUNT,
        )


def _say(money: Money) -> str:
    return written.text(money)
