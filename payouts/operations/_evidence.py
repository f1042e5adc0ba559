"""What a bank said, fit to be kept and shown: at most 4 kB, without the account numbers it may repeat."""

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from payouts.models import Attempt
from payouts.operations import accounts
from payouts.rails import base, kept
from sellers import vault

LONGEST = 4096
_HIDDEN = "••••"
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_ANY_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![A-Za-z0-9])(?!\d{4}-\d{2}-\d{2}(?!\d))\d(?:[\s-]?\d){7,}(?![A-Za-z0-9])")
"""Eight digits or more, also in groups, that are no part of a reference and no date: they may be an account."""
_NOT_KEPT = "The bank's words are not kept: they could not be searched for account numbers."
_LONGEST_SCANNED = 64 * 1024


def without_accounts(raw: Mapping[int, bytes]) -> dict[int, str]:
    """What banks said about submissions, as text. Every number of the payees' accounts, and all IBANs, are hidden."""
    try:
        secrets = _secrets([pk for pk, body in raw.items() if body])
    except vault.VaultError:  # what cannot be hidden is not kept; the outcome must be
        return dict.fromkeys(raw, "")
    return {pk: _hide(body, secrets.get(pk, set())) for pk, body in raw.items()}


def plain(text: str, secrets: Iterable[str] = ()) -> str:
    """A bank's free text without these secrets, anything that looks like an account number, or what no row can hold."""
    text = kept.text(text)
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return _DIGITS.sub(_HIDDEN, _ANY_IBAN.sub(_HIDDEN, _IBAN.sub(_HIDDEN, text)))[:LONGEST]


def plain_answers(given: Sequence[tuple[int, base.Answer]]) -> list[base.Answer]:
    """Answers with their submissions: each with a text and a code that may be kept for ever and shown to everybody.

    An answer without raw bytes is in our own words, about no account.
    """
    try:
        secrets = _secrets([submission_id for submission_id, answer in given if answer.raw])
    except vault.VaultError:
        return [dataclasses.replace(a, text=_NOT_KEPT, code=plain(a.code)) for _, a in given]
    return [
        dataclasses.replace(a, text=plain(a.text, secrets[pk]), code=plain(a.code, secrets[pk]))
        for pk, a in given
    ]


def plain_reports(said: Sequence[tuple[base.Report, Sequence[Attempt]]]) -> list[base.Report]:
    """Reports, each with the attempts that it is about, with texts that may be kept for ever."""
    versions = {a.account_version_id for report, attempts in said if report.text for a in attempts}
    try:
        numbers = _numbers(versions)
    except vault.VaultError:
        return [dataclasses.replace(report, text=report.text and _NOT_KEPT) for report, _ in said]
    return [
        dataclasses.replace(
            report,
            text=plain(report.text, {n for a in attempts for n in numbers[a.account_version_id]}),
            code=plain(report.code),
        )
        if report.text or report.code
        else report
        for report, attempts in said
    ]


def plain_texts(said: Sequence[tuple[str, Attempt]]) -> list[str]:
    """Texts, each with the attempt that it is about, fit to be kept for ever."""
    try:
        numbers = _numbers({attempt.account_version_id for _, attempt in said})
    except vault.VaultError:
        return [_NOT_KEPT for _ in said]
    return [plain(text, numbers[attempt.account_version_id]) for text, attempt in said]


def _hide(raw: bytes, secrets: Iterable[str]) -> str:
    return plain(raw[:_LONGEST_SCANNED].decode(errors="replace"), secrets)


def _secrets(submission_ids: Sequence[int]) -> dict[int, set[str]]:
    """The numbers of the accounts that each submission pays to."""
    found: dict[int, set[str]] = defaultdict(set)
    if not submission_ids:
        return found
    pairs = Attempt.objects.filter(submission_id__in=submission_ids).values_list(
        "submission_id", "account_version_id"
    )
    numbers = _numbers({version_id for _, version_id in pairs})
    for submission_id, version_id in pairs:
        found[submission_id] |= numbers[version_id]
    return found


def _numbers(version_ids: Iterable[int]) -> dict[int, set[str]]:
    """What of these accounts is a number."""
    found: dict[int, set[str]] = defaultdict(set)
    for version_id, account in accounts.decrypt_for_rail(version_ids=version_ids).items():
        values = account.fields.values()
        found[version_id] = {value for value in values if sum(c.isdigit() for c in value) >= 4}
    return found
