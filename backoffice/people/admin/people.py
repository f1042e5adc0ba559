"""Settings: the people and what waits for a second administrator; asking for a new person, changing one. No money."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice import roles
from backoffice.audit import clock
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.doors import keyset, pages, role_words, worklists
from backoffice.doors.addresses import Known
from backoffice.people import queries
from backoffice.people.admin import _words
from backoffice.people.models import Kind, PersonRequest
from backoffice.people.operations import asking, changing, deciding
from backoffice.settings_pages import tabs
from backoffice.words import later, together


class PersonForm(forms.Form):
    """Who somebody is and what they are to do."""

    username = forms.CharField(
        label=later("User name"), max_length=150, help_text=later("What they log in with. It never changes.")
    )
    first_name = forms.CharField(label=later("First name"), max_length=150)
    last_name = forms.CharField(label=later("Last name"), max_length=150)
    email = forms.EmailField(label=later("E-mail"), required=False)
    role_names = forms.MultipleChoiceField(
        label=later("Roles"),
        choices=lambda: [(name, capfirst(role_words.called(name))) for name in roles.ROLES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=later("Rights come from roles only."),
    )


class ChangeForm(PersonForm):
    active = forms.BooleanField(label=later("May log in"), required=False)
    new_password = forms.BooleanField(
        label=later("New password"),
        required=False,
        help_text=later("They choose it by a link. Until another administrator confirms, the old one works."),
    )
    field_order = ("first_name", "last_name", "email", "role_names", "active", "new_password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["username"]
        self.fields["role_names"].help_text = _(
            "What you take away is gone at once; what you add waits for another administrator."
        )
        self.fields["active"].help_text = _(
            "Closing is done at once; opening again waits for another administrator."
        )


@pages.page("auth.view_user", knows=Known(*keyset.PLACE, *worklists.WAITS))
def overview(request: HttpRequest) -> HttpResponse:
    """What waits for a second administrator, then who works here, with their roles."""
    held, whom = pages.permissions(request), worklists.for_whom(request)
    me = request.user.pk or 0
    wishes = queries.waiting_for(person_id=whom.pk) if whom else queries.waiting()
    people = queries.staff().prefetch_related("groups")
    page = None if whom else keyset.page(request, people, by=queries.ORDER, newest_first=False)
    context = {
        "title": _("People"),
        "lead": _(
            "Who may log in, and with which roles. What gives a way in or more rights is asked for by one "
            "administrator and confirmed by another; taking away is done at once."
        ),
        "tabs": tabs("settings"),
        "chips": worklists.set_chips(request, worklists.WAITS),
        "alone": _words.alone(asked_by=me) if "auth.add_user" in held else "",
        "nothing": _nothing(request, whom) if whom else None,
        "waiting": [_wish(wish, me=me, held=held) for wish in wishes],
        "people": page.rows if page else [],
        "pager": page,
        "may_add": "auth.add_user" in held,
        "may_change": "auth.change_user" in held,
    }
    return pages.render(request, "admin/settings/people.html", context)


def _nothing(request: HttpRequest, whom: User) -> tuple[str, str]:
    """What is said where nothing waits for this person."""
    if whom.pk == request.user.pk:
        return _("Nothing waits for you"), _(
            "What another administrator asks for stands here until you decide."
        )
    words = _("Nothing waits for {name}").format(name=worklists.called(whom))
    return words, _("What another administrator asks for stands here until they decide.")


def _wish(wish: PersonRequest, *, me: int, held: frozenset[str]) -> dict[str, Any]:
    may, own = deciding.RIGHTS[Kind(wish.kind)] in held, wish.asked_by_id == me
    off = _words.why_off(wish, me=me) if may else ""
    return {
        "wish": wish,
        "name": queries.names(wish),
        "what": _words.what(wish),
        "who": _words.name(wish.asked_by),
        "url": reverse("admin:person_decide", args=[wish.pk]),
        "off": off,
        "may_decide": may and not off,
        "may_dismiss": may and not own and wish.person_id != me,
        "may_take_back": may and own,
    }


@pages.page("auth.add_user")
def add(request: HttpRequest) -> HttpResponse:
    """A new person is asked for."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            asking.new_person(
                username=given["username"],
                names=(given["first_name"], given["last_name"]),
                email=given["email"],
                role_names=given["role_names"],
                actor=pages.actor(request),
                now=clock.database_now(),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Asked for: {username} may log in once another administrator confirms it.").format(
                    username=given["username"]
                ),
            )
            return HttpResponseRedirect(reverse("admin:settings"))
    return _form(
        request,
        form,
        title=_("Add a person"),
        verb=_("Ask to add this person"),
        lead=_(
            "Another administrator confirms it and gets a link, with which the person chooses a password."
        ),
        alone=_words.alone(asked_by=request.user.pk or 0),
    )


@pages.page("auth.change_user")
def change(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: names, roles, whether they may log in, a new password."""
    user = get_object_or_404(User, pk=user_id)
    start = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role_names": list(user.groups.values_list("name", flat=True)),
        "active": user.is_active,
    }
    seen = request.POST.get("seen", "") if request.method == "POST" else queries.person_digest(user)
    form = ChangeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            changed = changing.change(
                user_id=user_id,
                names=(given["first_name"], given["last_name"]),
                email=given["email"],
                role_names=given["role_names"],
                active=given["active"],
                new_password=given["new_password"],
                seen=seen,
                actor=pages.actor(request),
                now=clock.database_now(),
            )
        except NotAllowed:
            raise
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], request.path)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _tell(request, user, changed)
            return HttpResponseRedirect(reverse("admin:settings"))
    return _form(
        request,
        form,
        title=_words.name(user),
        verb=_("Save this person"),
        alone=_words.alone(asked_by=request.user.pk or 0, person_id=user_id)
        if user_id != request.user.pk
        else "",
        seen=seen,
    )


def _tell(request: HttpRequest, user: User, changed: changing.Changed) -> None:
    if changed.done:
        said = _("{user}: {changed}.").format(user=_words.name(user), changed=together(changed.done))
        messages.success(request, said)
    if changed.asked:
        waits = _("{user}: {changed}, once another administrator confirms it.")
        messages.success(request, waits.format(user=_words.name(user), changed=together(changed.asked)))
    for sentence in changed.refused:
        messages.warning(request, sentence)
    if not (changed.done or changed.asked or changed.refused):
        messages.success(request, _("Nothing was different."))


def _form(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    verb: str,
    alone: str,
    lead: str = "",
    seen: str = "",
) -> HttpResponse:
    context = {
        "title": title,
        "lead": lead,
        "form": form,
        "hidden": [("seen", seen)] if seen else [],
        "verb": verb,
        "problem": {"what": _("Nobody can confirm"), "todo": alone} if alone else None,
        "back_url": reverse("admin:settings"),
        "back_label": _("People"),
    }
    return pages.render(request, "parts/form.html", context)


urlpatterns = [
    path("settings/", overview, name="settings"),
    path("settings/people/add/", add, name="person_add"),
    path("settings/people/<int:user_id>/", change, name="person_change"),
]
