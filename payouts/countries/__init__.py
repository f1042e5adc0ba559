"""The countries we pay in: one TOML file each in `data/`, read into frozen dataclasses. Pure: no Django, no
clock.

`countries.get("FR")` and `countries.all()` answer from the open countries, which are the files in `data/`
unless `countries.configure(...)` said otherwise. Calendars stand in `calendars`, bank account schemes in
`schemes`.
"""

from payouts.countries.country import Country, CountryError, Schedule
from payouts.countries.loader import (
    DATA,
    Countries,
    UnknownCountry,
    all,
    by_name,
    called,
    configure,
    get,
    is_open,
    load,
    use,
)

__all__ = [
    "DATA",
    "Countries",
    "Country",
    "CountryError",
    "Schedule",
    "UnknownCountry",
    "all",
    "by_name",
    "called",
    "configure",
    "get",
    "is_open",
    "load",
    "use",
]
