"""Pages of results: newest first, from where the last page ended, without counting."""

from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LARGEST = 200


class ByNewest(CursorPagination):
    """`results`, `next`, `previous`. A row that is added meanwhile never shifts a page."""

    ordering = "-id"
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
