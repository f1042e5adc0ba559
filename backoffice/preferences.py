"""Language, theme and density, remembered in a cookie. The way that works without a script."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from backoffice import context

A_YEAR = 365 * 24 * 60 * 60


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remembers the choice and returns to the page it was made on; unknown values change nothing."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR, samesite="Lax", secure=request.is_secure()
        )
    person = str(request.user.pk) if request.user.is_authenticated else "guest"
    for name, values in context.DISPLAY.items():
        value = request.POST.get(name, "")
        if value in values:
            response.set_cookie(
                f"{name}_{person}", value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure()
            )
        elif value == "system":
            response.delete_cookie(f"{name}_{person}", samesite="Lax")
    return response
