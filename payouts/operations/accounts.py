"""Where a seller is paid: asking for another bank account, a second person's word on it, when it takes
effect.

A version never changes. One that is asked for holds the seller's unsent payouts in its currency; one that
takes effect becomes where they go, and sends them back to review (HOUSE ruling 6).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import later, sentences
from payouts import countries
from payouts.countries import schemes
from payouts.models import AccountDecision, AccountVersion, Hold, HoldReason, Payout, PayoutAccount
from payouts.operations import _batches, _move, _reveals, _sealing, account_rows, flagging, holds
from payouts.rails import base
from payouts.states import UNSENT, PayoutStatus
from sellers.ledger.models import Account as LedgerAccount
from sellers.models import Seller

FOUR_EYES = later("Not decided: you asked for this bank account. Another person must verify it.")


class BadDetails(Refused):
    """The bank details cannot be an account. ``problems`` has a sentence per field, in the form's order."""

    code = "bad_account"

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(sentences(*(sentence for _unused, sentence in problems)))
        self.problems = list(problems)


class OwnRequest(Refused):
    """Who asked for an account may not verify it."""

    code = "four_eyes"


@transaction.atomic
def request(
    *,
    seller_id: int,
    currency: str,
    fields: Mapping[str, str],
    holder_name: str,
    country: str,
    actor: Actor,
    now: datetime,
) -> AccountVersion:
    """A new version of the seller's account in a currency stands, to be verified by another person.

    ``country`` is whose account scheme the fields follow. It may be paid ``settings.ACCOUNT_WAIT_HOURS``
    after ``now``; the seller's unsent payouts in that currency are on hold until it is rejected or takes
    effect. Raises `BadDetails`, `Conflict` while another change waits to be verified, `Refused` for a closed
    country or another currency than the country is paid in, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.request_payout_account")
    if not countries.is_open(country):
        raise Refused(
            _("No bank account asked for: no country file opens {country}.").format(country=country),
            code="country_closed",
        )
    market = countries.get(country)
    if currency != market.currency:
        raise Refused(
            _("No bank account asked for: {market} is paid in {currency}, not in {other_currency}.").format(
                market=market.called, currency=market.currency, other_currency=currency
            ),
            code="currency",
        )
    wish = account_rows.Wish(
        seller_id,
        currency,
        market.account_scheme,
        _parsed(market.account_scheme, fields, holder_name),
        holder_name,
    )
    Seller.objects.select_for_update(no_key=True).get(pk=seller_id)
    waiting = AccountVersion.objects.filter(
        slot__seller_id=seller_id, slot__currency=currency, decision__isnull=True
    ).first()
    if waiting is not None:
        raise Conflict(
            _(
                "No bank account asked for: {masked} waits to be verified already. Have it "
                "verified or rejected first."
            ).format(masked=waiting.masked)
        )
    wait = timedelta(hours=settings.ACCOUNT_WAIT_HOURS)
    version = account_rows.write(wishes=[wish], actor=actor, now=now, effective_at=now + wait)[0]
    unsent = _locked_unsent([(seller_id, currency)])
    holds.place_on(
        payouts=unsent,
        reason=HoldReason.ACCOUNT_CHANGE,
        note=f"The bank account is to change to {version.masked}. Released once that is settled.",
        now=now,
    )
    return version


def _parsed(scheme: str, fields: Mapping[str, str], holder_name: str) -> dict[str, str]:
    problems: list[tuple[str, str]] = []
    parsed: dict[str, str] = {}
    try:
        parsed = schemes.get(scheme).parse(fields)
    except schemes.AccountError as error:
        problems = [(problem.field, problem.sentence) for problem in error.problems]
    if not holder_name.strip():
        problems.append(
            ("holder_name", _("Holder: it is missing. Write the name the bank has for this account."))
        )
    if problems:
        raise BadDetails(problems)
    return parsed


@transaction.atomic
def decide(*, version_id: int, verified: bool, actor: Actor, note: str, now: datetime) -> AccountDecision:
    """Another person has verified or rejected the version, once.

    A verified one takes effect when its wait is over, at once if it is. A rejected one never does, and the
    holds it caused are released. Raises `OwnRequest`, `Conflict` when it was decided, `Refused` for a
    rejection without a note, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.verify_payout_account")
    seller_id = AccountVersion.objects.values_list("slot__seller_id", flat=True).get(pk=version_id)
    Seller.objects.select_for_update(no_key=True).get(pk=seller_id)
    version = AccountVersion.objects.select_related("slot").get(pk=version_id)
    if version.requested_by_id == actor.user_id:
        raise OwnRequest(FOUR_EYES)
    if AccountDecision.objects.filter(version=version).exists():
        raise Conflict(
            _("Not decided: {masked} was verified or rejected by someone else already.").format(
                masked=version.masked
            )
        )
    if not verified and not note.strip():
        raise Refused(
            _("Not rejected: say why, so that the seller can be told what to send."), code="reason_missing"
        )
    decision = account_rows.write_decisions(
        versions=[version], verified=verified, actor=actor, note=note, now=now
    )[0]
    if verified:
        _take_effect(versions=_ripe(now).filter(pk=version.pk), now=now)
    else:
        # A run that counted on this version holds the ledger account: what it put on hold is seen now, or it is later.
        _locked_unsent([(seller_id, version.slot.currency)])
        _release_holds(
            [version.slot],
            because=[HoldReason.ACCOUNT_CHANGE],
            note=f"The change to {version.masked} was rejected: {note.strip()}",
            now=now,
        )
    return decision


@transaction.atomic
def take_effect(*, now: datetime) -> int:
    """Every verified version whose wait is over is in effect; answers how many became so. Beat runs it.

    The seller's unsent payouts in that currency go to it and are to review again; their account-change holds
    are released, other holds stand.
    """
    return _take_effect(versions=_ripe(now), now=now)


def _ripe(now: datetime) -> QuerySet[AccountVersion]:
    """Verified, the wait over, newer than what is in effect."""
    return AccountVersion.objects.filter(decision__verified=True, effective_at__lte=now).filter(
        Q(slot__current__isnull=True) | Q(number__gt=F("slot__current__number"))
    )


def _take_effect(*, versions: QuerySet[AccountVersion], now: datetime) -> int:
    sellers = sorted(set(versions.values_list("slot__seller_id", flat=True)))
    if not sellers:
        return 0
    list(
        Seller.objects.select_for_update(no_key=True).filter(pk__in=sellers).order_by("pk").values_list("pk")
    )
    newest: dict[int, AccountVersion] = {}
    for version in versions.select_related("slot").order_by("number"):  # asked again: under the lock
        newest[version.slot_id] = version
    into = {(v.slot.seller_id, v.slot.currency): v for v in newest.values()}
    payouts = _locked_unsent(list(into))
    targets = {p.pk: into[p.seller_id, p.currency].pk for p in payouts}
    _point([p for p in payouts if p.payout_account_id != targets[p.pk]], targets, now)
    slots = [version.slot for version in newest.values()]
    for slot in slots:
        slot.current = newest[slot.pk]
    PayoutAccount.objects.bulk_update(slots, ["current"], batch_size=2000)
    recording.record_many(
        actor=SYSTEM,
        action="account.take_effect",
        now=now,
        subject_type="payouts.accountversion",
        subjects=[(version.pk, {"seller": version.slot.seller_id}) for version in newest.values()],
    )
    _release_holds(
        slots,
        because=[HoldReason.ACCOUNT_CHANGE, HoldReason.ACCOUNT_REFUSED],
        note="The new bank account is verified and in effect.",
        now=now,
    )
    return len(newest)


def _point(payouts: Sequence[Payout], targets: dict[int, int], now: datetime) -> None:
    because = "The bank account changed"
    in_review = [p for p in payouts if p.status == PayoutStatus.PENDING_REVIEW]
    back = [p for p in payouts if p.status != PayoutStatus.PENDING_REVIEW]
    _batches.leave(payouts=[p for p in back if p.status == PayoutStatus.BATCHED], because=because, now=now)
    moved = _move.change(
        name="send_back", payouts=back, actor=SYSTEM, reason=because, now=now, versions=targets
    )
    moved += _move.point(payouts=in_review, actor=SYSTEM, reason=because, now=now, versions=targets)
    flagging.renew(payout_ids=moved, now=now)


def _locked_unsent(pairs: Sequence[tuple[int, str]]) -> list[Payout]:
    """The unsent payouts of these sellers in these currencies, locked. A rival run comes before or after."""
    wanted = set(pairs)
    accounts = LedgerAccount.objects.select_for_update(of=("self",)).filter(
        seller_id__in={s for s, _unused in pairs}
    )
    mine = [a.pk for a in accounts.order_by("pk") if (a.seller_id, a.currency) in wanted]
    unsent = Payout.objects.filter(account_id__in=mine, status__in=UNSENT)
    # What was submitted while we waited for its lock is not ours any more.
    return [p for p in _move.locked(unsent.values_list("pk", flat=True)) if p.status in UNSENT]


def _release_holds(
    slots: Sequence[PayoutAccount], *, because: Sequence[HoldReason], note: str, now: datetime
) -> None:
    """The program's own holds for these reasons are over, but for slots where yet another change waits."""
    busy = set(
        AccountVersion.objects.filter(slot__in=slots)
        .filter(Q(decision__isnull=True) | Q(decision__verified=True, effective_at__gt=now))
        .filter(Q(slot__current__isnull=True) | Q(number__gt=F("slot__current__number")))
        .values_list("slot_id", flat=True)
    )
    free = {(slot.seller_id, slot.currency) for slot in slots if slot.pk not in busy}
    caused = Hold.objects.filter(
        reason__in=because,
        placed_by__isnull=True,
        released_at__isnull=True,
        payout__seller_id__in={seller_id for seller_id, _unused in free},
    ).values_list("pk", "payout__seller_id", "payout__currency")
    ids = [pk for pk, seller_id, currency in caused if (seller_id, currency) in free]
    holds.release_by_system(hold_ids=ids, note=note, now=now)


@transaction.atomic
def details(*, version_id: int, reason: str, actor: Actor, now: datetime) -> dict[str, str]:
    """The full bank details by the scheme's field names, once the reveal is recorded with its reason.

    Raises `Refused` without a reason, `_reveals.TooManyReveals`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.reveal_payout_account")
    version = AccountVersion.objects.select_related("slot").get(pk=version_id)
    _reveals.look(action=_reveals.ACCOUNT, subject=version, reason=reason, data={}, actor=actor, now=now)
    return _sealing.opened([version])[version.pk]


def decrypt_for_rail(*, version_ids: Iterable[int]) -> dict[int, base.Account]:
    """The accounts as a rail takes them, by version. For rendering submissions only: nothing is recorded."""
    versions = AccountVersion.objects.select_related("slot").filter(pk__in=set(version_ids))
    found = list(versions)
    fields = _sealing.opened(found)
    return {version.pk: base.Account(scheme=version.scheme, fields=fields[version.pk]) for version in found}
