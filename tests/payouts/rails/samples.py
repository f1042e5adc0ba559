"""Instructions and envelopes for the tests of rails, and where real samples lie when there are any."""

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from payouts.rails import base

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OUR_IBAN = "DE89370400440532013000"
FRENCH_IBAN = "FR1420041010050500013M02606"


def payee(**changes: object) -> base.Payee:
    account = base.Account("iban", {"iban": FRENCH_IBAN})
    fields = {"name": "Atelier Zoé", "kind": "business", "country": "FR", "account": account} | changes
    return base.Payee(**fields)


def instruction(**changes: object) -> base.Instruction:
    fields = {
        "end_to_end_id": "P1A1", "amount_minor": 1250, "currency": "EUR", "payee": payee(), "remittance": "Payout P1",
    } | changes  # fmt: skip
    return base.Instruction(**fields)


def envelope(instructions: Iterable[base.Instruction] | None = None, **changes: object) -> base.Envelope:
    debtor = base.Debtor(
        name="Rekindle Märkte GmbH", account=base.Account("iban", {"iban": OUR_IBAN}), country="DE"
    )
    fields = {
        "key": "B7-1",
        "created_at": NOW,
        "value_date": date(2026, 11, 25),
        "debtor": debtor,
        "instructions": tuple(instructions or [instruction()]),
    } | changes
    return base.Envelope(**fields)


def call_envelope(**changes: object) -> base.Envelope:
    """One payment in dollars for the sandbox, from an account known by number."""
    debtor = base.Debtor(
        name="Rekindle Inc", account=base.Account("other", {"account": "SIM-USD-1"}), country="US"
    )
    account = base.Account("us_aba", {"routing": "021000021", "account": "12345678", "type": "checking"})
    one = instruction(currency="USD", payee=payee(country="US", account=account), **changes)
    return envelope([one], key=f"{one.end_to_end_id}-K", debtor=debtor)


def shared(*path: str) -> Path | None:
    """A file or folder of real samples beside this repository, or where SHARED_DIR says; None where there is none."""
    root = Path(os.environ.get("SHARED_DIR") or Path(__file__).resolve().parents[3].parent / "shared")
    found = root.joinpath("rails", *path)
    return found if found.exists() else None
