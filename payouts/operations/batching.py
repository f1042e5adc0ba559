"""Gathering approved payouts into batches, and the second person's word on a batch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import later
from payouts import countries, digests
from payouts.countries import calendars
from payouts.models import Batch, BatchItem, FundingAccount, MissedCutOff, Payout
from payouts.operations import _batches, _doorbell, _locks, _move, postponing
from payouts.operations._outcome import Outcome, Preview, Refusal, refuse
from payouts.queries import explain, leaving, rail_words
from payouts.queries.batches import seal_of
from payouts.rails import registry
from payouts.states import BatchStatus, PayoutStatus

FOUR_EYES = later("Not approved: you proposed this batch. Another treasurer must approve it.")


class BatchChanged(Conflict):
    """The batch is not what the page showed."""

    code = "changed"


class OverCap(Refused):
    """More would leave the funding account on that value date than its cap allows."""

    code = "over_cap"


class NothingLeaves(Refused):
    """Everything in the batch is kept back."""

    code = "nothing_leaves"


class OwnBatch(Refused):
    """The proposer may not approve."""

    code = "four_eyes"


def _sorted_out(
    payouts: Sequence[Payout], actor: Actor, seen: dict[int, str] | None = None
) -> tuple[dict[tuple[FundingAccount, str], list[Payout]], list[Refusal]]:
    """Groups what may be batched by funding account and country; the rest as refusals."""
    fine, refused = _move.verdicts(name="batch", payouts=payouts, actor=actor, seen=seen)
    funding = {
        (account.rail, account.currency): account for account in FundingAccount.objects.filter(active=True)
    }
    groups: dict[tuple[FundingAccount, str], list[Payout]] = defaultdict(list)
    for payout in fine:
        if not countries.is_open(payout.country):
            refused.append(
                refuse(
                    payout,
                    "country_closed",
                    _("no country file opens {country}").format(country=payout.country),
                )
            )
            continue
        rail = countries.get(payout.country).rail
        account = funding.get((rail, payout.currency))
        if account is None:
            reason = _("no funding account pays {currency} over {rail}; add one in the settings").format(
                currency=payout.currency, rail=rail_words.called(rail)
            )
            refused.append(refuse(payout, "no_funding", reason))
        else:
            groups[account, payout.country].append(payout)
    return groups, refused


def preview(*, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """Which of these payouts could be proposed for a batch now."""
    groups, refused = _sorted_out(list(Payout.objects.filter(pk__in=set(payout_ids)).order_by("pk")), actor)
    return Preview(allowed=tuple(p for group in groups.values() for p in group), refused=tuple(refused))


@transaction.atomic
def propose(
    *, payout_ids: Iterable[int], actor: Actor, now: datetime, seen: dict[int, str] | None = None
) -> tuple[list[Batch], Outcome]:
    """Approved payouts are BATCHED: one batch per rail, funding account, currency and value date.

    The value date is the earliest that each country's calendar and cut-off allow at ``now``. A rail's limit of
    instructions in one file starts another batch. One that is not as ``seen`` is refused. Raises `NotAllowed`.
    """
    groups, refused = _sorted_out(_move.locked(payout_ids), actor, seen)
    deadlines = {
        country: calendars.value_date_for(countries.get(country), now) for _unused, country in groups
    }
    by_date: dict[tuple[int, date], list[tuple[FundingAccount, str, list[Payout]]]] = defaultdict(list)
    for (funding, country), payouts in groups.items():
        by_date[funding.pk, deadlines[country].value_date].append((funding, country, payouts))
    batches: list[Batch] = []
    moved: list[int] = []
    for (_funding, value_date), parts in sorted(by_date.items()):
        funding = parts[0][0]
        strictest = min(
            (part[1] for part in parts),
            key=lambda code: (deadlines[code].cut_off_at, code),
        )
        payouts = sorted((payout for part in parts for payout in part[2]), key=lambda p: p.pk)
        limit = _limit(funding.rail)
        for start in range(0, len(payouts), limit):
            batch = _open(
                payouts=payouts[start : start + limit],
                funding=funding,
                country=strictest,
                value_date=value_date,
                cut_off_at=deadlines[strictest].cut_off_at,
                actor=actor,
                now=now,
            )
            batches.append(batch)
            moved += [p.pk for p in payouts[start : start + limit]]
    return batches, Outcome(moved=moved, refused=refused)


def _limit(rail: str) -> int:
    """How many payouts one batch may hold: a file's limit, or a number that a person can still look over."""
    capabilities = registry.get(rail).capabilities
    return max(capabilities.max_per_file, 1) if capabilities.shape == "file" else 10_000


def _open(
    *,
    payouts: list[Payout],
    funding: FundingAccount,
    country: str,
    value_date: date,
    cut_off_at: datetime,
    actor: Actor,
    now: datetime,
) -> Batch:
    batch = Batch.objects.create(
        rail=funding.rail,
        funding_account=funding,
        currency=funding.currency,
        country=country,
        value_date=value_date,
        cut_off_at=cut_off_at,
        status_at=now,
        proposed_by_id=actor.person_id,
        proposed_at=now,
        item_count=len(payouts),
        total_minor=sum(p.amount_minor for p in payouts),
    )
    BatchItem.objects.bulk_create(
        [
            BatchItem(
                batch=batch,
                payout=p,
                amount_minor=p.amount_minor,
                account_version_id=p.payout_account_id,
                digest=digests.of_payout(p),
            )
            for p in payouts
        ],
        batch_size=2000,
    )
    _move.change(name="batch", payouts=payouts, actor=actor, reason="", now=now, batch_id=batch.pk)
    recording.record(
        actor=actor, action="batch.propose", subject=batch, data={"payouts": len(payouts)}, now=now
    )
    return batch


def _locked(batch_id: int) -> Batch:
    return Batch.objects.select_for_update(of=("self",)).get(pk=batch_id)


@transaction.atomic
def approve(
    *,
    batch_id: int,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
    seen_value_date: date | None = None,
    seen_kept: str | None = None,
) -> Batch:
    """The batch is APPROVED and sealed for exactly its items; submission starts after the commit.

    ``seen`` is `seal_of` and ``seen_value_date`` is `explain.deadline(...)` as the page showed them: once the cut-off
    has passed, the value date is the next one the calendar allows, and the approver must have seen it. ``seen_kept`` is
    the `kept_seal` of what was shown to leave: what is kept back is sealed, too, and may end otherwise. Raises
    `OwnBatch` to its proposer, `BatchChanged` when it is no longer what was seen, `OverCap` when the funding account
    has not that much left for the value date, `NothingLeaves` when all of it is kept back, `Refused` when it is empty,
    `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.approve_batch")
    batch = _locked(batch_id)
    if batch.status != BatchStatus.PROPOSED:
        raise BatchChanged(
            _("Not approved: {reference} is {status} already.").format(
                reference=batch.reference, status=BatchStatus(batch.status).label.lower()
            )
        )
    if batch.proposed_by_id == actor.user_id:
        raise OwnBatch(FOUR_EYES)
    seal = seal_of(batch.pk)
    if seen is not None and seen != seal:
        raise BatchChanged(
            _("Not approved: {reference} changed since you looked. Look again.").format(
                reference=batch.reference
            )
        )
    if batch.item_count == 0:
        raise Refused(
            _("Not approved: every payout has left {reference}. Dissolve it.").format(
                reference=batch.reference
            ),
            code="empty",
        )
    postponing.to_next(batch, now)
    if seen_value_date is not None and seen_value_date != batch.value_date:
        raise BatchChanged(
            _(
                "Not approved: the cut-off passed while you looked. {reference} would now be "
                "paid on {day}. Look again."
            ).format(reference=batch.reference, day=explain.day(batch.value_date))
        )
    _check_leaving(batch, seen_kept)
    batch.status = BatchStatus.APPROVED
    batch.status_at = now
    batch.approved_by_id = actor.user_id
    batch.approved_at = now
    batch.digest = seal
    batch.save(
        update_fields=[
            "status",
            "status_at",
            "approved_by",
            "approved_at",
            "digest",
            *postponing.FIELDS,
        ]
    )
    data = {
        "digest": seal,
        "payouts": batch.item_count,
        "total_minor": batch.total_minor,
        "currency": batch.currency,
    }
    recording.record(actor=actor, action="batch.approve", subject=batch, data=data, now=now)
    _doorbell.ring("submit_batch", batch_id=batch.pk)
    return batch


def _check_leaving(batch: Batch, seen_kept: str | None) -> None:
    """Two batches that are approved at once take turns: the second sees what the first is to take."""
    _locks.funding_account(batch.funding_account_id)
    going = leaving.of(batch=batch, day=batch.value_date)
    if seen_kept is not None and seen_kept != going.kept_seal:
        raise BatchChanged(
            _("Not approved: what leaves with {reference} changed since you looked. Look again.").format(
                reference=batch.reference
            )
        )
    full = going.full
    if full:
        raise OverCap(
            ngettext(
                "Not approved: {full} payout of {item_count} does not fit: {first_fault}. Or take it out: {misfits}.",
                "Not approved: {full} of {item_count} payouts do not fit: {first_fault}. Or take them out: {misfits}.",
                len(full),
            ).format(
                full=len(full),
                item_count=batch.item_count,
                first_fault=next(iter(full.values())),
                misfits=_some(full),
            )
        )
    if not going.count:
        raise NothingLeaves(
            _(
                "Not approved: everything in {reference} is kept back. End what keeps it, or dissolve the batch."
            ).format(reference=batch.reference)
        )


def _some(payout_ids: Iterable[int]) -> str:
    references = list(
        Payout.objects.filter(pk__in=list(payout_ids)).order_by("pk").values_list("reference", flat=True)[:11]
    )
    return ", ".join(references[:10]) + (_(" and more") if len(references) > 10 else "")


@transaction.atomic
def ask_again(*, batch_id: int, actor: Actor, now: datetime) -> Batch:
    """An approved batch that missed its cut-off is PROPOSED again for the next value date; nobody approved that.

    What was approved, by whom and until when stands as a `MissedCutOff`. Raises `BatchChanged`.
    """
    batch = _locked(batch_id)
    if batch.status != BatchStatus.APPROVED:
        raise BatchChanged(
            _("{reference} is {status} already.").format(
                reference=batch.reference, status=BatchStatus(batch.status).label.lower()
            )
        )
    assert batch.approved_by_id is not None  # a constraint: it is APPROVED
    assert batch.approved_at is not None
    missed = MissedCutOff(
        batch=batch,
        cut_off_at=batch.cut_off_at,
        value_date=batch.value_date,
        approved_by_id=batch.approved_by_id,
        approved_at=batch.approved_at,
        found_at=now,
    )
    postponing.to_next(batch, now)
    missed.moved_to = batch.value_date
    missed.save()
    batch.status, batch.status_at = BatchStatus.PROPOSED, now
    batch.approved_by = batch.approved_at = None
    batch.digest = ""
    batch.save(
        update_fields=[
            "status",
            "status_at",
            "approved_by",
            "approved_at",
            "digest",
            *postponing.FIELDS,
        ]
    )
    data = {"value_date": missed.value_date.isoformat(), "moved_to": missed.moved_to.isoformat()}
    recording.record(actor=actor, action="batch.missed_cut_off", subject=batch, data=data, now=now)
    return batch


@transaction.atomic
def dissolve(*, batch_id: int, actor: Actor, reason: str, now: datetime) -> Batch:
    """A batch not yet on its way is DISSOLVED; its payouts are APPROVED again. Raises `BatchChanged`, `Refused`."""
    authority.require(actor=actor, permission="payouts.dissolve_batch")
    if not reason.strip():
        raise Refused(_("Not dissolved: say why."), code="reason_missing")
    payouts = _move.locked(Payout.objects.filter(batch_id=batch_id).values_list("pk", flat=True))
    batch = _locked(batch_id)
    if batch.status not in (BatchStatus.PROPOSED, BatchStatus.APPROVED):
        raise BatchChanged(
            _("Not dissolved: {reference} is {status}.").format(
                reference=batch.reference, status=BatchStatus(batch.status).label.lower()
            )
        )
    inside = [p for p in payouts if p.status == PayoutStatus.BATCHED and p.batch_id == batch.pk]
    _batches.leave(payouts=inside, because=reason, now=now)
    _move.change(name="take_out", payouts=inside, actor=actor, reason=reason, now=now)
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.DISSOLVED, status_at=now)
    recording.record(actor=actor, action="batch.dissolve", subject=batch, data={"reason": reason}, now=now)
    batch.refresh_from_db()
    return batch


preview_take_out = partial(_move.preview, name="take_out")


@transaction.atomic
def take_out(
    *, payout_ids: Iterable[int], actor: Actor, reason: str, now: datetime, seen: dict[int, str] | None = None
) -> Outcome:
    """These payouts leave their open batches and are APPROVED again; the batches go on without them."""
    if not reason.strip():
        raise Refused(_("Nothing taken out: say why."), code="reason_missing")
    fine, refused = _move.verdicts(name="take_out", payouts=_move.locked(payout_ids), actor=actor, seen=seen)
    _batches.leave(payouts=fine, because=reason, now=now)
    moved = _move.change(name="take_out", payouts=fine, actor=actor, reason=reason, now=now)
    return Outcome(moved=moved, refused=refused)
