"""A rail to a bank that does not deduplicate: the sandbox's messages, and nothing may ever be sent again."""

import dataclasses

from payouts.rails import registry
from payouts.rails.sandbox.rail import Sandbox

NAME = "blind"


class Blind(Sandbox):
    name = NAME
    capabilities = dataclasses.replace(
        Sandbox.capabilities, deduplicates=False, key_window=None, checks_body=False, chunk_size=1
    )


def install() -> None:
    """From now on this process knows the rail."""
    registry._PATHS[NAME] = "tests.chaos.rails:Blind"
