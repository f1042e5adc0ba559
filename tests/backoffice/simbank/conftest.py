from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backoffice.simbank import orders


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[orders.Opener]:
    opener = orders.Opener(tmp_path)
    yield opener
    opener.close()
