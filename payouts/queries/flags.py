"""Flags in words: a few for a row, with their facts for the page of one payout."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

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
    fact = f"From {flag.facts['from']} to {flag.facts['to']}"
    asked = parse_datetime(str(flag.facts.get("requested_at", "")))
    if asked is None:
        return "Account changed", "The bank account changed lately", f"{fact}."
    days = (flag.raised_at - asked).days
    when = "the same day" if days == 0 else "1 day before" if days == 1 else f"{days} days before"
    title = f"The bank account changed {when} this payout was made"
    return f"Account changed {when}", title, f"{fact}, asked for on {explain.day(timezone.localdate(asked))}."


def _say(code: str, facts: Mapping[str, Any], currency: str) -> tuple[str, str, str]:
    """Short, title and fact of a flag."""
    if code == "unusual_amount":
        usual = written.text(Money(facts["usual_minor"], currency), locale="en")
        times = facts["times"]
        said = (
            f"{times}× usual",
            f"{times}× the usual payout",
            f"Usual is {usual}, the mean of the last twelve paid.",
        )
    elif code == "account_shared":
        fact = f"Also used by {', '.join(facts['sellers'][:5])}."
        said = ("Shared account", "Another seller is paid to the same account", fact)
    elif code == "name_differs":
        fact = f"The account is held by {facts['holder']}, the seller is called {facts['seller']}."
        said = ("Name differs from the account holder", "Name differs from the account holder", fact)
    elif code == "country_differs":
        fact = f"The account is in {facts['account']}, the seller in {facts['seller']}."
        said = (f"Country differs: account in {facts['account']}", "The account is in another country", fact)
    elif code == "refunds_jump":
        share, usual_share = f"{facts['percent']}% of sales", f"{facts['usual_percent']}%"
        fact = f"{share} in this period; {usual_share} in the 90 days before."
        said = (f"Refunds {share}, usual {usual_share}", "More refunds than usual", fact)
    elif code == "first_payout":
        fact = "Nothing was paid before: check account and name."
        said = ("First payout", "First payout to this seller", fact)
    else:
        said = (code, code.replace("_", " ").capitalize(), "")
    return said


CODES = {
    "first_payout": "First payout",
    "unusual_amount": "Unusual amount",
    "account_changed": "Account changed",
    "account_shared": "Shared account",
    "name_differs": "Name differs",
    "country_differs": "Country differs",
    "refunds_jump": "Refunds jump",
}
