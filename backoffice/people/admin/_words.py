"""A request about a person in sentences, for the page of people and for the one that asks once more."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.doors import role_words
from backoffice.people import queries
from backoffice.people.models import Kind, PersonRequest
from backoffice.people.operations import deciding
from backoffice.words import together


def name(user: User | None) -> str:
    """A person as people say it."""
    return "" if user is None else user.get_full_name() or user.get_username()


def roles(names: Iterable[str]) -> str:
    """Roles as one list: "approver and treasurer"."""
    return together(role_words.called(each) for each in names) or _("no role")


def what(request: PersonRequest) -> str:
    """What changes, in a few words: "New person with the roles approver and treasurer"."""
    return {
        Kind.ADD: _("New person, roles: {roles}"),
        Kind.ROLES: _("More roles: {roles}"),
        Kind.OPEN: _("May log in again"),
        Kind.PASSWORD: _("New password"),
    }[Kind(request.kind)].format(roles=roles(request.roles))


def title(request: PersonRequest, verb: str) -> str:
    """What the button does: "Confirm: add Nora Lind". ``verb`` is confirm, dismiss or take_back."""
    done = {
        Kind.ADD: _("add {name}"),
        Kind.ROLES: _("give {name} more roles"),
        Kind.OPEN: _("let {name} log in again"),
        Kind.PASSWORD: _("a new password for {name}"),
    }[Kind(request.kind)].format(name=queries.names(request))
    words = {
        "confirm": _("Confirm: {what}"),
        "dismiss": _("Dismiss: {what}"),
        "take_back": _("Take back: {what}"),
    }
    return words[verb].format(what=done)


def follows(request: PersonRequest, verb: str) -> list[str]:
    """Whom it is about, who asked, and what is true afterwards."""
    person = request.person
    username, email = (
        (request.username, request.email) if person is None else (person.get_username(), person.email)
    )
    lines = [
        _("{name} logs in as {username}; e-mail: {email}.").format(
            name=queries.names(request), username=username, email=email or _("none")
        ),
        _("{name} asked for it.").format(name=name(request.asked_by)),
    ]
    if verb != "confirm":
        return [*lines, _("Everything stays as it is.")]
    return [*lines, *_in_force(request)]


def _in_force(request: PersonRequest) -> list[str]:
    held = roles(queries.present_roles(request))
    link = _("You get a link, once, and hand it to them in person: whoever opens it chooses the password.")
    if request.kind == Kind.ADD:
        lines = [_("They get these roles: {roles}.").format(roles=roles(request.roles)), link]
        same = queries.namesakes(request)
        if same:
            lines.insert(
                0, _("Somebody of this name is here already, as {same}.").format(same=together(same))
            )
        return lines
    lines = [_("They have these roles now: {roles}.").format(roles=held)]
    if request.kind == Kind.ROLES:
        lines.append(_("They get these beside them: {roles}.").format(roles=roles(request.roles)))
    elif request.kind == Kind.OPEN:
        lines.append(_("They may log in again, with the roles they had."))
        if request.person is not None and not request.person.has_usable_password():
            lines.append(link)
    else:
        lines += [_("Their password and their sessions end at once."), link]
    if request.person is not None and not request.person.is_active and request.kind != Kind.OPEN:
        lines.append(_("Their account is closed."))
    return [capfirst(line) for line in lines]


def alone(*, asked_by: int, person_id: int | None = None) -> str:
    """What to do where nobody could confirm; empty where somebody can."""
    if queries.confirmers(asked_by=asked_by, person_id=person_id):
        return ""
    if queries.administrators().count() < 2:
        return _(
            "You can ask, but nobody can confirm: fewer than two administrators can log in. On the machine, "
            "“manage.py create_admin NAME” makes another."
        )
    return _(
        "Nobody can confirm this: it takes an administrator who neither asked for it nor is concerned. Add a "
        "third one, or, where the other one cannot log in any more, close their account and have “manage.py "
        "create_admin NAME” make another on the machine."
    )


def why_off(wish: PersonRequest, *, me: int) -> str:
    """Why this administrator cannot confirm it; empty where they can."""
    if wish.asked_by_id == me:
        return alone(asked_by=me, person_id=wish.person_id) or _("Another administrator confirms it.")
    if wish.person_id == me:
        return _("It is about you: another administrator decides.")
    if deciding.RIGHTS[Kind(wish.kind)] not in authority.permissions_of(wish.asked_by_id or 0):
        return _("Who asked may not ask for it any more: dismiss it.")
    return ""
