"""Where the files of exports and journals lie: a folder, or a bucket, as STORAGES["exports"] says.

A file is written beside (`draft`), and put in its place whole; none has an address that others could fetch it from.
"""

import contextlib
import os
import pathlib
from collections.abc import Iterator

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages


class NotStored(OSError):
    """The place where files lie did not do what it was asked to."""


class Folder(FileSystemStorage):
    """EXPORT_DIR, for the program's eyes only. A file comes to its name by one rename, in place of the one before."""

    def __init__(self) -> None:
        super().__init__(allow_overwrite=True, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> str:
        return str(settings.EXPORT_DIR)

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)


class _Draft(File):
    """A file on this machine's disk, which a folder takes over by renaming it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def draft(name: str) -> pathlib.Path:
    """Where the file is written before it is whole: an empty one of ours, on this machine."""
    final = pathlib.Path(settings.EXPORT_DIR) / name
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = _beside(final)
    found.unlink(missing_ok=True)
    os.close(os.open(found, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return found


def forget_draft(name: str) -> None:
    """What a worker that was killed had written of the file on this machine is gone. Raises OSError."""
    _beside(pathlib.Path(settings.EXPORT_DIR) / name).unlink(missing_ok=True)


def _beside(final: pathlib.Path) -> pathlib.Path:
    return final.with_name(f".{final.name}.part")


def put(whole: pathlib.Path, name: str) -> None:
    """The whole file stands under the name, in place of what was there. Raises OSError, `NotStored` among them."""
    with whole.open("rb") as file, _trouble():
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
        _kept().save(name, _Draft(file, str(whole)))
        stored = _kept().size(name)
        if stored != size:
            raise NotStored(f"{name} has {stored} bytes where it is kept, and had {size} here")


def opened(name: str) -> "File[bytes]":
    """The file, here and whole, to be closed by the caller. Raises FileNotFoundError, `NotStored`."""
    with _trouble():
        file = _kept().open(name, "rb")
        try:
            file.seek(0, os.SEEK_END)  # a bucket's file is fetched when it is first touched
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file


def exists(name: str) -> bool:
    """Whether there is a file of this name. Raises `NotStored`."""
    with _trouble():
        return _kept().exists(name)


def erase(name: str) -> None:
    """The file is gone, if there was one. Raises OSError."""
    with _trouble():
        _kept().delete(name)


def _kept() -> Storage:
    return storages["exports"]


@contextlib.contextmanager
def _trouble() -> Iterator[None]:
    """Whatever library speaks to the bucket, its trouble is an OSError, as a disk's is; not so the end of our time."""
    try:
        yield
    except (OSError, SoftTimeLimitExceeded):
        raise
    except Exception as error:
        raise NotStored(f"{type(error).__name__} from where files are kept") from error
