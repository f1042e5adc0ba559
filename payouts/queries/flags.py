"""Flags in words: a few for a row, with their facts for the page of one payout."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from backoffice.words import later, locale, percent
from payouts.models import Flag
from payouts.queries import explain
from sellers.ledger import written
from sellers.ledger.money import Money

BAD = frozenset({"account_changed", "account_shared"})


@dataclass(frozen=True)
class FlagWords:
    """A flag as people read it. ``level`` is bad or odd."""

    code: str
    short: str
    title: str
    fact: str
    level: str

    @property
    def bad(self) -> bool:
        return self.level == "bad"


def words(flag: Flag, *, currency: str) -> FlagWords:
    """What a flag says, in short and with its facts. A code nobody gave words to shows as itself."""
    short, title, fact = (
        _account_changed(flag) if flag.code == "account_changed" else _say(flag.code, flag.facts, currency)
    )
    return FlagWords(flag.code, short, title, fact, "bad" if flag.code in BAD else "odd")


def _account_changed(flag: Flag) -> tuple[str, str, str]:
    """The days are those before the payout was made: they do not change while it waits."""
    fact = _("From {from_} to {to}").format(from_=flag.facts["from"], to=flag.facts["to"])
    asked = parse_datetime(str(flag.facts.get("requested_at", "")))
    if asked is None:
        return _("Account changed"), _("The bank account changed lately"), f"{fact}."
    days = (flag.raised_at - asked).days
    when = (
        _("the same day")
        if days == 0
        else _("1 day before")
        if days == 1
        else _("{days} days before").format(days=days)
    )
    title = _("The bank account changed {when} this payout was made").format(when=when)
    return (
        _("Account changed {when}").format(when=when),
        title,
        _("{fact}, asked for on {day}.").format(fact=fact, day=explain.day(timezone.localdate(asked))),
    )


def _say(code: str, facts: Mapping[str, Any], currency: str) -> tuple[str, str, str]:
    """Short, title and fact of a flag."""
    if code == "unusual_amount":
        usual = written.text(Money(facts["usual_minor"], currency))
        times = format_decimal(facts["times"], locale=locale())
        said = (
            _("{times}× usual").format(times=times),
            _("{times}× the usual payout").format(times=times),
            _("Usual is {usual}, the mean of the last twelve paid.").format(usual=usual),
        )
    elif code == "account_shared":
        fact = _("Also used by {sellers}.").format(sellers=", ".join(facts["sellers"][:5]))
        said = (_("Shared account"), _("Another seller is paid to the same account"), fact)
    elif code == "name_differs":
        fact = _("The account is held by {holder}, the seller is called {seller}.").format(
            holder=facts["holder"], seller=facts["seller"]
        )
        said = (_("Name differs from the account holder"), _("Name differs from the account holder"), fact)
    elif code == "country_differs":
        fact = _("The account is in {account}, the seller in {seller}.").format(
            account=facts["account"], seller=facts["seller"]
        )
        said = (
            _("Country differs: account in {account}").format(account=facts["account"]),
            _("The account is in another country"),
            fact,
        )
    elif code == "refunds_jump":
        share, usual_share = (
            _("{percent}% of sales").format(percent=facts["percent"]),
            percent(Decimal(str(facts["usual_percent"])) / 100),
        )
        fact = _("{share} in this period; {usual_share} in the 90 days before.").format(
            share=share, usual_share=usual_share
        )
        said = (
            _("Refunds {share}, usual {usual_share}").format(share=share, usual_share=usual_share),
            _("More refunds than usual"),
            fact,
        )
    elif code == "first_payout":
        fact = _("Nothing was paid before: check account and name.")
        said = (_("First payout"), _("First payout to this seller"), fact)
    else:
        said = (code, code.replace("_", " ").capitalize(), "")
    return said


CODES = {
    "first_payout": later("First payout"),
    "unusual_amount": later("Unusual amount"),
    "account_changed": later("Account changed"),
    "account_shared": later("Shared account"),
    "name_differs": later("Name differs"),
    "country_differs": later("Country differs"),
    "refunds_jump": later("Refunds jump"),
}
