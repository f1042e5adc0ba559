"""What a verb leaves alone, for the page before it and the message after it: for each reason which by name, how many,
and the way to exactly those.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.words import beside, number
from payouts.admin import finding
from payouts.models import Hold
from payouts.operations._outcome import Refusal, WithReason, by_reason
from payouts.queries.searching import MOST_LISTED

REASONS = 3
NAMED = 3
T = TypeVar("T", bound=WithReason)


def grouped(
    reasons: Sequence[tuple[str, Sequence[Refusal]]], *, request: HttpRequest
) -> list[dict[str, Any]]:
    """Refused payouts by reason as `parts/preview.html` shows them: few are an address, more a list to be kept, and
    more than one list holds are several. Who may see no payouts is led nowhere.
    """
    opens = finding.opens(request)
    return [
        {
            "reason": reason,
            "count": len(group),
            "references": [_payout(each) for each in group[:NAMED]],
            **_ways([each.reference for each in group if each.reference and opens]),
        }
        for reason, group in reasons
    ]


def _ways(references: Sequence[str]) -> dict[str, Any]:
    if len(references) <= finding.FEW:
        return {"url": finding.address(references) if references else ""}
    parts = [references[at : at + MOST_LISTED] for at in range(0, len(references), MOST_LISTED)]
    labels = [number(len(references))] if len(parts) == 1 else _spans(parts)
    return {
        "lists": [{"label": label, "text": " ".join(part)} for label, part in zip(labels, parts, strict=True)]
    }


def _spans(parts: Sequence[Sequence[str]]) -> list[str]:
    """ "1–5,000", "5,001–7,300"."""
    firsts = [at * MOST_LISTED + 1 for at in range(len(parts))]
    return [
        f"{number(first)}–{number(first + len(part) - 1)}" for first, part in zip(firsts, parts, strict=True)
    ]


def told(
    refused: Sequence[T],
    name: Callable[[T], SafeString],
    *,
    way: Callable[[Sequence[T]], str] = lambda group: "",
) -> SafeString:
    """ "it is on hold (P1, P2, P3 and 9 others); its account changed (P4)": the most frequent reasons, and of each the
    first by name; then how many there are of others. A reason leads to all of its own where ``way`` knows an address.
    """
    groups = by_reason(refused)
    said = [
        format_html(_("{reason} ({names})"), reason=_reason(reason, group, way), names=_names(group, name))
        for reason, group in groups[:REASONS]
    ]
    others = sum(len(group) for _reason, group in groups[REASONS:])
    if others:
        said.append(format_html(_("{n} for other reasons"), n=number(others)))
    return SafeString(beside(said))  # each is HTML already, and so is what stands between them


def _reason(reason: str, group: Sequence[T], way: Callable[[Sequence[T]], str]) -> str:
    url = way(group) if len(group) > NAMED else ""
    return format_html('<a href="{}">{}</a>', url, reason) if url else reason


def _names(group: Sequence[T], name: Callable[[T], SafeString]) -> SafeString:
    names = format_html_join(", ", "{}", ((name(each),) for each in group[:NAMED]))
    more = max(len(group) - NAMED, 0)
    words = ngettext("{names} and {n} other", "{names} and {n} others", more)
    return format_html(words, names=names, n=number(more)) if more else names


def payout(refusal: Refusal) -> SafeString:
    """The payout by its reference, as the way to its page; plain where the refusal has none, as a job's may."""
    return _link(**_payout(refusal))


def _payout(refusal: Refusal) -> dict[str, str]:
    if not refusal.reference:
        return {"reference": f"P{refusal.payout_id}", "url": ""}
    url = reverse("admin:payouts_payout_detail", args=[refusal.reference])
    return {"reference": refusal.reference, "url": url}


def hold(hold: Hold) -> SafeString:
    """What it holds by its reference, a payout or a whole seller, as the way to its page."""
    return _link(**held(hold))


def held(hold: Hold) -> dict[str, str]:
    """The same as ``reference`` and ``url``."""
    if hold.payout is not None:
        page, reference = "payouts_payout", hold.payout.reference
    else:
        assert hold.seller is not None  # a constraint: on one or the other
        page, reference = "sellers_seller", hold.seller.reference
    return {"reference": str(reference), "url": reverse(f"admin:{page}_detail", args=[reference])}


def _link(*, reference: str, url: str) -> SafeString:
    if not url:
        return format_html("{}", reference)
    return format_html('<a class="ref" href="{}">{}</a>', url, reference)
