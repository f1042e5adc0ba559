"""The web server's log of requests: a line each, whatever an address holds, and no link that lets anybody in."""

import re
from typing import Any
from urllib.parse import quote

from gunicorn import glogging

WAY_IN = re.compile(r"^/password/[^/]+/(?!set-password/)[^/]+")
"""A link to choose a password, good until it is used (`backoffice.people.admin.link`)."""


class Log(glogging.Logger):
    """As gunicorn's, with the path as it came over the wire: a decoded one could hold a line of its own."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = WAY_IN.sub("/password/not/shown", str(found["U"]))
        return found | {"U": quote(path, safe="/:@!$&'()*+,;=~")}
