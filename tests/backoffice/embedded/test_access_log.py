"""One request is one line of the log."""

from datetime import timedelta
from types import SimpleNamespace

from gunicorn.config import Config

from backoffice.embedded import access_log, programs


def test_what_an_address_holds_begins_no_line_and_colours_nothing():
    log = access_log.Log(Config())
    environ = {
        "RAW_URI": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "PATH_INFO": "/payouts/\r\nFAKE LINE\x1b[31m\0é",
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "GET",
    }
    response = SimpleNamespace(status="404 Not Found", sent=7, headers=[])
    request = SimpleNamespace(headers=[])
    atoms = log.atoms(response, request, environ, timedelta(milliseconds=3))
    line = programs.ACCESS_LOG % atoms
    assert "/payouts/%0D%0AFAKE%20LINE%1B%5B31m%00%C3%A9" in line
    assert line.isprintable()
