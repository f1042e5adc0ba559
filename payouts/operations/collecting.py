"""Fetching what banks left for us: every document is kept before it is acted on, and read exactly once."""

import hashlib
import io
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, DataError, transaction

from backoffice.audit.errors import Refused
from payouts import transports
from payouts.models import BankDocument
from payouts.operations import bankfiles, incidents, reconciliation, settlement
from payouts.rails import base, registry
from sellers import vault

log = structlog.get_logger(__name__)


def rails() -> list[str]:
    """The rails whose other side is asked: those that carry money here."""
    return [rail for rail in registry.names() if registry.allowed(rail, production=settings.PRODUCTION)]


def collect(*, rail: str, now: datetime) -> int:
    """Every new document of the rail is kept and worked through; answers how many came.

    A bank that cannot be reached is nothing but a later time: what came before stands.
    """
    with transports.to(rail) as transport:
        return take(rail=rail, transport=transport, now=now)


def take(*, rail: str, transport: Any, now: datetime) -> int:
    """As `collect`, over a transport that the caller has opened."""
    known = set(BankDocument.objects.filter(rail=rail).values_list("name", flat=True))
    last = BankDocument.objects.filter(rail=rail).exclude(cursor="").order_by("-pk").first()
    came = 0
    try:
        found = registry.get(rail).collect(
            transport=transport, after=last.cursor if last else "", known=known
        )
        for document in found:
            came += _keep(document, rail=rail, now=now)
    except (base.Unreachable, base.Unreadable) as error:
        log.warning("collect_failed", rail=rail, reason=str(error))
    process_all(rail=rail, now=now)
    return came


def _keep(document: base.Document, *, rail: str, now: datetime) -> int:
    rows = BankDocument.objects.bulk_create(
        [
            BankDocument(
                rail=rail,
                name=document.name,
                kind=document.kind.value,
                body_ciphertext=bankfiles.seal_document(document.body, rail=rail, name=document.name),
                body_sha256=bankfiles.sha256(document.body),
                cursor=document.cursor,
                received_at=now,
            )
        ],
        ignore_conflicts=True,  # another worker collects at the same time
    )
    return len(rows)


def process_all(*, now: datetime, rail: str = "") -> int:
    """Every document not yet read is read, answers before statements; one that fails keeps no other waiting."""
    waiting = BankDocument.objects.filter(processed_at__isnull=True).order_by("kind", "pk")
    if rail:
        waiting = waiting.filter(rail=rail)
    done = sum(process(document_id=pk, now=now) for pk in waiting.values_list("pk", flat=True))
    if done:
        reconciliation.match_open_lines(now=now)
    return done


def process(*, document_id: int, now: datetime) -> bool:
    """The document is read and its facts stand, or a person is told why not. Answers whether anything was done.

    What cannot be understood is put aside with its problem; what broke the program is tried again later.
    """
    try:
        with transaction.atomic():
            document = (
                BankDocument.objects.select_for_update(skip_locked=True)
                .filter(pk=document_id, processed_at__isnull=True)
                .first()
            )
            if document is None:
                return False
            _read(document, now)
            if document.problem:  # an earlier try opened an incident
                incidents.over(keys=[_key(document_id)], note="It was read.", now=now)
            document.processed_at, document.problem = now, ""
            document.save(update_fields=["processed_at", "problem"])
            return True
    except (base.Unreadable, Refused) as error:
        _put_aside(document_id=document_id, problem=str(error), processed_at=now, now=now)
    except (DataError, UnicodeError) as error:  # the same bytes would break in the same way for ever
        log.exception("document_not_storable", document=document_id, error=type(error).__name__)
        problem = "It says what cannot be stored, so none of it was. Read it yourself, and tell the bank."
        _put_aside(document_id=document_id, problem=problem, processed_at=now, now=now)
    except (DatabaseError, vault.VaultError) as error:
        log.error("document_not_read", document=document_id, error=type(error).__name__)
        problem = f"It could not be read ({type(error).__name__}); the program tries again."
        _put_aside(document_id=document_id, problem=problem, processed_at=None, now=now)
    except Exception as error:  # a fault of ours in one document must not stop the others
        log.exception("document_not_read", document=document_id, error=type(error).__name__)
        problem = f"The program broke while it read it ({type(error).__name__}); it tries again."
        _put_aside(document_id=document_id, problem=problem, processed_at=None, now=now)
    return False


def _read(document: BankDocument, now: datetime) -> None:
    body = bankfiles.body_of_document(document)
    if document.kind == BankDocument.Kind.ANSWERS:
        reports = registry.get(document.rail).parse_answers(body)
        settlement.apply(reports=reports, rail=document.rail, now=now)
    elif document.kind == BankDocument.Kind.STATEMENT:
        source = reconciliation.Source(
            stream=io.BytesIO(body), digest=hashlib.sha256(body), rail=document.rail, document=document
        )
        reconciliation.read(source=source, now=now)
    else:
        raise base.Unreadable(
            "The program does not know this kind of document. Look at it, and tell the bank."
        )


def _key(document_id: int) -> str:
    return f"document:{document_id}"


@transaction.atomic
def _put_aside(*, document_id: int, problem: str, processed_at: datetime | None, now: datetime) -> None:
    document = BankDocument.objects.select_for_update().get(pk=document_id)
    if document.processed_at is not None:
        return
    document.problem, document.processed_at = problem, processed_at
    document.save(update_fields=["problem", "processed_at"])
    text = f"{document.name} from {document.rail}: {problem}"
    incidents.open_one(code="document", key=_key(document_id), text=text, rail=document.rail, now=now)
