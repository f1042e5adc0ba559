"""The one base of every expected no."""


class Refused(Exception):
    """An act that was not done, and why. ``str(error)`` is a sentence a person can act on.

    Nothing has been written when it is raised: operations raise it inside their transaction.
    Doors show it as a message (admin), as problem details with `status` (API) or as a recorded
    refusal (task). ``code`` is stable and meant for programs.
    """

    code = "refused"
    status = 422
    parameters: tuple[str, ...] = ()
    """What of an address, or of a filter, it is about: without that the same list can be shown."""

    to_people = ""
    """What a page says instead, where the sentence names what only programs know by that name."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class NotAllowed(Refused):
    """The actor lacks the right, is not active, or came by a door that may not do this."""

    code = "not_allowed"
    status = 403


class Conflict(Refused):
    """The thing changed since the actor looked at it; look again and decide again."""

    code = "conflict"
    status = 409
