"""A simulated bank for every test that asks for one; afterwards everything that must hold, holds."""

import pytest

from payouts.queries import invariants
from tests import make_payouts
from tests.make_payouts import NOW


@pytest.fixture
def bank(tmp_path, settings, request):
    """The real simulated bank on a port of its own. When the test is over, no invariant is broken."""
    with make_payouts.bank(tmp_path, settings) as running:
        yield running
    if request.node.get_closest_marker("breaks_invariants") is None:
        broken = {one.name: ids for one, ids in invariants.run(now=NOW) if ids}
        assert broken == {}
