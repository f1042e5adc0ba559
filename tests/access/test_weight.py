"""No page loads whole files from the database: a bank file of 100,000 payments is not read to show one of them."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice import roles
from payouts.models import Payout
from tests import make
from tests.access.table import TABLE
from tests.access.test_pages import address, login

HEAVY = ('"body_ciphertext"', '"document_ciphertext"', '"sellers_sellerfile"."content"')
# Who asks for the file gets it.
DOWNLOADS = {"ledger_adjustment_document", "payouts_statement_document", "payouts_submission_evidence"}


def _is_heavy(statement: str) -> bool:
    return any(column in statement for column in HEAVY)


def addresses(standing):
    for name, door in TABLE.items():
        if door.get == 200 and name not in DOWNLOADS:
            yield name, address(name, door, standing, "accountant"), door.query(standing)
    for payout in Payout.objects.exclude(attempts=None).select_related("seller"):
        yield payout.status, reverse("admin:payouts_payout_detail", args=[payout.reference]), {}
        yield payout.status, reverse("admin:sellers_seller_detail", args=[payout.seller.reference]), {}
    for batch in (standing.sent, standing.lost.batch):
        yield batch.status, reverse("admin:payouts_batch_detail", args=[batch.reference]), {}


def test_no_page_reads_a_stored_file(standing, undone):
    client = login(make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True))
    read, opened = [], 0
    for name, url, query in addresses(standing):
        with CaptureQueriesContext(connection) as asked:
            opened += client.get(url, query).status_code == 200
        read += [f"{name} {url}: {each['sql'][:90]}" for each in asked if _is_heavy(each["sql"])]
    assert opened > 40
    assert not read, "\n".join(read)
