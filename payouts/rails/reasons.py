"""What a reason code means for people, and what to do about it.

Keyed by (list, code), because the same four letters mean different things: AC16 is an invalid card number
when a payment is rejected and a sequestrated account when it is returned. Sentences are ours; the codes are
of the ISO 20022 external code sets (status reason and return reason).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from payouts.rails import base
from sellers.ledger.words import _, noted


class Action(StrEnum):
    """What follows from a reason, whichever rail gave it."""

    REVERIFY_DETAILS = "reverify_details"
    """Stop paying this account until the seller gave new details and they were verified."""
    HOLD_COMPLIANCE = "hold_compliance"
    """Freeze the seller's payouts for compliance; tell the seller nothing that tips off."""
    HOLD_INVESTIGATE = "hold_investigate"
    """Possibly paid twice: reconcile before anything else."""
    FIX_AND_RESEND = "fix_and_resend"
    """Our mistake: correct the data; a new attempt after the confirmed rejection."""
    FUND_AND_RETRY = "fund_and_retry"
    RETRY_SAME = "retry_same"
    """Technical: nothing is wrong with the payment."""
    HUMAN_DECISION = "human_decision"
    CLOSE = "close"
    WAIT = "wait"


@dataclass(frozen=True)
class Reason:
    code: str
    sentence: str
    action: Action


_R, _C, _I, _F, _H = (
    Action.REVERIFY_DETAILS,
    Action.HOLD_COMPLIANCE,
    Action.HOLD_INVESTIGATE,
    Action.FIX_AND_RESEND,
    Action.HUMAN_DECISION,
)
_EITHER: dict[str, tuple[str, Action]] = {
    "AC01": (noted("The account number does not exist at that bank."), _R),
    "AC03": (noted("The payee's account number is wrong."), _R),
    "AC04": (noted("The account is closed."), _R),
    "AC06": (noted("The account is blocked."), _R),
    "AC07": (noted("The payee's account is closed."), _R),
    "AC13": (noted("The kind of account does not fit."), _R),
    "AC15": (noted("The payee's account details have changed."), _R),
    "AC17": (noted("The account is being wound up."), _C),
    "AG01": (noted("This kind of account cannot receive such payments."), _R),
    "AG02": (noted("The bank does not know this kind of payment."), _F),
    "AM01": (noted("The amount is zero."), _F),
    "AM02": (noted("The amount is more than allowed."), _F),
    "AM03": (noted("The bank does not handle this currency."), _F),
    "AM04": (noted("The funding account does not hold enough money."), Action.FUND_AND_RETRY),
    "AM05": (noted("The bank has seen this payment before."), _I),
    "AM09": (noted("The amount is not what was agreed."), _H),
    "AM10": (noted("The control sum of the file is wrong."), _F),
    "AM16": (noted("The control sum of the message is wrong."), _F),
    "AM17": (noted("The control sum of a payment block is wrong."), _F),
    "AM18": (noted("The number of payments in the file is wrong."), _F),
    "AM21": (noted("An agreed limit is exceeded."), _H),
    "BE01": (noted("The payee's name does not belong to the account."), _R),
    "BE04": (noted("The payee's address is missing or wrong."), _R),
    "BE05": (noted("The bank does not know us as the sender."), _F),
    "CH03": (noted("The execution date is too far ahead."), _F),
    "CH04": (noted("The execution date is in the past."), _F),
    "CNOR": (noted("The payee's bank cannot be reached over this scheme."), _R),
    "DNOR": (noted("Our bank is not registered with this scheme."), _F),
    "DT01": (noted("A date is invalid."), _F),
    "DU01": (noted("The bank already has a file with this message id."), _I),
    "DU02": (noted("The bank already has a payment block with this id."), _I),
    "DU03": (noted("The bank already has this payment."), _I),
    "DU04": (noted("The bank already has a payment with this end-to-end id."), _I),
    "DU05": (noted("The bank already has a payment with this instruction id."), _I),
    "DUPL": (noted("Sent back as a duplicate."), _I),
    "ED05": (noted("Settlement between the banks failed."), Action.RETRY_SAME),
    "FF01": (noted("The bank could not read the file."), _F),
    "FOCR": (noted("Sent back at our request."), Action.CLOSE),
    "FR01": (noted("Sent back because of fraud."), _C),
    "MD07": (noted("The payee has died."), _C),
    "MS02": (noted("The payee sent it back without a reason."), _H),
    "MS03": (noted("The payee's bank gives no reason."), _H),
    "NARR": (noted("The bank explains in words."), _H),
    "RC01": (noted("The bank code (BIC) is wrong."), _R),
    "RC04": (noted("The payee's bank is not valid."), _R),
    "RC07": (noted("The payee's bank code (BIC) is not valid."), _R),
    "RR01": (noted("Our account or identification is missing, which the law asks for."), _F),
    "RR02": (noted("Our name or address is missing, which the law asks for."), _F),
    "RR03": (noted("The payee's name or address is missing, which the law asks for."), _R),
    "RR04": (noted("Stopped for a regulatory reason."), _C),
    "SL02": (noted("The payee's bank offers a service of its own here."), _H),
    "TECH": (noted("Technical problem at a bank."), _I),
    "TM01": (noted("It reached the bank after the cut-off."), Action.RETRY_SAME),
    "UPAY": (noted("The payee says that nothing was owed."), _H),
    # Verification of payee: outcome of the name check
    "RCVC": (noted("The payee's name matches the account."), Action.WAIT),
    "RVMC": (noted("The payee's name nearly matches the account."), _H),
    "RVNM": (noted("The payee's name does not match the account."), _R),
    "RVNA": (noted("The payee's name could not be checked."), _H),
    "RVNC": (noted("The check of the payee's name is still running."), Action.WAIT),
    "RVCM": (noted("The check of names found mismatches."), _H),
}
_REJECTED: dict[str, tuple[str, Action]] = {"AC16": (noted("The card number is not valid."), _R)}
_RETURNED: dict[str, tuple[str, Action]] = {"AC16": (noted("The account is under sequestration."), _C)}
SENTENCES = tuple(
    sorted({sentence for sentence, _action in (*_EITHER.values(), *_REJECTED.values(), *_RETURNED.values())})
)
"""All of them, in English, as they are written down."""


def explain(code: str, *, kind: base.ReportKind) -> Reason:
    """The reason behind a report of that kind. A code we do not know needs a person, and says so."""
    return known(code, kind=kind) or Reason(code, _unknown(code), _H)


def known(code: str, *, kind: base.ReportKind) -> Reason | None:
    """The reason behind a report of that kind; None for a code that is in none of the lists."""
    own = _RETURNED if kind is base.ReportKind.RETURNED else _REJECTED
    found = own.get(code) or _EITHER.get(code)
    return Reason(code, _(found[0]), found[1]) if found else None


def codes_for(actions: Collection[Action], *, kind: base.ReportKind) -> list[str]:
    """The codes whose reason, in a report of that kind, asks for one of these actions."""
    own = _RETURNED if kind is base.ReportKind.RETURNED else _REJECTED
    return sorted(code for code, (_sentence, action) in {**_EITHER, **own}.items() if action in actions)


def _unknown(code: str) -> str:
    return (
        _("The bank gives the reason “{code}”.").format(code=code) if code else _("The bank gives no reason.")
    )
