"""Settings of a worker process that a test starts: the tests' own, with its folder for exports."""

import os

from backoffice.settings.test import *  # noqa: F403

EXPORT_DIR = os.environ["EXPORT_DIR"]
