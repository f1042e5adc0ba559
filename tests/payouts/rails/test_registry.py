import pytest

from payouts.rails import base, registry


@pytest.mark.parametrize("name", registry.names())
def test_every_registered_rail_can_be_had_under_its_own_name(name: str) -> None:
    rail = registry.get(name)
    assert rail.name == name
    assert isinstance(rail.capabilities, base.Capabilities)


@pytest.mark.parametrize("name", registry.names())
def test_a_rail_that_takes_calls_carries_one_payment_in_each(name: str) -> None:
    capabilities = registry.get(name).capabilities
    assert (capabilities.shape is base.Shape.CALL) == (capabilities.max_per_file == 1)
    assert capabilities.chunk_size >= 1


def test_the_sandbox_is_refused_in_production() -> None:
    assert registry.allowed("sandbox", production=False)
    assert not registry.allowed("sandbox", production=True)
    assert registry.allowed("sepa", production=True)


def test_an_unknown_rail_is_refused_with_the_names_of_those_installed() -> None:
    assert not registry.allowed("pigeon", production=False)
    with pytest.raises(registry.UnknownRail, match=r"pigeon.*sandbox, sepa"):
        registry.get("pigeon")
