"""A deed's facts in the reader's words: rows of the audit trail hold keys and codes of ours, which never change."""

import contextlib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit import holders, rights
from backoffice.doors import role_words
from backoffice.people.models import Kind as PersonKind
from backoffice.words import dated, later, later_as, locale
from payouts import countries
from payouts.countries import moments
from payouts.exports.formats import FORMATS
from payouts.exports.kinds import KINDS
from payouts.models import HoldReason, LineResolution, RecallChannel, RecallState, Resolution
from payouts.models.cap import CapKind
from payouts.operations import journals
from payouts.queries import incident_words, rail_words
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.models import Book, EarningKind
from sellers.ledger.models.importing import ImportKind

KEYS: Mapping[str, str] = {
    "account": later("account"),
    "active": later("in use"),
    "amount": later("amount"),
    "answer": later("answer"),
    "answers": later("answers"),
    "attempt": later("attempt"),
    "attempts": later("attempts"),
    "bic": "BIC",
    "book": later("book"),
    "bytes": later("bytes"),
    "changed": later("changed"),
    "channel": later("way"),
    "closing": later("closing balances"),
    "code": later("code"),
    "columns": later("columns"),
    "country": later("country"),
    "currency": later("currency"),
    "decision": later("decision"),
    "digest": later("digest"),
    "due": later("due"),
    "earning": later("earning"),
    "entries": later("entries"),
    "errors": later("errors"),
    "evidence": later("evidence"),
    "expires": later("expires"),
    "file": later("file"),
    "filters": later("filter"),
    "format": later("format"),
    "found": later("found"),
    "from": later_as("of a change", "before"),
    "granted": later("given"),
    "grouping": later("grouping"),
    "held": later("held"),
    "hold": later("hold"),
    "holder_name": later("account holder"),
    "iban": "IBAN",
    "import": later("import"),
    "key": later("key"),
    "keys": later("keys"),
    "kind": later("kind"),
    "known": later("known before"),
    "language": later("language"),
    "limit": later("limit"),
    "line": later("line"),
    "lines": later("lines"),
    "month": later("month"),
    "moved": later("done"),
    "moved_to": later("moved to"),
    "name": later("name"),
    "name_begins": later("name begins with"),
    "new": later("new"),
    "note": later("note"),
    "number": later("number"),
    "occasion": later("of the day"),
    "order": later("order of rows"),
    "other_line": later("other line"),
    "passed": later("passed"),
    "payout": later("payout"),
    "payouts": later("payouts"),
    "profile": later("profile"),
    "rail": later("rail"),
    "rate": later("rate"),
    "reason": later("reason"),
    "recall": later("recall"),
    "refused": later("refused"),
    "rest_of": later("what was left of"),
    "role": later("role"),
    "roles": later("roles"),
    "rows": later("rows"),
    "rows_changed": later("changed rows"),
    "rows_new": later("new rows"),
    "rows_withdrawn": later("withdrawn rows"),
    "seed": later("seed"),
    "seller": later("seller"),
    "sellers": later("sellers"),
    "sha256": "SHA-256",
    "shared": later("shared"),
    "since": later("since"),
    "source": later("source"),
    "state": later("answer of the bank"),
    "submission": later("submission"),
    "suspension": later("suspended because"),
    "taken": later("taken away"),
    "template": later("template"),
    "to": later_as("of a change", "after"),
    "token": later("token"),
    "total": later("total"),
    "totals": later("totals"),
    "tried": later("mark of the name"),
    "unknown": later("unknown submissions"),
    "until": later("until"),
    "user": later("user"),
    "value_date": later("value date"),
    "verb": later("verb"),
    "verdict": later("finding"),
    "when": later("when"),
    "why": later("why"),
}
"""What each fact is called. An amount's key is without its `_minor`. One without words here fails a test."""

_OF: Mapping[str, Mapping[str, str]] = {
    "export": {"since": later("compared with export")},
    "keys": {"to": KEYS["key"]},
    "mapping": {"from": later_as("of a period", "first day")},
    "schedule": {"to": later_as("of a file", "destination")},
    "statement": {"from": later_as("of a period", "first day"), "to": later_as("of a period", "last day")},
}
"""What a fact is called where deeds of this family (`mapping.ask`) mean something else by its key than `KEYS` says."""

_KINDS = {
    code: label
    for choices in (ImportKind, EarningKind, CapKind, PersonKind)
    for code, label in choices.choices
    if code not in KINDS
}
_CODES: Mapping[str, Mapping[str, Any]] = {
    "book": dict(Book.choices),
    "channel": dict(RecallChannel.choices),
    "decision": {"granted": later("granted"), "refused": later("refused")},
    "grouping": journals.GROUPINGS,
    "kind": _KINDS,
    "reason": dict(HoldReason.choices),
    "state": dict(RecallState.choices),
    "to": {"kept here": later("kept here")},
    "verb": {
        "review": later("mark reviewed"),
        "approve": later("approve"),
        "hold": later("hold"),
        "send_back": later("send back to review"),
        "cancel": later("cancel"),
        "batch": later("put into batches"),
        "take_out": later("take out of their batch"),
        "reissue": later("pay again"),
        "roll": later("add to the next payouts"),
    },
    "verdict": dict([*LineResolution.Verdict.choices, *Resolution.Verdict.choices]),
}
_STATUSES = {str(each.value): each.label for each in (*BatchStatus, *PayoutStatus)}
_SAYINGS: Mapping[str, Callable[[str], str]] = {
    "code": incident_words.what,
    "country": countries.called,
    "format": lambda code: _(FORMATS[code].words) if code in FORMATS else code,
    "granted": lambda name: role_words.called(name) if name in holders.ROLES else rights.right(name),
    "kind": lambda code: KINDS[code].inside if code in KINDS else code,
    "order": lambda words: _(words) if words else words,  # an export's, kept in English
    "rail": rail_words.called,
    "role": role_words.called,
    "roles": role_words.called,
    "taken": lambda name: role_words.called(name) if name in holders.ROLES else rights.right(name),
}


WRITTEN = frozenset({"note", "reason", "suspension", "why"})
"""Facts that people write, and the program too: its own words are read in the reader's language."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def key(name: str, *, action: str = "") -> str:
    """What a fact of this deed is called; one that a later release writes down is read off its name."""
    plain = name.removesuffix("_minor")
    of_family = _OF.get(action.partition(".")[0], {})
    return str(of_family.get(plain) or KEYS.get(plain) or plain.replace("_", " "))


def value(name: str, given: Any, *, action: str = "") -> str:
    """A fact's value: a code of ours in words, a day or a moment as the reader writes it, else as it stands."""
    text = str(given)
    if name not in WRITTEN:
        with contextlib.suppress(
            ValueError, OverflowError
        ):  # a moment of the year 9999 may be none here any more
            if _DAY.fullmatch(text):
                return dated(date.fromisoformat(text), "medium")
            if _MOMENT.fullmatch(text):
                return _moment(datetime.fromisoformat(text))
    if (
        name == "kind" and action.startswith("import.") and text in ImportKind.values
    ):  # an export's are called so, too
        return _lower(str(ImportKind(text).label))
    if text in _CODES.get(name, {}):
        return _lower(str(_CODES[name][text]))
    if name in _SAYINGS:
        return _SAYINGS[name](text)
    return str(_STATUSES[text]).lower() if text in _STATUSES else text


def _moment(at: datetime) -> str:
    said = dated(timezone.localtime(at).date(), "medium")
    return moments.at_hour(at, said, zone=timezone.get_current_timezone(), locale=locale())


def _lower(text: str) -> str:
    """As inside a sentence; VAT stays VAT."""
    return text if text[:2].isupper() else f"{text[:1].lower()}{text[1:]}"
