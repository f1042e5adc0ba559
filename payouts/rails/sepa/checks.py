"""What keeps an instruction from going over SEPA. Every answer is a sentence that says what to mend."""

import re
import string

from payouts.rails import base
from payouts.rails.sepa import charset

SMALLEST_CENTS = 1
LARGEST_CENTS = 99_999_999_999
"""€999,999,999.99, the scheme's own limit."""

_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
_BEYOND_THE_EEA = "AD AL CH GB GG GI IM JE MC MD ME MK RS SM VA"
COUNTRIES = frozenset(f"{_EEA} {_BEYOND_THE_EEA}".split())
"""Country codes an IBAN reachable over SEPA may start with."""

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,34}")
_END_TO_END = re.compile(r"[A-Z0-9]{1,15}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NUMBERS = str.maketrans({letter: str(int(letter, 36)) for letter in string.ascii_uppercase})


def instruction_problems(instruction: base.Instruction) -> list[str]:
    problems = []
    if not _END_TO_END.fullmatch(instruction.end_to_end_id):
        problems.append(
            f"The reference “{instruction.end_to_end_id}” cannot be sent: use 1 to 15 of A–Z and 0–9."
        )
    if instruction.currency != "EUR":
        problems.append(f"SEPA carries euros only, not {instruction.currency}: pay this over another rail.")
    elif not SMALLEST_CENTS <= instruction.amount_minor <= LARGEST_CENTS:
        problems.append("The amount must lie between €0.01 and €999,999,999.99.")
    return problems + account_problems(instruction.payee.account) + payee_problems(instruction.payee)


def payee_problems(payee: base.Payee) -> list[str]:
    problems = []
    if not _has_letters(charset.convert(payee.name, longest=70)):
        problems.append(
            f"The payee's name “{payee.name}” has nothing that SEPA can carry: enter it in Latin letters."
        )
    if payee.town and not re.fullmatch("[A-Z]{2}", payee.country):
        problems.append(f"“{payee.country}” is no country code: use two capital letters, such as FR.")
    return problems


def account_problems(account: base.Account) -> list[str]:
    """What is wrong with it as a SEPA account. Also used for the funding account."""
    if account.scheme != "iban":
        return [f"SEPA needs an IBAN; this account is of the scheme “{account.scheme}”."]
    iban, bic = account.fields.get("iban", ""), account.fields.get("bic", "")
    problems = []
    if not _IBAN.fullmatch(iban) or not _mod97(iban):
        problems.append(
            "The IBAN is wrong: its check digits do not fit. Compare it with the seller's bank document."
        )
    elif iban[:2] not in COUNTRIES:
        problems.append(f"An IBAN of {iban[:2]} cannot be reached over SEPA: pay this over another rail.")
    if bic and not _BIC.fullmatch(bic):
        problems.append(f"“{bic}” is not a BIC: use 8 or 11 capital letters and digits, or leave it empty.")
    return problems


def envelope_problems(envelope: base.Envelope, *, max_per_file: int) -> list[str]:
    """What is wrong with the whole; instructions are named by their reference."""
    problems = []
    if not _KEY.fullmatch(envelope.key):
        problems.append(
            f"“{envelope.key}” cannot be a message id: at most 35 Latin letters, digits and dashes."
        )
    if envelope.created_at.tzinfo is None:
        problems.append("The creation time has no time zone.")
    if not 1 <= len(envelope.instructions) <= max_per_file:
        problems.append(f"A file holds 1 to {max_per_file:,} payments, not {len(envelope.instructions):,}.")
    problems += [f"Funding account: {problem}" for problem in account_problems(envelope.debtor.account)]
    if envelope.debtor.bic and not _BIC.fullmatch(envelope.debtor.bic):
        problems.append(f"Funding account: “{envelope.debtor.bic}” is not a BIC.")
    if not _has_letters(charset.convert(envelope.debtor.name, longest=70)):
        problems.append("Funding account: its holder's name has nothing that SEPA can carry.")
    seen: set[str] = set()
    for instruction in envelope.instructions:
        reference = instruction.end_to_end_id
        if reference in seen:
            problems.append(f"{reference}: this reference stands twice in the file.")
        seen.add(reference)
        problems += [f"{reference}: {problem}" for problem in instruction_problems(instruction)]
    return problems


def _mod97(iban: str) -> bool:
    """ISO 13616: first four to the end, A is 10 … Z is 35, remainder 1."""
    return int((iban[4:] + iban[:4]).translate(_NUMBERS)) % 97 == 1


def _has_letters(text: str) -> bool:
    return any(letter.isalnum() for letter in text)
