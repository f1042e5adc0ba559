"""What the description of the API says of statuses, verbs and refusals: from the tables that decide them."""

from collections.abc import Iterable

from django.utils.translation import override

from backoffice.audit import authority, rights
from payouts.states import DEAD, TRANSITIONS, UNSENT, PayoutStatus

PAYOUT_STATUS = (
    "The way: PENDING_REVIEW, REVIEWED, APPROVED, BATCHED, SUBMITTED, PAID. A verb, or what the bank refuses "
    "before it carries it, takes one back a step or more. Ends: CANCELLED (before it was sent), FAILED (sent, "
    "and did not arrive), RETURNED (came back; what is PAID or FAILED may still become it). A hold is no "
    "status: see `on_hold` and `blocked`."
)
BATCH_STATUS = (
    "The way: PROPOSED, APPROVED, SUBMITTING, SUBMITTED, SETTLED (every payout of it is over). DISSOLVED: "
    "before it was submitted. A missed cut-off takes APPROVED back to PROPOSED, to be approved again."
)
EXPORT_STATUS = (
    "WAITING, RUNNING, then READY; or FAILED (`error` says why: ask anew) or CANCELLED. READY becomes EXPIRED "
    "at `expires_at`, when its file is erased. Poll every few seconds until it is neither WAITING nor "
    "RUNNING."
)
REFUSALS = {
    "account_unverified": "its bank account is not verified yet",
    "changed": "it is not what `seen` says any more, or somebody did it just now: read it again (409 for one payout)",
    "country_closed": "we do not pay in its country",
    "four_eyes": "another person must: you reviewed or proposed it, or asked for its bank account",
    "handed_over_before_restore": "the bank may have paid it: a person finds out first",
    "held": "a hold on it or on its seller is open",
    "hold": "a hold for fraud or compliance is open: its money stays until that is released",
    "no_account": "its seller has no bank account that may be paid",
    "no_funding": "no account of ours pays its currency over its rail",
    "not_found": "no payout has this id",
    "not_held": "no hold on the payout itself is open",
    "nothing_to_give_back": "its money did not come back, so it cannot be paid again",
    "over_cap": "it is more than a cap allows",
    "review_void": "it changed after its review: it is to be reviewed again",
    "second_person": "two people release it, on the page of holds",
    "seller_suspended": "its seller is suspended",
    "seller_unverified": "its seller is not verified",
    "sent": "it was sent already: a hold comes too late",
    "status": "the verb does not begin at its status",
}
"""Why a verb leaves a payout alone, by code: of many in `refused`, of one as the problem's `code`."""

_BESIDES = {
    "hold": "Each call places one more hold; the status stays, but a payout in a batch leaves it.",
    "release": "Ends every open hold on the payout itself, none on its seller; the status stays.",
    "reissue": "Only while its money was neither paid again nor rolled; the new payout has it in `reissue_of`.",
    "roll": "Only while its money was neither paid again nor rolled.",
}


def refusals() -> str:
    """Every code of a refusal with what it means, as Markdown."""
    return "\n".join(f"* `{code}`: {meaning}" for code, meaning in REFUSALS.items())


def verb(name: str, right: str) -> str:
    """Where a verb begins, where it leads, and who may call it."""
    moves = [move for move in TRANSITIONS if move.name == name]
    begins = _either(move.source for move in moves) if moves else _BEGINS[name]
    leads = f" It is {moves[0].target} then." if moves else ""
    stopped = " Not while it is blocked." if any(move.blocked_by_hold for move in moves) else ""
    with override("en"):
        asks = f"Asks for the right to {rights.deed(right)}"
    person = (
        ", of a person at a browser session: never with a token" if right in authority.PERSON_ONLY else ""
    )
    words = f"Begins at {begins}.{leads}{stopped} {asks}{person}."
    return f"{words} {_BESIDES[name]}" if name in _BESIDES else words


def _either(statuses: Iterable[PayoutStatus]) -> str:
    found = set(statuses)
    *first, last = [status.value for status in PayoutStatus if status in found]
    return f"{', '.join(first)} or {last}" if first else last


_BEGINS = {
    "hold": _either(UNSENT),
    "release": "any status",
    "reissue": _either(DEAD),
    "roll": _either(DEAD),
}
