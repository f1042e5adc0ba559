"""Files of earnings for the import's tests."""

import io

from backoffice.audit import actors
from sellers.ledger import importing
from sellers.ledger.models import ImportFile
from tests import make

HEADER = "external_id,seller,kind,amount,currency,occurred_date,due_date,order,description"


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def row(
    external_id="e1",
    *,
    seller,
    kind="sale",
    amount="100.00",
    currency="EUR",
    occurred="2026-11-02",
    due="2026-11-16",
    order="o1",
    description="",
):
    return f"{external_id},{seller},{kind},{amount},{currency},{occurred},{due},{order},{description}"


def checked(data: bytes, *, profile: str = "generic", actor=actors.SYSTEM, name="november.csv") -> ImportFile:
    return importing.check(stream=io.BytesIO(data), name=name, profile=profile, actor=actor, now=make.NOW)


def posted(data: bytes, *, profile: str = "generic", actor=actors.SYSTEM) -> ImportFile:
    file = checked(data, profile=profile, actor=actor)
    assert file.status == "CHECKED", errors(file)
    return importing.post(import_file_id=file.pk, actor=actor, now=make.NOW)


def errors(file: ImportFile) -> dict[int, str]:
    """All errors by line of the file."""
    found: dict[int, str] = {}
    for line, text in (
        file.staged.exclude(error="").order_by("row_number", "id").values_list("row_number", "error")
    ):
        found[line] = " ".join(filter(None, [found.get(line), text]))
    return found
