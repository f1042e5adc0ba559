"""Real files of banks and libraries, read where they are at hand (SHARED_DIR, or ../shared beside the repository)."""

from pathlib import Path

import pytest

from backoffice.simbank import pain001 as independent
from payouts.rails import base
from payouts.rails.sepa import pain002
from payouts.rails.statements import base as statements
from tests.payouts.rails import samples
from tests.payouts.rails.statements import whole


def found(folder: str) -> list[Path]:
    place = samples.shared("samples", folder)
    return sorted(place.iterdir()) if place else []


def sample(folder: str, name: str) -> bytes:
    place = samples.shared("samples", folder, name)
    if place is None:
        pytest.skip("the real samples are not here")
    return place.read_bytes()


@pytest.mark.parametrize("path", found("pain002"), ids=lambda path: path.name)
def test_every_real_answer_is_read(path: Path) -> None:
    reports = pain002.read(path.read_bytes())
    assert reports
    assert all(report.message_id for report in reports)


@pytest.mark.parametrize("path", found("camt053"), ids=lambda path: path.name)
def test_every_real_statement_is_read(path: Path) -> None:
    for statement in whole.read(path.read_bytes()):
        assert statement.account
        assert statement.currency


@pytest.mark.parametrize("path", [*found("camt052"), *found("camt054")], ids=lambda path: path.name)
def test_interim_reports_and_notices_are_refused_with_a_sentence(path: Path) -> None:
    with pytest.raises(base.Unreadable, match=r"camt\.05[24]"):
        whole.read(path.read_bytes())


def test_a_verification_at_group_level_changes_nothing() -> None:
    reports = pain002.read(sample("pain002", "hbci4j-vop-v10-01.xml"))
    assert {report.kind for report in reports} == {base.ReportKind.NOTED}


def test_a_group_that_is_well_formed_does_not_hide_its_payment_in_settlement() -> None:
    reports = pain002.read(sample("pain002", "isojs-crossriver-credit-acsp.xml"))
    assert [(r.kind, r.end_to_end_id) for r in reports] == [
        (base.ReportKind.ACCEPTED, "0000000000000108"),
        (base.ReportKind.RECEIVED, ""),
    ]


def test_a_real_duplicate_is_no_rejection() -> None:
    (report,) = pain002.read(sample("pain002", "isojs-nordea-group-reject-du01.xml"))
    assert (report.kind, report.code) == (base.ReportKind.NOTED, "DU01")


def test_a_real_batch_booking_says_its_count() -> None:
    (statement,) = whole.read(sample("camt053", "sepafileparser-v2-batch.xml"))
    entry = statement.entries[0]
    assert (entry.amount_minor, entry.batch_count) == (-475_374, 3)
    assert entry.payment_information_id == "O0OpeAYTkhjerKu3eE9asw"


def test_a_foreign_return_code_is_kept_as_it_stands() -> None:
    (statement,) = whole.read(sample("camt053", "isojs-goldman-us.xml"))
    codes = {
        detail.end_to_end_id: detail.return_code for entry in statement.entries for detail in entry.details
    }
    assert codes["GSKWTHM25VCGE5"] == "R02"


def test_a_real_chain_of_two_statements_holds() -> None:
    first, second = whole.read(sample("camt053", "genkgo-v2-multi-statement.xml"))
    assert first.adds_up
    assert second.adds_up
    assert statements.chain_problems(first, second) == []


@pytest.mark.parametrize("path", found("pain001"), ids=lambda path: path.name)
def test_the_banks_reader_counts_real_files_or_says_what_is_wrong(path: Path) -> None:
    refusal = None
    try:
        assert independent.read(path.read_bytes()).transfers
    except independent.Refused as refused:
        refusal = refused.code
    assert refusal in {None, "FF01", "AM16", "AM17", "AM18"}
