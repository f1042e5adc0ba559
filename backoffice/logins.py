"""Log-ins, log-outs and failed tries are deeds of a person: they go to the audit trail, which also ends guessing."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import signals
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from backoffice.audit import actors, clock, recording
from backoffice.audit.models import Event

TRIES = 10
WINDOW = timedelta(minutes=15)


class LoginForm(AdminAuthenticationForm):
    """The log-in form. After `TRIES` wrong passwords within `WINDOW` an account takes none until the window is over.

    Counted in the audit trail, so that it holds over every process. The right password is not tried meanwhile:
    an answer would tell a guesser that it was right.
    """

    @property
    def throttled(self) -> str:
        """The sentence to show when the account takes no password now, or nothing."""
        return next((str(error.message) for error in self._why() if error.code == "throttled"), "")

    def _why(self) -> list[ValidationError]:
        return list(self.errors.as_data().get("__all__", []))

    def clean(self) -> dict[str, Any]:
        if wrong_tries(str(self.cleaned_data.get("username", "")), now=clock.database_now()) >= TRIES:
            minutes = int(WINDOW.total_seconds() // 60)
            raise ValidationError(
                _(
                    "Too many wrong passwords for this account. Wait {minutes} minutes, or "
                    "ask an administrator."
                ).format(minutes=minutes),
                code="throttled",
            )
        return super().clean()


def wrong_tries(username: str, *, now: datetime) -> int:
    """Failed log-ins with this name within the window before ``now``, whether somebody has the name or not."""
    tries = Event.objects.filter(action="login.failed", at__gt=now - WINDOW, data__tried=_mark(username))
    return tries[:TRIES].count()


def _mark(username: str) -> str:
    """A name that was tried, told apart from others and not readable: it may be a password in the wrong field."""
    return salted_hmac("backoffice.logins", username, algorithm="sha256").hexdigest()[:32]


def connect() -> None:
    """From now on every log-in is written down."""
    signals.user_logged_in.connect(_logged_in, dispatch_uid="backoffice.logins.in")
    signals.user_logged_out.connect(_logged_out, dispatch_uid="backoffice.logins.out")
    signals.user_login_failed.connect(_failed, dispatch_uid="backoffice.logins.failed")


def _logged_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    recording.record(actor=actors.person(user), action="login", subject=user, now=clock.database_now())


def _logged_out(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        recording.record(actor=actors.person(user), action="logout", subject=user, now=clock.database_now())


def _failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """The name that was tried, cut; it may be a password typed into the wrong field, so no more than its start."""
    name = str(credentials.get("username", ""))
    recording.record(
        actor=actors.SYSTEM,
        action="login.failed",
        subject=User.objects.filter(username=name).first(),
        data={"name_begins": name[:3], "tried": _mark(name)},
        now=clock.database_now(),
    )
