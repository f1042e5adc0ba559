"""The program looks after itself: invariants and the sealing of the audit trail, with an incident for what is wrong."""

from datetime import datetime

import structlog
from django.db import transaction

from backoffice.audit import sealing
from payouts.models import InvariantCheck
from payouts.operations import incidents, switches
from payouts.queries import invariants

log = structlog.get_logger(__name__)
_KEY = "invariant:"
_ANCHOR = "audit:anchor"


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
        text = f"Broken: {sentence} Look at {', '.join(map(str, ids))}."
        incidents.open_one(code="invariant", key=f"{_KEY}{name}", text=text, now=now)
    if broken.keys() - invariants.HARMLESS:
        names = ", ".join(sorted(broken.keys() - invariants.HARMLESS))
        switches.stop_by_itself(rail=switches.ALL, reason=f"Broken invariants: {names}", now=now)
    incidents.over_with_prefix(
        prefix=_KEY, but=[f"{_KEY}{name}" for name in broken], note="It holds again.", now=now
    )
    return made


def seal_audit(*, now: datetime) -> int:
    """New events are sealed and the head is anchored outside the database; an anchor that fails stops every rail."""
    try:
        sealed = sealing.seal(now=now)
    except sealing.AnchorFailed as error:
        log.error("anchor_failed", reason=str(error))
        with transaction.atomic():
            incidents.open_one(code="audit_anchor", key=_ANCHOR, text=str(error), now=now)
            switches.stop_by_itself(rail=switches.ALL, reason="The audit trail is not anchored", now=now)
        return 0
    incidents.over(keys=[_ANCHOR], note="The anchor is written again.", now=now)
    return sealed
