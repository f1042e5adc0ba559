"""A filter that cannot be read is refused where the export is asked for; it never means everything."""

import pytest

from payouts.models import Export
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["status=NOPE", "x=1", "amount_min=1e400", "seller=S999999"])
def test_an_unreadable_filter_exports_nothing(client, query):
    quick.payout()
    client.force_login(make.user("accountant", is_staff=True))
    client.post("/exports/new/", {"kind": "payouts", "format": "csv", "query": query})
    assert not Export.objects.exists()


@pytest.mark.parametrize("kind", ["payouts", "open", "balances"])
def test_a_filter_that_names_what_is_not_there_is_refused_with_its_sentence(client, kind):
    quick.payout()
    client.force_login(make.user("accountant", is_staff=True))
    sentence = "No seller has the reference, the id or the name “S999999”"
    looked = client.get(f"/exports/new/?kind={kind}&seller=S999999")
    assert looked.status_code == 400 and sentence in looked.content.decode()
    sent = {"kind": kind, "format": "csv", "query": "seller=S999999", "seller": "S999999"}
    assert sentence in client.post("/exports/new/", sent).content.decode()
    assert not Export.objects.exists()
