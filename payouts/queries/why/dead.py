"""What became of a payout that was cancelled, failed or returned, and where its money is now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from backoffice.words import ended, labelled, later, sentences, unended
from payouts.models import BankFact, Disposal, Hold, Payout, PayoutAccount, Transition
from payouts.models.hold import FOR_COMPLIANCE
from payouts.queries import blocks, explain, outside, recorded
from payouts.queries.why import acting, bars, details, releasing, unsent
from payouts.queries.why.causes import Cause, Explanation, Facts, most_secret
from payouts.rails import base, reasons
from payouts.states import PayoutStatus
from sellers.ledger.models import Earning
from sellers.ledger.money import Money

# Each payout's money is disposed of once, so this is a line. A rolled amount is in the payout whose span covers it.
_LINE = """
WITH RECURSIVE line (id, step) AS (
  SELECT %(payout)s::bigint, 0
  UNION ALL
  SELECT coalesce(d.new_payout_id, covering.id), line.step + 1
  FROM line JOIN payouts_disposal AS d ON d.payout_id = line.id
  LEFT JOIN ledger_earning AS e ON e.id = d.earning_id
  LEFT JOIN payouts_payout AS covering ON covering.account_id = e.account_id AND covering.span @> e.due_date
  WHERE coalesce(d.new_payout_id, covering.id) IS NOT NULL AND line.step < %(most)s
)
SELECT id FROM line ORDER BY step
"""
MOST = 20
_DIED = {
    PayoutStatus.CANCELLED: later("Payout {reference} was cancelled on {date}"),
    PayoutStatus.FAILED: later("Payout {reference} failed on {date}"),
    PayoutStatus.RETURNED: later("Payout {reference} was returned on {date}"),
}


@dataclass(frozen=True)
class Line:
    """The payouts that the money went through, the first being the one asked about. ``rolled`` is the earning it is
    now, where it waits for a run; ``told`` the sentences about all of them that are dead; ``lost`` those of which the
    bank has a payment that this database lost in a restore.
    """

    payouts: Sequence[Payout]
    rolled: Earning | None
    told: str
    lost: Collection[int]

    @property
    def last(self) -> Payout:
        return self.payouts[-1]


def line(payout: Payout) -> Line:
    """Where the money of a dead payout went, reissued or rolled, as often as that was."""
    with connection.cursor() as cursor:
        cursor.execute(_LINE, {"payout": payout.pk, "most": MOST})
        ids = [row[0] for row in cursor.fetchall()]
    found = Payout.objects.select_related("seller", "batch").in_bulk(ids)
    payouts = [found[pk] for pk in ids]
    disposals = {
        each.payout_id: each
        for each in Disposal.objects.filter(payout__in=ids).select_related("earning", "new_payout")
    }
    ends, lost = _ends(payouts), outside.known(payouts=payouts)
    told = []
    for position, each in enumerate(payouts):
        if each.pk not in ends:
            continue
        words = ended(ends[each.pk].words)
        if each.pk in lost:
            words = sentences(words, unsent.handed_before(lost[each.pk]))
        disposal = disposals.get(each.pk)
        if disposal is not None:
            words = sentences(words, _went(disposal, payouts[position + 1 : position + 2]))
        told.append(words)
    last = disposals.get(payouts[-1].pk)
    return Line(payouts, last.earning if last is not None else None, sentences(*told), lost)


def _went(disposal: Disposal, after: Sequence[Payout]) -> str:
    if disposal.new_payout is not None:
        return _("The money is paid again as {reference}.").format(reference=disposal.new_payout.reference)
    if after:
        return _("The money is part of {reference}.").format(reference=after[0].reference)
    assert disposal.earning is not None  # a constraint: one way or the other
    return _("The money is part of the next payout, due {due_date}.").format(
        due_date=explain.day(disposal.earning.due_date)
    )


def undisposed(line: Line, *, now: datetime) -> Explanation:
    """The paragraph while nobody has decided what becomes of the money of the last payout, a dead one.

    What stops everything of the seller is told first, and is the cause but where the seller is asked for something
    (`most_secret`). So are holds for fraud or compliance on the payout itself, before whose release its money goes
    nowhere.
    """
    payout = line.last
    facts = Facts(reference=str(payout.reference), money=Money(payout.amount_minor, payout.currency))
    holds = blocks.open_holds(payouts=[payout]).get(payout.pk, [])
    judged = [hold for hold in holds if hold.reason in FOR_COMPLIANCE]
    own = [hold for hold in judged if hold.payout_id is not None]
    barred = [bars.of(payout.seller)]
    if own:
        barred.append(bars.held(own, _("The payout itself is on hold: {labels}. {words}")))
    told = _next(line, judged, facts, now)
    actor = acting.together(
        [*(actor for each in barred if each is not None for actor in each.actors), told.actor]
    )
    said = [each for each in barred if each is not None]
    cause = told.cause
    if cause is not Cause.KNOWN_OUTSIDE:
        cause = most_secret([*(each.cause for each in said), cause])
    told = replace(told, text=sentences(*(each.text for each in said), told.text), cause=cause, actor=actor)
    if judged and told.cause is not Cause.KNOWN_OUTSIDE:
        stops = [*(hold for hold in holds if hold.seller_id is not None), *own]
        seller = payout.seller
        stands = blocks.standing(suspended_at=seller.suspended_at, verified_at=seller.verified_at)
        lifts = [acting.COMPLIANCE] if stands else []
        first = acting.together([*lifts, *(actor for actor, _unused in map(releasing.ends, stops))])
        told = replace(told, actor=_("{first}, then an analyst").format(first=first))
    return replace(told, text=sentences(line.told, told.text), status=PayoutStatus(payout.status))


def _next(line: Line, judged: Sequence[Hold], facts: Facts, now: datetime) -> Explanation:
    """What is to be done with the money of the last payout once nothing bars it any more."""
    payout = line.last
    action = _ends([payout])[payout.pk].action
    if payout.pk in line.lost:
        text = _("It is not paid again as it was: after that an analyst adds it to the next payout.")
        return Explanation(text, acting.FINDERS, Cause.KNOWN_OUTSIDE, facts)
    if judged:
        text = _(
            "The money is with us and stays until every hold for fraud or compliance is released; then an analyst "
            "pays it again or adds it to the next payout."
        )
        return Explanation(text, _("an analyst"), Cause(f"held_{judged[0].reason}"), facts)
    decide = _("nobody decided yet whether to pay it again or to add it to the next payout")
    if action is reasons.Action.REVERIFY_DETAILS:
        return _new_details(payout, decide, facts, now)
    if action is reasons.Action.HOLD_COMPLIANCE:
        text = _(
            "The money is with us, and {decide}. Ask compliance first; tell the seller nothing of the reason."
        ).format(decide=decide)
        return Explanation(text, str(acting.COMPLIANCE_THEN_ANALYST), Cause.CAME_BACK, facts)
    cause = Cause.CANCELLED if payout.status == PayoutStatus.CANCELLED else Cause.CAME_BACK
    text = _("The money is with us, and {decide}.").format(decide=decide)
    return Explanation(text, _("an analyst"), cause, facts)


def _new_details(payout: Payout, decide: str, facts: Facts, now: datetime) -> Explanation:
    """For money that came back because of its account: new details are asked for, given, or in effect."""
    new = details.awaited(payout=payout, now=now)
    if new is None:
        current = PayoutAccount.objects.filter(seller=payout.seller_id, currency=payout.currency).values_list(
            "current__fingerprint", "current__masked"
        )
        for fingerprint, masked in current:
            if fingerprint not in (None, payout.payout_account.fingerprint):
                text = _(
                    "The money is with us. The new bank account {masked} is in effect, and {decide}."
                ).format(masked=masked, decide=decide)
                return Explanation(text, _("an analyst"), Cause.CAME_BACK, facts)
        text = _(
            "The money is with us. Ask the seller for new bank details; when they are "
            "verified and in effect, an analyst pays it again or adds it to the next "
            "payout."
        )
        return Explanation(text, _("the seller, then an analyst"), Cause.DETAILS_REFUSED, facts)
    facts = replace(facts, until=new.earliest.date())
    if new.code == details.TO_COME:
        text = _(
            "The money is with us. The new account {masked} is verified and in effect from {start}; then an analyst "
            "pays it again or adds it to the next payout."
        ).format(masked=new.masked, start=new.start)
        return Explanation(text, _("an analyst"), Cause.ACCOUNT_WAITS, facts)
    text = _(
        "The money is with us, and the seller gave new bank details already. {verifies} When they are in effect, an "
        "analyst pays it again or adds it to the next payout."
    ).format(verifies=details.verifies(new))
    return Explanation(text, str(acting.COMPLIANCE_THEN_ANALYST), Cause.ACCOUNT_TO_VERIFY, facts)


@dataclass(frozen=True)
class _End:
    words: str
    action: reasons.Action | None = None


def _ends(payouts: Sequence[Payout]) -> dict[int, _End]:
    """How each dead one of these died, without a full stop."""
    dead = [p for p in payouts if p.status in (PayoutStatus.FAILED, PayoutStatus.RETURNED)]
    facts: dict[int, BankFact] = {}
    said = BankFact.objects.filter(attempt__payout__in=dead, kind__in=["failed", "returned", "rejected"])
    for fact in said.select_related("attempt").order_by("pk"):
        facts[fact.attempt.payout_id] = fact
    cancelled = [p for p in payouts if p.status == PayoutStatus.CANCELLED]
    why = {
        move.payout_id: move
        for move in Transition.objects.filter(payout__in=cancelled, name="cancel")
        .select_related("actor")
        .order_by("id")
    }
    found = {}
    for payout in [*dead, *cancelled]:
        at = payout.status_at.astimezone(ZoneInfo(explain.zone_of(payout.country)))
        words = _DIED[PayoutStatus(payout.status)].format(
            reference=payout.reference, date=explain.day(at.date())
        )
        if payout.pk in facts:
            because, action = _why(facts[payout.pk])
            found[payout.pk] = _End(labelled(words, because), action)
        elif payout.pk in why:
            found[payout.pk] = _End(_cancelled(words, why[payout.pk]))
        else:
            found[payout.pk] = _End(words)
    return found


def _cancelled(words: str, move: Transition) -> str:
    """By whom, and why in that person's own words: what they say of the money is theirs, and may be outdated."""
    if move.actor is None:
        return labelled(words, unended(recorded.said(move.reason)))
    return _("{words} by {name}, who wrote: “{reason_given}”").format(
        words=words,
        name=move.actor.get_full_name() or move.actor.get_username(),
        reason_given=unended(move.reason),
    )


def _why(fact: BankFact) -> tuple[str, reasons.Action]:
    """Why the bank did not carry it: in our words where its code is known, else in its own."""
    reason = reasons.explain(fact.code, kind=base.ReportKind(fact.kind))
    sentence = reason.sentence if fact.code or not fact.text else recorded.perhaps(fact.text)
    return sentence[:1].lower() + unended(sentence[1:]), reason.action
