"""Setting caps: lowering one is a person's own word, raising or lifting one needs another person's."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from payouts.models import Cap, CapChange, CapKind
from sellers.ledger.money import EXPONENTS

CHANGE, GRANT = "payouts.change_cap", "payouts.grant_cap"


class BadCap(Refused):
    """It is no cap, or nothing would change; the sentence says what is wrong."""

    code = "bad_cap"


class OwnWish(Refused):
    """Who asked for a higher cap does not grant it."""

    code = "four_eyes"


@transaction.atomic
def ask(
    *, kind: str, currency: str, limit_minor: int | None, reason: str, actor: Actor, now: datetime
) -> CapChange:
    """A first or a lower cap is in force at once; a higher one, or none (``limit_minor`` None), waits for another.

    Lowering a cap ends a wish to raise it that still waits. Raises `BadCap`, `Conflict`, `NotAllowed`.
    """
    authority.require(actor=actor, permission=CHANGE)
    if kind not in CapKind.values:
        raise BadCap(
            _("Not changed: a cap is of one payout, of one seller in a day or of one account in a day.")
        )
    if currency not in EXPONENTS:
        raise BadCap(
            _("Not changed: “{currency}” is no currency of ISO 4217. Write it as EUR or JPY.").format(
                currency=currency
            )
        )
    if limit_minor is not None and limit_minor <= 0:
        raise BadCap(_("Not changed: a cap is more than zero. To stop everything, stop the rails."))
    if not reason.strip():
        raise BadCap(_("Not changed: say why, for those who ask later."))
    cap = _locked(kind, currency)
    before = cap.limit_minor if cap is not None else None
    if before == limit_minor:
        raise BadCap(_("Not changed: that is the cap already."))
    lower = limit_minor is not None and (before is None or limit_minor < before)
    if lower:
        for open_one in CapChange.objects.filter(kind=kind, currency=currency, decided_at__isnull=True):
            _decide(open_one, granted=False, actor=actor, now=now)
    try:
        with transaction.atomic():
            change = CapChange.objects.create(
                kind=kind,
                currency=currency,
                from_minor=before,
                to_minor=limit_minor,
                reason=reason.strip(),
                asked_by_id=actor.person_id,
                asked_at=now,
                granted=lower,
                decided_by_id=actor.person_id if lower else None,
                decided_at=now if lower else None,
            )
    except IntegrityError:
        raise Conflict(
            _("Not asked: a raise of this cap waits already. Have it granted or dismissed first.")
        ) from None
    _record("cap.set" if lower else "cap.ask", change, actor, now)
    if lower:
        _apply(cap, change, now)
    return change


@transaction.atomic
def grant(*, change_id: int, actor: Actor, now: datetime) -> CapChange:
    """Another person's word: the higher cap is in force. Raises `OwnWish`, `Conflict`, `NotAllowed`."""
    authority.require(actor=actor, permission=GRANT)
    kind, currency = CapChange.objects.values_list("kind", "currency").get(pk=change_id)
    cap = _locked(kind, currency)
    change = _open(change_id)
    if change.asked_by_id == actor.user_id:
        raise OwnWish(_("Not granted: you asked for it. Another person must grant it."))
    if (cap.limit_minor if cap is not None else None) != change.from_minor:
        raise Conflict(_("Not granted: the cap changed since this was asked for. Dismiss it and ask again."))
    _decide(change, granted=True, actor=actor, now=now)
    _apply(cap, change, now)
    return change


@transaction.atomic
def dismiss(*, change_id: int, actor: Actor, now: datetime) -> CapChange:
    """The wish is over, the cap stays. Whoever asked may take it back. Raises `Conflict`, `NotAllowed`."""
    authority.require(actor=actor, permission=GRANT)
    change = _open(change_id)
    _decide(change, granted=False, actor=actor, now=now)
    return change


def _locked(kind: str, currency: str) -> Cap | None:
    return Cap.objects.select_for_update(of=("self",)).filter(kind=kind, currency=currency).first()


def _open(change_id: int) -> CapChange:
    change = CapChange.objects.select_for_update(of=("self",)).get(pk=change_id)
    if change.decided_at is not None:
        raise Conflict(_("Not done: this wish was granted or dismissed by someone else just now."))
    return change


def _decide(change: CapChange, *, granted: bool, actor: Actor, now: datetime) -> None:
    change.granted, change.decided_by_id, change.decided_at = granted, actor.person_id, now
    change.save(update_fields=["granted", "decided_by", "decided_at"])
    _record("cap.grant" if granted else "cap.dismiss", change, actor, now)


def _apply(cap: Cap | None, change: CapChange, now: datetime) -> None:
    """The cap says what the granted change says. Whoever else changes it at this moment waits, and is refused."""
    if cap is None:
        values = {"kind": change.kind, "currency": change.currency, "limit_minor": change.to_minor}
        try:
            with transaction.atomic():
                Cap.objects.create(changed_at=now, **values)
        except IntegrityError:
            raise Conflict(_("Not changed: somebody else set this cap just now. Look again.")) from None
    else:
        cap.limit_minor, cap.changed_at = change.to_minor, now
        cap.save(update_fields=["limit_minor", "changed_at"])


def _record(action: str, change: CapChange, actor: Actor, now: datetime) -> None:
    data = {
        "kind": change.kind,
        "currency": change.currency,
        "from_minor": change.from_minor,
        "to_minor": change.to_minor,
        "reason": change.reason,
    }
    recording.record(actor=actor, action=action, subject=change, data=data, now=now)
