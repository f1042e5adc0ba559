"""Django's translation, handed to the rooms that do not know Django."""

from django.utils.translation import gettext

from backoffice.words import locale
from sellers.ledger.words import Translator


class Reader(Translator):
    """Texts in the language of the request's reader; in English where no person reads (workers, commands)."""

    def one(self, text: str) -> str:
        return gettext(text)

    def locale(self) -> str:
        return locale()
