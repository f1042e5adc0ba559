"""Words, numbers and dates in the reader's language, for sentences that are made in code."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import cast

from babel.dates import format_date, format_skeleton, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, gettext_lazy, override, pgettext_lazy, to_locale

_DATES = {"en": "en_GB"}  # day before month, as everywhere in the program
_MEDIUM = {"ja": "y年M月d日"}  # as its other forms; CLDR's is 2026/11/28


def later(text: str) -> str:
    """The text, translated each time it is shown; ``text`` is written where it is marked, as for gettext.

    What stands in a module is made once, before anybody reads it. Django's lazy text behaves as text everywhere but in
    ``str.join`` and in parameters of SQL: write ``str(…)`` there.
    """
    return cast(str, gettext_lazy(text))


def later_as(context: str, text: str) -> str:
    """`later` for a text whose translation depends on what it is said of, as for pgettext."""
    return cast(str, pgettext_lazy(context, text))


def later_filled(text: str, **values: object) -> str:
    """The same for a text with named holes, which are filled after it is translated."""
    return _filled(text, values)


def _fill(text: str, values: dict[str, object]) -> str:
    return gettext(text).format(**values)


_filled = lazy(_fill, str)


def locale() -> str:
    """The reader's locale as Babel names it; English where no person reads (workers, commands)."""
    return to_locale(get_language() or "en")


def number(value: int) -> str:
    """A count with the reader's thousands: 3,241 in English, 3 241 in French."""
    return format_decimal(value, locale=locale())


def exact(value: Decimal) -> str:
    """A number with every decimal that it has, as the reader writes it: 1.0833, in French 1,0833."""
    return format_decimal(value.normalize(), format="#,##0.#########", locale=locale())


def dated(day: date, form: str) -> str:
    """A day as the reader writes it: ``long`` is 28 November 2026, ``medium`` 28 Nov 2026, else a skeleton of CLDR."""
    here = _DATES.get(locale(), locale())
    if form in ("long", "medium"):
        return day_in(day, _MEDIUM.get(here, form) if form == "medium" else form, here)
    return format_skeleton(form, day, locale=here)


def day_in(day: date, form: str, locale: str) -> str:
    """A day in a locale's form or in CLDR's letters; in French the first of a month is 1er, which CLDR leaves out."""
    said = format_date(day, form, locale)
    return said.replace("1 ", "1er ", 1) if day.day == 1 and locale.startswith("fr") else said


def percent(share: Decimal) -> str:
    """A share as whole percents: 0.35 is 35%, in French 35 %."""
    return format_percent(share, locale=locale())


def labelled(label: str, said: str) -> str:
    """What something is, then what is said of it: "Unusual amount: look at the invoice"."""
    return gettext("{label}: {said}").format(label=label, said=said)


def quoted(text: str) -> str:
    """The text in the reader's quotation marks."""
    return gettext("“{text}”").format(text=text)


def gap() -> str:
    """What stands between two sentences: a space, in Japanese nothing."""
    return "" if locale().startswith("ja") else " "


def sentences(*said: str) -> str:
    """Whole sentences one after the other, without those that are empty."""
    return gap().join(str(each) for each in said if each)


def beside(parts: Iterable[str]) -> str:
    """Several reasons, notes or facts in one line: "it is on hold; its seller is suspended", without the empty ones."""
    said = [str(each) for each in parts if each]
    return (
        reduce(lambda one, other: gettext("{one}; {other}").format(one=one, other=other), said)
        if said
        else ""
    )


def ended(text: str) -> str:
    """The text as a sentence, with the reader's full stop."""
    return gettext("{text}.").format(text=unended(text))


def unended(sentence: str) -> str:
    """A sentence as it stands inside another: without its full stop, whatever the language's."""
    return sentence.rstrip(".。")


MOST_NAMED = 20


def use_one_of(known: Iterable[str], *, most: int = MOST_NAMED) -> str:
    """What to write in place of what is not known: "Use one of FR, JP."; nothing where there is none, or more than
    ``most`` to choose from.
    """
    names = list(known)
    return gettext("Use one of {known}.").format(known=", ".join(names)) if 0 < len(names) <= most else ""


def either(parts: Iterable[str]) -> str:
    """The parts as one choice: an analyst, an approver or compliance."""
    return format_list(list(parts), style="or", locale=_DATES.get(locale(), locale()))


def together(parts: Iterable[str]) -> str:
    """The parts as one list: €12.00 and £3.00."""
    return format_list(list(parts), locale=_DATES.get(locale(), locale()))


def weekdays() -> list[str]:
    """Monday to Sunday."""
    names = get_day_names("wide", locale=locale())
    return [names[day] for day in range(7)]


def recorded(text: str) -> str:
    """The text in English, for what the program writes down for everybody, such as why a payout left its batch."""
    with override("en"):
        return str(text)
