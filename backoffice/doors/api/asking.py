"""What is asked about one thing: its address takes no parameter but those that the view ``reads``, by action."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # the framework's views read this module from the settings while they are being imported
    from rest_framework.views import APIView


class ByItsAddress(BasePermission):
    """Refuses an unknown parameter with 400, as lists do: what it asks for would silently be left out."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method not in SAFE_METHODS or not getattr(view, "detail", False):
            return True
        reads = getattr(view, "reads", {}).get(getattr(view, "action", None), ())
        unknown = [name for name in request.query_params if name not in reads]
        if unknown:
            raise ValidationError(
                {name[:60]: [f"“{name[:60]}” is nothing to ask here. Leave it out."] for name in unknown[:20]}
            )
        return True
