"""The journal outside the database: written before a call, read back whole, and silent about people."""

import json
import threading

import pytest

from payouts.models import Submission
from payouts.operations import _journal, _outside, delivering, preparing
from payouts.operations._watch import Watch
from tests import make_payouts
from tests.make_payouts import NOW
from tests.payouts.line_to_the_bank import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(tmp_path, settings):
    settings.HANDOVER_DIR = str(tmp_path / "handovers")
    return tmp_path / "handovers"


def text(journal) -> str:
    return "".join(path.read_text() for path in sorted(journal.iterdir()))


def test_what_is_handed_over_is_written_down_before_the_call(bank, journal, settings):
    batch = make_payouts.approved_batch([1200], country="US")
    prepared = preparing.prepare(batch_id=batch.pk, now=NOW)
    seen: list[str] = []
    with line(bank.url, settings) as busy:
        busy.before_answering = lambda: seen.append(text(journal))
        delivering.deliver(leases=prepared.leases, watch=Watch(NOW))

    (payment, closing) = (json.loads(each) for each in seen[0].split("\n") if each)
    (payout,) = make_payouts.payouts_of(batch)
    assert payment == {
        "rail": "sandbox", "key": f"{payout.reference}A1", "end_to_end_id": f"{payout.reference}A1",
        "payout": payout.reference, "seller": payout.seller.external_id, "amount_minor": 1200, "currency": "USD",
        "at": NOW.isoformat(),
    } | {"at": payment["at"]}  # fmt: skip
    assert closing["sha256"] == Submission.objects.get().body_sha256


def test_the_journal_names_no_person_and_no_account(bank, journal):
    batch = make_payouts.submitted([1200, 3400], holders=["Grace Hopper", "Ada Lovelace"])
    written = text(journal)
    assert written.count("end_to_end_id") == 2
    for payout in make_payouts.payouts_of(batch):
        assert payout.seller.name not in written
    assert "Grace" not in written and "FR76" not in written


def test_a_line_that_a_crash_cut_short_hides_nothing_after_it(bank, journal):
    make_payouts.submitted([1200], country="US")
    (path,) = journal.iterdir()
    with path.open("a") as file:
        file.write('\n{"rail": "sandbox", "key": "P9A1", "end_to')
    make_payouts.submitted([3400], country="US")

    lines = list(_journal.everything())
    assert len(lines) == 4
    assert _journal.newest()[-1].key == Submission.objects.latest("pk").key
    assert _outside.unknown_closing() is None


def test_payments_without_their_closing_line_are_asked_about_too(bank, journal):
    make_payouts.submitted([1200], country="US")
    (path,) = journal.iterdir()
    first = json.loads(path.read_text().split("\n")[1])
    with path.open("a") as file:
        file.write(
            "\n" + json.dumps(first | {"key": "P77A1", "end_to_end_id": "P77A1", "payout": "P77"}) + "\n"
        )

    assert [found.end_to_end_id for found in _outside.not_ours(_outside.in_journal())] == ["P77A1"]


def test_a_submission_of_the_same_key_with_other_bytes_is_not_ours(bank, journal):
    make_payouts.submitted([1200], country="US")
    (path,) = journal.iterdir()
    sha256 = Submission.objects.get().body_sha256
    path.write_text(path.read_text().replace(sha256, "0" * 64))

    assert _outside.unknown_closing() is not None


def test_workers_of_one_host_write_whole_lines(journal):
    def write() -> None:
        for _ in range(50):
            _journal._append(f"\n{'x' * 5000}\n", NOW)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(text(journal).split("\n")) == {"", "x" * 5000}
