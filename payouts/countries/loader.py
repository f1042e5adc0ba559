"""Which countries are open, and the file of each."""

import pathlib
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from payouts.countries import reading
from payouts.countries.country import Country, CountryError

DATA = pathlib.Path(__file__).parent / "data"


class UnknownCountry(LookupError):
    """No country with that code is open. The message names those that are."""


class Countries(Mapping[str, Country]):
    """The open countries by code, in order of their codes."""

    def __init__(self, countries: Collection[Country]):
        self._by_code = {country.code: country for country in sorted(countries, key=lambda each: each.code)}

    def __getitem__(self, code: str) -> Country:
        try:
            return self._by_code[code]
        except (KeyError, TypeError):
            open_ones = ", ".join(self._by_code) or "none"
            raise UnknownCountry(f"The country “{code}” is not open. Open are: {open_ones}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code


def load(*directories: pathlib.Path | str, only: Collection[str] = ()) -> Countries:
    """The countries of these directories; a later directory's file replaces an earlier one's of the same
    name.

    `only` names the codes to open; none named opens all. Raises `CountryError`, naming every fault at once.
    """
    files: dict[str, pathlib.Path] = {}
    for directory in map(pathlib.Path, directories):
        if not directory.is_dir():
            raise CountryError(f"There is no directory of country files at {directory}.")
        files |= {path.name: path for path in sorted(directory.glob("*.toml"))}
    found: list[Country] = []
    faults: list[str] = []
    for path in files.values():
        try:
            found.append(reading.read(path))
        except CountryError as error:
            faults.append(str(error))
    missing = sorted(set(only) - {country.code for country in found})
    if missing and not faults:
        faults.append(f"There is no country file for {', '.join(missing)}. Write {missing[0].lower()}.toml.")
    if faults:
        raise CountryError("\n".join(faults))
    return Countries([country for country in found if not only or country.code in only])


_directories: tuple[pathlib.Path | str, ...] = (DATA,)
_only: tuple[str, ...] = ()
_replaced: Countries | None = None


def configure(*directories: pathlib.Path | str, only: Collection[str] = ()) -> None:
    """From now on the open countries are those of `data/` and of these directories, or the `only` ones among
    them.

    Nothing is read yet: a broken file speaks up at the first use, and in `manage.py check`.
    """
    global _directories, _only
    _directories, _only = (DATA, *directories), tuple(only)
    _configured.cache_clear()


def use(countries: Countries | None) -> None:
    """Put these in place of what is configured, in this process; None takes them away again. For tests."""
    global _replaced  # noqa: PLW0603
    _replaced = countries


@cache
def _configured() -> Countries:
    return load(*_directories, only=_only)


def all() -> list[Country]:
    """The open countries, in order of their codes. Raises `CountryError` when a file cannot be used."""
    return list((_replaced or _configured()).values())


def by_name() -> list[tuple[str, str]]:
    """(code, name) of the open countries in order of their names in the reader's language, accents left aside."""
    return sorted(((each.code, each.called) for each in all()), key=lambda pair: _plain(pair[1]))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def get(code: str) -> Country:
    """The open country with this code (ISO 3166-1 alpha-2). Raises `UnknownCountry`."""
    return (_replaced or _configured())[code]


def is_open(code: str) -> bool:
    return code in (_replaced or _configured())


def called(code: str) -> str:
    """What an open country is called in the reader's language; any other code, in capitals, is its own name."""
    known = code.upper()
    return get(known).called if is_open(known) else known
