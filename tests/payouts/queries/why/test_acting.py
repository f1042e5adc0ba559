"""Who has to act is named once, however many things they have to do."""

import itertools

import pytest
from django.utils.translation import override

from payouts.queries.why import acting
from payouts.queries.why.acting import (
    ANALYST,
    COMPLIANCE,
    COMPLIANCE_THEN_ANALYST,
    FINDERS,
    RELEASERS,
    SELLER_THEN_ANALYST,
    SELLER_THEN_COMPLIANCE,
    TWO,
)

ALL = [
    ANALYST, COMPLIANCE, COMPLIANCE_THEN_ANALYST, FINDERS, RELEASERS, SELLER_THEN_ANALYST, SELLER_THEN_COMPLIANCE, TWO,
]  # fmt: skip


@pytest.mark.parametrize(
    ("actors", "said"),
    [
        ([COMPLIANCE, RELEASERS], "compliance"),
        ([RELEASERS, COMPLIANCE], "compliance"),
        ([SELLER_THEN_COMPLIANCE, RELEASERS], "the seller, then compliance"),
        ([SELLER_THEN_COMPLIANCE, SELLER_THEN_ANALYST], "the seller, then compliance, an analyst"),
        ([RELEASERS, FINDERS], "an analyst, then an approver"),
        ([RELEASERS, TWO], "two of approvers and compliance"),
        ([COMPLIANCE, TWO], "compliance, two of approvers and compliance"),
        ([TWO, FINDERS], "two of approvers and compliance, an analyst, then an approver"),
        (
            [COMPLIANCE, FINDERS, TWO],
            "compliance, an analyst, then an approver, two of approvers and compliance",
        ),
        ([COMPLIANCE, SELLER_THEN_ANALYST], "compliance, the seller, then an analyst"),
        (["nobody", RELEASERS], "an approver or compliance"),
        (["nobody"], "nobody"),
    ],
)
def test_whoever_acts_anyway_is_not_named_again_among_those_who_may(actors, said):
    assert acting.together(actors) == said


@pytest.mark.parametrize("language", ["en", "fr", "es", "ja"])
def test_no_two_or_three_name_anybody_twice_in_any_language(language):
    with override(language):
        singles = [str(each) for each in (COMPLIANCE, acting.SELLER, ANALYST, acting.APPROVER)]
        for actors in [*itertools.permutations(ALL, 2), *itertools.permutations(ALL, 3)]:
            said = acting.together(actors)
            assert said.count(str(TWO)) == (TWO in actors), (actors, said)
            beside = said.replace(str(TWO), "")  # any two of them release, whoever acts besides
            assert all(beside.count(each) <= 1 for each in singles), (actors, said)


def test_who_has_to_act_is_listed_as_the_language_lists():
    with override("ja"):
        assert acting.together([COMPLIANCE, ANALYST]) == f"{COMPLIANCE}、{ANALYST}"
        assert ", " not in acting.together([SELLER_THEN_COMPLIANCE, SELLER_THEN_ANALYST])
