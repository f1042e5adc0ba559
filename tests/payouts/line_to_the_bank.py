"""A line to the simulated bank that can be cut: a real HTTP server between us and it."""

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FINE, DROP_BEFORE, DROP_AFTER, GARBAGE, ERROR_AFTER = (
    "fine",
    "drop before",
    "drop after",
    "garbage",
    "error after",
)


class Line(ThreadingHTTPServer):
    """Forwards to the bank. ``posts`` and ``gets`` say what goes wrong with each next request; then all is fine."""

    daemon_threads = True

    def __init__(self, bank_url: str) -> None:
        self.bank = urlsplit(bank_url)
        self.posts: list[str] = []
        self.gets: list[str] = []
        self.seen: list[tuple[str, str]] = []
        self.before_answering: Callable[[], None] = lambda: None
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Line

    def do_GET(self) -> None:
        self._forward(self.server.gets.pop(0) if self.server.gets else FINE, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._forward(self.server.posts.pop(0) if self.server.posts else FINE, body)

    def _forward(self, fault: str, body: bytes) -> None:
        self.server.seen.append((self.command, self.headers.get("Idempotency-Key", "")))
        if fault == DROP_BEFORE:
            self.close_connection = True
            return
        onward = http.client.HTTPConnection(self.server.bank.hostname, self.server.bank.port, timeout=10)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        onward.request(self.command, self.path, body=body or None, headers=headers)
        answer = onward.getresponse()
        content, status = answer.read(), answer.status
        onward.close()
        self.server.before_answering()
        if fault == DROP_AFTER:
            self.close_connection = True
            return
        if fault == GARBAGE:
            status, content = 200, b"<html>maintenance</html>"
        if fault == ERROR_AFTER:
            status, content = 503, b"{}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def line(bank_url: str, settings) -> Iterator[Line]:
    """The settings lead over a line that can be cut, as long as the block runs."""
    with Line(bank_url) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        settings.SIMBANK_URL = running.url
        yield running
        running.shutdown()
        thread.join()
