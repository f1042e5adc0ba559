"""Writing down deeds, one or many, in the deed's own transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Model

from .actors import SYSTEM, Actor
from .models import Event


def record(
    *,
    actor: Actor,
    action: str,
    now: datetime,
    subject: Model | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """One event is written; it stands or falls with the caller's transaction. `data` holds no secrets."""
    return Event.objects.create(
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        via=actor.via.value,
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        data=dict(data or {}),
    )


def can_write(*, now: datetime) -> bool:
    """Whether the audit trail takes an event now. The one that is tried is taken back."""
    try:
        with transaction.atomic():
            record(actor=SYSTEM, action="audit.try", now=now)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def record_many(
    *,
    actor: Actor,
    action: str,
    now: datetime,
    subject_type: str,
    subjects: Iterable[tuple[int, Mapping[str, Any]]],
) -> int:
    """One event per (subject id, data), written as a set; answers how many."""
    events = [
        Event(
            at=now,
            actor_id=actor.user_id,
            actor_name=actor.name,
            via=actor.via.value,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            data=dict(data),
        )
        for subject_id, data in subjects
    ]
    Event.objects.bulk_create(events, batch_size=2000)
    return len(events)
