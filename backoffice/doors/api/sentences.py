"""What is wrong with a field of a body, said with its name and with what to send instead of the framework's words."""

import copy
from typing import Any

from django.core.validators import BaseValidator
from rest_framework import serializers

_ANY = {
    "required": "Send “{name}”: it is missing.",
    "null": "“{name}” is null: send a value.",
    "blank": "“{name}” is empty: write something.",
    "max_length": "“{name}” is longer than %(limit_value)s characters.",
    "min_length": "“{name}” is shorter than %(limit_value)s characters.",
    "max_value": "“{name}” is more than %(limit_value)s.",
    "min_value": "“{name}” is less than %(limit_value)s.",
}
_OF_KIND: list[tuple[type[serializers.Field[Any, Any, Any, Any]], dict[str, str]]] = [
    (
        serializers.ChoiceField,
        {
            "required": "Send “{name}”: it is missing. Use one of {choices}.",
            "null": "“{name}” is null: send one of {choices}.",
            "invalid_choice": "“{{input}}” is no {name}. Use one of {choices}.",
        },
    ),
    (
        serializers.ListField,
        {
            "not_a_list": "“{name}” is a list: write it in brackets.",
            "empty": "“{name}” is empty: name at least one.",
            "min_length": "“{name}” names fewer than %(limit_value)s: send more.",
            "max_length": "“{name}” names more than %(limit_value)s: send fewer at once.",
        },
    ),
    (serializers.IntegerField, {"invalid": "“{name}” is a whole number, written without quotes: 12."}),
    (serializers.BooleanField, {"invalid": "“{name}” is true or false."}),
    (serializers.DateTimeField, {"invalid": "“{name}” is a moment with its offset: 2026-11-24T09:00:00Z."}),
    (
        serializers.DateField,
        {
            "invalid": "“{name}” is a day as year-month-day: 2026-11-24.",
            "datetime": "“{name}” is a day, not a moment: 2026-11-24.",
        },
    ),
    (serializers.CharField, {"invalid": "“{name}” is text: write it in quotes."}),
]


def speak(field: "serializers.Field[Any, Any, Any, Any]", name: str) -> None:
    """The field, and what it is a list of, say their errors in our sentences, but for those that it was given."""
    ours = dict(_ANY)
    for kind, sentences in _OF_KIND:
        if isinstance(field, kind):
            ours |= sentences
            break
    choices = ", ".join(str(each) for each in getattr(field, "choices", ()))
    stock = _framework_says(field)
    for key, sentence in ours.items():
        if key in stock and field.error_messages[key] == stock[key]:
            field.error_messages[key] = sentence.format(name=name, choices=choices)
    field.validators = [_said(validator, ours, name) for validator in field.validators]
    child = getattr(field, "child", None)
    if child is not None:
        speak(child, name)


def _said(validator: Any, ours: dict[str, str], name: str) -> Any:
    """The validator with our sentence; its own copy, as one may serve many fields."""
    if not (isinstance(validator, BaseValidator) and validator.code in ours):
        return validator
    mine = copy.copy(validator)
    mine.message = ours[validator.code].format(name=name)
    return mine


def _framework_says(field: "serializers.Field[Any, Any, Any, Any]") -> dict[str, Any]:
    """The messages that the field has by its classes in the framework."""
    found: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        if kind.__module__.startswith("rest_framework."):
            found |= getattr(kind, "default_error_messages", {})
    return found
