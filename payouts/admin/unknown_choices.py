"""What may be done about one unknown submission on its rail: each choice, until when, or why it is off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from backoffice.doors import pages
from backoffice.words import sentences
from payouts.models import Resolution, Submission
from payouts.operations import switches
from payouts.queries import explain, rail_words, recorded
from payouts.queries import unknown as asked
from payouts.states import SubmissionStatus


@dataclass(frozen=True)
class Choice:
    """One verb as the page shows it, as a button and as a line that explains it. ``off`` says why it is off."""

    label: str
    does: str
    verb: str
    off: str = ""
    kind: str = ""
    post: bool = False
    own: bool = False  # off for this reader alone


def of(
    request: HttpRequest, submission: Submission, finding: Resolution | None, now: datetime
) -> list[Choice]:
    """The choices on this submission, for a reader who may decide; none once it is known what became of it."""
    may = "payouts.resolve_unknown" in pages.permissions(request)
    if submission.status != SubmissionStatus.UNKNOWN or not may:
        return []
    return [_look_up(submission, now), _again(submission, now), *_say(request, finding)]


def buttons(choices: list[Choice], urls: dict[str, str]) -> list[dict[str, Any]]:
    """The same as verbs of the page's head."""
    shown = []
    for choice in choices:
        verb: dict[str, Any] = {"label": choice.label, "kind": choice.kind}
        if choice.off:
            verb["off"] = (_("Off for you: {why}") if choice.own else _("Off: {why}")).format(why=choice.off)
        else:
            verb |= {"url": urls[choice.verb]} | ({"method": "post"} if choice.post else {})
        shown.append(verb)
    return shown


def why_not_again(submission: Submission, now: datetime) -> str:
    """Why the same bytes may not go again now: the rail is stopped, or it could pay twice. Empty when they may."""
    stop = switches.open_on(submission.rail)
    if stop is not None:
        return _("{rail} is stopped ({reason}).").format(
            rail=rail_words.beginning(submission.rail), reason=recorded.by(stop.stopped_by_id, stop.reason)
        )
    return asked.why_not_again(submission=submission, now=now)


def until_words(submission: Submission) -> str:
    """Until when the same bytes may go again, by the bank's clock; empty where the rail promises nothing."""
    until = asked.again_until(submission)
    return explain.clock(until, explain.bank_zone(submission.batch)) if until is not None else ""


def _look_up(submission: Submission, now: datetime) -> Choice:
    does = _("Asks {rail} what it has under {key}.").format(
        rail=rail_words.called(submission.rail), key=submission.key
    )
    if not why_not_again(submission, now):
        does = sentences(does, _("Where it has nothing, the same bytes go again: it creates nothing twice."))
    return Choice(_("Look up now"), does, "look_up", off=asked.why_not_look_up(submission), post=True)


def _again(submission: Submission, now: datetime) -> Choice:
    until = until_words(submission)
    does = (
        _("Until {until}: so long {rail} knows the key and creates nothing twice.").format(
            until=until, rail=rail_words.called(submission.rail)
        )
        if until
        else ""
    )
    return Choice(_("Send the same bytes again"), does, "again", off=why_not_again(submission, now))


def _say(request: HttpRequest, finding: Resolution | None) -> list[Choice]:
    if finding is None:
        does = sentences(
            _("The bank has it, and its reports and statement settle it; or it never got it."),
            _("You attach what shows it, and nothing changes before another person confirms."),
        )
        return [Choice(_("Say what became of it"), does, "propose", kind="main")]
    own = finding.proposed_by_id == request.user.pk
    off = _("it is your own finding. Another person must confirm it.") if own else ""
    words = finding.get_verdict_display().lower()
    return [
        Choice(
            _("Confirm: {words}").format(words=words),
            _("You have read the evidence and it shows that."),
            "confirm",
            off=off,
            own=own,
            kind="main",
        ),
        Choice(
            _("Dismiss the finding"), _("It stays unknown, and another finding may be proposed."), "dismiss"
        ),
    ]
