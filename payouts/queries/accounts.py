"""Questions about sellers' bank accounts: which wait for a decision, how each stands, what a verifier should
see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.words import later
from payouts import countries
from payouts.models import AccountVersion, Payout
from payouts.queries import tallies, worklist
from payouts.states import UNSENT
from sellers.ledger.money import Money
from sellers.models import Seller

WAITING, TO_COME, IN_EFFECT, REPLACED, REJECTED = "waiting", "to_come", "in_effect", "replaced", "rejected"


@dataclass(frozen=True)
class Standing:
    """Where a version stands: ``code`` for programs, ``word`` for a pill and its meaning."""

    code: str
    word: str
    meaning: str


_STANDINGS = {
    WAITING: Standing(WAITING, later("to verify"), "waiting"),
    TO_COME: Standing(TO_COME, later("verified, waits"), "moving"),
    IN_EFFECT: Standing(IN_EFFECT, later("in effect"), "done"),
    REPLACED: Standing(REPLACED, later("replaced"), "neutral"),
    REJECTED: Standing(REJECTED, later("rejected"), "stopped"),
}


@dataclass(frozen=True)
class Doubt:
    """Something about new bank details that a verifier should ask about. Shaped for the part `flags`."""

    title: str
    fact: str
    level: str = "odd"


@dataclass(frozen=True)
class Affected:
    """The unsent payouts a change holds up: how many, and their sum."""

    count: int
    sums: list[Money]


def all_of_them() -> QuerySet[AccountVersion]:
    """Every version with what a page shows of it, without the ciphertext."""
    return AccountVersion.objects.select_related(
        "slot__seller", "slot__current", "requested_by", "decision__decided_by"
    ).defer("ciphertext", "slot__current__ciphertext")


def to_verify() -> QuerySet[AccountVersion]:
    """Versions that nobody has decided on."""
    return all_of_them().filter(undecided__isnull=False)


def decided() -> QuerySet[AccountVersion]:
    """Versions that were verified or rejected."""
    return all_of_them().filter(decision__isnull=False)


def of_seller(*, seller_id: int) -> list[AccountVersion]:
    """The versions of all accounts of one seller, newest first."""
    return list(all_of_them().filter(slot__seller_id=seller_id).order_by("-pk"))


def standing(version: AccountVersion) -> Standing:
    """How the version stands; its slot, the slot's current version and its decision are loaded or looked up."""
    decision = getattr(version, "decision", None)
    if decision is None:
        return _STANDINGS[WAITING]
    if not decision.verified:
        return _STANDINGS[REJECTED]
    current = version.slot.current
    if current is not None and current.pk == version.pk:
        return _STANDINGS[IN_EFFECT]
    if current is not None and current.number > version.number:
        return _STANDINGS[REPLACED]
    return _STANDINGS[TO_COME]


def before(version: AccountVersion) -> AccountVersion | None:
    """The account this one takes the place of: the newest earlier one that was verified."""
    earlier = all_of_them().filter(slot=version.slot, number__lt=version.number, decision__verified=True)
    return earlier.order_by("-number").first()


def affected(*, seller_id: int, currency: str) -> Affected:
    """What is not yet sent of this seller in this currency."""
    return affected_of(seller_ids=[seller_id]).get((seller_id, currency), Affected(0, []))


def affected_of(*, seller_ids: Collection[int]) -> dict[tuple[int, str], Affected]:
    """What is not yet sent of these sellers, by seller and currency; nothing is left out."""
    unsent = Payout.objects.filter(seller_id__in=seller_ids, status__in=UNSENT).order_by()
    sums = unsent.values_list("seller_id", "currency").annotate(count=Count("pk"), sum=Sum("amount_minor"))
    return {
        (seller_id, currency): Affected(count, [Money(int(total), currency)])
        for seller_id, currency, count, total in sums
    }


def with_amount(versions: QuerySet[AccountVersion]) -> QuerySet[AccountVersion]:
    """Each with ``currency`` and ``amount_minor``: what is not yet sent of its seller, to sort by."""
    unsent = Payout.objects.filter(
        seller=OuterRef("slot__seller"), currency=OuterRef("slot__currency"), status__in=UNSENT
    ).order_by()
    total = unsent.values("seller").annotate(sum=Sum("amount_minor")).values("sum")
    return versions.annotate(
        currency=F("slot__currency"),
        amount_minor=Coalesce(Subquery(total), 0, output_field=BigIntegerField()),
    )


def totals(versions: QuerySet[AccountVersion], *, whole: bool = False) -> tallies.Totals:
    """How many versions, and what is not yet sent of their sellers in their currencies, each payout once.

    Beyond `worklist.TOTALS_CAP` versions only when ``whole``.
    """
    ids = versions.order_by().values("pk")
    count = ids.count() if whole else ids[: worklist.TOTALS_CAP + 1].count()
    if count > worklist.TOTALS_CAP and not whole:
        return tallies.Totals(count=worklist.TOTALS_CAP, sums=[], exact=False)
    of_slot = versions.order_by().filter(slot__seller=OuterRef("seller"), slot__currency=OuterRef("currency"))
    unsent = Payout.objects.filter(Exists(of_slot), status__in=UNSENT)
    sums = [Money(minor, code) for code, (_count, minor) in sorted(tallies.counted(unsent).items())]
    return tallies.Totals(count=count, sums=sums, exact=True)


def doubts(version: AccountVersion, *, now: datetime) -> list[Doubt]:
    """What does not fit: another holder, another country, an account that another seller has, a new login's
    hurry.
    """
    seller = version.slot.seller
    found = []
    if _plain(version.holder_name) != _plain(seller.name):
        fact = _("The account belongs to {holder_name}, the seller is {seller}.").format(
            holder_name=version.holder_name, seller=seller.name
        )
        found.append(Doubt(_("Another holder"), fact, "bad"))
    twins = Seller.objects.filter(payout_accounts__versions__fingerprint=version.fingerprint)
    found += [
        Doubt(
            _("Same account elsewhere"),
            _("{twin} ({reference}) has or had it too.").format(twin=twin.name, reference=twin.reference),
            "bad",
        )
        for twin in twins.exclude(pk=seller.pk).distinct().order_by("pk")[:5]
    ]
    if version.country != seller.country:
        names = [countries.called(code) for code in (version.country, seller.country)]
        found.append(
            Doubt(
                _("Another country"),
                _("The bank is in {bank_country}, the seller in {seller_country}.").format(
                    bank_country=names[0], seller_country=names[1]
                ),
            )
        )
    recent = all_of_them().filter(slot=version.slot, number__lt=version.number).order_by("-number").first()
    if recent is not None and (version.requested_at - recent.requested_at).days < 30:
        days = (version.requested_at - recent.requested_at).days
        found.append(
            Doubt(
                _("Changed before"),
                ngettext(
                    "The last change was asked for {days} day earlier.",
                    "The last change was asked for {days} days earlier.",
                    days,
                ).format(days=days),
            )
        )
    return found


def first_doubts(versions: Sequence[AccountVersion]) -> dict[int, list[str]]:
    """What a verifier should ask about first, in a few words, for the rows of a list; two queries for all of them."""
    prints = {version.fingerprint for version in versions}
    elsewhere: dict[str, set[int]] = {}
    for fingerprint, seller_id in AccountVersion.objects.filter(fingerprint__in=prints).values_list(
        "fingerprint", "slot__seller_id"
    ):
        elsewhere.setdefault(fingerprint, set()).add(seller_id)
    found: dict[int, list[str]] = {}
    for version in versions:
        seller = version.slot.seller
        said = []
        if elsewhere.get(version.fingerprint, set()) - {seller.pk}:
            said.append(_("another seller has it"))
        if _plain(version.holder_name) != _plain(seller.name):
            said.append(_("another holder"))
        if version.country != seller.country:
            said.append(_("bank in {country}").format(country=countries.called(version.country)))
        if said:
            found[version.pk] = said
    return found


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
