"""Confirming and dismissing what others asked for: first what that means, then the deed, for exactly what was seen."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.audit.actors import Actor
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import numbers, pages
from backoffice.words import number

ALL = "confirm-all"
ONE = re.compile(r"(confirm|dismiss)-([0-9]{1,18})")
Counted = Callable[[int], str]
"""A text with the hole {n}, in the number's own form."""


@dataclass(frozen=True)
class Decisions:
    """One kind of wish: how it is decided on, and what its pages call it. ``page`` is the URL name of its list."""

    confirm: Callable[[list[int], Actor, datetime], Sequence[Any]]
    dismiss: Callable[[list[int], Actor, datetime], Sequence[Any]]
    waiting: Callable[[], Iterable[Any]]
    called: Callable[[Any], str]
    line: Callable[[Any], str]
    page: str
    label: str
    noun: Counted
    to_confirm: Counted
    to_dismiss: Counted
    confirmed: Counted
    dismissed: Counted
    stays: str
    """What a dismissal leaves as it is, in a sentence."""


def decide(request: HttpRequest, kind: Decisions) -> HttpResponse:
    """Another person confirms one, or exactly those that the page showed; or somebody dismisses one."""
    given = request.POST if request.method == "POST" else request.GET
    wanted = given.get("decision", "")
    one = ONE.fullmatch(wanted)
    shown = [numbers.whole(each) for each in given.getlist("shown")] if wanted == ALL else []
    ids = [int(one[2])] if one else [each for each in shown if each is not None]
    if not ids or len(ids) < len(shown):
        messages.error(
            request, _("Nothing confirmed or dismissed: choose one of the versions below, or all of them.")
        )
        return redirect(f"admin:{kind.page}")
    dismissed = one is not None and one[1] == "dismiss"
    if request.method == "POST" and given.get("confirmed") == "1":
        return _decided(request, kind, ids, dismissed)
    return _asked(request, kind, ids, wanted, dismissed=dismissed)


def _asked(
    request: HttpRequest, kind: Decisions, ids: list[int], wanted: str, *, dismissed: bool
) -> HttpResponse:
    """What will happen to these, before it does."""
    back = reverse(f"admin:{kind.page}")
    found = [each for each in kind.waiting() if each.pk in ids]
    if len(found) < len(ids):
        changes = [_("Not all of these wait any more: somebody else confirmed or dismissed one.")]
        return pages.stale(request, changes, back)
    count = len(found)
    title = (kind.to_dismiss if dismissed else kind.to_confirm)(count).format(n=number(count))
    if count == 1:
        title = _("{deed}: {account}").format(deed=title, account=kind.called(found[0]))
    follows = [kind.line(each) for each in found]
    if dismissed:
        follows.append(str(kind.stays))
    own = not dismissed and any(each.asked_by_id == request.user.pk for each in found)
    context = {
        "title": title,
        "verb": title,
        "off": _("Off for you: you asked for it.") if own else "",
        "kind": "stop" if dismissed else "main",
        "form": forms.Form(),
        "noun": kind.noun(count),
        "preview": {"count": count, "follows": follows},
        "hidden": [("decision", wanted), *(("shown", pk) for pk in ids)],
        "back_url": back,
        "back_label": kind.label,
    }
    return pages.render(request, "parts/confirm.html", context)


def _decided(request: HttpRequest, kind: Decisions, ids: list[int], dismissed: bool) -> HttpResponse:
    verb = kind.dismiss if dismissed else kind.confirm
    try:
        done = verb(ids, pages.actor(request), database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse(f"admin:{kind.page}"))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        told = kind.dismissed if dismissed else kind.confirmed
        messages.success(request, told(len(done)).format(n=len(done)))
    return redirect(f"admin:{kind.page}")
