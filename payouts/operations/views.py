"""Saved views: a list's filter and sort under a name, for oneself or for everybody; and pasted lists."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from backoffice.words import number
from payouts.models import DefaultView, PastedList, SavedView
from payouts.queries import filters, searching, views

MOST = 50
LONGEST = 60
LONGEST_LIST = 200_000
SEE = "payouts.view_payout"


class BadView(Refused):
    """Its name is missing, too long or taken, or there are too many."""

    code = "bad_view"


class BadList(Refused):
    """A pasted list with nothing, or too much, in it."""

    code = "bad_list"


class NotYours(Refused):
    """Another person's view: it is used, or saved as one's own, not changed."""

    code = "not_yours"
    status = 403


class NoView(Refused):
    """There is no such view, or it is another person's and not shared."""

    code = "no_view"
    status = 404


@transaction.atomic
def save(*, place: str, name: str, query: str, shared: bool, actor: Actor, now: datetime) -> SavedView:
    """A new view of the actor's: the filter and sort of ``query``, the query string of the list at ``place``.

    Raises `BadView`, `filters.BadFilter` for a filter that cannot be read, `NotAllowed`.
    """
    authority.require(actor=actor, permission=SEE)
    filters.read(query, also=None)
    if SavedView.objects.filter(owner=actor.person_id, place=place).count() >= MOST:
        raise BadView(_("Not saved: you have {most} views of this list. Delete one first.").format(most=MOST))
    view = SavedView(
        owner_id=actor.person_id, place=place, query=views.kept(query), shared=shared, changed_at=now
    )
    return _write(view, name)


@transaction.atomic
def change(
    *, view_id: int, name: str, shared: bool, actor: Actor, now: datetime, query: str | None = None
) -> SavedView:
    """The owner's view has this name and is shared or not; with ``query``, another filter and sort.

    Who opened the list in it by default does no longer when it is not shared any more. Raises `NotYours`, `NoView`,
    `BadView`, `filters.BadFilter`, `NotAllowed`.
    """
    view = _own(view_id, actor)
    if query is not None:
        filters.read(query, also=None)
        view.query = views.kept(query)
    view.shared, view.changed_at = shared, now
    if not shared:
        DefaultView.objects.filter(view=view).exclude(person=view.owner_id).delete()
    return _write(view, name)


@transaction.atomic
def delete(*, view_id: int, actor: Actor) -> SavedView:
    """The owner's view is gone, for everybody it was shared with, too. Raises as `change`."""
    view = _own(view_id, actor)
    DefaultView.objects.filter(view=view).delete()
    SavedView.objects.filter(pk=view.pk).delete()
    return view


@transaction.atomic
def paste(*, text: str, actor: Actor, now: datetime) -> PastedList:
    """A pasted list of references is kept, so that an address of any length leads to it.

    Raises `BadList` where it is empty or names more than one search takes, `NotAllowed`.
    """
    authority.require(actor=actor, permission=SEE)
    if not text.strip():
        raise BadList(_("Nothing was searched: paste at least one reference."))
    count = len(searching.terms_of(text))
    if count > searching.MOST_LISTED:
        raise BadList(
            _(
                "Nothing was searched: the list names {count} references, at most {most} go at once. Take {over} of "
                "them out, and search for those afterwards."
            ).format(
                count=number(count),
                most=number(searching.MOST_LISTED),
                over=number(count - searching.MOST_LISTED),
            )
        )
    if len(text) > LONGEST_LIST:
        raise BadList(
            _("Nothing was searched: a list has at most {longest_list} characters, this one {count}.").format(
                longest_list=number(LONGEST_LIST), count=number(len(text))
            )
        )
    return PastedList.objects.create(text=text.strip(), pasted_by_id=actor.person_id, pasted_at=now)


@transaction.atomic
def open_in(*, view_id: int, actor: Actor) -> SavedView:
    """The list opens for this person in this view, their own or a shared one. Raises `NoView`, `NotAllowed`."""
    authority.require(actor=actor, permission=SEE)
    view = _visible(view_id, actor)
    DefaultView.objects.update_or_create(person_id=actor.person_id, place=view.place, defaults={"view": view})
    return view


@transaction.atomic
def open_plain(*, place: str, actor: Actor) -> None:
    """The list opens for this person with everything in it. Raises `NotAllowed`."""
    authority.require(actor=actor, permission=SEE)
    DefaultView.objects.filter(person=actor.person_id, place=place).delete()


def _visible(view_id: int, actor: Actor) -> SavedView:
    view = views.visible(person_id=actor.person_id).filter(pk=view_id).first()
    if view is None:
        raise NoView(_("There is no such view any more. Choose another."))
    return view


def _own(view_id: int, actor: Actor) -> SavedView:
    authority.require(actor=actor, permission=SEE)
    view = _visible(view_id, actor)
    if view.owner_id != actor.person_id:
        owner = view.owner.get_full_name() or view.owner.get_username()
        raise NotYours(
            _("Not changed: “{view}” is {owner}'s. Save it as a view of your own, and change that.").format(
                view=view.name, owner=owner
            )
        )
    return view


def _write(view: SavedView, name: str) -> SavedView:
    view.name = " ".join(name.split())
    if not view.name:
        raise BadView(_("Not saved: give the view a name."))
    if len(view.name) > LONGEST:
        raise BadView(_("Not saved: a name has at most {longest} letters.").format(longest=LONGEST))
    try:
        with transaction.atomic():
            view.save(update_fields=SavedView.app_may_update if view.pk else None)
    except IntegrityError as error:
        if "saved_view_name_once" not in str(error):
            raise
        raise BadView(
            _("Not saved: you have a view “{view}” already. Give this one another name.").format(
                view=view.name
            )
        ) from error
    return view
