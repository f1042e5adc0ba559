"""What the sweep takes away of exports that came to nothing."""

from datetime import timedelta

import pytest

from backoffice.audit import actors
from payouts.operations import _export_file, exporting
from tests import make
from tests.payouts.shelf import file_of, hashes_of

pytestmark = pytest.mark.django_db(transaction=True)  # a worker holds its lock on a connection of its own
LATE = make.NOW + exporting.GIVE_UP + timedelta(seconds=1)


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_of_what_came_to_nothing_no_file_stays(settings, tmp_path, status):
    settings.EXPORT_DIR = str(tmp_path / "exports")
    actor = actors.person(make.user("accountant"))
    made = exporting.request(filters="", format="csv", actor=actor, now=make.NOW)
    if status == "CANCELLED":
        exporting.cancel(export_id=made.pk, actor=actor, now=make.NOW)
    left = [file_of(made), hashes_of(made)]
    left += [path.with_name(f".{path.name}.part") for path in left]
    left[0].parent.mkdir(parents=True, exist_ok=True)
    for path in left:
        path.write_text("half a fi")
    with _export_file.only_one(made.pk):
        exporting.sweep(now=LATE)
        assert all(path.exists() for path in left), "a worker is still at it"
    exporting.sweep(now=LATE)
    made.refresh_from_db()
    assert (made.status, made.hashes_until) == (status, None)
    assert not any(path.exists() for path in left)
