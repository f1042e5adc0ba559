"""An export through the API, a real broker and a real Celery worker."""

import pytest
from knox.models import get_token_model
from rest_framework.test import APIClient

from tests import brokers, make
from tests.payouts import quick
from tests.payouts.test_worker import wait_for, worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_that_hears_the_bell_writes_the_file_which_its_requester_fetches(
    database, embedded_broker_url, tmp_path, settings
):
    settings.EXPORT_DIR = str(tmp_path / "worker" / "exports")
    wanted = quick.payout()
    _, key = get_token_model().objects.create(user=make.user("accountant"))
    caller = APIClient(HTTP_AUTHORIZATION=f"Token {key}")
    with (
        brokers.ringing_at(embedded_broker_url),
        worker(broker=embedded_broker_url, database=database.app, bank="http://127.0.0.1:9", folder=tmp_path),
    ):
        made = caller.post("/api/v1/exports", {"format": "csv"}, format="json").json()
        address = f"/api/v1/exports/{made['id']}"
        wait_for(lambda: caller.get(address).json()["status"] == "READY", folder=tmp_path)
    answer = caller.get(caller.post(f"{address}/link").json()["url"])
    assert wanted.reference in b"".join(answer.streaming_content).decode()
