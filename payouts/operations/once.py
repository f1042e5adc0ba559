"""A call of a program that names a key is done once: the same call again is answered as the first was.

The answer is kept in the transaction of the deed: whatever breaks between the two, either both stand or neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict
from payouts.models import KeptAnswer


class AnotherCall(Conflict):
    """The key was used for a call with something else in it; the door says so in its own words."""

    code = "key_used"


@dataclass(frozen=True)
class Answer:
    """HTTP status and JSON; ``again`` where nothing was done now."""

    status: int
    body: str
    again: bool = False


@transaction.atomic
def once(*, key: str, asked: str, act: Callable[[], Answer], actor: Actor, now: datetime) -> Answer:
    """What ``act`` answers, done once for this ``key`` of this person; ``asked`` is the digest of what the call says.

    A second call with the key waits for the first. What ``act`` raises undoes all of it and keeps nothing: the same
    call may be tried again. Raises `AnotherCall`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{actor.person_id}:{key}"])
    kept = KeptAnswer.objects.filter(person=actor.person_id, key=key).first()
    if kept is None:
        answer = act()
        KeptAnswer.objects.create(
            person_id=actor.person_id, key=key, asked=asked, status=answer.status, body=answer.body, at=now
        )
        return answer
    if kept.asked != asked:
        raise AnotherCall("")
    return Answer(kept.status, kept.body, again=True)
