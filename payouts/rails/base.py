"""What every rail promises. Operations know this file and the registry, and nothing else about rails.

A rail is pure: it is handed the envelope, the transport and the time; it answers with bytes and small frozen
facts. Amounts are integer minor units (ISO 4217 exponents) with a currency code; datetimes are aware.

The life of a hand-over: `validate` each instruction, `render` the exact bytes (stored before anything is
sent), `deliver` them under a stable key, later `collect` what the other side wrote and `parse_answers` it.
Source of the rules: HOUSE.md rulings 4, 8, 9.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar


class Shape(StrEnum):
    """What one submission is: a file with many instructions, or a call with one."""

    FILE = "file"
    CALL = "call"


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What may be relied on when an answer is missing. Declared by the rail as data, never inferred."""

    shape: Shape
    deduplicates: bool
    """The same bytes under the same key, sent again inside `key_window`, create nothing new."""
    key_window: timedelta | None
    """How long a key is remembered, counted from its first delivery. None: no promise, so never send
    again."""
    lookup: bool
    """The other side can be asked what it knows under a key."""
    checks_body: bool
    """The same key with other bytes is refused and creates nothing."""
    chunk_size: int
    """How many submissions one task may work through."""
    max_per_file: int
    """How many instructions one envelope may hold (1 for calls)."""
    at_once: int = 1
    """How many calls of one worker may be open at the same time."""


@dataclass(frozen=True)
class Account:
    """A bank account in the words of its scheme.

    iban {"iban", "bic"?} · us_aba {"routing", "account", "type"} · gb_sort_code {"sort_code", "account"} ·
    jp_zengin {"bank", "branch", "type", "account", "kana"} · br_bank {"bank", "branch", "account"} ·
    other {"account"}, for a funding account known by its bank's own number · …
    """

    scheme: str
    fields: Mapping[str, str]

    @property
    def number(self) -> str:
        """How statements name the account: the IBAN, or bank codes and number joined by "-"."""
        if "iban" in self.fields:
            return self.fields["iban"]
        parts = ("routing", "sort_code", "bank", "branch", "account")
        return "-".join(self.fields[part] for part in parts if self.fields.get(part))


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Who receives the money. `kind` is "business" or "person"; `town` only when the address is known."""

    name: str
    kind: str
    country: str
    account: Account
    town: str = ""


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """Our account that is debited (the funding account). `bic` may be empty where the scheme does not need
    it."""

    name: str
    account: Account
    country: str
    bic: str = ""


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """Pay this payee this amount. `end_to_end_id` is the attempt's reference, A-Z 0-9, at most 15
    characters."""

    end_to_end_id: str
    amount_minor: int
    currency: str
    payee: Payee
    remittance: str


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One submission before it is bytes. `key` is its stable name, at most 35 of A-Z 0-9 and "-"."""

    key: str
    created_at: datetime
    value_date: date
    debtor: Debtor
    instructions: tuple[Instruction, ...]


class Outcome(StrEnum):
    """What a delivery or a lookup proves."""

    ACCEPTED = "accepted"
    """The other side has it under this key. Not: paid."""
    REJECTED = "rejected"
    """An allow-listed answer that proves nothing was created."""
    UNKNOWN = "unknown"
    """Everything else: timeouts, resets, 5xx, garbage, "not found"."""


NOT_FOUND = "NOT_FOUND"
"""Code of an UNKNOWN lookup: nothing under this key *yet*. It proves nothing at a bank that is slow."""
UNREACHABLE = "UNREACHABLE"
"""Code of an UNKNOWN answer: no connection, a timeout, a reset, a directory that cannot be written."""
CONFLICT = "CONFLICT"
"""Code of an UNKNOWN answer: other bytes stand under this key. A person must look; sending again cannot
help."""
GARBLED = "GARBLED"
"""Code of an UNKNOWN answer: an answer came that cannot be understood."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back from `deliver` or `lookup`. `raw` is the evidence to keep; `text` is a sentence for
    people."""

    outcome: Outcome
    code: str
    text: str
    bank_reference: str = ""
    raw: bytes = b""


class ReportKind(StrEnum):
    """What the other side says became of an instruction, or of a whole message."""

    RECEIVED = "received"
    """It has the message and could read it (ISO: RCVD, ACTC). Proves that the submission was accepted."""
    ACCEPTED = "accepted"
    """It will carry it, or is carrying it (ACCP, ACSP, ACSC…). A later REJECTED then means: failed."""
    REJECTED = "rejected"
    """It did not carry it. The first word: never left. After ACCEPTED: not delivered."""
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    NOTED = "noted"
    """Worth showing, changes nothing: pending, warnings, codes we do not know."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One fact from the other side. Reports come late, twice and in any order; `source_id` tells repeats
    apart.

    Either `end_to_end_id` names one instruction, or it is empty and the report covers every instruction of
    the submission with key `message_id`, apart from those in `except_for` (the same document reports them one
    by one).
    """

    kind: ReportKind
    source_id: str
    message_id: str = ""
    end_to_end_id: str = ""
    except_for: frozenset[str] = frozenset()
    code: str = ""
    text: str = ""
    amount_minor: int | None = None
    currency: str = ""
    occurred_at: datetime | None = None
    bank_reference: str = ""


class DocumentKind(StrEnum):
    ANSWERS = "answers"
    """Feed it to the rail's `parse_answers`."""
    STATEMENT = "statement"
    """Feed it to `payouts.rails.statements`."""
    UNRECOGNISED = "unrecognised"
    """Keep it and show it to a person."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """Bytes that the other side left for us. `name` is unique per rail; store them before acting on them."""

    name: str
    kind: DocumentKind
    body: bytes = field(repr=False)
    cursor: str = ""
    """Hand the last non-empty one to the next `collect` as `after`."""


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """One payment found at the other side, under a key that the asker did not know."""

    key: str
    end_to_end_id: str
    amount_minor: int
    currency: str


class Unrenderable(ValueError):
    """An envelope that must not become bytes. `problems` are sentences, each naming its instruction."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__(" ".join(problems))


class Unreadable(ValueError):
    """A document that cannot be understood as a whole. The message says what is wrong.

    ``text`` is the sentence in English, to be filled with ``values``, so that it can be said in any language.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text.format(**values) if values else text)
        self.text, self.values = text, values


class Unreachable(Exception):
    """The transport could not carry the request, or no answer came: it may or may not have arrived."""


@dataclass(frozen=True)
class Reply:
    """What came back from a call."""

    status: int
    body: bytes


class FileTransport(Protocol):
    """A place where we leave files and find files. Raises `Unreachable`."""

    def put(self, name: str, body: bytes) -> bool:
        """Afterwards `name` durably holds exactly `body`. True when it was new; `FileExistsError` when it
        holds others."""

    def holds(self, name: str) -> bytes | None:
        """What we left under `name`, or None."""

    def left(self) -> list[str]:
        """Names of the files that we left, sorted."""

    def inbox(self) -> list[str]:
        """Names of the files left for us, sorted."""

    def read(self, name: str) -> bytes:
        """One file of the inbox. Reading takes nothing away."""


class CallTransport(Protocol):
    """A connection to an API. Raises `Unreachable` for everything that is no complete answer."""

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply: ...


T_contra = TypeVar("T_contra", contravariant=True)


class Rail(Protocol[T_contra]):
    """The protocol. Implementations hold no state; one instance may be shared."""

    name: str
    """Its code, in addresses, the API, exports, settings and the database: small letters, and it never changes."""
    title: str
    """What people call it, in English; pages translate it."""
    capabilities: Capabilities

    def validate(self, instruction: Instruction) -> list[str]:
        """Sentences that say what keeps this instruction from being paid over this rail; empty when nothing
        does."""

    def render(self, envelope: Envelope) -> bytes:
        """The exact bytes to store and send; the same envelope gives the same bytes. Raises
        `Unrenderable`."""

    def deliver(self, body: bytes, *, key: str, transport: T_contra, now: datetime) -> Answer:
        """Hand the bytes over under the key. Never raises for what the other side or the network does."""

    def lookup(self, *, key: str, body: bytes, transport: T_contra, now: datetime) -> Answer:
        """What the other side knows under the key of the bytes that were handed over. "Not found" is UNKNOWN
        with code NOT_FOUND, never a proof; something else than these bytes is UNKNOWN with code CONFLICT."""

    def collect(
        self, *, transport: T_contra, after: str = "", known: Collection[str] = ()
    ) -> Iterator[Document]:
        """What was left for us since cursor `after`, without the documents named in `known`. Raises
        `Unreachable`."""

    def handed_over(self, *, transport: T_contra, known: Collection[str] = ()) -> Iterator[HandedOver]:
        """Payments that the other side was handed under keys not in `known`, where it lists them; nothing where a
        key must be asked about (`lookup`). Raises `Unreachable`, and `Unreadable` for what no one can make out."""

    def parse_answers(self, body: bytes) -> list[Report]:
        """The facts in a document of kind ANSWERS. Raises `Unreadable` when nothing can be made of it."""
