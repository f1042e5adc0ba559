"""What the fields of a payout filter take, all of it text from a URL, and the sentence each refuses with."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import dateparse, timezone
from django.utils.translation import gettext as _
from django_filters import Filter

from backoffice.words import later, sentences, use_one_of
from payouts import countries
from sellers.ledger.money import EXPONENTS

MANY_AT_MOST = 50
FIRST_YEAR, LAST_YEAR = 1990, 2200
_LONGEST = 60


def shortened(text: object) -> str:
    """The text as an error may repeat it."""
    plain = " ".join(str(text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


class OwnFilter(Filter):
    """A filter whose form field we wrote. The condition is a method of the FilterSet."""

    def __init__(self, field: type[forms.Field], method: str, label: str, **values: Any) -> None:
        self.field_class = field
        super().__init__(method=method, label=label, **values)


class CodesField(forms.MultipleChoiceField):
    """One or more codes, repeated or separated by commas, in any case: PAID, paid, paid,failed."""

    widget = forms.CheckboxSelectMultiple  # in a list box a plain click would take the other choices away

    def __init__(self, *, known: Callable[[], Sequence[tuple[str, str]]], noun: str, **values: Any) -> None:
        super().__init__(choices=known, **values)
        self.noun = noun

    def to_python(self, value: Any) -> list[str]:
        given = [value] if isinstance(value, str) else list(value or [])
        codes = [self.folded(part.strip()) for each in given for part in str(each).split(",")]
        return list(dict.fromkeys(code for code in codes if code))

    @staticmethod
    def folded(text: str) -> str:
        """A code as we write it."""
        return text.upper()

    @staticmethod
    def advised(known: Iterable[str]) -> Iterable[str]:
        """The codes that a refusal names."""
        return sorted(known)

    def validate(self, value: list[str]) -> None:
        if not value:
            return  # what is known is read from country files, say: not for every list
        known = {str(code) for code, _unused in cast(Sequence[tuple[str, str]], self.choices) if code}
        wrong = [code for code in value if code not in known]
        if wrong:
            words = _("“{wrong}” is no {noun}.").format(wrong=shortened(wrong[0]), noun=self.noun)
            raise ValidationError(sentences(words, use_one_of(self.advised(known))), code="unknown")
        if len(value) > MANY_AT_MOST:
            raise ValidationError(
                _("Name at most {many_at_most} at once.").format(many_at_most=MANY_AT_MOST), code="many"
            )


class WordsField(CodesField):
    """As `CodesField`, for words that we write small: name_differs, first_payout."""

    @staticmethod
    def folded(text: str) -> str:
        return text.lower()


class CurrenciesField(CodesField):
    """Currencies, any of ISO 4217; a refusal names those of the countries we pay in."""

    def __init__(self, **values: Any) -> None:
        known = [(code, code) for code in sorted(EXPONENTS)]
        super().__init__(known=lambda: known, noun=later("currency"), **values)

    @staticmethod
    def advised(known: Iterable[str]) -> Iterable[str]:
        return sorted({country.currency for country in countries.all()})


class YesNoField(forms.TypedChoiceField):
    """true or false, yes or no, 1 or 0, in any case; nothing when left out."""

    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

    def __init__(self, *, yes: str, no: str, **values: Any) -> None:
        choices = [("", _("Either")), ("true", yes), ("false", no)]
        super().__init__(choices=choices, coerce=self.words.__getitem__, empty_value=None, **values)

    def to_python(self, value: Any) -> str:
        return "" if value in (None, "") else str(value).strip().lower()

    def validate(self, value: str) -> None:
        if value and value not in self.words:
            raise ValidationError(
                _("“{value}” is neither true nor false.").format(value=shortened(value)), code="invalid"
            )

    def valid_value(self, value: str) -> bool:
        return value in self.words


class MomentField(forms.CharField):
    """A day of the program's time zone (2026-11-24), or a moment (2026-11-24T09:00:00Z)."""

    def clean(self, value: Any) -> date | datetime | None:
        text = super().clean(value)
        return self.read(text) if text else None

    @staticmethod
    def read(text: str) -> date | datetime:
        # A plus sign that was not escaped in a URL arrives as a space.
        text = re.sub(r"(T[\d:.]+) (\d\d:?\d\d)$", r"\1+\2", text)
        try:
            # Python reads more than people should write: week dates, days without dashes.
            if re.fullmatch(r"\d{4}-\d\d?-\d\d?", text):
                found: date | datetime | None = dateparse.parse_date(text)
            else:
                found = dateparse.parse_datetime(text) if re.match(r"\d{4}-\d\d-\d\d[T ]", text) else None
        except ValueError:
            found = None
        if found is None:
            raise ValidationError(
                _("“{text}” is no date. Write 2026-11-24, or 2026-11-24T09:00:00Z for a moment.").format(
                    text=shortened(text)
                ),
                code="invalid",
            )
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValidationError(
                _("The year must lie between {first_year} and {last_year}.").format(
                    first_year=FIRST_YEAR, last_year=LAST_YEAR
                ),
                code="year",
            )
        if isinstance(found, datetime) and timezone.is_naive(found):
            return timezone.make_aware(found)
        return found


class DayField(MomentField):
    """A whole day: 2026-11-24."""

    @staticmethod
    def read(text: str) -> date:
        found = MomentField.read(text)
        if isinstance(found, datetime):
            raise ValidationError(
                _("“{text}” is no day. Write 2026-11-24.").format(text=shortened(text)), code="invalid"
            )
        return found


def start_of(value: date | datetime) -> datetime:
    """The first moment of a day in the program's time zone; a moment stays itself."""
    return value if isinstance(value, datetime) else timezone.make_aware(datetime.combine(value, time.min))


def day_of(value: date | datetime) -> date:
    """The day itself; of a moment, its day in the program's time zone."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def end_of(value: date | datetime) -> datetime:
    """The first moment that no longer belongs to it: days count whole, a moment counts itself."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) + timedelta(microseconds=1)
    return start_of(value + timedelta(days=1))


class AmountField(forms.CharField):
    """An amount in major units, as people say it: 5000 or 5000.50, whatever the currency."""

    largest = Decimal(10) ** 14

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = Decimal(text) if re.fullmatch(r"\d{1,38}(\.\d{1,4})?", text) else None
        except InvalidOperation:
            amount = None
        if amount is not None and amount > self.largest:
            raise ValidationError(
                _("“{text}” is more than any payout: write at most {largest}.").format(
                    text=shortened(text), largest=self.largest
                ),
                code="large",
            )
        if amount is None:
            raise ValidationError(
                _("“{text}” is no amount. Write digits, a point before decimals: 5000 or 5000.50.").format(
                    text=shortened(text)
                ),
                code="invalid",
            )
        return amount


class NumberedField(forms.CharField):
    """A thing by its reference (B77, in any case) or its bare number (77); answers the number."""

    def __init__(self, *, letter: str, noun: str, **values: Any) -> None:
        super().__init__(**values)
        self.letter, self.noun = letter, noun

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        found = re.fullmatch(rf"(?:{self.letter})?([0-9]{{1,18}})", text, re.IGNORECASE | re.ASCII)
        if found is None:
            raise ValidationError(
                _("“{text}” names no {noun}. Write its number, such as {letter}77.").format(
                    text=shortened(text), noun=self.noun, letter=self.letter
                ),
                code="invalid",
            )
        return int(found[1])


class OneOfField(forms.CharField):
    """One of a few words, in any case."""

    def __init__(self, *, known: Sequence[tuple[str, str]], **values: Any) -> None:
        super().__init__(**values)
        self.known = [code for code, _unused in known]

    def clean(self, value: Any) -> str:
        text: str = super().clean(value).lower()
        if text and text not in self.known:
            raise ValidationError(
                sentences(
                    _("“{text}” is not known here.").format(text=shortened(text)), use_one_of(self.known)
                ),
                code="unknown",
            )
        return text


class ReasonField(forms.CharField):
    """A bank's reason code, such as AC04, in any case."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value).upper()
        if text and not re.fullmatch("[A-Z0-9]{1,10}", text):
            raise ValidationError(
                _("“{text}” is no reason code. Write one such as AC04.").format(text=shortened(text)),
                code="invalid",
            )
        return text


class PersonField(forms.CharField):
    """A colleague's user name."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text and not self.id_of(text):
            raise ValidationError(
                _("“{text}” is nobody's user name.").format(text=shortened(text)), code="unknown"
            )
        return text

    @staticmethod
    def of(name: str) -> Any:
        """The person of this user name; None where there is none."""
        return get_user_model().objects.filter(username=name).first()

    @classmethod
    def id_of(cls, name: str) -> int:
        """The id of the person of this user name; 0 where there is none."""
        return getattr(cls.of(name), "pk", 0)


class DaysField(forms.CharField):
    """A number of days, 1 to 3650."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= 3650:
            raise ValidationError(
                _("“{text}” is no number of days. Write 1 to 3650.").format(text=shortened(text)),
                code="invalid",
            )
        return int(text)


class YearField(forms.CharField):
    """A calendar year: 2026."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        if not re.fullmatch("[0-9]{4}", text) or not FIRST_YEAR <= int(text) < LAST_YEAR:
            raise ValidationError(
                _("“{text}” is no year. Write one such as 2026.").format(text=shortened(text)), code="invalid"
            )
        return int(text)


def joined(words: Iterable[str]) -> str:
    """A, B or C."""
    *first, last = list(words)
    return _("{first} or {last}").format(first=", ".join(first), last=last) if first else last
