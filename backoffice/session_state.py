"""Whose session it is, for a page that is about to send a form: so that no form is lost to a session that ended."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def state(request: HttpRequest) -> JsonResponse:
    """``person``: the id of who is logged in, or "guest"; ``token``: what a form of this session carries."""
    user = request.user
    person = str(user.pk) if user.is_authenticated and user.is_active else "guest"
    return JsonResponse({"person": person, "token": get_token(request)})
