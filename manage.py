#!/usr/bin/env python3
"""Django's command line. `make manage CMD="…"` runs it in the environment of `make run`."""

import os
import sys

OWNERS_COMMANDS = {
    "migrate",
    "grant_app_role",
    "load_scale",
}  # they change tables or fill them whole; everything else runs as the role that owns nothing


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in OWNERS_COMMANDS:
        os.environ.setdefault("DATABASE_AS_OWNER", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
