"""manage.py create_token."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from knox.models import get_token_model
from rest_framework.test import APIClient

from backoffice.audit.models import Event
from backoffice.management.commands import create_token
from tests import make

pytestmark = pytest.mark.django_db


def test_the_token_alone_is_printed_works_and_is_written_down_without_being_kept():
    user = make.user("analyst")
    out, aside = io.StringIO(), io.StringIO()
    call_command("create_token", user.username, stdout=out, stderr=aside)
    token = out.getvalue().strip()
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/v1/payouts/").status_code == 200
    event = Event.objects.get(action="token.create")
    assert (event.subject_id, event.data["user"]) == (user.pk, user.username)
    assert token not in str(event.data)
    assert "only now" in aside.getvalue()


def test_tokens_of_the_user_that_have_expired_go_when_one_is_made():
    tokens, both = get_token_model().objects, (make.user("analyst"), make.user("analyst"))
    for user in both:
        tokens.create(user=user, expiry=timedelta(days=-1))
    lasting, _unused = tokens.create(user=both[0])
    call_command("create_token", both[0].username, stdout=io.StringIO(), stderr=io.StringIO())
    assert tokens.filter(user=both[0]).count() == 2 and tokens.filter(pk=lasting.pk).exists()
    assert tokens.filter(user=both[1]).count() == 1


def test_unknown_and_inactive_users_get_no_token():
    with pytest.raises(CommandError, match="Nobody is called"):
        call_command("create_token", "nobody")
    with pytest.raises(CommandError, match="not active"):
        call_command("create_token", make.user(is_active=False).username)


def test_without_a_database_it_says_which_folder_to_name(monkeypatch, settings):
    def gone(self, username):
        raise OperationalError("connection refused")

    monkeypatch.setattr(create_token.Command, "_create", gone)
    with pytest.raises(CommandError, match=f"no database answers.*{settings.DATA_DIR}.*DATA_DIR="):
        call_command("create_token", "analyst")
