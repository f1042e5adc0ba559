"""What several tests of pages begin with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from payouts.models import Batch
from tests import make_payouts


@pytest.fixture
def sent(db: None, tmp_path: Path, settings: Any) -> Iterator[Batch]:
    """A submitted batch of two payouts, of 12 and 34 euros, from our French account; the bank runs as long."""
    with make_payouts.bank(tmp_path, settings):
        yield make_payouts.submitted([12_00, 34_00])
