"""Every right reads well after "may not"."""

import re

import pytest

from backoffice.audit import rights


@pytest.mark.parametrize("name", sorted(rights.RIGHTS))
def test_who_has_neither_of_two_is_not_told_that_it_may_one(name):
    assert " and " not in rights.deed(name), 'after "may not", "and" denies both at once only'


@pytest.mark.parametrize("name", [name for name in sorted(rights.RIGHTS) if ".view_" in name])
def test_one_thing_is_seen_with_its_article(name):
    seen = re.split(" of | about ", rights.right(name))[0]
    assert seen.startswith(("the ", "our ", "what ")) or seen.endswith("s") or seen == "people"


def test_a_right_to_look_says_what_is_seen():
    assert rights.deed("audit.view_event") == "see the audit trail"
    assert rights.deed("sellers.suspend_seller") == "suspend a seller or lift a suspension"
