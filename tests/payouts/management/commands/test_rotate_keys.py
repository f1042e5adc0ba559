"""`manage.py rotate_keys` says what was done and which older master keys are needed yet."""

import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests import make, make_payouts

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue().splitlines()


def test_it_names_the_old_keys_that_files_still_need(tmp_path, settings):
    old, new = os.urandom(32), os.urandom(32)
    settings.MASTER_KEYS = {"old": old}
    with make_payouts.bank(tmp_path, settings):
        make_payouts.submitted([1200, 1300])
        settings.MASTER_KEYS = {"new": new, "old": old}
        make_payouts.submitted([1400])

    assert told() == ["2 data keys rewrapped under “new”.", "“old” is still needed: 0 data keys, 1 files."]
    assert told()[0] == "0 data keys rewrapped under “new”."


def test_it_says_when_no_old_key_is_needed(settings):
    settings.MASTER_KEYS = {"old": os.urandom(32)}
    make_payouts.account(make.seller(), currency="EUR", scheme="iban")
    settings.MASTER_KEYS = {"new": os.urandom(32), **settings.MASTER_KEYS}

    assert told() == ["1 data keys rewrapped under “new”.", "No older master key is needed."]


def test_without_keys_it_says_so(settings):
    settings.MASTER_KEYS = {}
    with pytest.raises(CommandError, match="MASTER_KEYS is empty"):
        told()
