"""Where a test finds the files of an export, as long as they lie in a folder."""

import pathlib

from django.conf import settings

from payouts.models import Export
from payouts.operations import _export_file


def file_of(export: Export) -> pathlib.Path:
    return pathlib.Path(settings.EXPORT_DIR) / _export_file.name(export)


def hashes_of(export: Export) -> pathlib.Path:
    return pathlib.Path(settings.EXPORT_DIR) / _export_file.hashes_name(export)
