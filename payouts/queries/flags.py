"""Flags in words: a few for a row, with their facts for the page of one payout; and which of them stand.

One about the bank account stands while the payout goes to the account that it was raised for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.db.models import BigIntegerField, F, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.words import ended, later, locale, number, percent
from payouts.countries import moments
from payouts.models import Flag, Payout
from payouts.queries import explain
from sellers.ledger import written
from sellers.ledger.money import Money

SELLERS_NAMED = 5
BAD = frozenset({"account_changed", "account_shared"})
ABOUT_ACCOUNT = frozenset({"account_changed", "account_shared", "name_differs", "country_differs"})

STANDING = f"""(
  SELECT flag.* FROM payouts_flag AS flag
  JOIN payouts_payout AS p ON p.id = flag.payout_id JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
  WHERE split_part(flag.code, ':', 1) NOT IN ({", ".join(f"'{code}'" for code in sorted(ABOUT_ACCOUNT))})
    OR CASE WHEN flag.facts ? 'version' THEN (flag.facts ->> 'version')::bigint = v.id
            ELSE v.effective_at <= flag.raised_at END)
"""  # noqa: S608 - constants only
"""`standing` as SQL that selects rows: joined, for PostgreSQL reads what asks a question a row by one process only."""


def standing() -> QuerySet[Flag]:
    """The flags that are true of their payouts now, in no order.

    Older ones do not name their account: they were raised for one that was in effect by then.
    """
    version = Cast(KT("facts__version"), BigIntegerField())
    return Flag.objects.alias(version=version).filter(
        ~Q(code__in=ABOUT_ACCOUNT) & ~Q(code__contains=":")
        | Q(version=F("payout__payout_account"))
        | Q(version__isnull=True, payout__payout_account__effective_at__lte=F("raised_at"))
    )


def of_kinds(kinds: Iterable[str]) -> QuerySet[Flag]:
    """Those of `standing` of these kinds."""
    asked = set(kinds)
    if asked.isdisjoint(ABOUT_ACCOUNT):  # these stand for good: nothing else need be looked at
        return Flag.objects.filter(code__in=asked)
    wanted = Q()
    for kind in asked:
        wanted |= Q(code=kind)
        if kind in ABOUT_ACCOUNT:  # only these are raised anew
            wanted |= Q(code__startswith=f"{kind}:")
    return standing().filter(wanted)


def raised(*, payout_ids: Iterable[int]) -> dict[int, list[Flag]]:
    """The standing flags of these payouts, each one's in the order in which they were raised."""
    found: dict[int, list[Flag]] = {}
    asked = f"SELECT * FROM {STANDING} AS flag WHERE payout_id = ANY(%s) ORDER BY id"  # noqa: S608 - a constant
    for flag in Flag.objects.raw(asked, [list(payout_ids)]):
        found.setdefault(flag.payout_id, []).append(flag)
    return found


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


def worded(payouts: Iterable[Payout], *, now: datetime | None = None) -> dict[int, list[FlagWords]]:
    """The standing flags of each of these payouts as people read them, the worst first."""
    of = {payout.pk: payout.currency for payout in payouts}
    return {
        pk: sorted((words(flag, currency=of[pk], now=now) for flag in found), key=lambda flag: flag.level)
        for pk, found in raised(payout_ids=of).items()
    }


def words(flag: Flag, *, currency: str, now: datetime | None = None) -> FlagWords:
    """What a flag says, in short and with its facts. A code nobody gave words to shows as itself."""
    short, title, fact = (
        _account_changed(flag, now)
        if flag.kind == "account_changed"
        else _say(flag.kind, flag.facts, currency)
    )
    return FlagWords(flag.kind, short, title, fact, "bad" if flag.kind in BAD else "odd")


def _account_changed(flag: Flag, now: datetime | None) -> tuple[str, str, str]:
    """The days are those before the payout was made: they do not change while it waits. A change that came upon a
    payout which was made already is so long before ``now``, or its day is said.
    """
    fact = _("From {from_} to {to}").format(from_=flag.facts["from"], to=flag.facts["to"])
    asked = parse_datetime(str(flag.facts.get("requested_at", "")))
    if asked is None:
        return _("Account changed"), _("The bank account changed lately"), ended(fact)
    asked_for = _("{fact}, asked for on {day}.").format(fact=fact, day=explain.day(timezone.localdate(asked)))
    if flag.renewed:
        on = _("on {day}").format(day=explain.day(timezone.localdate(asked)))
        when = on if now is None else moments.ago(asked, now=now, locale=locale())
        title = _("The bank account changed after this payout was made: it was asked for {when}")
        return _("Account changed {when}").format(when=when), title.format(when=when), asked_for
    days = (flag.raised_at - asked).days
    when = (
        _("the same day")
        if days == 0
        else _("1 day before")
        if days == 1
        else _("{days} days before").format(days=days)
    )
    title = _("The bank account changed {when} this payout was made").format(when=when)
    return _("Account changed {when}").format(when=when), title, asked_for


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
        said = (
            _("Shared account"),
            _("Another seller is paid to the same account"),
            _shared(facts["sellers"]),
        )
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


def _shared(sellers: Sequence[str]) -> str:
    names, more = ", ".join(sellers[:SELLERS_NAMED]), len(sellers) - SELLERS_NAMED
    if more <= 0:
        return _("Also used by {sellers}.").format(sellers=names)
    words = ngettext("Also used by {sellers} and {n} more.", "Also used by {sellers} and {n} more.", more)
    return words.format(sellers=names, n=number(more))


CODES = {
    "first_payout": later("First payout"),
    "unusual_amount": later("Unusual amount"),
    "account_changed": later("Account changed"),
    "account_shared": later("Shared account"),
    "name_differs": later("Name differs"),
    "country_differs": later("Country differs"),
    "refunds_jump": later("Refunds jump"),
}
