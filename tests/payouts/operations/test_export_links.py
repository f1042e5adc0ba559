"""An export is fetched by who asked for it, once a link, and that is written down."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError

from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from payouts.models import Export, ExportLink
from payouts.operations import _export_file, export_links, exporting
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make.user("accountant")


@pytest.fixture
def actor(user):
    return make.actors.person(user)


@pytest.fixture
def ready(actor, settings, tmp_path):
    """An export whose file is there."""
    settings.EXPORT_DIR = str(tmp_path)
    made = exporting.request(filters="", format="csv", actor=actor, now=make.NOW)
    Export.objects.filter(pk=made.pk).update(
        status="READY", sha256="s", rows_done=1, file_bytes=4, expires_at=make.NOW + timedelta(days=1)
    )
    (tmp_path / _export_file.name(made)).write_bytes(b"rows")
    return made


def link(export, actor, now=make.NOW):
    return export_links.make(export_id=export.pk, actor=actor, now=now)


def fetch(export, token, actor, now=make.NOW):
    return export_links.fetch(export_id=export.pk, token=token, actor=actor, now=now)


def test_a_link_fetches_once_and_that_is_written_down(ready, actor):
    made = link(ready, actor)
    found = fetch(ready, made.token, actor)
    with found.file as file:
        assert file.read() == b"rows"
    assert (found.name, found.size) == (f"payouts-2026-11-24-{ready.pk}.csv", 4)
    event = Event.objects.get(action="export.download")
    assert (event.actor_id, event.data["sha256"]) == (actor.user_id, "s")
    with pytest.raises(export_links.SpentLink, match="used at 10:00, and works once"):
        fetch(ready, made.token, actor)
    assert Event.objects.filter(action="export.download").count() == 1
    with fetch(ready, link(ready, actor).token, actor).file as file:
        assert file.read() == b"rows"


def test_a_link_is_good_for_minutes(ready, actor):
    made = link(ready, actor)
    with pytest.raises(export_links.SpentLink, match="5 minutes"):
        fetch(ready, made.token, actor, now=made.expires_at)


def test_only_who_asked_for_it_makes_or_uses_a_link(ready, actor):
    other = make.person("accountant")
    with pytest.raises(exporting.UnknownExport):
        link(ready, other)
    with pytest.raises(exporting.UnknownExport):
        fetch(ready, link(ready, actor).token, other)
    with pytest.raises(export_links.SpentLink):
        fetch(ready, "guessed", actor)


def test_who_lost_the_right_to_export_fetches_nothing(ready, actor, user):
    made = link(ready, actor)
    user.groups.clear()
    with pytest.raises(NotAllowed):
        link(ready, actor)
    with pytest.raises(NotAllowed):
        fetch(ready, made.token, actor)


def test_who_lost_the_right_to_what_the_file_holds_fetches_nothing(ready, actor, user):
    made = link(ready, actor)
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="request_export"))
    with pytest.raises(NotAllowed, match="see payouts"):
        link(ready, actor)
    with pytest.raises(NotAllowed, match="see payouts"):
        fetch(ready, made.token, actor)
    assert not ExportLink.objects.exclude(used_at=None).exists()


def test_no_link_before_there_is_a_file(actor):
    made = exporting.request(filters="", format="csv", actor=actor, now=make.NOW)
    with pytest.raises(exporting.NotReady, match="waiting"):
        link(made, actor)


def test_the_secret_is_not_kept(ready, actor):
    made = link(ready, actor)
    assert made.token not in str(list(ExportLink.objects.values()))


def test_postgresql_lets_a_link_be_used_once(ready, actor):
    made = link(ready, actor)
    fetch(ready, made.token, actor).file.close()
    with pytest.raises(IntegrityError, match="used already"):
        ExportLink.objects.update(used_at=make.NOW + timedelta(seconds=1))
