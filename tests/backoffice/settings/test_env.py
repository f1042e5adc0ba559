import base64
import stat
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice.settings import env


def test_a_database_address_may_name_a_socket_folder():
    described = env.database("postgresql://payouts_app@/payouts?host=/var/tmp/x")
    assert (described["USER"], described["NAME"], described["HOST"]) == (
        "payouts_app",
        "payouts",
        "/var/tmp/x",
    )


def test_options_of_the_address_reach_libpq():
    assert env.database("postgres://a@b/c?sslmode=require")["OPTIONS"]["sslmode"] == "require"


def test_options_of_the_address_stand_beside_ours():
    options = env.database("postgres://a@b/c?options=-c%20work_mem%3D64MB")["OPTIONS"]["options"]
    assert "-c jit=off" in options and options.endswith(" -c work_mem=64MB")


@pytest.mark.parametrize("url", ["mysql://a/b", "postgres://a@b/"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database(url)


def test_the_first_key_is_the_current_one():
    one, two = base64.b64encode(b"1" * 32).decode(), base64.b64encode(b"2" * 32).decode()
    assert list(env.keys(f"k2:{two}, k1:{one}", name="MASTER_KEYS")) == ["k2", "k1"]


def test_generated_secrets_are_private_and_stay_the_same(tmp_path):
    first = env.generated(tmp_path / "new")
    assert env.generated(tmp_path / "new") == first
    assert stat.S_IMODE((tmp_path / "new" / "secrets.json").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path):
    code = "import pathlib, sys; from backoffice.settings import env; print(env.generated(pathlib.Path(sys.argv[1])))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "new")], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secrets.json"]
