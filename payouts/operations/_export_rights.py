"""Who may have a kind of export made, fetched, kept as a template or made regularly: read once more with each deed."""

from backoffice.audit import authority
from backoffice.audit.actors import Actor
from payouts.exports import kinds
from payouts.exports.definition import Definition

RIGHT = "payouts.request_export"


def require(definition: Definition, actor: Actor, *beside: str) -> None:
    """The actor may export it, and holds the rights ``beside`` that. Raises `NotAllowed`."""
    for permission in (*beside, RIGHT, *definition.permissions):
        authority.require(actor=actor, permission=permission)
    kinds.require(definition, authority.permissions_of(actor.person_id))
