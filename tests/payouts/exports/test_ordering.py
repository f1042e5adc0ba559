"""The orders of files are those of the lists: the same names, the same fields, the same way down."""

import pytest

from backoffice.doors import worklists
from backoffice.doors.keyset import Order
from payouts.admin import unknown
from payouts.admin._sorting import SORTS
from payouts.exports import kinds

OF_LISTS = {
    **dict.fromkeys(("payouts", "lines", "failed"), SORTS),
    **dict.fromkeys(("recalls", "accounts", "adjustments"), worklists.SORTS),
    "unknown": unknown.SORTS,
}


def test_files_know_every_order_that_lists_have():
    assert {
        kind: {name: sort.columns for name, sort in each.sorts.items()} for kind, each in kinds.KINDS.items()
    } == {kind: {each.name: each.fields for each in OF_LISTS.get(kind, ())} for kind in kinds.KINDS}


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("kind", OF_LISTS)
def test_a_file_is_sorted_as_its_list(kind, down):
    definition = kinds.KINDS[kind]
    for sort in OF_LISTS[kind]:
        of = definition.sorts[sort.name].what
        listed = [
            f"{of}.{name.lstrip('-').replace('pk', 'id')}{' DESC' if down else ''}"
            for name in Order(sort.fields, down).by()
        ]
        asked = f"-{sort.name}" if down else sort.name
        assert definition.order_of(asked) == ", ".join(
            [*listed, *([definition.tail] if definition.tail else [])]
        )
        assert definition.order_in_words(asked)


def test_without_a_sort_the_order_is_the_usual_one_and_needs_no_words():
    for definition in kinds.KINDS.values():
        assert definition.order_of("") == definition.order_of("nothing") == definition.order
        assert definition.order_in_words("") == definition.order_in_words("-nothing") == ""
