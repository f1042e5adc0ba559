"""No form says what is wrong in the framework's words."""

import importlib
import pkgutil

import pytest
from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError

import backoffice
import payouts
import sellers

STOCK = (
    "This field is required", "Enter a valid", "Select a valid choice", "No file was submitted", "Enter a whole",
    "Ensure this", "The submitted file", "Enter a list of values",
)  # fmt: skip
WRONG = {
    forms.DateField: "soon",
    forms.DateTimeField: "soon",
    forms.IntegerField: "many",
    forms.EmailField: "me",
}


def forms_of_ours() -> list[type[forms.Form]]:
    for room in (backoffice, payouts, sellers):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if ".admin" in module.name or module.name == "backoffice.settings_pages":
                importlib.import_module(module.name)
    found, rest = [], [forms.Form]
    while rest:
        made = rest.pop().__subclasses__()
        rest += made
        found += [
            each for each in made if each.__module__.split(".")[0] in ("backoffice", "payouts", "sellers")
        ]
    return found


def test_every_field_of_every_form_says_our_sentences():
    said = {
        str(text)
        for form in forms_of_ours()
        for field in form.base_fields.values()
        for text in field.error_messages.values()
    }
    assert len(said) > 5
    assert not [text for text in said if text.startswith(STOCK)]


@pytest.mark.parametrize("kind", WRONG)
def test_what_cannot_be_read_is_said_with_what_to_write(kind):
    with pytest.raises(ValidationError) as caught:
        kind().clean(WRONG[kind])
    (sentence,) = caught.value.messages
    assert sentence.startswith("That is no ")


def test_the_forms_of_the_framework_that_we_show_are_told_too():
    for name in ("old_password", "new_password1"):
        assert PasswordChangeForm.base_fields[name].error_messages["required"] == "Fill this in: it is empty."


def test_what_is_too_long_is_said_with_both_numbers():
    with pytest.raises(ValidationError) as caught:
        forms.CharField(max_length=3).clean("four")
    assert caught.value.messages == ["It has 4 characters, 3 at most: take 1 character out."]
    with pytest.raises(ValidationError) as caught:
        forms.CharField(max_length=2_000).clean("x" * 2_345)
    assert caught.value.messages == ["It has 2,345 characters, 2,000 at most: take 345 characters out."]


def test_no_browser_cuts_what_is_pasted_into_a_field_of_long_texts():
    fields = {
        f"{form.__qualname__}.{name}": field.widget.attrs
        for form in forms_of_ours()
        for name, field in form.base_fields.items()
        if isinstance(field.widget, forms.Textarea)
    }
    assert len(fields) > 10
    assert [name for name, attributes in fields.items() if "maxlength" in attributes] == []
    assert "maxlength" in forms.CharField(max_length=3).widget.attrs
