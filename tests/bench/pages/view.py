"""What one measured page is."""

from dataclasses import dataclass

LAST_WAITING = "after=2999-01-01T00%3A00%3A00%2B00%3A00~1"
"""The last page where what has waited longest comes first."""


@dataclass(frozen=True)
class View:
    """One page of ours. ``stock`` shows the same rows in a stock admin; ``base`` is the page it is a search of."""

    page: str
    view: str
    person: str
    url: str
    stock: str = ""
    base: str = ""
