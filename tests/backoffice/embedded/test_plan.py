"""What a person sets wrongly is answered with a sentence, before anything is started."""

import os
import subprocess
import sys

import pytest

from backoffice.embedded import plan, programs
from backoffice.settings import env


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("WORKER_PROCESSES", "many"),
        ("DATA_DIR", "/proc/none"),
    ],
)
def test_a_number_that_cannot_be_ends_with_a_sentence_and_starts_nothing(name, value, tmp_path):
    environment = os.environ | {"DATA_DIR": str(tmp_path / "var"), name: value}
    done = subprocess.run(
        [sys.executable, "-m", "backoffice.embedded", "run"],
        cwd=env.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert name in done.stderr or value in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "var" / "postgres").exists()


def test_the_web_server_logs_no_search_words():
    """They may be names and e-mail addresses: only the path is written, neither the query nor where it came from."""
    web = programs.commands(plan.from_environment(), simbank=False)["web"]
    written = web[web.index("--access-logformat") + 1]
    assert "%(U)s" in written
    for revealing in ("%(r)s", "%(q)s", "%(f)s", "%(a)s"):
        assert revealing not in written
