"""How long people still have, ticking while they look at it."""

from datetime import UTC, datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def until(at: datetime, *, now: datetime) -> SafeString:
    """The time left as "3 h 20 min", which `countdown.js` keeps right by the seconds that pass on the reader's page.

    The moment itself goes with it: what is left until the same one goes on over the parts of a page that come anew.
    """
    left = max(at - now, timedelta())
    return format_html(
        '<span data-until="{}" data-left="{}">{}</span>',
        at.astimezone(UTC).isoformat(timespec="seconds"),
        int(left.total_seconds()),
        _said(left),
    )


def _said(left: timedelta) -> str:
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    return _("{minutes} min").format(minutes=minutes)
