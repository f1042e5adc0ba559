"""The money of many dead payouts at once: paid again, or added to the sellers' next payouts. Each stands alone."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import unended
from payouts import countries
from payouts.models import Disposal, Payout, PayoutAccount
from payouts.operations import givebacks
from payouts.operations._outcome import Outcome, Preview, Refusal, refuse
from payouts.queries import outside, shown
from sellers.ledger.models import Account

PERMISSION = "payouts.dispose_payout"
Refuses = Callable[[Payout], Refusal | None]


def preview_reissue(*, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """Which of these payouts could be paid again now, and why the others not."""
    payouts = _payouts(payout_ids)
    accounts = accounts_in_effect(payouts)
    lost, later = outside.known(payouts=payouts), outside.took_since_of(payouts)

    def why_not(payout: Payout) -> Refusal | None:
        handed = lost.get(payout.pk, "") or later.get(payout.pk, "")
        if handed:
            reason = _("the bank was handed {handed} before this database was restored: only roll it").format(
                handed=handed
            )
            return refuse(payout, givebacks.HandedOver.code, reason)
        if payout.pk not in accounts:
            return refuse(payout, "no_account", _("its seller has no usable bank account: ask for one first"))
        return None

    return _preview(payouts, actor, why_not)


def preview_roll(*, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """Which of these payouts could be added to the next payouts now, and why the others not."""

    def why_not(payout: Payout) -> Refusal | None:
        if countries.is_open(payout.country):
            return None
        return refuse(
            payout,
            "country_closed",
            _("no country file opens {country}, so no run would take it").format(country=payout.country),
        )

    return _preview(_payouts(payout_ids), actor, why_not)


def due_again(*, payouts: Iterable[Payout], now: datetime) -> dict[int, date]:
    """From which day the money of each of these would be due if it were rolled now, by payout."""
    payouts = list(payouts)
    accounts = Account.objects.in_bulk({p.account_id for p in payouts})
    return {
        p.pk: givebacks.due_again(account=accounts[p.account_id], country=p.country, now=now) for p in payouts
    }


def accounts_in_effect(payouts: Iterable[Payout]) -> dict[int, int]:
    """The account version that each of these would be paid to now, by payout; those without one are absent."""
    payouts = list(payouts)
    slots = PayoutAccount.objects.filter(seller__in={p.seller_id for p in payouts}, current__isnull=False)
    current = {(slot.seller_id, slot.currency): slot.current_id for slot in slots}
    found = {p.pk: current.get((p.seller_id, p.currency)) for p in payouts}
    return {pk: version for pk, version in found.items() if version is not None}


def reissue(
    *, payout_ids: Iterable[int], actor: Actor, now: datetime, seen: Mapping[int, str] | None = None
) -> Outcome:
    """Each of these is paid again as a new payout, which waits for its own review. Raises `NotAllowed`.

    Each is whole or not at all: what is refused changes nothing of the others. One that is not as ``seen`` is refused.
    Inside a transaction of several the caller has locked them all before.
    """
    return _each(givebacks.reissue, payout_ids, actor, now, seen)


def roll(
    *, payout_ids: Iterable[int], actor: Actor, now: datetime, seen: Mapping[int, str] | None = None
) -> Outcome:
    """The money of each of these is due again, for the next run. As `reissue`."""
    return _each(givebacks.roll, payout_ids, actor, now, seen)


def _payouts(payout_ids: Iterable[int]) -> list[Payout]:
    return list(Payout.objects.filter(pk__in=set(payout_ids)).order_by("pk"))


def _preview(payouts: list[Payout], actor: Actor, why_not: Refuses) -> Preview:
    authority.require(actor=actor, permission=PERMISSION)
    disposed = set(Disposal.objects.filter(payout__in=payouts).values_list("payout_id", flat=True))
    given_back, judged_first = givebacks.given_back(payouts), givebacks.judged_first(payouts)
    allowed, refused = [], []
    for payout in payouts:
        if payout.pk in disposed:
            no: Refusal | None = refuse(payout, "changed", _("its money was disposed of already"))
        elif payout.pk not in given_back:
            no = refuse(
                payout, givebacks.NothingToGiveBack.code, _("only money that came back can be paid again")
            )
        elif payout.pk in judged_first:
            no = refuse(payout, "hold", judged_first[payout.pk])
        else:
            no = why_not(payout)
        if no is None:
            allowed.append(payout)
        else:
            refused.append(no)
    return Preview(allowed=tuple(allowed), refused=tuple(refused))


def _each(
    deed: Callable[..., object],
    payout_ids: Iterable[int],
    actor: Actor,
    now: datetime,
    seen: Mapping[int, str] | None,
) -> Outcome:
    authority.require(actor=actor, permission=PERMISSION)
    outcome = Outcome()
    payouts = _payouts(payout_ids)
    changed = shown.changes(payouts, seen)
    for payout in payouts:
        if payout.pk in changed:
            outcome.refused.append(refuse(payout, "changed", changed[payout.pk]))
            continue
        try:
            with transaction.atomic():
                deed(payout_id=payout.pk, actor=actor, now=now)
        except Refused as refusal:
            code = "changed" if isinstance(refusal, Conflict) else refusal.code
            outcome.refused.append(refuse(payout, code, unended(str(refusal))))
        else:
            outcome.moved.append(payout.pk)
    return outcome
