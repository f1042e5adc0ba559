"""The program looks after itself: invariants, audit trail, what the outside knows; an incident for what is wrong."""

from datetime import datetime

import structlog
from django.db import DatabaseError, OperationalError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import recording, sealing
from payouts.models import Incident, InvariantCheck
from payouts.operations import _journal, _restored, delivering, incidents, switches
from payouts.queries import invariants

log = structlog.get_logger(__name__)
_KEY = "invariant:"
_ANCHOR, _WRITE = "audit:anchor", "audit:write"


@transaction.atomic
def check(*, now: datetime) -> InvariantCheck:
    """Every invariant has been asked and the answer stands; a broken one has an open incident until it holds again.

    While the books are in doubt nothing new goes out: every rail is stopped until a person lets them go on.
    """
    broken = {invariant.name: ids for invariant, ids in invariants.run(now=now) if ids}
    made = InvariantCheck.objects.create(
        checked_at=now, holding=len(invariants.ALL) - len(broken), broken=broken
    )
    for name, ids in broken.items():
        sentence = invariants.by_name(name).sentence
        text = _("Broken: {sentence} Look at {them}.").format(
            sentence=sentence, them=", ".join(map(str, ids))
        )
        incidents.open_one(code="invariant", key=f"{_KEY}{name}", text=text, now=now)
    if broken.keys() - invariants.HARMLESS:
        names = ", ".join(sorted(broken.keys() - invariants.HARMLESS))
        switches.stop_by_itself(
            rail=switches.ALL, reason=_("Broken invariants: {names}").format(names=names), now=now
        )
    incidents.over_with_prefix(
        prefix=_KEY, but=[f"{_KEY}{name}" for name in broken], note=_("It holds again."), now=now
    )
    return made


def seal_audit(*, now: datetime) -> int:
    """New events are sealed and the head is anchored outside the database; what fails of that stops every rail.

    So does an audit trail that takes no events, a journal of hand-overs that takes no line, and a database that was
    restored from a backup. An incident tells; it is over when it works again, a person lets the rails go on.
    """
    _restored.stop_if_restored(now=now)
    _look_at_journal(now)
    try:
        sealed = sealing.seal(now=now)
    except sealing.AnchorFailed as error:
        log.error("anchor_failed", reason=str(error))
        with transaction.atomic():
            incidents.open_one(code="audit_anchor", key=_ANCHOR, text=str(error), now=now)
            switches.stop_by_itself(rail=switches.ALL, reason=_("The audit trail is not anchored"), now=now)
        return 0
    except DatabaseError as error:
        if isinstance(error, OperationalError):
            raise  # the database is away, or busy: nothing can be stopped there, and nothing is submitted without it
        audit_failed(now=now)
        return 0
    if audit_works(now=now):
        incidents.over(keys=[_ANCHOR, _WRITE], note=_("It is written again."), now=now)
    return sealed


def audit_works(*, now: datetime) -> bool:
    """Whether the audit trail takes events; if not, every rail is stopped and a person is told."""
    if recording.can_write(now=now):
        return True
    audit_failed(now=now)
    return False


def audit_failed(*, now: datetime) -> None:
    """What leaves no trace must not happen: every rail is stopped. Pages go on being shown."""
    text = _(
        "The audit trail takes no events: nothing is submitted. Ask who runs the database to look at its log."
    )
    log.error("audit_not_written")
    with transaction.atomic():
        incidents.open_one(code="audit_write", key=_WRITE, text=text, now=now)
        switches.stop_by_itself(rail=switches.ALL, reason=_("The audit trail takes no events"), now=now)


def _look_at_journal(now: datetime) -> None:
    waiting = Incident.objects.filter(key=delivering.JOURNAL, closed_at__isnull=True)
    if waiting.exists() and _journal.can_write(now=now):
        incidents.over(keys=[delivering.JOURNAL], note=_("It can be written again."), now=now)
