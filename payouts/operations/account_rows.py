"""Rows of account versions and decisions, written as sets with their audit events.

The verbs in `accounts` and demo data come through here. Authority, parsed fields and the sellers' row locks
are the caller's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from backoffice.audit import recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import NotAllowed
from payouts.models import AccountDecision, AccountVersion, PayoutAccount
from payouts.operations import _sealing


@dataclass(frozen=True)
class Wish:
    """Bank details as given for one seller in one currency; ``fields`` as the scheme's form has them."""

    seller_id: int
    currency: str
    scheme: str
    fields: Mapping[str, str]
    holder_name: str


def write(
    *, wishes: Sequence[Wish], actor: Actor, now: datetime, effective_at: datetime
) -> list[AccountVersion]:
    """One undecided version per wish, sealed. Each pair of seller and currency comes once."""
    keys = _sealing.ensure_keys(wish.seller_id for wish in wishes)
    slots = _slots([(wish.seller_id, wish.currency) for wish in wishes])
    numbers = dict(
        AccountVersion.objects.filter(slot_id__in=[slot.pk for slot in slots.values()])
        .values_list("slot_id")
        .annotate(Max("number"))
    )
    versions = []
    for wish in wishes:
        slot = slots[wish.seller_id, wish.currency]
        number = numbers.get(slot.pk, 0) + 1
        sealed = _sealing.seal(
            key=keys[wish.seller_id], scheme=wish.scheme, fields=wish.fields, slot_id=slot.pk, number=number
        )
        versions.append(
            AccountVersion(
                slot=slot,
                number=number,
                scheme=wish.scheme,
                country=sealed.country,
                holder_name=wish.holder_name.strip(),
                ciphertext=sealed.ciphertext,
                masked=sealed.masked,
                bank_name=sealed.bank_name,
                fingerprint=sealed.fingerprint,
                requested_by_id=_person(actor),
                requested_at=now,
                effective_at=effective_at,
            )
        )
    AccountVersion.objects.bulk_create(versions, batch_size=2000)
    recording.record_many(
        actor=actor,
        action="account.request",
        now=now,
        subject_type="payouts.accountversion",
        subjects=[
            (v.pk, {"seller": v.slot.seller_id, "currency": v.slot.currency, "number": v.number})
            for v in versions
        ],
    )
    return versions


def _slots(pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, str], PayoutAccount]:
    PayoutAccount.objects.bulk_create(
        [PayoutAccount(seller_id=seller_id, currency=currency) for seller_id, currency in sorted(pairs)],
        ignore_conflicts=True,
        batch_size=2000,
    )
    found = PayoutAccount.objects.filter(seller_id__in={seller_id for seller_id, _unused in pairs})
    return {(slot.seller_id, slot.currency): slot for slot in found}


def write_decisions(
    *, versions: Sequence[AccountVersion], verified: bool, actor: Actor, note: str, now: datetime
) -> list[AccountDecision]:
    """One decision per version, all alike."""
    decisions = AccountDecision.objects.bulk_create(
        [
            AccountDecision(
                version=version,
                verified=verified,
                requested_by_id=version.requested_by_id,
                decided_by_id=_person(actor),
                decided_at=now,
                note=note.strip(),
            )
            for version in versions
        ],
        batch_size=2000,
    )
    recording.record_many(
        actor=actor,
        action="account.verify" if verified else "account.reject",
        now=now,
        subject_type="payouts.accountversion",
        subjects=[(version.pk, {"note": note.strip()}) for version in versions],
    )
    return decisions


def _person(actor: Actor) -> int:
    """Who acts, who must be somebody: four eyes are two people's."""
    if actor.user_id is None:
        raise NotAllowed(
            _("A bank account needs a person behind each step. Log in and do it in the browser.")
        )
    return actor.user_id
