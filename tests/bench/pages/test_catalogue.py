"""What the bench of pages leaves out."""

from django.urls import resolve

from tests.access.table import TABLE
from tests.bench.pages.catalogue import views


def test_every_list_page_is_measured():
    ours = [view for view in views(1_000, statement=1) if not view.url.startswith("/api/")]
    measured = {resolve(view.url.partition("?")[0]).url_name for view in ours}
    assert {name for name in TABLE if name.endswith("_list")} <= measured


def test_every_list_of_many_pages_is_measured_at_both_ends():
    seen = {}
    for view in views(1_000, statement=1):
        if view.stock:
            seen.setdefault(view.page, set()).add(view.view)
    one_page = {"invariants", "books", "rates", "mapping", "people", "caps", "funding", "views"}
    assert {page for page, names in seen.items() if not {"first", "last"} <= names} == one_page
