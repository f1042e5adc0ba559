"""What is wrong with a field of a form, in our sentences instead of the framework's. One place, for every form.

The API's stand in `doors.api.sentences`: there a sentence names its field; here it stands beside it.
"""

from collections.abc import Iterator, Mapping

from django import forms
from django.core import validators

from backoffice.words import later

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
_OF_VALIDATORS: Mapping[type[object], str] = {
    validators.MaxLengthValidator: later(
        "It has %(show_value)d characters, %(limit_value)d at most: shorten it."
    ),
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
    """Every field says these, but where its form gives it a sentence of its own. Forms made before are told, too."""
    stock = {kind: dict(kind.__dict__.get("default_error_messages", {})) for kind in _OF_FIELDS}
    for kind, sentences in _OF_FIELDS.items():
        kind.default_error_messages = {**stock[kind], **sentences}
    for validator, sentence in _OF_VALIDATORS.items():
        validator.message = sentence  # type: ignore[attr-defined]
    for form in _forms(forms.BaseForm):
        for field in getattr(form, "base_fields", {}).values():
            for kind in (each for each in reversed(type(field).__mro__) if each in _OF_FIELDS):
                for key, sentence in _OF_FIELDS[kind].items():
                    if any(field.error_messages.get(key) is each.get(key) for each in stock.values()):
                        field.error_messages[key] = sentence


def _forms(kind: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)
