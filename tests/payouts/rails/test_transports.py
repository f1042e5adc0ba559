"""The two ways out, against a real directory and a real server."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from payouts.rails import base, transports


@pytest.fixture
def directory(tmp_path: Path) -> transports.DirectoryTransport:
    return transports.DirectoryTransport(outbox=tmp_path / "outbox", inbox=tmp_path / "inbox")


def test_the_same_bytes_twice_leave_one_file(directory: transports.DirectoryTransport) -> None:
    assert directory.put("a.xml", b"one") is True
    assert directory.put("a.xml", b"one") is False
    assert [file.name for file in directory.outbox.iterdir()] == ["a.xml"]
    assert directory.holds("a.xml") == b"one"


def test_other_bytes_under_a_name_never_replace_the_first(directory: transports.DirectoryTransport) -> None:
    directory.put("a.xml", b"one")
    with pytest.raises(FileExistsError):
        directory.put("a.xml", b"two")
    assert directory.holds("a.xml") == b"one"
    assert [file.name for file in directory.outbox.iterdir()] == ["a.xml"]


def test_a_file_whose_time_is_over_is_not_left(directory: transports.DirectoryTransport) -> None:
    with pytest.raises(base.Unreachable, match="too late"):
        directory.only_while(lambda: False).put("a.xml", b"one")
    assert list(directory.outbox.iterdir()) == []


def test_two_at_once_leave_one_whole_file(directory: transports.DirectoryTransport) -> None:
    body = b"x" * 1_000_000
    ready = threading.Barrier(8)
    created: list[bool] = []

    def put() -> None:
        ready.wait()
        created.append(directory.put("a.xml", body))

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False] * 7 + [True]
    assert directory.holds("a.xml") == body


@pytest.mark.parametrize("name", ["", "../a", ".hidden", "a/b", "a b"])
def test_names_that_could_leave_the_directory_are_refused(
    directory: transports.DirectoryTransport, name: str
) -> None:
    with pytest.raises(ValueError, match="file name"):
        directory.put(name, b"x")


def test_a_directory_that_cannot_be_written_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = transports.DirectoryTransport(outbox=tmp_path / "file" / "outbox", inbox=tmp_path / "inbox")
    with pytest.raises(base.Unreachable, match="cannot be written"):
        blocked.put("a.xml", b"x")


def test_the_inbox_is_listed_in_order_without_unfinished_files(
    directory: transports.DirectoryTransport,
) -> None:
    assert directory.inbox() == []
    directory.inbox_folder.mkdir()
    for name in ("b.xml", "a.xml", ".c.xml.part"):
        (directory.inbox_folder / name).write_bytes(name.encode())
    assert directory.inbox() == ["a.xml", "b.xml"]
    assert directory.read("a.xml") == b"a.xml"
    assert directory.inbox() == ["a.xml", "b.xml"]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        received = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/moved":
            self.send_response(307)
            self.send_header("Location", "/echo")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(received) + (10 if self.path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(received)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    running = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_call_brings_back_status_and_body(server: str) -> None:
    with transports.HttpTransport(server) as transport:
        assert transport.call("POST", "/echo", body=b"hello") == base.Reply(200, b"hello")


def test_a_redirect_is_not_followed(server: str) -> None:
    with transports.HttpTransport(server) as transport:
        assert transport.call("POST", "/moved", body=b"pay").status == 307


def test_an_answer_cut_off_in_the_middle_is_no_answer(server: str) -> None:
    with transports.HttpTransport(server) as transport, pytest.raises(base.Unreachable):
        transport.call("POST", "/cut", body=b"pay")


def test_a_bank_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with transports.HttpTransport(url) as transport, pytest.raises(base.Unreachable):
            transport.call("GET", "/")


def test_a_bank_that_does_not_answer_in_time_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            transports.HttpTransport(url, read_seconds=0.1) as transport,
            pytest.raises(base.Unreachable, match=r"ReadTimeout|timed out"),
        ):
            transport.call("POST", "/payments", body=b"pay")
