"""Settings: people and their roles, and what each role may do. No money."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice import people, roles
from backoffice.audit import clock
from backoffice.audit.errors import NotAllowed, Refused
from backoffice.doors import pages, role_words
from backoffice.words import later


class PersonForm(forms.Form):
    """Who somebody is and what they may do."""

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
    password = forms.CharField(
        label=later("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=later("At least 12 characters. Tell it to them in person; they can change it."),
    )


class ChangeForm(PersonForm):
    active = forms.BooleanField(label=later("May log in"), required=False)
    field_order = ("first_name", "last_name", "email", "role_names", "active", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["username"]
        self.fields["password"].required = False
        self.fields["password"].label = _("New password")
        self.fields["password"].help_text = _("Leave it empty to keep theirs.")


@pages.page("auth.view_user")
def overview(request: HttpRequest) -> HttpResponse:
    """Who works here, with their roles."""
    context = {
        "title": _("People"),
        "lead": _(
            "Who may log in, and with which roles. Rights come from roles only, and nobody sets their own."
        ),
        "tabs": tabs("settings"),
        "people": User.objects.filter(is_staff=True)
        .prefetch_related("groups")
        .order_by("-is_active", "username"),
        "may_add": "auth.add_user" in pages.permissions(request),
    }
    return pages.render(request, "admin/settings/people.html", context)


@pages.page("auth.view_user")
def role_list(request: HttpRequest) -> HttpResponse:
    """Each role: what it may do beside looking, what it sees, and who has it."""
    people: dict[str, list[str]] = {}
    for user in (
        User.objects.filter(is_staff=True, is_active=True).prefetch_related("groups").order_by("username")
    ):
        for group in user.groups.all():
            people.setdefault(group.name, []).append(user.get_full_name() or user.get_username())
    rows = [
        {
            "role": role_words.called(role),
            "may": sorted(role_words.right(name) for name in held if ".view_" not in name),
            "sees": sorted(role_words.right(name) for name in held if ".view_" in name),
            "people": people.get(role, []),
        }
        for role, held in roles.ROLES.items()
    ]
    context = {
        "title": _("Roles"),
        "lead": _(
            "What each role may do. Whatever roles a person has, nobody approves their own "
            "work: the database refuses it."
        ),
        "tabs": tabs("settings_roles"),
        "roles": rows,
    }
    return pages.render(request, "admin/settings/roles.html", context)


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of the settings, as tabs; ``current`` is the name of the page's address."""
    names = {
        "settings": _("People"),
        "settings_roles": _("Roles"),
        "settings_countries": _("Countries"),
        "payouts_funding_list": _("Our accounts"),
        "payouts_cap_list": _("Caps"),
    }
    return [
        {"label": label, "url": reverse(f"admin:{name}"), "current": name == current}
        for name, label in names.items()
    ]


@pages.page("auth.add_user")
def add(request: HttpRequest) -> HttpResponse:
    """A new person."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user = people.add(
                username=given["username"],
                names=(given["first_name"], given["last_name"]),
                email=given["email"],
                role_names=given["role_names"],
                password=given["password"],
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
                _("{full_name} can log in as {username}.").format(
                    full_name=user.get_full_name(), username=user.username
                ),
            )
            return HttpResponseRedirect(reverse("admin:settings"))
    return _form(request, form, title=_("Add a person"), verb=_("Add this person"))


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
    form = ChangeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            changed = people.change(
                user_id=user_id,
                names=(given["first_name"], given["last_name"]),
                email=given["email"],
                role_names=given["role_names"],
                active=given["active"],
                password=given["password"],
                actor=pages.actor(request),
                now=clock.database_now(),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = (
                _("{user}: {changed}.").format(user=user.get_username(), changed=", ".join(changed))
                if changed
                else _("Nothing was different.")
            )
            messages.success(request, said)
            return HttpResponseRedirect(reverse("admin:settings"))
    return _form(request, form, title=user.get_full_name() or user.get_username(), verb=_("Save this person"))


def _form(request: HttpRequest, form: forms.Form, *, title: str, verb: str) -> HttpResponse:
    context = {
        "title": title,
        "form": form,
        "verb": verb,
        "back_url": reverse("admin:settings"),
        "back_label": _("People"),
    }
    return pages.render(request, "parts/form.html", context)


urlpatterns = [
    path("settings/", overview, name="settings"),
    path("settings/roles/", role_list, name="settings_roles"),
    path("settings/people/add/", add, name="person_add"),
    path("settings/people/<int:user_id>/", change, name="person_change"),
]
