"""What a reason code means for people, and what to do about it.

Keyed by (list, code), because the same four letters mean different things: AC16 is an invalid card number
when a payment is rejected and a sequestrated account when it is returned. Sentences are ours; the codes are
of the ISO 20022 external code sets (status reason and return reason).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from payouts.rails import base


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
    "AC01": ("The account number does not exist at that bank.", _R),
    "AC03": ("The payee's account number is wrong.", _R),
    "AC04": ("The account is closed.", _R),
    "AC06": ("The account is blocked.", _R),
    "AC07": ("The payee's account is closed.", _R),
    "AC13": ("The kind of account does not fit.", _R),
    "AC15": ("The payee's account details have changed.", _R),
    "AC17": ("The account is being wound up.", _C),
    "AG01": ("This kind of account cannot receive such payments.", _R),
    "AG02": ("The bank does not know this kind of payment.", _F),
    "AM01": ("The amount is zero.", _F),
    "AM02": ("The amount is more than allowed.", _F),
    "AM03": ("The bank does not handle this currency.", _F),
    "AM04": ("The funding account does not hold enough money.", Action.FUND_AND_RETRY),
    "AM05": ("The bank has seen this payment before.", _I),
    "AM09": ("The amount is not what was agreed.", _H),
    "AM10": ("The control sum of the file is wrong.", _F),
    "AM16": ("The control sum of the message is wrong.", _F),
    "AM17": ("The control sum of a payment block is wrong.", _F),
    "AM18": ("The number of payments in the file is wrong.", _F),
    "AM21": ("An agreed limit is exceeded.", _H),
    "BE01": ("The payee's name does not belong to the account.", _R),
    "BE04": ("The payee's address is missing or wrong.", _R),
    "BE05": ("The bank does not know us as the sender.", _F),
    "CH03": ("The execution date is too far ahead.", _F),
    "CH04": ("The execution date is in the past.", _F),
    "CNOR": ("The payee's bank cannot be reached over this scheme.", _R),
    "DNOR": ("Our bank is not registered with this scheme.", _F),
    "DT01": ("A date is invalid.", _F),
    "DU01": ("The bank already has a file with this message id.", _I),
    "DU02": ("The bank already has a payment block with this id.", _I),
    "DU03": ("The bank already has this payment.", _I),
    "DU04": ("The bank already has a payment with this end-to-end id.", _I),
    "DU05": ("The bank already has a payment with this instruction id.", _I),
    "DUPL": ("Sent back as a duplicate.", _I),
    "ED05": ("Settlement between the banks failed.", Action.RETRY_SAME),
    "FF01": ("The bank could not read the file.", _F),
    "FOCR": ("Sent back at our request.", Action.CLOSE),
    "FR01": ("Sent back because of fraud.", _C),
    "MD07": ("The payee has died.", _C),
    "MS02": ("The payee sent it back without a reason.", _H),
    "MS03": ("The payee's bank gives no reason.", _H),
    "NARR": ("The bank explains in words.", _H),
    "RC01": ("The bank code (BIC) is wrong.", _R),
    "RC04": ("The payee's bank is not valid.", _R),
    "RC07": ("The payee's bank code (BIC) is not valid.", _R),
    "RR01": ("Our account or identification is missing, which the law asks for.", _F),
    "RR02": ("Our name or address is missing, which the law asks for.", _F),
    "RR03": ("The payee's name or address is missing, which the law asks for.", _R),
    "RR04": ("Stopped for a regulatory reason.", _C),
    "SL02": ("The payee's bank offers a service of its own here.", _H),
    "TECH": ("Technical problem at a bank.", _I),
    "TM01": ("It reached the bank after the cut-off.", Action.RETRY_SAME),
    "UPAY": ("The payee says that nothing was owed.", _H),
    # Verification of payee: outcome of the name check
    "RCVC": ("The payee's name matches the account.", Action.WAIT),
    "RVMC": ("The payee's name nearly matches the account.", _H),
    "RVNM": ("The payee's name does not match the account.", _R),
    "RVNA": ("The payee's name could not be checked.", _H),
    "RVNC": ("The check of the payee's name is still running.", Action.WAIT),
    "RVCM": ("The check of names found mismatches.", _H),
}
_REJECTED: dict[str, tuple[str, Action]] = {"AC16": ("The card number is not valid.", _R)}
_RETURNED: dict[str, tuple[str, Action]] = {"AC16": ("The account is under sequestration.", _C)}


def explain(code: str, *, kind: base.ReportKind) -> Reason:
    """The reason behind a report of that kind. A code we do not know needs a person, and says so."""
    return known(code, kind=kind) or Reason(code, _unknown(code), _H)


def known(code: str, *, kind: base.ReportKind) -> Reason | None:
    """The reason behind a report of that kind; None for a code that is in none of the lists."""
    own = _RETURNED if kind is base.ReportKind.RETURNED else _REJECTED
    found = own.get(code) or _EITHER.get(code)
    return Reason(code, *found) if found else None


def codes_for(actions: Collection[Action], *, kind: base.ReportKind) -> list[str]:
    """The codes whose reason, in a report of that kind, asks for one of these actions."""
    own = _RETURNED if kind is base.ReportKind.RETURNED else _REJECTED
    return sorted(code for code, (_, action) in {**_EITHER, **own}.items() if action in actions)


def _unknown(code: str) -> str:
    return f"The bank gives the reason “{code}”." if code else "The bank gives no reason."
