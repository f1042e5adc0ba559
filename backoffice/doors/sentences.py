"""What is wrong with a field of a form, in our sentences instead of the framework's. One place, for every form.

The API's stand in `doors.api.sentences`: there a sentence names its field; here it stands beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django import forms
from django.core import validators
from django.utils.translation import ngettext

from backoffice.words import later, number

_OF_FIELDS: Mapping[type[forms.Field], Mapping[str, str]] = {
    forms.Field: {"required": later("Fill this in: it is empty.")},
    forms.BooleanField: {"required": later("Tick it to go on.")},
    forms.ChoiceField: {
        "required": later("Choose one of these."),
        "invalid_choice": later("“%(value)s” is none of these: choose one of the list."),
    },
    forms.MultipleChoiceField: {
        "required": later("Choose at least one of these."),
        "invalid_choice": later("“%(value)s” is none of these: choose from the list."),
        "invalid_list": later("Choose from the list."),
    },
    forms.FileField: {
        "required": later("Choose a file."),
        "invalid": later("No file arrived: choose it again."),
        "missing": later("No file arrived: choose it again."),
        "empty": later("The file is empty: choose another."),
        "max_length": later("The name of the file has %(length)d characters, %(max)d at most: shorten it."),
    },
    forms.DateField: {"invalid": later("That is no date. Write year, month and day, as in 2026-11-30.")},
    forms.DateTimeField: {"invalid": later("That is no moment. Write day and time, as in 2026-11-30 15:00.")},
    forms.TimeField: {"invalid": later("That is no time of day. Write hours and minutes, as in 06:00.")},
    forms.IntegerField: {"invalid": later("That is no whole number: write digits only.")},
}
_Attributes = Callable[[forms.CharField, forms.Widget], dict[str, Any]]


def _uncut(of_framework: _Attributes) -> _Attributes:
    """A browser cuts what is pasted into a field at its maxlength, without a word: a long text arrives whole, and is
    refused with a sentence.
    """

    def attributes(field: forms.CharField, widget: forms.Widget) -> dict[str, Any]:
        found = of_framework(field, widget)
        if isinstance(widget, forms.Textarea):
            found.pop("maxlength", None)
        return found

    return attributes


class _TooLong:
    """A sentence that says by how many characters, too, filled as the framework fills its own."""

    def __mod__(self, values: Mapping[str, Any]) -> str:
        length, most = values["show_value"], values["limit_value"]
        words = ngettext(
            "It has {length} characters, {most} at most: take {over} character out.",
            "It has {length} characters, {most} at most: take {over} characters out.",
            length - most,
        )
        return words.format(length=number(length), most=number(most), over=number(length - most))


_OF_VALIDATORS: Mapping[type[object], str | _TooLong] = {
    validators.MaxLengthValidator: _TooLong(),
    validators.MinLengthValidator: later(
        "It has %(show_value)d characters, at least %(limit_value)d are needed."
    ),
    validators.MaxValueValidator: later("At most %(limit_value)s."),
    validators.MinValueValidator: later("At least %(limit_value)s."),
    validators.EmailValidator: later("That is no e-mail address. Write one like name@example.com."),
    validators.ProhibitNullCharactersValidator: later(
        "It holds a character that cannot be kept: type it anew."
    ),
}


def speak() -> None:
    """Every field says these, but where its form gives it a sentence of its own. Forms made before are told, too.

    No field of long texts lets the browser cut what is pasted into it.
    """
    forms.CharField.widget_attrs = _uncut(forms.CharField.widget_attrs)  # type: ignore[assignment, method-assign]
    stock = {kind: dict(kind.__dict__.get("default_error_messages", {})) for kind in _OF_FIELDS}
    for kind, sentences in _OF_FIELDS.items():
        kind.default_error_messages = {**stock[kind], **sentences}
    for validator, sentence in _OF_VALIDATORS.items():
        validator.message = sentence  # type: ignore[attr-defined]
    for form in _forms(forms.BaseForm):
        for field in getattr(form, "base_fields", {}).values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs.pop("maxlength", None)
            for kind in (each for each in reversed(type(field).__mro__) if each in _OF_FIELDS):
                for key, sentence in _OF_FIELDS[kind].items():
                    if any(field.error_messages.get(key) is each.get(key) for each in stock.values()):
                        field.error_messages[key] = sentence


def _forms(kind: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)
