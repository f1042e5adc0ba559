"""What the pages of a batch show: its money, its days, who did what, and what a treasurer looks at first."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.doors import countdown, pages
from backoffice.words import ended, number, sentences
from payouts import countries
from payouts.countries import calendars
from payouts.models import Batch, Payout
from payouts.queries import batch_look, batch_words, explain, leaving, rail_words
from payouts.queries import batches as asked
from payouts.states import BatchStatus
from sellers.ledger import written
from sellers.ledger.money import Money

HOLIDAYS_SHOWN = 2


def find(reference: str) -> Batch:
    """The batch of this reference, in any case; or 404."""
    return get_object_or_404(asked.all_of(), reference=reference.upper())


def before_sending(batch: Batch) -> bool:
    """Whether payouts may still leave it."""
    return batch.status in leaving.BEFORE_SENDING


def figures(
    batch: Batch, deadline: calendars.Deadline, now: datetime, going: leaving.Leaving
) -> list[tuple[str, str, str]]:
    """Cut-off, value date, funding, rail and the days that banks are closed, each with its words."""
    before = before_sending(batch)
    account = batch.funding_account
    shown = [
        (
            _("Value date"),
            explain.day(deadline.value_date if before else batch.value_date),
            _("at the payees' banks"),
        )
    ]
    if before:
        shown.insert(
            0,
            (
                _("Cut-off"),
                format_html('<span id="cut-off">{}</span>', countdown.until(deadline.cut_off_at, now=now)),
                explain.clock(deadline.cut_off_at, explain.bank_zone(batch)),
            ),
        )
    shown.append((_("Funding account"), account.code, account.masked))
    if before:
        shown.append((_("Left afterwards"), *_funds_words(batch_look.funds(batch, going.money))))
    count = _payouts(going.count)
    fees = batch_look.fees(batch, going.kept)
    shown.append(
        (
            _("Rail"),
            rail_words.called(batch.rail),
            count if fees is None else _("{count}, fees {text}").format(count=count, text=_text(fees)),
        )
    )
    if not countries.is_open(batch.country):
        return shown
    calendar = countries.get(batch.country).calendar
    days = calendars.closed_days(calendar, now.date(), now.date() + timedelta(days=366))
    closed = [each for _unused, each in zip(range(HOLIDAYS_SHOWN), days, strict=False)]
    if closed:
        then = "".join(_(", then {day}").format(day=explain.day(day)) for day, _unused in closed[1:])
        shown.append((_("Banks closed"), explain.day(closed[0][0]), f"{closed[0][1]}{then}"))
    return shown


def shares(batch: Batch, going: leaving.Leaving) -> list[tuple[str, str, str]]:
    """All that is in the batch, what leaves now and what is kept back, each with its money; nothing if all leaves."""
    if not going.kept:
        return []
    parts = (
        (_("All in the batch"), Money(batch.total_minor, batch.currency), batch.item_count),
        (_("Leaves now"), going.money, going.count),
        (_("Kept back"), _kept_money(batch, going), len(going.kept)),
    )
    return [(label, _text(money), _payouts(count)) for label, money, count in parts]


def _kept_money(batch: Batch, going: leaving.Leaving) -> Money:
    return Money(batch.total_minor - going.money.minor, batch.currency)


def _payouts(count: int) -> str:
    return _("1 payout") if count == 1 else _("{item_count} payouts").format(item_count=number(count))


def _text(money: Money) -> str:
    return written.text(money)


def _funds_words(found: batch_look.Funds | None) -> tuple[str, str]:
    if found is None:
        return _("not known"), _("no statement of this account was read")
    promised = (
        _(", {text} promised to other batches").format(text=_text(found.promised))
        if found.promised.minor
        else ""
    )
    return _text(found.left), _("{text} on {day}{promised}").format(
        text=_text(found.closing), day=explain.day(found.day), promised=promised
    )


def short_of_money(batch: Batch, going: leaving.Leaving) -> str:
    """Why the funding account may not hold enough for what leaves, as a sentence; empty where it does or nobody
    knows.
    """
    found = batch_look.funds(batch, going.money) if before_sending(batch) else None
    if found is None or not found.short:
        return ""
    missing = _text(Money(-found.left.minor, found.left.currency))
    promised = (
        _(", of which {text} are promised to other batches").format(text=_text(found.promised))
        if found.promised.minor
        else ""
    )
    return _(
        "{funding_account} is short by {missing}: it held {text} on {day}{promised}. "
        "Move money there, or take payouts out."
    ).format(
        funding_account=batch.funding_account.code,
        missing=missing,
        text=_text(found.closing),
        day=explain.day(found.day),
        promised=promised,
    )


def changed(request: HttpRequest, batch: Batch, back: str, going: leaving.Leaving) -> dict[str, Any]:
    """Payees whose account is not the one paid last, for `changed.html`, and the ids of their items.

    Also those that are kept back: an approval is for them as well, and what keeps them may end before it is sent.
    """
    if not before_sending(batch):
        return {"changed": [], "more_changed": 0, "changed_ids": []}
    found = batch_look.changed_accounts(batch)
    may_take_out = "payouts.take_out_payout" in pages.permissions(request)
    return {
        "changed": [
            {
                "payee": payee,
                "kept": payee.payout.pk in going.kept,
                "take_out_url": _take_out(payee.payout, back) if may_take_out else "",
            }
            for payee in batch_look.changed(batch, found)
        ],
        "more_changed": max(len(found) - batch_look.MOST_CHANGED, 0),
        "changed_ids": [pk for pk, _unused in found],
    }


def since(batch: Batch, deadline: calendars.Deadline) -> dict[str, Any]:
    """What changed since the batch was proposed, for `since.html`: value date and flags; nothing once it is sent."""
    if not before_sending(batch):
        return {}
    flagged, more = batch_look.flagged_since(batch)
    return {
        "value_date_before": batch_look.value_date_before(batch, deadline.value_date),
        "value_date": deadline.value_date,
        "flagged_since": flagged,
        "more_flagged": more,
    }


def gone(batch: Batch, *, most: int) -> dict[str, Any]:
    """What left the batch since it was proposed, for `left.html`: the newest payouts, and all of them in numbers."""
    rows, count, money = batch_look.gone(batch, most=most)
    return {"gone": rows, "gone_count": count, "gone_money": money, "more_gone": count - len(rows)}


def _take_out(payout: Payout, back: str) -> str:
    query = urlencode([("ids", str(payout.pk)), ("back", back)])
    return f"{reverse('admin:payouts_payout_act', args=['take_out'])}?{query}"


def kept(batch: Batch, going: leaving.Leaving) -> dict[str, Any]:
    """Who is kept back, each with why, for `kept.html`, and all of them in numbers: an approval is for them as well."""
    shown = batch_look.kept(batch, payout_ids=going.kept, most=batch_look.MOST_KEPT)
    return {
        "kept": [{"payee": payee, "why": _sentence(going.kept[payee.payout.pk])} for payee in shown],
        "kept_count": len(going.kept),
        "kept_money": _kept_money(batch, going),
        "more_kept": len(going.kept) - len(shown),
    }


def _sentence(reason: str) -> str:
    return ended(f"{reason[0].upper()}{reason[1:]}")


def kept_back(going: leaving.Leaving) -> list[dict[str, Any]]:
    """What would not leave, by reason: what is blocked, and what the caps keep."""
    by_reason: dict[str, list[Payout]] = defaultdict(list)
    for payout in Payout.objects.filter(pk__in=going.kept).order_by("pk"):
        by_reason[going.kept[payout.pk]].append(payout)
    return [
        {
            "reason": sentences(_sentence(reason), going.room if payouts[0].pk in going.full else ""),
            "count": len(payouts),
            "references": [str(payout.reference) for payout in payouts],
        }
        for reason, payouts in by_reason.items()
    ]


def approved_by(request: HttpRequest, batch: Batch) -> bool:
    """Whether the approval in force is this reader's own: a page that they left open, or sent twice, is no surprise."""
    in_force = batch.status not in (BatchStatus.PROPOSED, BatchStatus.DISSOLVED)
    return in_force and batch.approved_by_id == request.user.pk


def why_not_approve(request: HttpRequest, batch: Batch, going: leaving.Leaving) -> str:
    """Why this reader cannot approve the proposed batch; empty where they can."""
    if batch.proposed_by_id == request.user.pk:
        return _("Off for you: you proposed it. Another treasurer must approve it.")
    if not batch.item_count:
        return _("Off: every payout has left this batch. Dissolve it.")
    if not going.count:
        return _("Off: everything in this batch is kept back. End what keeps it, or dissolve the batch.")
    return ""


def timeline(batch: Batch, submissions: list[Any]) -> list[dict[str, Any]]:
    """What happened to the batch, newest first."""
    entries: list[dict[str, Any]] = [
        {
            "at": batch.proposed_at,
            "title": _("Proposed"),
            "who": _name(batch.proposed_by),
            "meaning": "waiting",
        }
    ]
    if batch.approved_at is not None:
        entry = {
            "at": batch.approved_at,
            "title": _("Approved"),
            "who": _name(batch.approved_by),
            "meaning": "done",
        }
        entries.append(entry)
    for miss in batch.missed_cut_offs.select_related("approved_by"):
        text = _("Approved by {name} for {value_date}; not handed over in time.").format(
            name=_name(miss.approved_by), value_date=explain.day(miss.value_date)
        )
        entries.append(
            {"at": miss.found_at, "title": _("Missed its cut-off"), "text": text, "meaning": "stopped"}
        )
    for submission in submissions:
        if submission.payout_id is None:
            text = _("{body_bytes} bytes as {key}").format(
                body_bytes=number(submission.body_bytes), key=submission.key
            )
            entries.append(
                {
                    "at": submission.prepared_at,
                    "title": _("File made and stored"),
                    "text": text,
                    "meaning": "moving",
                }
            )
    if batch.status in (BatchStatus.DISSOLVED, BatchStatus.SETTLED):
        entry = {"at": batch.status_at, "title": BatchStatus(batch.status).label, "meaning": "done"}
        if batch.status == BatchStatus.DISSOLVED and (by := batch_words.dissolved(batch)) is not None:
            entry |= {"who": by.who, "text": by.why}
        entries.append(entry)
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user is not None else ""
