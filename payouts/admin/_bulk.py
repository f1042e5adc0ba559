"""One verb on one or many payouts: choose, see what will happen, do it, read what was done (HOUSE ruling 10).

A `Bulk` names an operation and its words; the view below turns it into preview, form, call and message. The rule
stands in the operation; here are only questions and answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import numbers, pages
from backoffice.words import number
from payouts.models import Payout
from payouts.operations._outcome import Outcome, Preview, Refusal, refuse
from payouts.queries import filters, hold_words, lookout, shown
from sellers.ledger import written
from sellers.ledger.money import Money

SHOWN = 10
MOST = 20_000  # what one bulk action may take; a whole filtered list beyond it is worked off in parts


@dataclass(frozen=True)
class Part:
    """A verb takes ``taken`` of ``count`` payouts that it could take now; ``beyond``: of even more than that."""

    taken: int
    count: int
    beyond: bool

    @property
    def shown(self) -> str:
        """Such as 500 of 700."""
        return part(self.taken, number(self.count) + ("+" if self.beyond else ""))


@dataclass(frozen=True)
class Bulk:
    """A verb as a page: its words hold {n} for the number and {money} for one payout's amount.

    ``accounts`` says to which account versions the money would go, where that is not the payout's own; ``most`` is how
    many go in one step: of all that match, the first that can. What is ``safe`` is done whatever changed since the page
    was read.
    """

    name: str
    permission: str
    verb: str
    done: str
    preview: Callable[..., Preview]
    act: Callable[..., Outcome]
    form: type[forms.Form]
    kind: str = "main"
    follows: Callable[[Preview], Sequence[str]] = lambda preview: ()
    accounts: Callable[[Sequence[Payout]], Mapping[int, int]] = lambda payouts: {}
    most: int = MOST
    safe: bool = False
    meanings: Callable[[], Sequence[tuple[str, hold_words.Meaning]]] = tuple
    leads: Callable[[Sequence[int]], str] = lambda moved: ""
    """Where the payouts that it moved are now, with the way there."""


def run(request: HttpRequest, bulk: Bulk) -> HttpResponse:
    """The preview; POST with ``confirmed``: the deed, a message, and back to where it began."""
    back = pages.back_url(request, reverse("admin:payouts_payout_list"))
    actor = pages.actor(request)
    ids, seen = chosen(request)
    if not ids:
        messages.warning(request, _("Nothing was done: no payout is chosen. Tick the rows first."))
        return redirect(back)
    whole = _source(request).get("all_matching") == "1"
    if len(ids) > limit(bulk) and not whole:
        messages.warning(
            request,
            _("Nothing was done: at most {most} payouts go in one step. Narrow the filter.").format(
                most=number(limit(bulk))
            ),
        )
        return redirect(back)
    confirmed = request.method == "POST" and request.POST.get("confirmed") == "1"
    if (
        confirmed and seen is None
    ):  # a form that no page of ours made: it says what to do, not what was looked at
        messages.warning(request, _("Nothing was done yet: look at what will happen, then confirm it."))
        confirmed = False
    form = bulk.form(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            outcome = bulk.act(
                payout_ids=ids, actor=actor, now=database_now(), seen=seen, **form.cleaned_data
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            changed = [each for each in outcome.refused if each.code == "changed"]
            if changed and len(changed) == len(outcome.refused) and not outcome.moved:
                return pages.stale(request, _changes(changed), back)
            _report(request, bulk, outcome)
            return redirect(back)
    preview = bulk.preview(payout_ids=ids[:MOST], actor=actor)
    preview = preview if bulk.safe else _mark_stale(preview, seen)
    preview, of_all = _first(bulk, preview, beyond=len(ids) > MOST) if whole else (preview, _part_of(request))
    return _previewed(request, bulk, preview, form, of_all)


def limit(bulk: Bulk) -> int:
    """How many payouts the verb takes in one step."""
    return min(bulk.most, MOST)


def part(taken: int, count: str) -> str:
    """ "500 of 700", for a verb that takes so many at a time."""
    return _("{n} of {total}").format(n=number(taken), total=count)


def _first(bulk: Bulk, preview: Preview, *, beyond: bool) -> tuple[Preview, Part | None]:
    """As many as go in one step of what can be done. Of the first `MOST`, what is refused takes nobody else's place."""
    taken = preview.allowed[: limit(bulk)]
    if len(taken) == len(preview.allowed) and not beyond:
        return preview, None
    return replace(preview, allowed=taken), Part(len(taken), MOST if beyond else len(preview.allowed), beyond)


def _part_of(request: HttpRequest) -> Part | None:
    """Of how many these are a part, as the confirmation said."""
    text = request.POST.get("of", "")
    count, taken = numbers.whole(text.removesuffix("+")), numbers.whole(request.POST.get("taken", ""))
    return None if count is None or taken is None else Part(taken, count, beyond=text.endswith("+"))


def _previewed(
    request: HttpRequest, bulk: Bulk, preview: Preview, form: forms.Form, of_all: Part | None
) -> HttpResponse:
    """What would be done; where all that was chosen has changed, what did."""
    back = pages.back_url(request, reverse("admin:payouts_payout_list"))
    changed = [each for each in preview.refused if each.code == "changed"]
    if changed and len(changed) == len(preview.refused) and not preview.allowed:
        return pages.stale(request, _changes(changed), back)
    return pages.render(
        request, "admin/payouts/payout/bulk.html", _context(bulk, preview, form, back, of_all)
    )


def _source(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def chosen(request: HttpRequest) -> tuple[list[int], dict[int, str] | None]:
    """The ids, and what the reader's page showed of them (`shown.token`), where it said. Of all that match, `MOST` and
    one more.
    """
    source = _source(request)
    seen: dict[int, str] = {}
    for pair in source.get("seen", "").split(","):
        text, _unused, token = pair.partition("=")
        number = numbers.whole(text)
        if number is not None and token:
            seen[number] = token
    if source.get("all_matching") == "1":
        matching = filters.read(source.get("query", ""), also=None).qs
        return list(matching.order_by("pk").values_list("pk", flat=True)[: MOST + 1]), None
    ids = [number for number in map(numbers.whole, source.getlist("ids")) if number is not None]
    return ids or list(seen), seen or None


def _mark_stale(preview: Preview, seen: Mapping[int, str] | None) -> Preview:
    """What changed between the reader's page and now is refused already here, and for that first."""
    if not seen:
        return preview
    read = list(Payout.objects.filter(pk__in=seen).order_by("pk"))
    changed = shown.changes(read, seen)
    return Preview(
        allowed=tuple(p for p in preview.allowed if p.pk not in changed),
        refused=(
            *(each for each in preview.refused if each.payout_id not in changed),
            *(refuse(p, "changed", changed[p.pk]) for p in read if p.pk in changed),
        ),
    )


def _changes(refused: Sequence[Refusal]) -> list[str]:
    return [f"{each.reference}: {each.reason}." for each in refused[:SHOWN]]


def _words(text: str, payouts: Sequence[Payout]) -> str:
    amount = Money(payouts[0].amount_minor, payouts[0].currency) if len(payouts) == 1 else None
    noun = (
        _("{payouts} payouts").format(payouts=number(len(payouts)))
        if amount is None
        else _("1 payout of {text}").format(text=written.text(amount))
    )
    return text.format(n=noun)


def _context(
    bulk: Bulk, preview: Preview, form: forms.Form, back: str, of_all: Part | None
) -> dict[str, Any]:
    words = _words(bulk.verb, preview.allowed)
    return {
        "title": words if preview.allowed else _("Nothing can be done"),
        "verb": words,
        "kind": bulk.kind,
        "form": form,
        "meanings": bulk.meanings(),
        "back_url": back,
        "hidden": [
            ("back", back),
            ("seen", ",".join(f"{pk}={token}" for pk, token in shown.tokens(preview.allowed).items())),
            *_hidden(of_all),
        ],
        "preview": {
            "count": len(preview.allowed),
            "sums": [Money(minor, currency) for currency, minor in preview.totals.items()],
            "rows": [
                {
                    "reference": each.payout.reference,
                    "url": reverse("admin:payouts_payout_detail", args=[each.payout.reference]),
                    "name": each.seller_name,
                    "note": "; ".join([_("To {account}").format(account=each.account), *each.flags]),
                    "money": each.money,
                }
                for each in lookout.first(
                    preview.allowed, most=SHOWN, accounts=bulk.accounts(preview.allowed)
                )
            ],
            "more": max(len(preview.allowed) - SHOWN, 0),
            "refused": [
                {"reason": reason, "count": len(group), "references": [each.reference for each in group]}
                for reason, group in preview.reasons
            ],
            "follows": [*_rest(of_all), *bulk.follows(preview)] if preview.allowed else (),
        },
    }


def _hidden(of_all: Part | None) -> list[tuple[str, str]]:
    if of_all is None:
        return []
    return [("taken", str(of_all.taken)), ("of", f"{of_all.count}{'+' if of_all.beyond else ''}")]


def _rest(of_all: Part | None) -> list[str]:
    if of_all is None:
        return []
    return [_("One step takes {part}: press again for the rest.").format(part=of_all.shown)]


def _report(request: HttpRequest, bulk: Bulk, outcome: Outcome) -> None:
    """ "12 approved, 2 refused: reason"."""
    count = len(outcome.moved)
    parts = (
        [bulk.done.format(n=ngettext("{count} payout", "{count} payouts", count).format(count=number(count)))]
        if count
        else []
    )
    if outcome.refused:
        reasons = sorted({refusal.reason for refusal in outcome.refused})
        parts.append(
            _("{refused} refused: {reasons}").format(
                refused=number(len(outcome.refused)), reasons="; ".join(reasons[:3])
            )
        )
    text = " ".join([", ".join(parts) + ".", *_went(_part_of(request))])
    if count and (leads := bulk.leads(outcome.moved)):
        text = format_html("{} {}", text, leads)
    level = messages.SUCCESS if count and not outcome.refused else messages.WARNING
    messages.add_message(request, level, text)


def _went(of_all: Part | None) -> list[str]:
    """What a reader who chose more than one step takes has still to do."""
    if of_all is None:
        return []
    return [_("These were {part}: press again for the rest.").format(part=of_all.shown)]


def selection(buttons: Sequence[Mapping[str, str]]) -> dict[str, Any] | None:
    """The selection bar of a list of payouts, from which up to `MOST` that match can be chosen at once."""
    return {"verbs": buttons, "most": MOST} if buttons else None


def button(bulk: Bulk, label: str, *, key: str = "", kind: str | None = None) -> dict[str, str]:
    """The verb in the selection bar of a list."""
    return {
        "label": label,
        "one": bulk.verb.format(n=_("1 payout")),
        "many": bulk.verb.format(n=_("{n} payouts")),
        "url": reverse("admin:payouts_payout_act", args=[bulk.name]),
        "kind": bulk.kind if kind is None else kind,
        "key": key,
        "most": str(bulk.most) if bulk.most < MOST else "",
    }
