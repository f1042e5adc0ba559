"""Cancelling, and what becomes of the money of a dead payout: reissued or rolled, once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.outbox import publishing
from backoffice.words import later
from payouts import countries
from payouts.countries import calendars
from payouts.models import Attempt, Disposal, Payout, PayoutAccount, Transition
from payouts.models.hold import FOR_COMPLIANCE
from payouts.operations import _account_change, _batches, _locks, _move, _refused_accounts, flagging
from payouts.operations._outcome import Outcome
from payouts.queries import blocks, outside
from payouts.states import DEAD, PayoutStatus
from sellers.ledger.models import Account, Book, Earning, EarningKind
from sellers.ledger.models import Transaction as LedgerTransaction
from sellers.ledger.operations import posting


class NothingToGiveBack(Refused):
    """The payout is alive, or its money is not back yet."""

    code = "nothing_to_give_back"


_JUDGED_FIRST = later(
    "it is on hold for fraud or compliance; two people release that first, one of compliance"
)
_SELLER_JUDGED_FIRST = later(
    "its seller is on hold for fraud or compliance; two people release that first, one of compliance"
)


class HandedOver(Refused):
    """The bank may have paid it in the days that a restored database lost."""

    code = "handed_over_before_restore"


@transaction.atomic
def cancel(
    *, payout_ids: Iterable[int], actor: Actor, reason: str, now: datetime, seen: dict[int, str] | None = None
) -> Outcome:
    """Payouts not yet sent are CANCELLED; their money is the seller's again, to be reissued or rolled.

    Raises `Refused` without a reason, `NotAllowed`.
    """
    if not reason.strip():
        raise Refused(_("Nothing cancelled: say why, for the seller and the auditor."), code="reason_missing")
    fine, refused = _move.verdicts(name="cancel", payouts=_locks.payouts(payout_ids), actor=actor, seen=seen)
    _batches.leave(payouts=[p for p in fine if p.status == PayoutStatus.BATCHED], because=reason, now=now)
    moved = _move.change(name="cancel", payouts=fine, actor=actor, reason=reason, now=now)
    accounts = Account.objects.in_bulk({p.account_id for p in fine})
    posting.post(
        postings=[
            posting.transfer(
                key=f"payout:{p.pk}:cancelled",
                kind="cancelled",
                debit=Book.RESERVED,
                credit=Book.PAYABLE,
                amount_minor=p.amount_minor,
                account=accounts[p.account_id],
                payout_ref=str(p.reference),
            )
            for p in fine
        ],
        now=now,
    )
    return Outcome(moved=moved, refused=refused)


def give_back_of(payout: Payout) -> LedgerTransaction | None:
    """The transaction that gave a dead payout's amount back to the seller, if it has been posted."""
    return given_back([payout]).get(payout.pk)


def given_back(payouts: Sequence[Payout]) -> dict[int, LedgerTransaction]:
    """The transaction that gave each dead payout's amount back to its seller, by payout; the others are absent."""
    dead = {str(payout.reference): payout.pk for payout in payouts if payout.status in DEAD}
    keys = [f"payout:{pk}:cancelled" for pk in dead.values()]
    attempts = Attempt.objects.filter(payout__in=dead.values()).values_list("pk", flat=True)
    keys += [f"attempt:{attempt_id}:given_back" for attempt_id in attempts]
    rows = LedgerTransaction.objects.filter(
        key__in=keys, entries__book=Book.PAYABLE, entries__payout_ref__in=list(dead)
    )
    found: dict[int, LedgerTransaction] = {}
    for each in rows.annotate(of=F("entries__payout_ref")).order_by("-pk"):
        found[dead[each.of]] = each
    return found


def judged_first(payouts: Iterable[Payout]) -> dict[int, str]:
    """Why the money of these stays, by payout: a hold for fraud or compliance, its own or its seller's, is open.

    Paid again, money would leave the judgement of its own payout behind; and before its seller is judged nobody knows
    whether it is owed to them. The others are absent.
    """
    found = {}
    for payout_id, holds in blocks.open_holds(payouts=list(payouts)).items():
        judged = [hold for hold in holds if hold.reason in FOR_COMPLIANCE]
        if judged:
            own = any(hold.payout_id is not None for hold in judged)
            found[payout_id] = str(_JUDGED_FIRST if own else _SELLER_JUDGED_FIRST)
    return found


def _dead(payout_id: int) -> tuple[Payout, LedgerTransaction]:
    """The dead payout and its account, locked, with its give-back.

    Raises `NothingToGiveBack`, `Conflict` when disposed of, `Refused` while compliance has not judged it.
    """
    payout = _locks.payouts([payout_id], alone=True)[0]
    given_back = give_back_of(payout)
    if given_back is None:
        label = PayoutStatus(payout.status).label.lower()
        raise NothingToGiveBack(
            _("{reference} is {label}: only money that came back can be paid again.").format(
                reference=payout.reference, label=label
            )
        )
    if Disposal.objects.filter(payout=payout).exists():
        raise Conflict(
            _("The money of {reference} was disposed of already: see its timeline.").format(
                reference=payout.reference
            )
        )
    judged = judged_first([payout]).get(payout.pk)
    if judged is not None:
        raise Refused(
            _("Nothing done with the money of {reference}: {judged_first}.").format(
                reference=payout.reference, judged_first=judged
            ),
            code="hold",
        )
    return payout, given_back


@transaction.atomic
def reissue(*, payout_id: int, actor: Actor, now: datetime) -> Payout:
    """A new payout for the same amount to the same seller's account in effect, to be reviewed and approved anew.

    Raises `NothingToGiveBack`, `Conflict` when the money was reissued or rolled, `HandedOver`, `Refused` when the
    seller has no usable bank account, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.dispose_payout")
    old, _unused = _dead(payout_id)
    _check_never_handed_over(old)
    slot = PayoutAccount.objects.filter(seller_id=old.seller_id, currency=old.currency).first()
    if slot is None or slot.current_id is None:
        raise Refused(
            _(
                "Not reissued: the seller of {reference} has no usable bank account. Ask for one first."
            ).format(reference=old.reference),
            code="no_account",
        )
    account = Account.objects.get(pk=old.account_id)
    new = Payout.objects.create(
        account=account,
        seller_id=old.seller_id,
        currency=old.currency,
        country=old.country,
        amount_minor=old.amount_minor,
        reissue_of=old,
        payout_account_id=slot.current_id,
        status_at=now,
        created_at=now,
    )
    posting.post(
        postings=[
            posting.transfer(
                key=f"payout:{new.pk}:reserve",
                kind="reserve",
                debit=Book.PAYABLE,
                credit=Book.RESERVED,
                amount_minor=new.amount_minor,
                account=account,
                payout_ref=str(new.reference),
            )
        ],
        now=now,
    )
    Disposal.objects.create(payout=old, new_payout=new, decided_by_id=actor.person_id, decided_at=now)
    Transition.objects.create(
        payout=new, name="create", from_status="", to_status=new.status, at=now, actor_id=actor.user_id,
        actor_name=actor.name, via=actor.via.value, reason=f"Reissue of {old.reference}",
    )  # fmt: skip
    fact = {"payout": new.reference, "reissue_of": old.reference, "amount_minor": new.amount_minor}
    publishing.publish(topic="payout.created", facts=[(str(new.reference), fact)], now=now)
    flagging.flag(payout_ids=[new.pk], now=now)
    _account_change.hold(payouts=Payout.objects.filter(pk=new.pk), now=now)
    _refused_accounts.hold(payouts=Payout.objects.filter(pk=new.pk), now=now)
    recording.record(actor=actor, action="payout.reissue", subject=old, data={"new": new.reference}, now=now)
    return new


def _check_never_handed_over(payout: Payout) -> None:
    """A new payout of the whole amount would pass by the adjustment that takes off what the bank paid already."""
    lost = _lost(payout)
    if lost:
        raise HandedOver(
            _(
                "Not paid again: the bank was handed {lost} before this database was restored "
                "from a backup. Add it to the next payout: then the next run pays what an adjustment leaves of "
                "it."
            ).format(lost=lost)
        )


def _lost(payout: Payout) -> str:
    return outside.known(payouts=[payout]).get(payout.pk, "") or outside.took_since(payout)


def due_again(*, account: Account, country: str, now: datetime) -> date:
    """The day from which money given back to the account now would be due: the first that no payout covers yet."""
    today = calendars.local_today(countries.get(country), now)
    covered = account.covered_through
    return today if covered is None else max(today, covered + timedelta(days=1))


@transaction.atomic
def roll(*, payout_id: int, actor: Actor, now: datetime) -> Earning:
    """The money of a dead payout is due again on the next open day, and the next run takes it.

    Raises `NothingToGiveBack`, `Conflict` when the money was reissued or rolled, `Refused` for a closed country,
    where no run would take it, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.dispose_payout")
    old, given_back = _dead(payout_id)
    if not countries.is_open(old.country):
        advice = _("Have the country opened again") + (
            "." if _lost(old) else _(", or reissue {reference}.").format(reference=old.reference)
        )
        raise Refused(
            _("Not rolled: no country file opens {country}, so no run would take it. {advice}").format(
                country=old.country, advice=advice
            ),
            code="country_closed",
        )
    account = Account.objects.get(pk=old.account_id)  # locked with the payout
    today = calendars.local_today(countries.get(old.country), now)
    due = due_again(account=account, country=old.country, now=now)
    # The give-back raised what we owe already; the earning only gives it a due date.
    earning = Earning.objects.create(
        transaction=given_back,
        account=account,
        source="payouts",
        external_id=str(old.reference),
        kind=EarningKind.ROLLED,
        amount_minor=old.amount_minor,
        description=f"Amount of payout {old.reference}",
        occurred_date=today,
        requested_due_date=today,
        due_date=due,
    )
    Disposal.objects.create(payout=old, earning=earning, decided_by_id=actor.person_id, decided_at=now)
    recording.record(actor=actor, action="payout.roll", subject=old, data={"due": str(due)}, now=now)
    return earning
