"""How far a batch is, told of this batch and no other."""

import pytest

from payouts.models import Hold
from payouts.operations import batching, holds, settlement, submission
from payouts.queries import batches
from payouts.rails import base
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def tell(kind: base.ReportKind, reference: str) -> None:
    report = base.Report(kind=kind, source_id=f"{kind}-{reference}", end_to_end_id=reference)
    settlement.apply(reports=[report], rail="sandbox", now=NOW)


def parts(batch) -> list[str]:
    return [str(part["text"]) for part in batches.progress(batch).parts]


def test_what_a_batch_had_refused_stays_refused_there_when_a_later_batch_pays_it(bank):
    first = make_payouts.submitted([1200, 3400], country="US")
    refused, paid = make_payouts.payouts_of(first)
    tell(base.ReportKind.REJECTED, f"{refused.reference}A1")
    tell(base.ReportKind.PAID, f"{paid.reference}A1")
    holds.release(
        hold_ids=Hold.objects.values_list("pk", flat=True), actor=make.person("approver"), note="x", now=NOW
    )
    assert parts(first) == ["1 paid", "1 refused by the bank"]

    (second,), _ = batching.propose(payout_ids=[refused.pk], actor=make.person("treasurer"), now=NOW)
    assert parts(first) == ["1 paid", "1 refused by the bank"]
    assert parts(second) == ["1 not sent yet"]

    batching.approve(batch_id=second.pk, actor=make.person("treasurer"), now=NOW)
    submission.submit(batch_id=second.pk, now=NOW)
    tell(base.ReportKind.PAID, f"{refused.reference}A2")
    assert parts(first) == ["1 paid", "1 refused by the bank"]
    assert parts(second) == ["1 paid"]
    told = batches.progress(first)
    assert (told.total, told.done) == (2, 2)
