"""The journal outside the database: written before a call, read back whole, and silent about people."""

import dataclasses
import json
import threading
from datetime import timedelta

import pytest

from backoffice.audit.actors import SYSTEM
from payouts.models import Submission
from payouts.operations import _journal, _leases, _outside, delivering, preparing, restoring
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
    assert [each.key for each in _journal.newest()] == list(
        Submission.objects.order_by("-pk").values_list("key", flat=True)
    )
    assert _outside.unknown_closing() is None


def closing(key: str, **more) -> str:
    return (
        "\n"
        + json.dumps({"rail": "sandbox", "key": key, "sha256": "0" * 64, "at": NOW.isoformat()} | more)
        + "\n"
    )


def test_a_submission_lost_by_a_restore_is_found_behind_later_ones_that_are_known(bank, journal):
    make_payouts.submitted([1200], country="US")
    (path,) = journal.iterdir()
    kept = path.read_text()
    path.write_text(closing("P77A1") + kept)  # another worker wrote later what it had committed earlier

    assert _outside.unknown_closing().key == "P77A1"


def test_many_handed_over_again_hide_none(bank, journal):
    make_payouts.submitted([1200], country="US")
    (path,) = journal.iterdir()
    own = Submission.objects.get()
    with path.open("a") as file:
        file.write(closing("P77A1"))
        for _ in range(2 * _journal.ENOUGH):
            file.write(closing(own.key, sha256=own.body_sha256))

    assert _outside.unknown_closing().key == "P77A1"
    assert {line.key for line in _journal.newest()} == {own.key, "P77A1"}


def test_what_was_first_written_down_when_it_was_handed_over_again_is_missed_after_a_restore(bank, journal):
    batch = make_payouts.approved_batch([1200], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    later = dataclasses.replace(lease, key="P77A1", fence=2)  # its first worker died before it wrote
    _journal.write(leases=[later], watch=Watch(NOW))

    assert _outside.unknown_closing().key == "P77A1"


def test_the_same_key_with_other_bytes_is_found_once_and_then_known(bank, journal):
    make_payouts.submitted([1200], country="US")
    (path,) = journal.iterdir()
    sha256 = Submission.objects.get().body_sha256
    path.write_text(path.read_text().replace(sha256, "0" * 64))

    restoring.ask(actor=SYSTEM, now=NOW)
    assert _outside.unknown_closing() is None
    assert _outside.not_ours(_outside.in_journal()) == []


def test_the_last_of_each_host_are_found_across_months_and_blocks(journal):
    journal.mkdir()
    for host in ("one", "two-2"):
        for month in ("2026-09", "2026-10", "2026-11"):
            lines = [closing(f"{host} {month} {number}") for number in range(_journal.ENOUGH // 2 + 1)]
            (journal / f"handovers-{host}-{month}.jsonl").write_text("".join(lines))

    found = [line.key for line in _journal.newest()]
    assert len(found) == len(set(found)) == 2 * _journal.ENOUGH
    assert {"one 2026-11 0", "two-2 2026-11 0", "one 2026-10 500", "two-2 2026-10 2"} <= set(found)
    assert not {"one 2026-10 1", "one 2026-09 500"} & set(found)


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


def test_when_one_submission_was_handed_over_lately_is_found_behind_others_and_behind_who_slept(journal):
    def wrote(key, minutes):
        lease = _leases.Lease(0, "sandbox", key, 1, NOW, b"x")
        _journal.write(leases=[lease], watch=Watch(NOW + timedelta(minutes=minutes)))

    for key, minutes in (("P1A1", 0), ("P1A1", 20), ("P2A1", 21), ("P3A1", 2), ("P1A1", 25), ("P4A1", 1)):
        wrote(key, minutes)
    since = NOW + timedelta(minutes=10)
    found = _journal.handed_over_since(rail="sandbox", key="P1A1", since=since)
    assert [round((each - NOW).total_seconds() / 60) for each in found] == [25, 20]
    assert _journal.handed_over_since(rail="sepa", key="P1A1", since=since) == []
    assert _journal.handed_over_since(rail="sandbox", key="P9A1", since=since) == []
    (path,) = journal.iterdir()
    path.write_text(path.read_text() + f"\n{'x' * _journal.MOST}\n")
    assert len(_journal.handed_over_since(rail="sandbox", key="P1A1", since=since)) == 2, (
        "however much follows"
    )
