import resource
import signal
from pathlib import Path

import pytest

from backoffice.simbank import journal


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.jsonl"
    with journal.Journal(path) as log:
        log.append([{"n": 1}, {"n": 2, "text": "é\u2028\n"}])
        log.append([{"n": 3}])
        assert [record["n"] for record in journal.read(path)] == [1, 2, 3]
    with journal.Journal(path) as log:
        log.append([{"n": 4}])
        assert [record["n"] for record in log.records()] == [1, 2, 3, 4]


def test_a_write_torn_anywhere_is_cut_off_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with journal.Journal(path) as log:
        log.append([{"n": 1}])
        whole = path.stat().st_size
        log.append([{"n": 2}, {"n": 3}, {"n": 4}])
    content = path.read_bytes()
    for length in range(whole, len(content)):
        path.write_bytes(content[:length])
        assert [record["n"] for record in journal.read(path)] == [1]
        with journal.Journal(path) as log:
            log.append([{"n": 9}])
        assert [record["n"] for record in journal.read(path)] == [1, 9]
    path.write_bytes(content)
    assert [record["n"] for record in journal.read(path)] == [1, 2, 3, 4]


def test_only_one_bank_keeps_a_log(tmp_path: Path) -> None:
    with journal.Journal(tmp_path / "log.jsonl"), pytest.raises(journal.Busy, match="Another simulated bank"):
        journal.Journal(tmp_path / "log.jsonl")
    journal.Journal(tmp_path / "log.jsonl").close()


def test_nothing_follows_a_write_that_failed(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = journal.Journal(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30, limits[1]))
    try:
        log.append([{"n": 1}])
        with pytest.raises(OSError, match="File too large"):
            log.append([{"n": 2, "text": "x" * 100}])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, former)
    with pytest.raises(journal.Broken, match="start the bank again"):
        log.append([{"n": 3}])
    log.close()
    assert [record["n"] for record in journal.read(path)] == [1]
    with journal.Journal(path) as again:
        again.append([{"n": 4}])
    assert [record["n"] for record in journal.read(path)] == [1, 4]
