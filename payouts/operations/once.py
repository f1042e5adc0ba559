"""A call of a program that names a key is done once: the same call again is answered as the first was.

The answer is kept in the transaction of the deed: whatever breaks between the two, either both stand or neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict
from payouts.models import KeptAnswer


class AnotherCall(Conflict):
    """The key was used for a call with something else in it."""

    code = "key_used"


class StillBeingDone(Conflict):
    """The first call with the key is not over; whoever comes back is not made to wait for it."""

    code = "key_in_use"


@dataclass(frozen=True)
class Answer:
    """HTTP status and JSON; ``again`` where nothing was done now. Kept where something was ``done``."""

    status: int
    body: str
    again: bool = False
    done: bool = True


@transaction.atomic
def once(
    *,
    key: str,
    asked: str,
    act: Callable[[], Answer],
    allowed: Callable[[str], None],
    actor: Actor,
    now: datetime,
) -> Answer:
    """What ``act`` answers, done once for this ``key`` of this person; ``asked`` is the digest of what the call says.

    What ``act`` raises undoes all of it and keeps nothing, and nothing is kept of what did nothing: the same call may
    be tried again. ``allowed`` takes the kept answer's body and raises where the actor may not do now what it answers.
    Raises `AnotherCall`, `StillBeingDone`.
    """
    kept = _kept(key, actor)
    if kept is None:
        with connection.cursor() as cursor:
            lock = f"{actor.person_id}:{key}"
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
            if cursor.fetchone() != (True,):
                raise StillBeingDone(
                    _(
                        "Nothing was done: the first call with this Idempotency-Key is still being done. "
                        "Ask again in a moment, with the same key."
                    )
                )
        kept = _kept(key, actor)  # by a call that was over just now
    if kept is None:
        answer = act()
        if answer.done:
            KeptAnswer.objects.create(
                person_id=actor.person_id,
                key=key,
                asked=asked,
                status=answer.status,
                body=answer.body,
                at=now,
            )
        return answer
    if kept.asked != asked:
        raise AnotherCall(
            _(
                "Nothing was done: this Idempotency-Key was sent before with another call. "
                "Name a new key for a new call."
            )
        )
    allowed(kept.body)
    return Answer(kept.status, kept.body, again=True)


def _kept(key: str, actor: Actor) -> KeptAnswer | None:
    return KeptAnswer.objects.filter(person=actor.person_id, key=key).first()
