"""What a file of sellers would do, row by row: new, changed, the same, or wrong."""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

import tablib
from django.utils.translation import gettext as _
from import_export.results import Result, RowResult

from backoffice.words import number, sentences
from sellers import reading
from sellers.importing.profiles import SellerProfile
from sellers.importing.resource import SellerResource
from sellers.models import Seller, SellerFile, SellerFileRow
from sellers.reading import BadFile, Problem

MOST_ROWS = 10_000
"""As many as are checked, and applied, well inside the web server's 60 seconds, on a busy machine too."""
_WORDS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_SKIP: "same",
}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: its line in the file, what it would do, and each change as (field, before, after)."""

    line: int
    what: str  # new, changed, same
    seller: Seller
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A whole file. With ``errors`` (line, sentence) nothing of it may be applied."""

    rows: tuple[PreviewRow, ...]
    errors: tuple[tuple[int, str], ...]
    digest: str
    dataset: Any
    result: Result | None

    def count(self, what: str) -> int:
        return sum(row.what == what for row in self.rows)


def stage(*, file: SellerFile, found: Preview) -> None:
    """Keep what the file would do, what changes before what is new, as somebody has to judge that; or every error."""
    errors = (SellerFileRow(file=file, line=line, error=error) for line, error in found.errors)
    rows = (
        SellerFileRow(
            file=file,
            line=row.line,
            what=row.what,
            external_id=row.seller.external_id,
            name=row.seller.name,
            country=row.seller.country,
            changes=row.changes if row.what == "changed" else [],
        )
        for row in sorted(found.rows, key=lambda row: (row.what != "changed", row.line))
        if row.what != "same"
    )
    SellerFileRow.objects.bulk_create(errors if found.errors else rows, batch_size=1000)


def run(content: bytes, profile: SellerProfile, *, dry_run: bool) -> Preview:
    """Read the bytes and put them through the Resource; without ``dry_run`` its rows are written."""
    try:
        dataset, lines, errors = _dataset(content, profile)
    except BadFile as error:
        return Preview((), ((error.line, str(error)),), "", None, None)
    if errors:
        dry_run = True
    result = SellerResource().import_data(
        dataset, dry_run=dry_run, raise_errors=not dry_run, use_transactions=not dry_run
    )
    errors += [
        (lines[bad.number - 1], sentences(*(text for texts in bad.error_dict.values() for text in texts)))
        for bad in result.invalid_rows
    ]
    errors += [(lines[bad.number - 1], str(bad.errors[0].error)) for bad in result.error_rows]
    rows = tuple(
        PreviewRow(line, _WORDS[row.import_type], row.instance, tuple(row.diff or ()))
        for line, row in zip(lines, result.rows, strict=True)
        if row.is_valid()
    )
    return Preview(rows, tuple(sorted(errors)), _digest(rows), dataset, result)


def _dataset(content: bytes, profile: SellerProfile) -> tuple[Any, list[int], list[tuple[int, str]]]:
    """The file as a tablib Dataset of our fields, each row's line, and rows that could not be read."""
    stream = io.BytesIO(content)
    inspected = reading.inspect(stream, profile.encodings)
    lines: list[int] = []
    errors: list[tuple[int, str]] = []
    dataset: Any = None
    names: list[str] = []
    for row in reading.rows(
        stream,
        encoding=inspected.encoding,
        delimiter=profile.delimiter,
        required=profile.required,
        known=profile.columns,
    ):
        if isinstance(row, Problem):
            errors.append((row.line, row.message))
            continue
        if dataset is None:
            # A field whose columns the file does not have stays as it is.
            names = [name for name, text in profile.fields.items() if set(text.columns) <= set(row.cells)]
            dataset = tablib.Dataset(headers=names)
        dataset.append([profile.fields[name].fill(row.cells) for name in names])
        lines.append(row.line)
        if len(lines) > MOST_ROWS:
            raise BadFile(
                row.line,
                _("The file has more than {most_rows} sellers. Split it and import each part.").format(
                    most_rows=number(MOST_ROWS)
                ),
            )
    if dataset is None:
        errors = errors or [(1, _("The file has a header and no rows: there is nothing to import."))]
        dataset = tablib.Dataset(headers=list(profile.fields))
    return dataset, lines, errors


def _digest(rows: tuple[PreviewRow, ...]) -> str:
    said = [(row.seller.external_id, row.what, row.changes) for row in rows if row.what != "same"]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
