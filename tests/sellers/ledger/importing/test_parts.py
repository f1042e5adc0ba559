"""The bytes of a file come back as they were, and are never in memory whole."""

import io
import os
import tracemalloc

import pytest

from sellers.ledger.importing import parts
from sellers.ledger.models import ImportFile, ImportStatus

pytestmark = pytest.mark.django_db


def test_a_large_file_is_opened_a_piece_at_a_time():
    body = os.urandom(12 << 20)  # what does not get smaller
    file = ImportFile.objects.create(
        kind="earnings", profile="generic", name="x", status=ImportStatus.READING
    )
    assert parts.keep(file=file, stream=io.BytesIO(body)) == len(body)

    tracemalloc.start()
    try:
        with parts.opened(file) as stream:
            held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    with parts.opened(file) as stream:
        assert stream.read() == body

    assert held < 8 << 20, "pieces of a megabyte, sealed, packed and plain"
