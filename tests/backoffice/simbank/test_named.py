from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.simbank import faults, named, profile


@pytest.mark.parametrize("name", named.names())
def test_every_named_profile_can_be_had_and_says_what_it_is_like(name: str) -> None:
    assert isinstance(named.profile(name), profile.Profile)
    assert named.about(name).endswith(".")
    assert (named.profile(name) == profile.Profile()) is (name == "fair")


def test_a_named_profile_says_how_each_channel_is_treated() -> None:
    late = named.profile("late", seed=7)
    assert (late.seed, late.call.deduplicates) == (7, False)
    assert late.call.accepts_after == late.file.accepts_after == timedelta(seconds=30)
    assert late.call.key_window == timedelta(hours=24)
    assert named.profile("careless").call.other_body is profile.OtherBody.IGNORED


def test_shares_of_faults_go_to_each_channel_that_knows_them() -> None:
    rough = named.with_faults(named.profile("fair"), ["notice-late=5", "file:notice-twice=7", "drop-after=9"])
    assert rough.call.faults == {"notice-late": 5, "drop-after": 9}
    assert rough.file.faults == {"notice-late": 5, "notice-twice": 7}
    assert named.with_faults(named.profile("rough"), ["garbage=0"]).call.faults["garbage"] == 0


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ("late", "is no share of a fault"),
        ("notice-late=many", "is no share of a fault"),
        ("post:notice-late=5", "is no share of a fault"),
        ("notice-lat=5", "no fault “notice-lat”. There are: accept-late, "),
        ("file:drop-after=5", "no fault “drop-after” on the channel “file”"),
        ("notice-late=1001", "choose 0 to 1000"),
    ],
)
def test_shares_that_mean_nothing_are_refused_with_a_sentence(wish: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        named.with_faults(named.profile("fair"), [wish])


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no profile “nice”\. There are: fair, forgetful"):
        named.profile("nice")


def test_the_page_about_the_bank_knows_every_profile_and_fault() -> None:
    page = Path("docs/simbank.md").read_text()
    assert [name for name in (*named.names(), *faults.Fault) if f"| `{name}` |" not in page] == []
