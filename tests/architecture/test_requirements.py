"""The pins install whole on a fresh machine, whatever newer versions the registry has by then."""

import re
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture import source


def pinned(name: str) -> dict[str, set[str]]:
    """Each package of a requirements file with the extras that its pin names."""
    lines = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?==", (source.ROOT / name).read_text(), re.MULTILINE
    )
    return {canonicalize_name(package): set(extras.replace(" ", "").split(",")) for package, extras in lines}


def test_every_extra_that_a_package_asks_for_is_named_where_it_is_pinned():
    """pip takes “coverage[toml]>=7” for another thing than the pin “coverage==7.1”, finds the newest one, and stops
    because that has no hash: what was installable yesterday is not today.
    """
    pins = pinned("requirements-dev.txt")
    missing = set()
    for package in pins:
        try:
            wanted = metadata.requires(package) or []
        except metadata.PackageNotFoundError:  # a pin for another platform
            continue
        for requirement in map(Requirement, wanted):
            name = canonicalize_name(requirement.name)
            asked = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in pins[package] | {""}
            )
            if asked and name in pins:
                missing |= {f"{name}[{extra}] for {package}" for extra in requirement.extras - pins[name]}
    assert missing == set()
