"""One request is one line of the log."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from backoffice.embedded import access_log, programs


def logged(path: str) -> str:
    log = access_log.Log(Config())
    environ = {
        "RAW_URI": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "PATH_INFO": path,
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "GET",
    }
    response = SimpleNamespace(status="302 Found", sent=7, headers=[])
    request = SimpleNamespace(headers=[])
    return str(programs.ACCESS_LOG % log.atoms(response, request, environ, timedelta(milliseconds=3)))


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/password/MTI/cdefgh-0123456789abcdef/", "/password/not/shown/"),
        ("/password/MTI/cdefgh-0123456789abcdef", "/password/not/shown"),
        ("/password/MTI/set-password/", "/password/MTI/set-password/"),
        ("/password_change/", "/password_change/"),
    ],
)
def test_a_link_to_choose_a_password_is_not_written_down(path, written):
    assert f'"GET {written}" 302' in logged(path)


def test_what_an_address_holds_begins_no_line_and_colours_nothing():
    line = logged("/payouts/\r\nFAKE LINE\x1b[31m\0é")
    assert "/payouts/%0D%0AFAKE%20LINE%1B%5B31m%00%C3%A9" in line
    assert line.isprintable()
