"""Where a person chooses their password by a link. It opens without a log-in: the link is the way in, once."""

from typing import Any

from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse_lazy

from backoffice.audit.clock import database_now
from backoffice.people.operations import links
from backoffice.words import later


class Choose(PasswordResetConfirmView):
    """Django's view, which takes the token out of the address at once, for links that are good by our own rule.

    What is no good link, or none any more, is answered with 410 and what to do.
    """

    template_name = "admin/password_link.html"
    success_url = reverse_lazy("admin:password_link_done")
    title = later("Choose your password")

    def get_user(self, uidb64: str) -> User | None:
        """Nobody where the account is closed, or has its password already."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and links.waits(user=user) else None

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        try:
            links.choose(
                user_id=form.user.pk,
                token=self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, ""),
                password=form.cleaned_data["new_password1"],
                now=database_now(),
            )
        except links.DeadLink:
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        return HttpResponseRedirect(self.get_success_url())

    def render_to_response(self, context: dict[str, Any], **values: Any) -> Any:
        if not self.validlink:
            values["status"] = links.DeadLink.status
        return super().render_to_response(context, **values)


def done(request: HttpRequest) -> HttpResponse:
    """The password is chosen; the next step is to log in."""
    return render(request, "admin/password_link_done.html")


urlpatterns = [
    path("password/done/", done, name="password_link_done"),
    path("password/<uidb64>/<token>/", Choose.as_view(), name="password_link"),
]
