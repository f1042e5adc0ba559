"""What PostgreSQL itself refuses of files of corrections: other names than two, another document than the file."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from sellers.ledger import importing
from sellers.ledger.importing import posting, seen
from sellers.ledger.models import Adjustment, ImportPart
from tests import make
from tests.sellers.ledger.importing.given import checked, csv, row
from tests.sellers.ledger.importing.test_corrections import DOWN, UP, brought, confirmed

pytestmark = pytest.mark.django_db
_ADD = """
INSERT INTO ledger_adjustment (account_id, kind, amount_minor, reason, document_name, document_sha256,
  document_ciphertext, requested_by_id, requested_at, decision, decided_by_id, decided_at, decision_note, earning_id,
  import_file_id)
SELECT a.account_id, a.kind, a.amount_minor, 'r', 'd', 's', '', coalesce(%(asker)s, a.requested_by_id), now(),
  'granted', coalesce(%(other)s, a.decided_by_id), now(), '', %(earning)s, %(file)s
FROM ledger_adjustment AS a LIMIT 1
"""


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


@pytest.fixture
def asker():
    return make.person("analyst")


@pytest.fixture
def other():
    return make.person("approver")


@pytest.fixture
def posted(shop, asker, other):
    return confirmed(brought(UP, actor=asker), other)


def test_the_document_of_corrections_never_changes(posted, raw_sql):
    with pytest.raises(IntegrityError, match="never change"):
        raw_sql("UPDATE ledger_importpart SET body = '' WHERE import_file_id = %s", [posted.pk])
    with pytest.raises(IntegrityError, match="stays as it is"):
        raw_sql("DELETE FROM ledger_importpart WHERE import_file_id = %s", [posted.pk])
    with pytest.raises(IntegrityError, match="stays as it is"):
        raw_sql(
            "INSERT INTO ledger_importpart (import_file_id, position, body, sealed) VALUES (%s, 9, '', false)",
            [posted.pk],
        )
    with pytest.raises(DatabaseError):
        raw_sql("TRUNCATE ledger_importpart")
    assert ImportPart.objects.filter(import_file=posted).count() == 1


def test_bytes_change_in_no_file_but_go_with_one_that_waits(shop, asker, raw_sql):
    waits = brought(UP, actor=asker)
    with pytest.raises(IntegrityError, match="never change"):
        raw_sql("UPDATE ledger_importpart SET position = 5 WHERE import_file_id = %s", [waits.pk])
    importing.drop(import_file_id=waits.pk, actor=asker, now=make.NOW)
    assert not ImportPart.objects.exists()


def test_a_correction_stands_in_the_names_of_its_file(posted, shop, asker, other, raw_sql):
    """Another who asked, another who granted, a file that waits, one of another kind: none is a correction of it."""
    granted = make.earning(make.ledger_account(shop), amount_minor=1_250).pk
    third = make.person("approver").user_id
    waits, goes = brought(DOWN, actor=asker), brought(DOWN.replace("c2", "c3"), actor=asker)
    posting.confirm(import_file_id=goes.pk, actor=other, now=make.NOW, shown=seen.digest(goes))
    earnings = checked(csv(row("e", seller="shop-1")), actor=asker)
    names = {"asker": None, "other": None, "earning": granted}
    for wrong in (
        {"file": goes.pk, "asker": third},
        {"file": goes.pk, "other": third},
        {"file": waits.pk},
        {"file": posted.pk},
        {"file": earnings.pk},
    ):
        with pytest.raises(IntegrityError, match="not in the names of those"):
            raw_sql(_ADD, names | wrong)
    raw_sql(_ADD, names | {"file": goes.pk})
    assert Adjustment.objects.filter(import_file=goes).count() == 1


def test_who_confirmed_stays_once_corrections_stand(posted, shop, asker, other, raw_sql):
    goes = brought(DOWN, actor=asker)
    posting.confirm(import_file_id=goes.pk, actor=other, now=make.NOW, shown=seen.digest(goes))
    back = "UPDATE ledger_importfile SET status = %s, confirmed_by_id = %s WHERE id = %s"
    granted = make.earning(make.ledger_account(shop), amount_minor=1_250).pk
    with transaction.atomic():
        raw_sql(_ADD, {"asker": None, "other": None, "earning": granted, "file": goes.pk})
        for status, person in (
            ("CHECKED", None),
            ("FAILED", other.user_id),
            ("POSTED", make.person("approver").user_id),
        ):
            with pytest.raises(IntegrityError, match="stand in the names"):
                raw_sql(back, [status, person, goes.pk])
        raw_sql(back, ["POSTED", other.user_id, goes.pk])


@pytest.mark.parametrize(
    "change", ["amount_minor = 99900", "seller_external_id = 'shop-2'", "kind = 'write_off'"]
)
def test_a_yes_is_for_the_rows_that_were_seen(shop, asker, other, raw_sql, change):
    make.seller(external_id="shop-2")
    file = brought(UP, actor=asker)
    shown = seen.digest(file)
    with pytest.raises(importing.Changed, match="not those that the page showed"):
        importing.post(import_file_id=file.pk, actor=other, now=make.NOW)
    raw_sql(f"UPDATE ledger_stagedearning SET {change} WHERE import_file_id = %s", [file.pk])
    with pytest.raises(importing.Changed, match="not those that the page showed"):
        importing.post(import_file_id=file.pk, actor=other, now=make.NOW, shown=shown)
    assert not Adjustment.objects.exists()


def test_rows_that_change_after_the_yes_are_not_posted(shop, asker, other, raw_sql):
    file = brought(UP, actor=asker)
    file = posting.confirm(import_file_id=file.pk, actor=other, now=make.NOW, shown=seen.digest(file))
    raw_sql("UPDATE ledger_stagedearning SET amount_minor = 99900 WHERE import_file_id = %s", [file.pk])
    with pytest.raises(importing.Changed, match="not those that the page showed"):
        posting.write(file=file, actor=other, now=make.NOW, say=lambda *said: None)
    assert not Adjustment.objects.exists()


def test_the_page_says_what_it_showed(shop, asker, client):
    file = brought(UP, actor=asker)
    client.force_login(make.user("approver", is_staff=True))
    page = client.get(reverse("admin:ledger_import_detail", args=[file.pk])).content.decode()
    assert f'name="shown" value="{seen.digest(file)}"' in page
    confirm = reverse("admin:ledger_import_confirm", args=[file.pk])
    assert "not those that the page showed" in client.post(confirm, {"shown": "0" * 64}).content.decode()
    client.post(confirm, {"shown": seen.digest(file)})
    assert Adjustment.objects.count() == 1
