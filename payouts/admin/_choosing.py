"""Which payouts a reader chose for a verb: ticked ones, what was left of a job, or all that match a filter, looked at
in portions.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from backoffice.audit.actors import Actor
from backoffice.doors import numbers
from payouts.models import Job, Payout
from payouts.operations import deeds
from payouts.operations._outcome import Preview, Refusal
from payouts.queries import filters, jobs

PORTION = 5_000
"""Payouts that are looked at by one question."""
LOOKED_AT = 100_000
"""Payouts that one page looks at, to find `deeds.MOST` that can be done."""
PATIENCE = 10.0
"""Seconds after which a page looks no further, however few it found."""


@dataclass(frozen=True)
class Looked:
    """Of all that match, the first that can be done, and the first that cannot.

    ``count`` were looked at. ``rest``: more match, or could be done, than are in ``preview``. ``last`` is the last that
    was looked at.
    """

    preview: Preview
    count: int
    rest: bool
    last: int

    @property
    def full(self) -> bool:
        """As many as one step takes were found."""
        return len(self.preview.allowed) == deeds.MOST


def source(request: HttpRequest) -> QueryDict:
    """Where a choice stands: in the form, or in the address that repeats it."""
    return request.POST if request.method == "POST" else request.GET


def all_that_match(request: HttpRequest) -> bool:
    """Whether the reader chose all that match."""
    return source(request).get("all_matching") == "1"


def stopped_job(request: HttpRequest, verb: str) -> Job | None:
    """The reader's own job of this verb, where what was left of it is the choice; 404 where there is no such job."""
    text = source(request).get("rest_of", "")
    if not text:
        return None
    number = numbers.whole(text)
    own = Job.objects.filter(asked_by=request.user.pk, verb=verb)
    job = own.filter(pk=number).first() if number is not None else None
    if job is None:
        raise Http404(_("There is no such job of yours."))
    return job


def left_of(job: Job) -> list[int]:
    """The payouts that are left of a stopped job."""
    return list(jobs.left(job).values_list("payout_id", flat=True))


def chosen(request: HttpRequest) -> tuple[list[int], dict[int, str] | None]:
    """The ids, and what the reader's page showed of them (`shown.token`), where it said. Of all that match, those
    behind ``after``, `LOOKED_AT` and one more.
    """
    given = source(request)
    if all_that_match(request):
        matching = filters.read(given.get("query", ""), also=None).qs
        behind = numbers.whole(given.get("after", ""))
        if behind is not None:
            matching = matching.filter(pk__gt=behind)
        return list(matching.order_by("pk").values_list("pk", flat=True)[: LOOKED_AT + 1]), None
    seen: dict[int, str] = {}
    for pair in given.get("seen", "").split(","):
        text, _unused, token = pair.partition("=")
        number = numbers.whole(text)
        if number is not None and token:
            seen[number] = token
    ids = [number for number in map(numbers.whole, given.getlist("ids")) if number is not None]
    return ids or list(seen), seen or None


def look(ids: Sequence[int], *, preview: Callable[..., Preview], actor: Actor) -> Looked:
    """Portion after portion is looked at until `deeds.MOST` that can be done are found, or ids or patience end."""
    until = time.monotonic() + PATIENCE
    within, count = ids[:LOOKED_AT], 0
    allowed: list[Payout] = []
    refused: list[Refusal] = []
    while count < len(within) and len(allowed) < deeds.MOST and (not count or time.monotonic() < until):
        portion = within[count : count + PORTION]
        found = preview(payout_ids=portion, actor=actor)
        allowed += found.allowed
        refused += found.refused
        count += len(portion)
    rest = count < len(ids) or len(allowed) > deeds.MOST
    return Looked(Preview(tuple(allowed[: deeds.MOST]), tuple(refused)), count, rest, ids[count - 1])
