"""`manage.py stop_rail`: the kill switch from a shell, in somebody's name; never the way back."""

import pytest
from django.core.management import CommandError, call_command

from payouts.models import RailSwitch
from payouts.operations import switches
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("rail", "stopped"), [("sepa", {"sepa"}), ("all", {"sepa", "sandbox"})])
def test_a_rail_is_stopped_in_the_name_of_a_person_who_may(rail, stopped, capsys):
    user = make.user("treasurer")
    call_command("stop_rail", rail, username=user.username, reason="The bank called.")
    assert {name for name in ("sepa", "sandbox") if switches.open_on(name)} == stopped
    assert RailSwitch.objects.get().stopped_by == user
    assert "nothing new is handed to" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rail", "username", "reason", "words"),
    [
        ("sepa", "nobody", "x", "Nobody is called nobody"),
        ("sepa", "analyst", "x", "may not stop a rail; a treasurer may"),
        ("nowhere", "treasurer", "x", "there is no rail"),
        ("sepa", "treasurer", " ", "say why"),
    ],
)
def test_what_is_refused_is_said(rail, username, reason, words):
    for role in ("analyst", "treasurer"):
        make.user(role, username=role)
    with pytest.raises(CommandError, match=words):
        call_command("stop_rail", rail, username=username, reason=reason)
    assert not RailSwitch.objects.exists()
