"""Every incident says what it is in the reader's language, not only in the English sentence that was written then."""

import pathlib
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from backoffice import roles
from payouts.operations import incidents, preparing, sweeping
from payouts.queries import incident_words
from tests import make
from tests.payouts import standing


def codes() -> set[str]:
    """Every code that the source opens an incident with."""
    found = {kind.code for kind in (preparing.SealBroken, preparing.CannotRender, preparing.NotHere)}
    for path in pathlib.Path("payouts/operations").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in re.findall(r"incidents\.open_one\((.*?)now=", text, re.DOTALL):
            found |= set(re.findall(r'code="([a-z_]+)"', call))
        found |= set(re.findall(r'^(?:_BROKEN|CODE = KEY) = "([a-z_]+)"', text, re.MULTILINE))
        found |= set(re.findall(r'NotHere\([^)]*code="([a-z_]+)"', text))
    return found


def test_every_code_has_words():
    assert len(codes()) > 12
    assert codes() - set(incident_words.WORDS) == set()


@pytest.mark.django_db
def test_a_page_says_what_it_is_in_the_readers_language():
    incidents.open_one(
        code="statement_chain", key="k", text="SEPA-EUR: Statement 3 is missing.", now=make.NOW
    )
    client = Client()
    client.force_login(make.user("treasurer", is_staff=True))
    with override("fr"):
        words = incident_words.what("statement_chain")
    assert words != incident_words.what("statement_chain"), "it is translated"
    client.cookies["django_language"] = "fr"
    with override("en"):  # a request leaves its language behind
        for page in ("/", "/rails/"):
            shown = client.get(page).content.decode()
            assert f"<b>{words}</b>" in shown.replace("&#x27;", "'")
            assert '<span lang="en">SEPA-EUR: Statement 3 is missing.</span>' in shown


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["support", "treasurer"])
def test_who_has_no_desk_is_not_sent_there_but_told_who_is(role):
    lost = standing.submission(status="UNKNOWN")
    sweeping.alert(now=lost.status_at + timedelta(days=1))
    client = Client()
    client.force_login(make.user(role, is_staff=True))
    for page in ("/", "/rails/"):
        shown = client.get(page).content.decode()
        assert f"Nobody knows what became of {lost.key}" in shown
        assert "A treasurer or an approver finds out, on the desk of unknown submissions." in shown


def test_those_who_are_said_to_find_out_are_those_who_may():
    may = {role for role, held in roles.ROLES.items() if "payouts.resolve_unknown" in held}
    assert may == {"treasurer", "approver"}
