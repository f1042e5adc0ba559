from collections import Counter

import pytest

from backoffice.simbank import faults, profile
from backoffice.simbank.faults import CALL, FILE, Fault, Point


def rough(seed: int = 1, **shares: int) -> profile.Profile:
    return profile.Profile(
        seed=seed, call=profile.Calls(faults={name.replace("_", "-"): n for name, n in shares.items()})
    )


def drawn(manners: profile.Profile, *, number: int = 1, count: int = 5_000) -> list[Fault | None]:
    return [
        faults.decide(manners, channel=CALL, point=Point.SEND, key=f"K{n}", number=number)
        for n in range(count)
    ]


def test_nothing_goes_wrong_unless_it_was_asked_for() -> None:
    for channel, point in faults.POSSIBLE:
        assert faults.decide(profile.Profile(), channel=channel, point=point, key="K1") is None


def test_every_fault_meets_its_share_of_the_tries() -> None:
    counted = Counter(drawn(rough(refuse_before=100, drop_after=200, garbage=300)))
    assert set(counted) == {Fault.REFUSE_BEFORE, Fault.DROP_AFTER, Fault.GARBAGE, None}
    for fault, share in ((Fault.REFUSE_BEFORE, 500), (Fault.DROP_AFTER, 1_000), (Fault.GARBAGE, 1_500)):
        assert share * 0.8 < counted[fault] < share * 1.2


def test_the_seed_the_key_and_the_try_decide_and_nothing_else() -> None:
    shares = {"refuse_before": 200, "drop_after": 200}
    assert drawn(rough(**shares)) == drawn(rough(**shares))
    assert drawn(rough(**shares)) != drawn(rough(2, **shares))
    assert drawn(rough(**shares)) != drawn(rough(**shares), number=2)
    assert len(set(drawn(rough(**shares)))) == 3


def test_a_key_that_was_tried_often_enough_is_left_alone() -> None:
    manners = rough(drop_after=1000)
    assert set(drawn(manners, number=4)) == {Fault.DROP_AFTER}
    assert set(drawn(manners, number=5)) == {None}


@pytest.mark.parametrize("place", faults.POSSIBLE, ids=lambda place: "-".join(place))
def test_every_fault_can_happen_at_its_places_and_only_there(place: tuple[str, Point]) -> None:
    channel, point = place
    other = FILE if channel == CALL else CALL
    for fault in faults.POSSIBLE[place]:
        part = profile.Calls if channel == CALL else profile.Files
        manners = profile.Profile(**{channel: part(faults={fault: 1000})})
        assert faults.decide(manners, channel=channel, point=point, key="K") is fault
        assert faults.decide(manners, channel=other, point=point, key="K") is None


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ({"drop-aftr": 1}, "no fault “drop-aftr” on the channel “call”"),
        ({"garbage": -1}, "cannot happen to -1 of 1,000"),
        ({"garbage": 1001}, "cannot happen to 1001 of 1,000"),
        ({"garbage": 600, "drop-after": 600}, "add up to 1200 of 1,000"),
    ],
)
def test_shares_that_cannot_be_are_refused(shares: dict[str, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        profile.Profile(call=profile.Calls(faults=shares))


def test_what_only_a_connection_can_do_is_refused_for_files() -> None:
    with pytest.raises(ValueError, match="no fault “drop-after” on the channel “file”"):
        profile.Profile(file=profile.Files(faults={"drop-after": 1}))
