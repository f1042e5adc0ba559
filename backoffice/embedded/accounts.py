"""The unprivileged account PostgreSQL runs as. It refuses root; for an ordinary user it is that user."""

import functools
import os
import pathlib
import pwd
import subprocess
from typing import Any

from backoffice.embedded.errors import CannotStart


@functools.cache
def server_account() -> pwd.struct_passwd | None:
    """None when we are no root: PostgreSQL then runs as us."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart(
        "As root, PostgreSQL needs an account 'postgres' or 'nobody' to run as: adduser --system postgres"
    )


def popen_arguments() -> dict[str, Any]:
    """For subprocess: drop to the server's account, with none of our groups."""
    account = server_account()
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def can(*command: str | pathlib.Path) -> bool:
    """Whether the server's account can run this command with success."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **popen_arguments(),
        )
    except (PermissionError, FileNotFoundError):
        return False
    return done.returncode == 0


def owned_folder(path: pathlib.Path) -> pathlib.Path:
    """Make `path` a folder of mode 0700 that belongs to the server's account; refuse one that another user planted."""
    account = server_account()
    uid = account.pw_uid if account else os.geteuid()
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if path.is_symlink() or found.st_uid not in (uid, os.geteuid()):
            raise CannotStart(
                f"{path} belongs to another user. Remove it, or set DATA_DIR to another folder."
            ) from None
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(0o700)
    return path
