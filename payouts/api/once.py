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
from backoffice.doors.api import keys, naming
from backoffice.doors.api.calling import actor
from payouts.operations import once


class Once(GenericViewSet[Any]):
    """All that changes something is done once for a key, but what is ``keyless``.

    ``rights`` are what the operation behind each of the others asks for: who has it not is told that, whatever else is
    wrong with the call, and who lost it hears no answer of before.
    """

    letter: ClassVar[str]
    """The reference of a thing here is this and its id: an address takes either."""
    keyless: tuple[str, ...] = ()
    rights: ClassVar[Mapping[str, str]]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Behind who calls and whether they may: what answers now is what was answered before, where it was."""
        super().initial(request, *args, **kwargs)
        method = (request.method or "").lower()
        act = getattr(self, method, None)
        if act is None or request.method in SAFE_METHODS:
            return
        key = keys.key_of(request)

        def done(*args: Any, **kwargs: Any) -> Response:
            right = self.rights.get(self.action)
            if right is not None:  # before what is wrong with a body that they may not send
                authority.require(actor=actor(self.request), permission=right)
            return act(*args, **kwargs)

        def once_done(*args: Any, **kwargs: Any) -> Response:
            return done(*args, **kwargs) if key is None else self._once(key, lambda: done(*args, **kwargs))

        setattr(self, method, once_done)

    def rights_to(self, answer: Mapping[str, Any]) -> tuple[str, ...]:
        """What a call that is answered so asks for."""
        return (self.rights[self.action],)

    def _once(self, key: str, act: Callable[[], Response]) -> Response:
        def answered() -> once.Answer:
            response = act()
            body = JSONRenderer().render(response.data).decode()
            # Of many, where each was refused, nothing was done.
            return once.Answer(response.status_code, body, done=bool(response.data.get("moved", True)))

        found = once.once(
            key=key,
            asked=self._digests(),
            act=answered,
            allowed=self._allowed,
            actor=actor(self.request),
            now=database_now(),
        )
        headers = {keys.AGAIN: "true"} if found.again else None
        return Response(json.loads(found.body), status=found.status, headers=headers)

    def _allowed(self, body: str) -> None:
        for permission in self.rights_to(json.loads(body)):
            authority.require(actor=actor(self.request), permission=permission)

    def _digests(self) -> list[str]:
        """Of the call at each address that means it: with the id, with the reference, as it came. The first is kept.

        That is the one as it came: programs of before, which may run beside this one, know the call again by no other.
        Of what is spelled in another way (p1, 01), it is the one with the id.
        """
        address = self.request.get_full_path().rstrip("/")
        path, mark, query = address.partition("?")
        spelled = [path]
        if "id" in self.kwargs:
            *place, _given, verb = path.rstrip("/").split("/")
            number = naming.number(self.kwargs["id"], letter=self.letter)
            spelled = ["/".join([*place, each, verb]) for each in (f"{self.letter}{number}", str(number))]
        same = [f"{each}{mark}{query}" for each in spelled]
        first = address if path.rstrip("/") in spelled else same[-1]
        return [self._digest(each) for each in dict.fromkeys([first, *same, address])]

    def _digest(self, address: str) -> str:
        said = json.dumps([self.request.method, address, self.request.data], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()
