"""Files of sellers from before imports were jobs: listed by their day, with their errors, gone when it is undone."""

import importlib
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from backoffice.audit import actors
from sellers import importing
from sellers.ledger.models import ImportFile
from sellers.models import SellerFile
from tests import make
from tests.sellers.ledger.importing.given import checked, csv, row

pytestmark = pytest.mark.django_db
migration = importlib.import_module("sellers.ledger.migrations.0010_imports")


@pytest.fixture
def backfilled(client, raw_sql):
    """A refused file of sellers of yesterday, listed by the migration after a file of earnings of today."""
    client.force_login(make.user("analyst", is_staff=True))
    checked(csv(row("a", seller="nobody")), name="today.csv")
    importing.check(
        stream=io.BytesIO(b"external_id,name,country\na,,FR\n"),
        name="yesterday.csv",
        profile="generic",
        actor=actors.SYSTEM,
        now=make.NOW - timedelta(days=1),
    )
    raw_sql(migration._SELLER_FILES)
    return ImportFile.objects.get(kind="sellers")


def test_the_list_is_by_day_not_by_number(backfilled, client):
    answer = client.get(reverse("admin:ledger_import_list"))
    assert [row["file"].name for row in answer.context["rows"]] == ["today.csv", "yesterday.csv"]


def test_pages_of_the_list_follow_each_other(backfilled, client):
    for number in range(50):
        checked(csv(row(f"e{number}", seller="nobody")), name=f"{number}.csv")
    first = client.get(reverse("admin:ledger_import_list")).context["pager"]
    second = client.get(reverse("admin:ledger_import_list") + first.next_url).context
    assert [row["file"].name for row in second["rows"]] == ["today.csv", "yesterday.csv"]
    back = client.get(reverse("admin:ledger_import_list") + second["pager"].previous_url).context["rows"]
    assert [row["file"].pk for row in back] == [file.pk for file in first.rows]


def test_its_copy_says_its_errors(backfilled, client):
    body = b"".join(
        client.get(reverse("admin:ledger_import_copy", args=[backfilled.pk])).streaming_content
    ).decode()
    assert body.splitlines()[0] == "line,error"
    assert body.splitlines()[1].startswith("2,") and "The name is empty" in body


def test_undone_the_files_of_sellers_are_listed_no_more(backfilled, raw_sql):
    raw_sql(migration._NO_SELLER_FILES)
    assert list(ImportFile.objects.values_list("name", flat=True)) == ["today.csv"]
    assert SellerFile.objects.count() == 1
