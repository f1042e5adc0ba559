"""Two ways in at the same moment, on real PostgreSQL: one is first, the other is told."""

import io
import threading
import time

import pytest
from django.db import connection, connections, transaction

from backoffice.audit import actors
from sellers import importing
from sellers.models import Seller, SellerFile
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60


def test_a_seller_who_comes_in_by_another_way_at_the_same_moment_refuses_the_file():
    file = importing.check(
        stream=io.BytesIO(b"external_id,name,country\na,Shop,FR\n"),
        name="s.csv",
        profile="generic",
        actor=actors.SYSTEM,
        now=make.NOW,
    )
    answers: list[object] = []

    def apply() -> None:
        try:
            answers.append(importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW))
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=apply)
    with transaction.atomic():
        make.seller(external_id="a", name="By another way")  # nobody else sees it before we commit
        other.start()
        wait_until_somebody_waits_for_us()
    other.join(SECONDS)

    (answer,) = answers
    assert isinstance(answer, importing.Changed), answer
    assert "came in by another way" in str(answer)
    assert [each.name for each in Seller.objects.all()] == ["By another way"]
    assert SellerFile.objects.get().status == "CHECKED"


def wait_until_somebody_waits_for_us() -> None:
    """The other one has found the id free and stands before our row in the index."""
    deadline = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits for us")
