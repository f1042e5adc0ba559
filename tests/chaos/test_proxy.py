"""The line to a broker passes bytes both ways, is cut, and is there again on the same port."""

import socket
import socketserver
import threading

import pytest

from tests.chaos import proxy


class _Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            self.request.sendall(data.upper())


@pytest.fixture
def line():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made = proxy.Line(proxy.to_port(*server.server_address))
        yield made
        made.cut()
        server.shutdown()


def dial(line: proxy.Line) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=10)


def test_bytes_pass_both_ways(line):
    with dial(line) as near:
        near.sendall(b"hello")
        assert near.recv(1024) == b"HELLO"


def test_a_cut_ends_who_was_through_and_refuses_who_comes_until_it_is_restored(line):
    with dial(line) as near:
        near.sendall(b"hello")
        assert near.recv(1024) == b"HELLO"
        line.cut()
        assert near.recv(1024) == b""
    with pytest.raises(ConnectionRefusedError):
        dial(line)

    port = line.port
    line.restore()

    assert line.port == port
    with dial(line) as near:
        near.sendall(b"again")
        assert near.recv(1024) == b"AGAIN"
