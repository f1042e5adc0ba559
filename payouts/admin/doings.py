"""What can be done with one payout: every verb, and for each that is off why, in a sentence."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.audit import holders
from backoffice.audit.actors import Actor
from backoffice.words import later
from payouts import states
from payouts.admin import verbs
from payouts.models import Payout
from payouts.operations import holds
from payouts.queries import recalls, shown
from payouts.states import DEAD, UNSENT, PayoutStatus
from sellers.ledger import written
from sellers.ledger.money import Money


@dataclass(frozen=True)
class Deed:
    """One verb: whom it belongs to, when it fits, and what is said when it does not.

    ``unfit`` answers why it does not fit this payout now, or nothing.
    """

    name: str
    label: str
    permission: str
    unfit: Callable[[Payout], str]
    kind: str = ""
    key: str = ""


def _status(payout: Payout) -> str:
    return str(PayoutStatus(payout.status).label).lower()


def _by_table(name: str, only: str) -> Callable[[Payout], str]:
    """By THE table: the verb has an edge from this status, or ``only`` says from where it has."""
    sources = {move.source for move in states.moves_named(name)}

    def unfit(payout: Payout) -> str:
        if payout.status in sources:
            return ""
        return _("It is {status}: {only}.").format(status=_status(payout), only=only)

    return unfit


def _to_hold(payout: Payout) -> str:
    return (
        ""
        if payout.status in UNSENT
        else _("It is {status}: a hold comes too late.").format(status=_status(payout))
    )


def _to_release(payout: Payout) -> str:
    open_ones = payout.holds.filter(released_at__isnull=True).exists()
    return "" if open_ones else _("No hold on the payout itself is open.")


def _to_recall(payout: Payout) -> str:
    why_not = recalls.why_not(payout)
    return f"{why_not[:1].upper()}{why_not[1:]}"


def _to_give_back(payout: Payout) -> str:
    if payout.status not in DEAD:
        return _("It is {status}: only what failed, came back or was cancelled is paid anew.").format(
            status=_status(payout)
        )
    return (
        _("Its money was paid again or added to a later payout already.")
        if hasattr(payout, "disposal")
        else ""
    )


DEEDS = (
    Deed("hold", later("Hold"), "payouts.place_hold", _to_hold, "stop", "h"),
    Deed("release", later("Release"), "payouts.release_hold", _to_release),
    Deed(
        "review", later("Mark reviewed"), "payouts.review_payout",
        _by_table("review", later("only what is to review is marked reviewed")), "main", "r",
    ),
    Deed(
        "approve", later("Approve"), "payouts.approve_payout",
        _by_table("approve", later("only what somebody reviewed is approved")), "main", "a",
    ),
    Deed(
        "send_back", later("Send back to review"), "payouts.send_back_payout",
        _by_table("send_back", later("only what is reviewed and not yet sent goes back")),
    ),
    Deed(
        "batch", later("Put into a batch"), "payouts.propose_batch",
        _by_table("batch", later("only what is approved goes into a batch")), "main",
    ),
    Deed(
        "take_out", later("Take out of the batch"), "payouts.take_out_payout",
        _by_table("take_out", later("only what is in a batch is taken out")),
    ),
    Deed(
        "cancel", later("Cancel"), "payouts.cancel_payout",
        _by_table("cancel", later("only what is not yet sent is cancelled")), "stop",
    ),
    Deed("recall", later("Ask the bank to recall"), "payouts.ask_recall", _to_recall, "stop", "h"),
    Deed("reissue", later("Pay it again"), "payouts.dispose_payout", _to_give_back, "main"),
    Deed("roll", later("Add it to the next payout"), "payouts.dispose_payout", _to_give_back),
)  # fmt: skip


@dataclass(frozen=True)
class Doings:
    """``now`` are the reader's verbs of this moment, on or off; ``later`` all others, each with why."""

    now: list[dict[str, Any]]
    later: list[dict[str, str]]


def of(*, payout: Payout, actor: Actor, held: Collection[str]) -> Doings:
    """Every verb on this payout for a reader who holds these permissions."""
    now: list[dict[str, Any]] = []
    later: list[dict[str, str]] = []
    seen = shown.tokens([payout])[payout.pk]
    for deed in DEEDS:
        unfit = deed.unfit(payout)
        if (
            unfit
            and deed.name == "recall"
            and deed.permission in held
            and payout.status in recalls.WITH_THE_BANK
        ):
            why_not = recalls.why_not(payout)
            now.append(
                {"label": deed.label, "kind": deed.kind, "off": _("Off: {why_not}").format(why_not=why_not)}
            )
        elif unfit:
            later.append({"label": deed.label, "why": unfit})
        elif deed.permission not in held:
            later.append({"label": deed.label, "why": _whose(deed.permission)})
        else:
            now.append(_verb(deed, payout, actor, seen))
    return Doings(now, later)


def _whose(permission: str) -> str:
    """Who may, where the reader may not."""
    names = holders.whoever(permission)
    if not names:
        return _("Nobody has a role that does this.")
    return _("Your role does not do this: ask {names}.").format(names=names)


def _verb(deed: Deed, payout: Payout, actor: Actor, seen: str) -> dict[str, Any]:
    label = deed.label
    if deed.name == "approve":
        money = Money(payout.amount_minor, payout.currency)
        label = _("Approve {text}").format(text=written.text(money))
    shown: dict[str, Any] = {"label": label, "kind": deed.kind}
    if deed.name in verbs.BULKS:
        refused = verbs.BULKS[deed.name].preview(payout_ids=[payout.pk], actor=actor).refused
        if refused:
            return shown | {"off": _("Off: {reason}.").format(reason=refused[0].reason)}
    if deed.name == "release":
        ids = payout.holds.filter(released_at__isnull=True).values_list("pk", flat=True)
        if why_not := holds.preview_release(hold_ids=ids, actor=actor).why_nothing:
            return shown | {"off": _("Off: {reason}.").format(reason=why_not)}
    if deed.name == "recall":
        return shown | {
            "url": reverse("admin:payouts_payout_recall", args=[payout.reference]),
            "key": deed.key,
        }
    return shown | {"key": deed.key, "url": _act(deed.name, payout, seen)}


def _act(name: str, payout: Payout, seen: str) -> str:
    """The page of the verb for this payout as it is shown now."""
    back = reverse("admin:payouts_payout_detail", args=[payout.reference])
    query = {"seen": f"{payout.pk}={seen}", "back": back}
    return f"{reverse('admin:payouts_payout_act', args=[name])}?{urlencode(query)}"
