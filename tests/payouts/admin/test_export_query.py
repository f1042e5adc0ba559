"""A filter that cannot be read is refused where the export is asked for; it never means everything."""

import pytest

from payouts.models import Export
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["status=NOPE", "x=1", "amount_min=1e400"])
def test_an_unreadable_filter_exports_nothing(client, query):
    quick.payout()
    client.force_login(make.user("accountant", is_staff=True))
    client.post("/exports/new/", {"kind": "payouts", "format": "csv", "query": query})
    assert not Export.objects.exists()
