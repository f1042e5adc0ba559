"""What one person asks for and another confirms: rows of one kind that wait, and the word that decides them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.utils.translation import gettext as _

from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from sellers.ledger.models import AccountMapping, MonthRate

Wish = TypeVar("Wish", AccountMapping, MonthRate)


class SamePerson(Refused):
    """Who asked may not confirm."""

    code = "four_eyes"
    status = 403


def waiting(kind: type[Wish], ids: Sequence[int]) -> list[Wish]:
    """Those that wait, locked. Raises `Conflict` unless all of them do."""
    found = list(kind._default_manager.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    if len(found) != len(set(ids)) or not found or any(each.decided_at for each in found):
        raise Conflict(
            _("Not done: one of these was confirmed or dismissed by someone else just now. Look again.")
        )
    return found


def check_others(wishes: Sequence[AccountMapping | MonthRate], actor: Actor) -> None:
    """Raises `SamePerson` where the actor asked for one of them."""
    if any(each.asked_by_id == actor.user_id for each in wishes):
        raise SamePerson(_("Not confirmed: you asked for it. Another person must confirm it."))


def decide(wish: AccountMapping | MonthRate, *, confirmed: bool, actor: Actor, now: datetime) -> None:
    """It is confirmed or dismissed, for good."""
    wish.confirmed, wish.decided_by_id, wish.decided_at = confirmed, actor.person_id, now
    wish.save(update_fields=["confirmed", "decided_by", "decided_at"])
