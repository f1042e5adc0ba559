"""What keeps a month of the books from being closed, in sentences that say what to do."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.words import beside, labelled, number
from payouts.models import Incident, StatementLine, Submission
from payouts.queries import incident_words, recorded
from payouts.states import SubmissionStatus
from sellers.ledger.queries import mapping, periods

MOST_NAMED = 8


@dataclass(frozen=True)
class Block:
    """One reason; ``page`` is the URL name of the page where it is mended."""

    text: str
    page: str


def blocks(*, first: date, last: date) -> list[Block]:
    """Everything of the days ``first`` through ``last`` that must be settled before they are closed."""
    found = []
    lines = StatementLine.objects.filter(matched_at__isnull=True, booking_date__lte=last).count()
    if lines:
        found.append(
            Block(
                ngettext(
                    "{n} bank line is not explained yet: match it, or have two people resolve it.",
                    "{n} bank lines are not explained yet: match them, or have two people resolve them.",
                    lines,
                ).format(n=number(lines)),
                "payouts_statement_breaks",
            )
        )
    until = datetime.combine(last + timedelta(days=1), time.min, tzinfo=periods.zone())
    unknown = Submission.objects.filter(status=SubmissionStatus.UNKNOWN, prepared_at__lt=until).count()
    if unknown:
        found.append(
            Block(
                ngettext(
                    "{n} submission is unknown: look it up at the bank, or have two people decide.",
                    "{n} submissions are unknown: look them up at the bank, or have two people decide.",
                    unknown,
                ).format(n=number(unknown)),
                "payouts_submission_unknown",
            )
        )
    broken = Incident.objects.filter(code="invariant", closed_at__isnull=True).order_by("pk")
    found += [
        Block(labelled(incident_words.what(each.code), recorded.said(each.text)), "payouts_rail_list")
        for each in broken[:MOST_NAMED]
    ]
    unmapped = mapping.unmapped(first=first, last=last)
    if unmapped:
        named = beside(each.words for each in unmapped[:MOST_NAMED])
        more = (
            _(" and {unmapped} more").format(unmapped=len(unmapped) - MOST_NAMED)
            if len(unmapped) > MOST_NAMED
            else ""
        )
        found.append(
            Block(
                _("No account for {named}{more}: ask for one, and have it confirmed.").format(
                    named=named, more=more
                ),
                "ledger_mapping_list",
            )
        )
    return found
