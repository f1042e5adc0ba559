"""Simulated bank accounts for sellers who have none, verified and in effect at once. Demo mode only."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from backoffice import demo
from backoffice.audit import recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts import countries
from payouts.countries import Country, schemes
from payouts.models import PayoutAccount
from payouts.operations import account_rows, accounts
from sellers.models import Seller, Verification

CHUNK = 2_000
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]")
_ARRIVED = timedelta(days=4)  # asked for and waited for before anybody looks


@dataclass
class Made:
    """What was done: sellers verified, accounts made, and countries without a file, whose sellers were left
    out.
    """

    accounts: int = 0
    verified: int = 0
    closed: tuple[str, ...] = ()


def give(
    *, country: str, seller: str, requester: Actor, verifier: Actor, now: datetime, skip: Sequence[int] = ()
) -> Made:
    """Every seller of the country (all countries if empty) is verified and has an account in effect.

    ``seller`` names one by reference or the marketplace's id. The accounts are invented, valid by their
    scheme, the same for the same seller every time. The wait is skipped: they are dated back. ``skip`` leaves
    sellers without account. Raises `demo.NotADemo`, `Refused` for a country or seller that is not there.
    """
    demo.require()
    if country and not countries.is_open(country):
        raise Refused(f"No account made: no country file opens {country[:20]}. See the files of countries/data.")
    wanted = Seller.objects.exclude(pk__in=skip).order_by("pk")
    if country:
        wanted = wanted.filter(country=country)
    if seller:
        by_reference = wanted.filter(reference=seller.upper())
        wanted = by_reference if by_reference.exists() else wanted.filter(external_id=seller)
        if not wanted.exists():
            where = f" in {country}" if country else ""
            raise Refused(
                f"No account made: there is no seller {seller[:60]}{where}. Say S123 or the marketplace's id."
            )
    made = Made()
    codes = sorted(set(wanted.order_by("country").values_list("country", flat=True)))
    made.closed = tuple(code for code in codes if not countries.is_open(code))
    ids = list(wanted.exclude(country__in=made.closed).values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        _give_some(ids[start : start + CHUNK], made, requester, verifier, now)
    return made


@transaction.atomic
def _give_some(ids: list[int], made: Made, requester: Actor, verifier: Actor, now: datetime) -> None:
    sellers = list(Seller.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    unverified = [seller for seller in sellers if seller.verified_at is None]
    Verification.objects.bulk_create(
        Verification(
            seller=seller,
            passed=True,
            note="Demo mode: taken as known.",
            decided_by_id=verifier.user_id,
            decided_at=now,
        )
        for seller in unverified
    )
    Seller.objects.filter(pk__in=[seller.pk for seller in unverified]).update(verified_at=now)
    recording.record_many(
        actor=verifier,
        action="seller.verify",
        now=now,
        subject_type="sellers.seller",
        subjects=[(seller.pk, {"passed": True, "note": "Demo mode"}) for seller in unverified],
    )
    has = set(
        PayoutAccount.objects.filter(seller_id__in=ids, current__isnull=False).values_list(
            "seller_id", "currency"
        )
    )
    wishes = [
        wish(seller, countries.get(seller.country))
        for seller in sellers
        if (seller.pk, countries.get(seller.country).currency) not in has
    ]
    install(wishes, requester=requester, verifier=verifier, now=now)
    made.verified += len(unverified)
    made.accounts += len(wishes)


def wish(seller: Seller, country: Country, *, seed: int | None = None) -> account_rows.Wish:
    """An invented account for this seller, by the country's scheme."""
    scheme = schemes.get(country.account_scheme)
    fields = dict(scheme.simulated(seller.pk if seed is None else seed, country.code))
    if "kana" in fields and (kana := "".join(_KANA.findall(seller.name))):
        with suppress(schemes.AccountError):
            fields = scheme.parse(fields | {"kana": f"カ）{kana}"[:20]})
    return account_rows.Wish(seller.pk, country.currency, scheme.name, fields, seller.name)


def install(wishes: Sequence[account_rows.Wish], *, requester: Actor, verifier: Actor, now: datetime) -> None:
    """The accounts are asked for by one, verified by another and in effect, dated back by the wait."""
    if not wishes:
        return
    asked = now - _ARRIVED
    versions = account_rows.write(wishes=wishes, actor=requester, now=asked, effective_at=now)
    account_rows.write_decisions(
        versions=versions, verified=True, actor=verifier, note="Demo mode: taken as confirmed.", now=now
    )
    accounts.take_effect(now=now)
