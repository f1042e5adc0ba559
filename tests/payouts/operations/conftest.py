"""A simulated bank for every test that asks for one; afterwards everything that must hold, holds."""

from pathlib import Path

import pytest

from payouts.queries import invariants
from tests import make_payouts
from tests.conftest import _current
from tests.make_payouts import NOW
from tests.payouts.backups import Backup


@pytest.fixture
def bank(tmp_path, settings, request):
    """The real simulated bank on a port of its own. When the test is over, no invariant is broken."""
    with make_payouts.bank(tmp_path, settings) as running:
        yield running
    if request.node.get_closest_marker("breaks_invariants") is None:
        broken = {one.name: ids for one, ids in invariants.run(now=NOW) if ids}
        assert broken == {}


@pytest.fixture
def outside(tmp_path, settings) -> Path:
    """The journal and the anchors, where no restore of a database reaches them."""
    settings.HANDOVER_DIR = str(tmp_path / "handovers")
    settings.AUDIT_ANCHOR_DIR = str(tmp_path / "anchors")
    return tmp_path


@pytest.fixture
def backup(outside):
    made: list[Backup] = []

    def take() -> Backup:
        made.append(Backup(_current[0]))
        return made[-1]

    yield take
    for each in made:
        each.drop()
