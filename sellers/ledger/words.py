"""Words of rooms that know nothing of Django (money, countries' account schemes, rails), in the reader's language.

They mark their sentences with the usual names. Until the program hands over its translator, they speak English.
"""

from abc import ABC, abstractmethod


class Translator(ABC):
    """What says texts in the language of whoever reads them."""

    @abstractmethod
    def one(self, text: str) -> str:
        """The text."""

    @abstractmethod
    def locale(self) -> str:
        """The reader's locale, as Babel names it."""


class English(Translator):
    """The words as they are written."""

    def one(self, text: str) -> str:
        return text

    def locale(self) -> str:
        return "en"


_translator: Translator = English()


def speak(translator: Translator) -> None:
    """From now on texts are said as ``translator`` says them."""
    global _translator  # noqa: PLW0603 -- set once, as the program starts
    _translator = translator


def _(text: str) -> str:
    """The text in the reader's language."""
    return _translator.one(text)


def locale() -> str:
    """The reader's locale, as Babel names it."""
    return _translator.locale()


def noted(text: str) -> str:
    """The text itself, marked here for translators; whoever shows it says `_` of it."""
    return text
