from collections import Counter

import pytest

from backoffice.simbank import profile


@pytest.mark.parametrize(
    ("payee", "expected"),
    [
        ("Ada Books", profile.Plan("paid", "", False)),
        ("Ada SIMREJECT", profile.Plan("rejected", "AC01", False)),
        ("Ada SIMFAIL", profile.Plan("failed", "AC04", False)),
        ("Ada SIMRETURN-MS03 Ltd", profile.Plan("returned", "MS03", False)),
        ("Ada SIMSLOW", profile.Plan("paid", "", True)),
        ("SIMSLOW SIMFAIL", profile.Plan("failed", "AC04", True)),
        ("Simfail Brothers", profile.Plan("paid", "", False)),
        ("XSIMFAIL", profile.Plan("paid", "", False)),
    ],
)
def test_a_marker_in_the_name_decides(payee: str, expected: profile.Plan) -> None:
    assert profile.plan(profile=profile.Profile(), payee=payee, end_to_end_id="P1A1") == expected


def _fates(seed: int) -> list[str]:
    manners = profile.Profile(seed=seed, per_mille={"rejected": 10, "failed": 20, "returned": 30})
    references = [f"P{number}A1" for number in range(10_000)]
    return [profile.plan(profile=manners, payee="Ada", end_to_end_id=one).outcome for one in references]


def test_shares_are_kept_and_the_seed_decides_whom_they_meet() -> None:
    counted = Counter(_fates(1))
    for outcome, share in (("rejected", 100), ("failed", 200), ("returned", 300)):
        assert share * 0.7 < counted[outcome] < share * 1.3
    assert _fates(1) == _fates(1)
    assert _fates(1) != _fates(2)


def test_a_channel_may_have_shares_of_its_own() -> None:
    manners = profile.Profile(
        per_mille={"failed": 1000}, file=profile.Files(per_mille={"rejected": 1000, "failed": 0})
    )
    call, file = (
        profile.plan(profile=manners, payee="Ada", end_to_end_id="P1A1", channel=channel)
        for channel in ("call", "file")
    )
    assert (call.outcome, file.outcome) == ("failed", "rejected")


@pytest.mark.parametrize("shares", [{"lost": 1}, {"failed": 600, "returned": 600}, {"failed": -1}])
def test_shares_of_payments_that_cannot_be_are_refused(shares: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="share"):
        profile.Profile(per_mille=shares)
