"""Settings: what each role may do, and the tabs over all pages of the settings. No money."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from backoffice import roles
from backoffice.audit import rights
from backoffice.doors import pages, role_words
from backoffice.doors.addresses import Known


@pages.page("auth.view_user", knows=Known())
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
            "may": sorted(rights.right(name) for name in held if ".view_" not in name),
            "sees": sorted(rights.right(name) for name in held if ".view_" in name),
            "people": people.get(role, []),
        }
        for role, held in roles.ROLES.items()
    ]
    context = {
        "title": _("Roles"),
        "lead": _(
            "What each role may do. Whatever roles a person has, nobody approves their own "
            "work: the database refuses it. Nor does anybody give a role alone."
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


urlpatterns = [path("settings/roles/", role_list, name="settings_roles")]
