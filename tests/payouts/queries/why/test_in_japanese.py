"""Why isn't it paid, in a language without spaces: none stands between two sentences, and each ends once."""

import pytest
from django.utils.translation import override

from payouts.models import Payout
from payouts.operations import settlement
from payouts.queries.why import paragraphs
from payouts.rails import base
from tests import make_payouts
from tests.make import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def told(kind: base.ReportKind, code: str) -> str:
    """Of a payout of which the bank reports this."""
    (payout,) = make_payouts.payouts_of(make_payouts.submitted([1200], country="US"))
    sent_as = payout.attempts.latest("number").end_to_end_id
    report = base.Report(kind=kind, source_id="s1", end_to_end_id=sent_as, code=code)
    settlement.apply(reports=[report], rail="sandbox", now=NOW)
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    with override("ja"):
        return paragraphs.payout(payout=fresh, now=NOW).text


def test_what_the_bank_said_and_what_is_next_follow_each_other_without_a_space(bank):
    text = told(base.ReportKind.REJECTED, "BE05")
    assert "。" in text and "。 " not in text


def test_what_the_bank_said_has_one_full_stop(bank):
    text = told(base.ReportKind.RETURNED, "AC04")
    assert "口座が解約されています" in text and "。." not in text and "。。" not in text
