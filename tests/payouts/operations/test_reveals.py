"""One person sees only so many full account numbers an hour, whichever door shows them."""

from datetime import timedelta

import pytest

from payouts.models import AccountVersion
from payouts.operations import _reveals, accounts, bankfiles
from payouts.operations._reveals import TooManyReveals
from tests import make, make_payouts
from tests.make import NOW

pytestmark = pytest.mark.django_db
BOTH = ("payouts.reveal_payout_account", "payouts.download_bank_file")


def test_files_and_accounts_count_together(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        sent = make_payouts.submitted([1200]).submissions.get()
    version, officer = AccountVersion.objects.get(), make.person(permissions=BOTH)

    def look(now, actor=officer):
        return accounts.details(version_id=version.pk, reason="why", actor=actor, now=now)

    def fetch(now, actor=officer):
        return bankfiles.download(submission_id=sent.pk, reason="why", actor=actor, now=now)

    for number in range(_reveals.PER_HOUR):
        (fetch if number % 2 else look)(NOW)
    for one_more in (look, fetch):
        with pytest.raises(TooManyReveals, match="ask a colleague"):
            one_more(NOW + timedelta(minutes=59))
        one_more(NOW + timedelta(minutes=59), make.person(permissions=BOTH))
    look(NOW + timedelta(minutes=61))
