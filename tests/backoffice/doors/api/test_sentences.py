"""What is wrong with a body is said in our sentences, with the field's name and what to send instead."""

import pytest
from rest_framework import serializers

from backoffice.doors.api import problems
from backoffice.doors.api.bodies import Body, Moment, Text, Whole, Words


class Inner(Body):
    word = Text(required=False, max_length=3)


class Everything(Body):
    colour = serializers.ChoiceField(choices=["red", "blue"])
    ids = serializers.ListField(child=Whole(min_value=1), required=False, min_length=1, max_length=2)
    sure = serializers.BooleanField(required=False)
    day = serializers.DateField(required=False)
    at = Moment(required=False)
    why = Words(required=False, error_messages={"null": "Say why."})
    inner = Inner(required=False)


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({}, "colour", "Send “colour”: it is missing. Use one of red, blue."),
        ({"colour": None}, "colour", "“colour” is null: send one of red, blue."),
        ({"sure": None}, "sure", "“sure” is null: send a value."),
        ({"colour": "green"}, "colour", "“green” is no colour. Use one of red, blue."),
        ({"ids": 5}, "ids", "“ids” is a list: write it in brackets."),
        ({"ids": []}, "ids", "“ids” names fewer than 1: send more."),
        ({"ids": [1, 2, 3]}, "ids", "“ids” names more than 2: send fewer at once."),
        ({"ids": ["1"]}, "ids.0", "“ids” is a whole number, written without quotes: 12."),
        ({"ids": [0]}, "ids.0", "“ids” is less than 1."),
        ({"sure": "perhaps"}, "sure", "“sure” is true or false."),
        ({"day": "2026-13-01"}, "day", "“day” is a day as year-month-day: 2026-11-24."),
        ({"day": "2026-11-24T09:00:00Z"}, "day", "“day” is a day as year-month-day: 2026-11-24."),
        ({"at": "soon"}, "at", "“at” is a moment with its offset: 2026-11-24T09:00:00Z."),
        ({"why": None}, "why", "Say why."),
        ({"inner": []}, "inner", "Send a JSON object, in braces."),
        ({"inner": {"word": 5}}, "inner.word", "“word” is text: write it in quotes."),
        ({"inner": {"word": "long"}}, "inner.word", "“word” is longer than 3 characters."),
        ([], "body", "Send a JSON object, in braces."),
        ("text", "body", "Send a JSON object, in braces."),
    ],
)
def test_a_wrong_field_is_named_with_what_to_send_instead(sent, field, sentence):
    body = Everything(data={"colour": "red"} | sent if sent and isinstance(sent, dict) else sent)
    assert not body.is_valid()
    assert problems.flattened(body.errors)[field] == [sentence]
