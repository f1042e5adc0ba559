"""Who may not is told what they may not, in words, and who may."""

import pytest
from django.contrib.auth.models import Permission, User

from backoffice.audit import actors, authority
from backoffice.audit.errors import NotAllowed
from tests import make

pytestmark = pytest.mark.django_db


def said(actor: actors.Actor, permission: str) -> str:
    with pytest.raises(NotAllowed) as refused:
        authority.require(actor=actor, permission=permission)
    return str(refused.value)


def test_it_says_whose_right_it_is():
    make.person("approver"), make.person("auditor")
    analyst = make.person("analyst")
    assert said(analyst, "payouts.approve_payout") == (
        "Not allowed: an analyst may not approve payouts another reviewed; an approver may."
    )
    assert said(analyst, "audit.view_event") == (
        "Not allowed: an analyst may not see the audit trail; an auditor may."
    )


def test_every_role_of_whoever_asks_is_named_and_every_role_that_may():
    make.person("approver"), make.person("compliance")
    user = make.user("analyst")
    make.give_role(user, "support")
    assert said(actors.person(user), "payouts.release_hold") == (
        "Not allowed: an analyst or somebody of support may not release holds; "
        "an approver or somebody of compliance may."
    )


def test_a_program_is_told_that_it_takes_a_person_and_which():
    user = make.user("approver")
    assert said(actors.token(user), "payouts.approve_payout") == (
        "A token may not approve payouts another reviewed: that needs a person. Log in and do it in the browser. "
        "Who may: an approver."
    )
    assert said(actors.command(user), "payouts.approve_payout").startswith(
        "A command may not approve payouts"
    )
    assert said(actors.SYSTEM, "payouts.approve_payout").startswith("The program may not approve payouts")


def test_who_has_no_role_is_named_and_what_no_role_may_is_asked_of_an_administrator():
    user = make.user(username="nora")
    Permission.objects.get(codename="place_hold").group_set.clear()
    assert said(actors.person(user), "payouts.place_hold") == (
        "Not allowed: nora may not place holds. Ask an administrator for a role that may."
    )


def test_somebody_whose_account_is_closed_is_not_told_that_their_own_role_may():
    user = make.user("analyst", username="nora")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert said(actors.person(user), "payouts.place_hold") == (
        "Not allowed: nora may not log in any more. Ask an administrator."
    )
