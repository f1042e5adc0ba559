"""Sellers from files, through django-import-export: preview with every change and every error, then apply.

    checked = check(stream=…, name="sellers.csv", profile="generic", actor=…, now=…)   # a SellerFile
    found = preview(file=checked)                                                     # rows, changes, errors
    apply(file_id=checked.pk, actor=…, now=…)                                         # all of it, or nothing

One bad row refuses the file. Bank details never come this way: they are verified by two people.
"""

from .applying import AlreadyApplied, Changed, NotApplicable, apply, check, drop
from .previewing import Preview, PreviewRow, preview
from .profiles import SellerProfile, all_profiles, get

__all__ = [
    "AlreadyApplied",
    "Changed",
    "NotApplicable",
    "Preview",
    "PreviewRow",
    "SellerProfile",
    "all_profiles",
    "apply",
    "check",
    "drop",
    "get",
    "preview",
]
