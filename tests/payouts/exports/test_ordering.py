"""The orders of files are those of the lists: the same names, the same fields, the same way down."""

import pytest

from backoffice.doors.keyset import Order
from payouts.admin._sorting import SORTS
from payouts.exports import kinds, ordering

SORTED = [each for each in kinds.KINDS.values() if each.sorts]


def test_files_know_every_order_that_lists_have():
    assert {each.name: each.fields for each in SORTS} == {
        name: sort.columns for name, sort in ordering.PAYOUT_SORTS.items()
    }
    assert [each.kind for each in SORTED] == ["payouts", "lines", "failed"]


@pytest.mark.parametrize("down", [False, True])
def test_a_file_is_sorted_as_its_list(down):
    for sort in SORTS:
        listed = [
            f"payout.{name.lstrip('-').replace('pk', 'id')}{' DESC' if down else ''}"
            for name in Order(sort.fields, down).by()
        ]
        asked = f"-{sort.name}" if down else sort.name
        for definition in SORTED:
            assert definition.order_of(asked).startswith(", ".join(listed))
            assert definition.order_of(asked).endswith(definition.tail)
            assert definition.order_in_words(asked)


def test_without_a_sort_the_order_is_the_usual_one_and_needs_no_words():
    for definition in kinds.KINDS.values():
        assert definition.order_of("") == definition.order_of("nothing") == definition.order
        assert definition.order_in_words("") == definition.order_in_words("-nothing") == ""
