"""Earnings from files: read, stage with every error, and post as one set (HOUSE ruling 15).

    checked = check(stream=…, name="november.csv", profile="generic", actor=…, now=…)   # an ImportFile
    post(import_file_id=checked.pk, actor=…, now=…)                                     # all of it, or nothing

One bad row refuses the file. Importing the same rows again changes nothing and says so.
"""

from .posting import AlreadyPosted, Changed, NotPostable, SamePerson, drop, post
from .previewing import EarningResource, moved
from .reading import BadFile, Problem, TooBig
from .staging import check

__all__ = [
    "AlreadyPosted",
    "BadFile",
    "Changed",
    "EarningResource",
    "NotPostable",
    "Problem",
    "SamePerson",
    "TooBig",
    "check",
    "drop",
    "moved",
    "post",
]
