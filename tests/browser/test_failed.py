"""Failed & returned: what may be done about a row stands beside it, in one line, or two by two on a telephone."""

import pytest
from playwright.sync_api import expect

from tests.browser import complaints
from tests.payouts.admin.test_failed import returned  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "lines"), [(1280, 1), (390, 2)])
def test_four_verbs_of_a_row_stand_in_line(visit, returned, width, lines):  # noqa: F811
    page = visit("/payouts/failed/", role="analyst", width=width)
    verbs = page.locator("tr", has_text="AC04").locator(".acts .btn")
    expect(verbs).to_have_count(4)
    tops = {round(box["y"] + box["height"] / 2) for box in (verb.bounding_box() for verb in verbs.all())}
    assert len(tops) == lines
    assert complaints.all_of(page) == []
