"""What a page does not know of its address is refused by name, with what to do."""

import pytest
from django.http import QueryDict

from backoffice.doors.addresses import BadAddress, Known

KNOWN = Known("q", "before", many=("status",), show=("decided",))


@pytest.mark.parametrize(
    "query", ["", "q=1&back=/", "show=decided", "show=&q=", "status=A&status=B", "q=&q=1", "q=1&q=1"]
)
def test_what_is_known_passes(query):
    KNOWN.check(QueryDict(query))


@pytest.mark.parametrize(
    ("query", "names", "says"),
    [
        ("persn=ada", ("persn",), "this page does not know “persn=ada”. Take it out of the address."),
        ("persn=", ("persn",), "does not know “persn=”"),
        ("show=Decided", ("show",), "filter “show” has no choice “Decided”. Use one of decided."),
        ("show=decided&show=open", ("show",), "says “show” twice, “decided” and “open”. Leave one"),
        ("q=1&q=", ("q",), "says “q” twice, “1” and “”"),
        (f"q=1&x={'y' * 50}", ("x",), f"“x={'y' * 40}…”"),
    ],
)
def test_what_is_not_known_is_named(query, names, says):
    with pytest.raises(BadAddress) as caught:
        KNOWN.check(QueryDict(query))
    assert caught.value.parameters == names
    assert says in str(caught.value)


def test_of_many_that_are_wrong_three_are_said_and_all_are_taken_out():
    with pytest.raises(BadAddress) as caught:
        KNOWN.check(QueryDict("a=1&b=2&c=3&d=4&q=5"))
    assert caught.value.parameters == ("a", "b", "c", "d")
    assert "c=3" in str(caught.value) and "d=4" not in str(caught.value)
