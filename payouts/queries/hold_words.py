"""What each reason for a hold means, who may release it, and what is to be found out before."""

from collections.abc import Mapping
from dataclasses import dataclass

from backoffice.words import later, later_filled
from payouts.models import HoldReason
from payouts.models.hold import FOR_COMPLIANCE, TWO_PEOPLE
from payouts.queries import explain

_ONE = later("One person releases it: an approver or compliance.")
_TWO = later("Two people release it, of approvers and compliance.")
_JUDGED = later("Two people release it, one of them of compliance.")
REASONS = [("", later("Choose the reason")), *HoldReason.choices]
"""To choose from, none chosen: a hold's reason decides who may release it and what the seller is told."""
UNTIL = later("Released by itself at")
UNTIL_HELP = later_filled(
    "At most a year ahead, {city} time. Leave empty, and a person releases it. Where two people must, it stays empty.",
    city=explain.OUR_CITY,
)


@dataclass(frozen=True)
class Meaning:
    """Three sentences for whoever chooses the reason or meets it."""

    means: str
    find_out: str
    releases: str


_WORDS: Mapping[HoldReason, tuple[str, str]] = {
    HoldReason.ACCOUNT_CHANGE: (
        later("Somebody asked for another bank account: it may be a thief."),
        later("Is it the seller who asked? Call them on a number that we had before."),
    ),
    HoldReason.ACCOUNT_REFUSED: (
        later("The last payment to this account came back."),
        later("Ask the seller for new bank details, or why the bank refused these."),
    ),
    HoldReason.AMOUNT_UNUSUAL: (
        later("Much more than the seller usually gets."),
        later("Which orders make it up, and are they delivered?"),
    ),
    HoldReason.DISPUTE: (
        later("Buyers dispute orders, or their banks took money back."),
        later("How do the disputes end, and what of the amount is left?"),
    ),
    HoldReason.DOCUMENTS: (
        later("Papers of the seller are missing or too old."),
        later("Name the papers in the note, and ask the seller for them."),
    ),
    HoldReason.FRAUD_SUSPECTED: (
        later("Something speaks for fraud: shop, goods or account. The seller is told nothing of it."),
        later("What speaks for it, what against it, and who looked?"),
    ),
    HoldReason.COMPLIANCE: (
        later("Sanctions, money laundering or identity. The seller is told nothing of it."),
        later("What does the check say, and who decided?"),
    ),
    HoldReason.RAIL_REJECTED: (
        later("Our bank refused the payment before carrying it."),
        later("Mend what the bank names, in the data or the settings."),
    ),
    HoldReason.SELLER_REQUEST: (
        later("The seller asked us to wait."),
        later("When do they want the money?"),
    ),
    HoldReason.OTHER: (
        later("None of these: the note says what."),
        later("Write in the note what ends it."),
    ),
}


def meaning(*, reason: HoldReason) -> Meaning:
    """What people are told about this reason."""
    means, find_out = _WORDS[reason]
    releases = _JUDGED if reason in FOR_COMPLIANCE else _TWO if reason in TWO_PEOPLE else _ONE
    return Meaning(means, find_out, releases)


def meanings() -> list[tuple[str, Meaning]]:
    """Every reason by its name, as it stands beside the choice."""
    return [(str(reason.label), meaning(reason=reason)) for reason in HoldReason]
