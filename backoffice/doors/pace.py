"""How long something may still take, by the pace so far."""

from datetime import datetime

from django.utils.translation import gettext as _


def time_left(*, done: int, total: int, since: datetime | None, now: datetime) -> str:
    """The time left in words; nothing while there is no pace to speak of."""
    seconds = (now - since).total_seconds() if since is not None else 0
    if not done or not total or done >= total or seconds < 2:
        return ""
    more = seconds / done * (total - done)
    if more >= 2 * 3600:
        return _("about {hours_left} h left").format(hours_left=round(more / 3600))
    if more >= 90:
        return _("about {minutes_left} min left").format(minutes_left=round(more / 60))
    return _("about {seconds_left} s left").format(seconds_left=max(round(more), 1))
