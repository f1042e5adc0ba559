"""Sellers from files, through django-import-export: preview with every change and every error, then apply.

    checked = check(stream=…, name="sellers.csv", profile="generic", actor=…, now=…)   # a SellerFile
    checked.rows                                                                      # what it would do, or errors
    apply(file_id=checked.pk, actor=…, now=…)                                         # all of it, or nothing

One bad row refuses the file. Bank details never come this way: they are verified by two people.
"""

from .applying import AlreadyApplied, Changed, NotApplicable, apply, check, drop, erase
from .profiles import SellerProfile, all_profiles, get

__all__ = [
    "AlreadyApplied",
    "Changed",
    "NotApplicable",
    "SellerProfile",
    "all_profiles",
    "apply",
    "check",
    "drop",
    "erase",
    "get",
]
