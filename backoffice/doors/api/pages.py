"""Pages of results: newest first, from where the last page ended, without counting."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LARGEST = 200


class ByNewest(CursorPagination):
    """`results`, `next`, `previous`. A row that is added meanwhile never shifts a page."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = LARGEST
    cursor_query_description = "Where to go on: take `next` or `previous` of the last answer as they are."
    page_size_query_description = f"How many results at once, 1 to {LARGEST}."

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size or LARGEST
        if not (given.isascii() and given.isdigit() and len(given) <= 6 and 1 <= int(given) <= LARGEST):
            raise ValidationError({"page_size": [f"Ask for 1 to {LARGEST} results at once."]})
        return int(given)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """As ever, but where the view has its rows ``in_parts``, the page is made from the first rows of each, which
        indexes give: the whole of them may be a tenth of all.
        """
        found = view.in_parts() if hasattr(view, "in_parts") else None
        if found is not None:
            rows, parts = found
            queryset = rows.filter(pk__in=self._first_of(parts, request))
        return super().paginate_queryset(queryset, request, view)

    def _first_of(self, parts: Sequence[QuerySet[Any]], request: Request) -> list[int]:
        cursor = self.decode_cursor(request) or Cursor(0, False, None)
        size = cursor.offset + self.get_page_size(request) + 1
        order, beyond = ("pk", "pk__gt") if cursor.reverse else ("-pk", "pk__lt")
        after = {} if cursor.position is None else {beyond: cursor.position}
        each = [part.filter(**after).order_by(order).values_list("pk")[:size] for part in parts]
        ids = each[0].union(*each[1:]).order_by(order)[:size] if len(each) > 1 else each[0]
        return [row[0] for row in ids]

    def decode_cursor(self, request: Request) -> Cursor | None:
        wrong = ValidationError({"cursor": ["This is no place in this list. Begin again without a cursor."]})
        try:
            found: Any = super().decode_cursor(request)
        except (NotFound, ValueError) as error:
            raise wrong from error
        place = getattr(found, "position", None)
        # The place is an id; anything else was made up, and would reach the database.
        if place is not None and not (place.isascii() and place.isdigit() and len(place) <= 18):
            raise wrong
        return found

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        found = super().get_schema_operation_parameters(view)
        for each in found:
            if each["name"] == "page_size":
                each["schema"] |= {"minimum": 1, "maximum": LARGEST}
        return found
