"""The web server's log of requests: a line each, whatever an address holds."""

from typing import Any
from urllib.parse import quote

from gunicorn import glogging


class Log(glogging.Logger):
    """As gunicorn's, with the path as it came over the wire: a decoded one could hold a line of its own."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return found | {"U": quote(str(found["U"]), safe="/:@!$&'()*+,;=~")}
