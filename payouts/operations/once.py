"""A call of a program that names a key is done once: the same call again is answered as the first was.

The answer is kept in the transaction of the deed: whatever breaks between the two, either both stand or neither. It may
name sellers, so after some weeks it is erased; that the call was done stays known, and it is not done again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict
from backoffice.words import dated
from payouts.models import KeptAnswer

FEWEST_DAYS = 1
"""PostgreSQL lets no answer go sooner (a trigger)."""
_PORTION, _PORTIONS = 500, 100
"""How many answers one transaction erases, and how many of these one `erase` goes through."""


class AnotherCall(Conflict):
    """The key was used for a call with something else in it."""

    code = "key_used"


class StillBeingDone(Conflict):
    """The first call with the key is not over; whoever comes back is not made to wait for it."""

    code = "key_in_use"


class AnswerErased(Conflict):
    """The call was done long ago. It is not done again, and what it was answered nobody knows any more."""

    code = "answer_erased"


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
    asked: Sequence[str],
    act: Callable[[], Answer],
    allowed: Callable[[str], None],
    actor: Actor,
    now: datetime,
) -> Answer:
    """What ``act`` answers, done once for this ``key`` of this person; ``asked`` are the digests of what the call says,
    in each way to say it: the first is kept, and any is the same call.

    What ``act`` raises undoes all of it and keeps nothing, and nothing is kept of what did nothing: the same call may
    be tried again. ``allowed`` takes the kept answer's body and raises where the actor may not do now what it answers.
    Raises `AnotherCall`, `StillBeingDone`, `AnswerErased`; the last asks for no right, as it says no more than its
    caller knew, and the day.
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
                asked=asked[0],
                status=answer.status,
                body=answer.body,
                at=now,
            )
        return answer
    if kept.asked not in asked:
        raise AnotherCall(
            _(
                "Nothing was done: this Idempotency-Key was sent before with another call. "
                "Name a new key for a new call."
            )
        )
    if kept.body is None:
        raise AnswerErased(
            _(
                "Nothing was done again: this call was done on {day}, and its answer is no longer kept. "
                "Look up what it was about; a new call takes a new Idempotency-Key."
            ).format(day=dated(timezone.localtime(kept.at).date(), "long"))
        )
    allowed(kept.body)
    return Answer(kept.status, kept.body, again=True)


def _kept(key: str, actor: Actor) -> KeptAnswer | None:
    return KeptAnswer.objects.filter(person=actor.person_id, key=key).first()


def erase(*, now: datetime) -> int:
    """The answers that were kept for `settings.ANSWER_KEEP_DAYS` are gone, or the oldest of them; answers how many.

    In portions, each a transaction with its event. What somebody else is erasing is passed by.
    """
    until, gone = now - timedelta(days=settings.ANSWER_KEEP_DAYS), 0
    for _portion in range(_PORTIONS):
        erased = _erase_some(until, now)
        gone += erased
        if erased < _PORTION:
            break
    return gone


@transaction.atomic
def _erase_some(until: datetime, now: datetime) -> int:
    due = KeptAnswer.objects.filter(at__lte=until, body__isnull=False).order_by("at")
    found = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:_PORTION])
    if found:
        KeptAnswer.objects.filter(pk__in=found).update(body=None)
        data = {"answers": len(found), "until": timezone.localtime(until).date().isoformat()}
        recording.record(actor=SYSTEM, action="answers.erase", data=data, now=now)
    return len(found)
