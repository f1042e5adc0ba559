"""The languages that sellers are written to in, and which one a seller reads."""

from collections.abc import Mapping

from babel import Locale

from backoffice import words
from payouts import countries

LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français", "es": "Español", "ja": "日本語"}


def called(language: str) -> str:
    """One of `LANGUAGES` as the reader's own language names it: French, in Spanish "francés"."""
    return Locale.parse(language).get_display_name(words.locale()) or LANGUAGES[language]


def language_of(country: str, *, wanted: str = "") -> str:
    """The wanted language where it is one of `LANGUAGES`, else that of the country's own file, else English."""
    if wanted in LANGUAGES:
        return wanted
    own = countries.get(country).locale[:2] if countries.is_open(country) else ""
    return own if own in LANGUAGES else "en"
