"""The bank as a process of its own: killed without warning, it forgets nothing and repeats nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from backoffice.simbank import journal, process
from tests.backoffice.simbank import orders

COMMAND = [sys.executable, "manage.py", "simbank", "--port", "0"]


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    return ["--data", f"{tmp_path}/data", "--outbox", f"{tmp_path}/outbox", "--inbox", f"{tmp_path}/inbox"]


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []
    yield running
    for one in running:
        one.kill()
        one.wait()
        assert one.stdout
        one.stdout.close()


def start(running: list[subprocess.Popen[str]], *arguments: str) -> tuple[subprocess.Popen[str], str]:
    child = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "backoffice.settings.test"},
    )
    running.append(child)
    assert child.stdout
    line = child.stdout.readline()
    assert line.startswith("Simulated bank ready: "), line
    return child, line.split()[-1]


def test_a_killed_bank_goes_on_where_it_was(
    tmp_path: Path, folders: list[str], started: list[subprocess.Popen[str]]
) -> None:
    child, url = start(started, *folders)
    for number in range(5):
        _pay(url, f"K{number}")
    child.kill()
    child.wait()
    (tmp_path / "outbox" / "a.xml").write_bytes(orders.file_body([("P1A1", 100, "Ada")]))
    child, url = start(started, *folders)
    for number in range(6):
        _pay(url, f"K{number}")
    _until((tmp_path / "inbox" / "pain002-B1-2.xml").exists)
    judged = httpx.get(f"{url}/instructions", trust_env=False).json()
    assert (judged["count"], judged["repeated"]) == (7, [])
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=10) == 0
    records = list(journal.read(tmp_path / "data" / process.LOG_NAME))
    assert sum(record["type"] == "instruction" for record in records) == 7


def test_a_second_bank_on_the_same_log_does_not_start(
    folders: list[str], started: list[subprocess.Popen[str]]
) -> None:
    start(started, *folders)
    second = subprocess.run(
        [*COMMAND, *folders],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "backoffice.settings.test"},
    )
    assert second.returncode == 1
    assert "Another simulated bank is running" in second.stderr


def test_the_command_closes_the_day_of_a_running_bank(
    tmp_path: Path, folders: list[str], started: list[subprocess.Popen[str]]
) -> None:
    _, url = start(started, *folders)
    _pay(url, "K1")
    port = url.rpartition(":")[2]
    closed = subprocess.run(
        [sys.executable, "manage.py", "simbank", "--port", port, "--close-day"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "backoffice.settings.test"},
    )
    assert closed.stdout.strip() == "1 statements so far."


def test_the_command_line_chooses_a_profile_and_its_faults(
    folders: list[str], started: list[subprocess.Popen[str]]
) -> None:
    wishes = [
        "--profile",
        "forgetful",
        "--fault",
        "call:error-after=1000",
        "--seed",
        "7",
        "--late-seconds",
        "5",
    ]
    _, url = start(started, *folders, *wishes)
    with httpx.Client(base_url=url, trust_env=False) as http:
        for _ in range(2):
            body = orders.call_body()
            assert http.post("/payments", headers={"Idempotency-Key": "K1"}, content=body).status_code == 500
        judged = http.get("/instructions").json()
    assert (judged["count"], judged["repeated"], judged["faults"]) == (2, ["K1"], {"error-after": 2})


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        (["--profile", "nice"], "There is no profile “nice”"),
        (["--fault", "late"], "is no share of a fault"),
        (["--fault", "garbage=2000"], "choose 0 to 1000"),
        (["--rejected-per-mille", "1001"], "not within 1,000"),
    ],
)
def test_what_no_bank_can_be_is_refused_with_a_sentence(
    folders: list[str], wishes: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("simbank", "--port", "0", *folders, *wishes)


def test_answers_lost_before_they_were_left_are_left_after_a_restart(tmp_path: Path) -> None:
    folders = {"data": tmp_path / "d", "outbox": tmp_path / "o", "inbox": tmp_path / "i"}
    folders["outbox"].mkdir()
    (folders["outbox"] / "a.xml").write_bytes(orders.file_body([("P1A1", 100, "Ada")]))
    with process.Simbank(port=0, **folders) as bank:
        bank.advance(10)
    left = {file.name: file.read_bytes() for file in folders["inbox"].iterdir()}
    assert sorted(left) == ["pain002-B1-1.xml", "pain002-B1-2.xml"]
    (folders["inbox"] / "pain002-B1-2.xml").unlink()
    with process.Simbank(port=0, **folders) as bank:
        bank.sync()
    assert {file.name: file.read_bytes() for file in folders["inbox"].iterdir()} == left


def test_unfinished_files_and_other_files_are_not_taken(tmp_path: Path) -> None:
    folders = {"data": tmp_path / "d", "outbox": tmp_path / "o", "inbox": tmp_path / "i"}
    folders["outbox"].mkdir()
    for name in (".a.xml", "a.xml.part", "readme.txt"):
        (folders["outbox"] / name).write_bytes(orders.file_body([("P1A1", 100, "Ada")]))
    with process.Simbank(port=0, **folders) as bank:
        bank.sync()
        assert bank.bank.judgement()["count"] == 0


def _pay(url: str, key: str) -> None:
    body = orders.call_body(key)
    httpx.post(
        f"{url}/payments", headers={"Idempotency-Key": key}, content=body, trust_env=False
    ).raise_for_status()


def _until(condition: object) -> None:
    limit = time.monotonic() + 15
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < limit
        time.sleep(0.05)
