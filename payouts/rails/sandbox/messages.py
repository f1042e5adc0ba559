"""The simulated bank's JSON: what we write, and what its answers and events mean."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from payouts.rails import base, kept

_STATUSES = frozenset({"accepted", "paid", "failed", "returned"})
"""Of a payment that exists. Whatever came of it later, our submission was accepted."""

PROVEN_NOT_CREATED = frozenset(
    {
        "account_invalid",
        "amount_invalid",
        "currency_unsupported",
        "payee_refused",
        "request_invalid",
    }
)
"""The allow-list: error codes with which the bank declares that nothing was created. Everything else is
UNKNOWN."""

_KINDS = {
    "payment.accepted": base.ReportKind.ACCEPTED,
    "payment.paid": base.ReportKind.PAID,
    "payment.failed": base.ReportKind.FAILED,
    "payment.returned": base.ReportKind.RETURNED,
}


def payment(envelope: base.Envelope) -> bytes:
    """The body of one payment: sorted keys, no spaces, UTF-8, so that it is the same whenever it is made
    again."""
    (instruction,) = envelope.instructions
    payee, debtor = instruction.payee, envelope.debtor
    content = {
        "amount_minor": instruction.amount_minor,
        "creditor": {
            "account": _account(payee.account),
            "country": payee.country,
            "kind": payee.kind,
            "name": payee.name,
        },
        "currency": instruction.currency,
        "debtor": {"account": _account(debtor.account), "name": debtor.name},
        "end_to_end_id": instruction.end_to_end_id,
        "key": envelope.key,
        "remittance": instruction.remittance,
        "value_date": envelope.value_date.isoformat(),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def answer(reply: base.Reply, *, key: str) -> base.Answer:
    """What a reply to a payment, or to a question about its key, proves."""
    content = _object(reply.body)
    if reply.status in {200, 201}:
        return _known(reply, content, key)
    if reply.status == 422:
        return _refusal(reply, content, key)
    if reply.status == 404 and _error(content).get("code") == "not_found":
        return _unknown(base.NOT_FOUND, "The bank knows nothing under this key so far.", reply)
    if reply.status == 429:
        return _unknown("RATE_LIMITED", "The bank asks us to slow down.", reply)
    return _unknown(f"HTTP_{reply.status}", f"The bank answered with HTTP status {reply.status}.", reply)


def about(found: base.Answer, *, sent: bytes) -> base.Answer:
    """What a lookup found, where it is about what was sent; another payment under the key proves nothing of ours."""
    if found.outcome is base.Outcome.UNKNOWN:
        return found
    content, ours = _object(found.raw), _object(sent)
    if not content:
        return dataclasses.replace(
            found,
            outcome=base.Outcome.UNKNOWN,
            code=base.GARBLED,
            text="The bank's answer is too long to be read.",
        )
    told = [content.get("body_sha256") == hashlib.sha256(sent).hexdigest()]
    if found.outcome is base.Outcome.ACCEPTED:
        told += [
            content.get(name) == ours.get(name) for name in ("end_to_end_id", "amount_minor", "currency")
        ]
    if all(told):
        return found
    return dataclasses.replace(
        found,
        outcome=base.Outcome.UNKNOWN,
        code=base.CONFLICT,
        text="The bank holds another payment under this key than ours. Compare both before doing anything.",
        bank_reference="",
    )


def _known(reply: base.Reply, content: dict[str, Any], key: str) -> base.Answer:
    """A 200 or 201: it must speak of our key and of a payment with an id, or it proves nothing."""
    identity, status = content.get("id"), content.get("status")
    if content.get("key") == key and status == "rejected":  # asked about a key that was refused
        return _refusal(reply, content, key)
    if content.get("key") == key and status in _STATUSES and isinstance(identity, str) and identity:
        return base.Answer(
            outcome=base.Outcome.ACCEPTED,
            code=status,
            text=f"The bank has it as {identity}, status {status}.",
            bank_reference=identity,
            raw=reply.body[:4096],
        )
    return _unknown(base.GARBLED, "The bank's answer cannot be understood.", reply)


def _refusal(reply: base.Reply, content: dict[str, Any], key: str) -> base.Answer:
    error = _error(content)
    code, text = str(error.get("code", "")), str(error.get("message", "")) or "The bank refused it."
    if code == "key_reused":
        words = "The bank already holds another payment under this key. Look at it before doing anything."
        return _unknown(base.CONFLICT, words, reply)
    if content.get("created") is False and content.get("key") == key and code in PROVEN_NOT_CREATED:
        reason = str(error.get("reason") or code)
        return base.Answer(outcome=base.Outcome.REJECTED, code=reason, text=text, raw=reply.body[:4096])
    return _unknown(
        base.GARBLED, f"The bank refused it, but does not prove that nothing was created: {text}", reply
    )


def events(body: bytes) -> list[base.Report]:
    """The reports in a page of events. An event that cannot be understood is NOTED, never dropped."""
    content = _object(body)
    listed = content.get("events")
    if not isinstance(listed, list):
        raise base.Unreadable("The page of events is not the JSON we know (no list “events”).")
    return [report for event in listed if isinstance(event, dict) for report in _report(event)]


def _report(event: dict[str, Any]) -> Iterator[base.Report]:
    about, reason = _dict(event.get("payment")), _dict(event.get("reason"))
    end_to_end_id, amount = about.get("end_to_end_id"), about.get("amount_minor")
    if not isinstance(event.get("id"), str) or not isinstance(end_to_end_id, str) or not end_to_end_id:
        return  # it can neither be told from a repeat nor be about anything; the document itself is kept
    yield base.Report(
        kind=_KINDS.get(str(event.get("type")), base.ReportKind.NOTED),
        source_id=kept.name(f"sandbox:{event['id']}"),
        message_id=kept.name(str(about.get("key", ""))),
        end_to_end_id=kept.name(end_to_end_id),
        code=str(reason.get("code", "")),
        text=str(reason.get("text", "")),
        amount_minor=kept.amount(amount) if type(amount) is int else None,
        currency=str(about.get("currency", "")),
        occurred_at=_moment(event.get("created_at")),
        bank_reference=str(about.get("id", "")),
    )


def cursor(body: bytes) -> tuple[str, int]:
    """The cursor behind a page of events, and how many events it holds. Raises `Unreadable`."""
    content = _object(body)
    last, listed = content.get("last"), content.get("events")
    if type(last) is not int or not 0 <= last < 10**18 or not isinstance(listed, list):
        raise base.Unreadable("The page of events is not the JSON we know (no number “last”).")
    return str(last), len(listed)


def statement_names(body: bytes) -> list[str]:
    """Names in the list of statements, those that could be file names. Raises `Unreadable`."""
    listed = _object(body).get("statements")
    if not isinstance(listed, list):
        raise base.Unreadable("The list of statements is not the JSON we know (no list “statements”).")
    named = [item.get("name") for item in listed if isinstance(item, dict)]
    return [name for name in named if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name)]


def _account(account: base.Account) -> dict[str, str]:
    return {**dict(account.fields), "number": account.number, "scheme": account.scheme}


def _object(body: bytes) -> dict[str, Any]:
    try:
        return _dict(kept.tree(json.loads(body)))
    except (ValueError, RecursionError):
        return {}


def _error(content: dict[str, Any]) -> dict[str, Any]:
    return _dict(content.get("error"))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _moment(written: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    return kept.moment(found) if found.tzinfo else None


def _unknown(code: str, text: str, reply: base.Reply) -> base.Answer:
    return base.Answer(outcome=base.Outcome.UNKNOWN, code=code, text=text, raw=reply.body[:4096])
