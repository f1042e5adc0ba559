"""Calls that are done once for the key they name (`backoffice.doors.api.keys`)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.audit import authority
from backoffice.audit.clock import database_now
from backoffice.doors.api import keys
from backoffice.doors.api.calling import actor
from payouts.operations import once

AGAIN = "Idempotent-Replayed"
"""The header of an answer that was given before."""


class Once(GenericViewSet[Any]):
    """All that changes something is done once for a key, but what is ``keyless``.

    ``rights`` are what the operation behind each of the others asks for: who lost one hears no answer of before.
    """

    keyless: tuple[str, ...] = ()
    rights: ClassVar[Mapping[str, str]]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Behind who calls and whether they may: what answers now is what was answered before, where it was."""
        super().initial(request, *args, **kwargs)
        key, method = keys.key_of(request), (request.method or "").lower()
        act = getattr(self, method, None)
        if key is None or act is None or request.method in SAFE_METHODS:
            return

        def answer(request: Request, *args: Any, **kwargs: Any) -> Response:
            return _once(key, request, lambda: act(request, *args, **kwargs), self._allowed)

        setattr(self, method, answer)

    def rights_to(self, answer: Mapping[str, Any]) -> tuple[str, ...]:
        """What a call that is answered so asks for."""
        return (self.rights[self.action],)

    def _allowed(self, body: str) -> None:
        for permission in self.rights_to(json.loads(body)):
            authority.require(actor=actor(self.request), permission=permission)


def _once(
    key: str, request: Request, act: Callable[[], Response], allowed: Callable[[str], None]
) -> Response:
    def answered() -> once.Answer:
        response = act()
        body = JSONRenderer().render(response.data).decode()
        # Of many, where each was refused, nothing was done.
        return once.Answer(response.status_code, body, done=bool(response.data.get("moved", True)))

    found = once.once(
        key=key,
        asked=_digest(request),
        act=answered,
        allowed=allowed,
        actor=actor(request),
        now=database_now(),
    )
    headers = {AGAIN: "true"} if found.again else None
    return Response(json.loads(found.body), status=found.status, headers=headers)


def _digest(request: Request) -> str:
    said = json.dumps([request.method, request.get_full_path().rstrip("/"), request.data], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
