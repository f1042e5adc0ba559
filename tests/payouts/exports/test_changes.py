"""What changed since, in every format, read back by other people's tools: new, changed and withdrawn rows."""

from decimal import Decimal

import pytest

from payouts.exports import changes, kinds
from payouts.exports.columns import columns_of, usual
from payouts.operations import holds
from tests import make
from tests.payouts import quick, shelf
from tests.payouts.exports import readers
from tests.payouts.operations.test_export_changes import _review, since, whole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path / "exports")


def by_reader(name, path, columns, count):
    """The rows of the file, by the reader of its format."""
    if name == "xlsx":
        found, below = readers.by_openpyxl(path, columns, count)
        assert below == []  # rows of three kinds add up to nothing
        return found
    if name == "parquet":
        types, found = readers.by_pyarrow(path)
        assert found == readers.by_polars(path)
        assert types["amount"] == "decimal128(23, 4)" and types["created_at"] == "timestamp[us, tz=UTC]"
        return found
    if name == "jsonl":
        return readers.by_json(path, columns)
    text = path.read_text(encoding="utf-8-sig").replace(",", ".").replace(";", ",")
    plain = path.with_suffix(".plain")
    plain.write_text(text, encoding="utf-8")
    return [
        [v.replace(tzinfo=None) if hasattr(v, "tzinfo") else v for v in row]
        for row in readers.by_csv(plain, columns)
    ]


@pytest.mark.parametrize("name", ["parquet", "xlsx", "jsonl", "excel_csv"])
def test_new_changed_and_withdrawn_rows_are_read_back(name):
    actor = make.person("accountant")
    changed = quick.payout(amount_minor=2_50)
    gone = [
        quick.payout(amount_minor=12_34),
        quick.payout(seller=make.seller(country="JP"), country="JP", currency="JPY", amount_minor=987),
    ]
    first = whole(actor, "status=PENDING_REVIEW")
    holds.hold(
        payout_ids=[changed.pk], actor=make.person("approver"), reason="dispute", note="Ask.", now=make.NOW
    )
    for payout in gone:
        _review(payout)
    new = quick.payout(amount_minor=7_00)
    locale = "fr" if name == "excel_csv" else "en"
    made = since(first, actor, format=name, locale=locale)

    columns = [*changes._HEAD, *usual(kinds.get("payouts").resource())]
    found = by_reader(name, shelf.file_of(made), columns, 4)
    at = {column.name: place for place, column in enumerate(columns)}
    names = ("row_change", "row_key", "reference", "seller", "currency", "amount", "amount_minor")
    told = [tuple(row[at[each]] for each in names) for row in found]
    wanted = [
        (word, p.reference, p.reference, p.seller.reference, p.currency, amount, p.amount_minor)
        for word, p, amount in (
            ("New", new, Decimal("7.00")),
            ("Changed", changed, Decimal("2.50")),
            ("Withdrawn", gone[0], Decimal("12.34")),
            ("Withdrawn", gone[1], Decimal(987)),
        )
    ]
    assert [each[1:] for each in told] == [each[1:] for each in wanted]
    assert len({each[0] for each in told}) == 3
    if locale == "en":
        assert [each[0] for each in told] == [each[0] for each in wanted]
    withdrawn = found[2]
    assert withdrawn[at["created_at"]] is not None
    # What moves is not said of a row that is gone: it is something else by now.
    for moved in ("status", "status_at", "on_hold", "holds", "seller_name", "account", "flags"):
        assert withdrawn[at[moved]] is None, moved
        assert moved in ("holds", "flags") or found[0][at[moved]] is not None
    assert found[0][at["reference"]] == new.reference


def test_a_row_whose_key_is_no_payout_says_its_key():
    actor = make.person("accountant")
    payout = quick.payout()
    first = whole(actor, "status=PENDING_REVIEW", kind="lines")
    _review(payout)
    made = since(first, actor, format="jsonl")
    columns = [*changes._HEAD, *columns_of(kinds.get("lines").resource())]
    (row,) = readers.by_json(shelf.file_of(made), columns)
    assert row[0] == "Withdrawn" and row[1].startswith(f"{payout.reference}/")
    assert not any(row[2:])


def test_only_the_columns_that_were_chosen_are_filled():
    actor = make.person("accountant")
    payout = quick.payout()
    first = whole(actor, "status=PENDING_REVIEW", columns=["amount", "status"])
    _review(payout)
    made = since(first, actor, format="jsonl")
    columns = [*changes._HEAD, *columns_of(kinds.get("payouts").resource(), ["amount", "status"])]
    assert readers.by_json(shelf.file_of(made), columns) == [
        ["Withdrawn", payout.reference, Decimal("100.00"), None]
    ]
