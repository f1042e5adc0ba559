"""The journal in the formats of accounting's programs: pure, entries in, text out; and a checker of each.

A writer only writes. What its target would refuse is refused by its checker, which reads the written file back on its
own. Why they are so: docs/adr/0024.
"""

from .base import LAYOUT, SELLER, Company, Entry, Format, Job, Line, Need
from .datev import DATEV
from .fec import FEC, FEC_YEAR
from .generic import GENERIC
from .netsuite import NETSUITE
from .quickbooks import QUICKBOOKS
from .rates import Rate
from .reading import Reading
from .sage import SAGE
from .xero import XERO
from .yayoi import YAYOI, unfit_name

FORMATS: dict[str, Format] = {
    each.name: each for each in (GENERIC, FEC, FEC_YEAR, DATEV, NETSUITE, QUICKBOOKS, XERO, SAGE, YAYOI)
}
YEARLY = frozenset({FEC_YEAR.name})
"""Those that hold a whole fiscal year, and are asked for on its last month."""

__all__ = [
    "FORMATS", "LAYOUT", "SELLER", "YEARLY", "Company", "Entry", "Format", "Job", "Line", "Need", "Rate", "Reading",
    "unfit_name",
]  # fmt: skip
