"""The bank's HTTP side, on the loopback interface only.

POST /payments (header Idempotency-Key) · GET /payments?key= · GET /events?after=&limit= ·
GET /statements[/NAME]. For tests and demonstrations: GET /instructions[?summary=1] · GET /faults ·
POST /control/advance {"seconds": n} · POST /control/statement?date=YYYY-MM-DD · GET /healthz
"""

import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from backoffice.simbank import bank as banks
from backoffice.simbank import teller as tellers

_LARGEST_BODY = 1024 * 1024
_LARGEST_PAGE = 1000


class Server(ThreadingHTTPServer):
    """Serves one bank. Port 0 takes a free one; `url` says which."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, teller: tellers.Teller, *, port: int):
        self.teller, self.bank = teller, teller.bank
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_close(self) -> None:
        self.closing.set()  # who still waits for a slow answer gets none
        super().server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _BadRequest(ValueError):
    """The request cannot be understood; the message says why."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        bank, path, query = self.server.bank, *self._target()
        if path == "/payments":
            self._reply(self.server.teller.ask(query.get("key", "")))
        elif path == "/events":
            after, limit = self._number(query, "after", 0), self._number(query, "limit", 100)
            self._answer(200, bank.events_after(after, min(limit, _LARGEST_PAGE)))
        elif path == "/statements":
            with bank.lock:
                listed = [{"name": name} for name in bank.books.statements]
            self._answer(200, {"statements": listed})
        elif path.startswith("/statements/"):
            statement = bank.books.statements.get(unquote(path.removeprefix("/statements/")))
            if statement is None:
                self._missing()
            else:
                self._send(200, statement, "application/xml")
        elif path == "/instructions":
            judgement = bank.judgement()
            if query.get("summary"):
                del judgement["instructions"]
            self._answer(200, judgement)
        elif path == "/faults":
            with bank.lock:
                self._answer(200, {"faults": bank.books.faults})
        elif path == "/healthz":
            self._answer(200, {"status": "ok", "now": bank.now().isoformat()})
        else:
            self._missing()

    def do_POST(self) -> None:
        bank, path, query = self.server.bank, *self._target()
        body = self._body()
        if path == "/payments":
            self._reply(self.server.teller.pay(key=self.headers.get("Idempotency-Key", ""), body=body))
        elif path == "/control/advance":
            content = banks.load(body)
            seconds = content.get("seconds")
            if not isinstance(seconds, int | float):
                raise _BadRequest("Send {“seconds”: number}.")
            bank.advance(seconds)
            self._answer(200, {"now": bank.now().isoformat()})
        elif path == "/control/statement":
            until = date.fromisoformat(query["date"]) if "date" in query else bank.now().date()
            bank.close_days(until)
            with bank.lock:
                names = [
                    *bank.books.statements,
                    *(n for n in bank.books.outgoing if n.startswith("camt053-")),
                ]
            self._answer(200, {"statements": names})
        else:
            self._missing()

    def handle_one_request(self) -> None:
        """Bad requests become a 400 with a sentence; a customer that hangs up is no error of ours."""
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except ValueError as error:
            self.close_connection = True
            self._answer(400, {"error": {"code": "bad_request", "message": str(error)}})

    def _target(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        return parts.path, {name: values[-1] for name, values in parse_qs(parts.query).items()}

    def _body(self) -> bytes:
        written = self.headers.get("Content-Length", "")
        if not written.isdecimal() or int(written) > _LARGEST_BODY:
            raise _BadRequest(f"Send a Content-Length of at most {_LARGEST_BODY:,} bytes.")
        return self.rfile.read(int(written))

    @staticmethod
    def _number(query: dict[str, str], name: str, default: int) -> int:
        written = query.get(name, str(default))
        if not written.isdecimal():
            raise _BadRequest(f"“{name}” must be a whole number.")
        return int(written)

    def _reply(self, reply: tellers.Reply) -> None:
        closing = reply.wait and self.server.closing.wait(reply.wait.total_seconds())
        if closing or reply.dropped:
            self.close_connection = True
        else:
            self._send(reply.status, reply.body, "application/json; charset=utf-8")

    def _missing(self) -> None:
        self._answer(404, {"error": {"code": "no_such_page", "message": f"There is nothing at {self.path}."}})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, banks.dump(content), "application/json; charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the instruction log says what happened."""
