"""Parquet: groups that depend on rows alone, nothing against no text, and an export like any other."""

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from payouts.exports import kinds
from payouts.exports.columns import Column, columns_of
from payouts.exports.formats import Layout
from payouts.exports.formats import parquet as parquet_format
from payouts.models import Export
from payouts.operations import _export_file, exporting
from tests import make
from tests.payouts import quick, shelf
from tests.payouts.exports import readers


def _written(settings: Any, tmp_path: Any) -> Export:
    settings.EXPORT_DIR = str(tmp_path)
    made = exporting.request(filters="", format="parquet", actor=make.person("accountant"), now=make.NOW)
    assert exporting.write(export_id=made.pk, now=make.NOW)
    made.refresh_from_db()
    return made


@pytest.mark.django_db(transaction=True)
def test_a_parquet_is_written_like_any_other(settings, tmp_path):
    quick.payout(amount_minor=123_456, seller=make.seller(external_id="0012"))
    quick.payout(country="JP", currency="JPY", amount_minor=5_000)
    made, again = _written(settings, tmp_path), _written(settings, tmp_path)
    path = shelf.file_of(made)
    found = readers.parquet.read_table(
        path, columns=["currency", "amount", "amount_minor", "seller_id"]
    ).to_pylist()
    assert made.file_name.endswith(".parquet") and path.stat().st_size == made.file_bytes
    assert _export_file.media_type(made) == "application/vnd.apache.parquet"
    assert [(row["currency"], row["amount"], row["amount_minor"]) for row in found] == [
        ("JPY", Decimal(5_000), 5_000),
        ("EUR", Decimal("1234.56"), 123_456),
    ]
    assert found[1]["seller_id"] == "0012"
    assert again.sha256 == made.sha256
    with pytest.raises(exporting.BadExport, match="compressed already"):
        exporting.request(
            filters="", format="parquet", compressed=True, actor=make.person("accountant"), now=make.NOW
        )


def test_the_same_rows_are_the_same_parquet_whatever_blocks_they_come_in(tmp_path, monkeypatch):
    """Groups are cut by rows, not by how PostgreSQL's rows came: also the last one, which is not full."""
    monkeypatch.setattr(parquet_format, "ROWS_PER_GROUP", 4)
    columns = columns_of(kinds.KINDS["payouts"].resource(), ["reference", "amount", "holds"])
    lines = [f'"P{n}",{n}.50,{"" if n % 3 else chr(34) * 2}\n'.encode() for n in range(14)]
    made = []
    for number, size in enumerate((1, 3, 4, 5, 14)):
        form = parquet_format.Parquet(_layout(columns))
        path = tmp_path / str(number)
        with form.opened(path) as file:
            file.write(b"")
            for at in range(0, len(lines), size):
                file.write(b"".join(lines[at : at + size]))
        made.append(path.read_bytes())
        read = readers.parquet.ParquetFile(path)
        assert [read.metadata.row_group(at).num_rows for at in range(read.num_row_groups)] == [4, 4, 4, 2]
    assert len(set(made)) == 1
    assert [row[2] for row in readers.by_pyarrow(path)[1]] == ["" if n % 3 == 0 else None for n in range(14)]


def test_the_program_starts_without_pyarrow(settings):
    """It is 40 MB, which only a worker that writes Parquet holds."""
    asked = "import sys, django; django.setup(); import payouts.tasks, payouts.api; print('pyarrow' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_parquet_of_no_rows_has_its_columns(tmp_path):
    path = tmp_path / "none"
    columns = columns_of(kinds.KINDS["payouts"].resource(), ["holds"])
    with parquet_format.Parquet(_layout(columns)).opened(path) as file:
        file.write(b"")
    assert readers.by_pyarrow(path) == ({"holds": "string"}, [])


def test_an_empty_cell_alone_in_its_row_is_a_row(tmp_path):
    path = tmp_path / "one"
    columns = columns_of(kinds.KINDS["payouts"].resource(), ["holds"])
    form = parquet_format.Parquet(_layout(columns))
    with form.opened(path) as file:
        file.write("".join(form.row([value]) for value in (None, "a\r\n\"b'", "", None)).encode())
    assert readers.by_polars(path) == [[None], ["a\r\n\"b'"], [""], [None]]


def _layout(columns: list[Column]) -> Any:
    return Layout(columns, "T", "payouts", "Europe/Paris")
