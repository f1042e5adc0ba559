"""The audit page: deeds in words, found by person, deed, subject and day."""

import pathlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from backoffice.audit.admin import deeds
from backoffice.audit.models import Event
from backoffice.doors import keyset
from payouts import states
from payouts.exports import kinds
from payouts.states import BatchStatus
from sellers.ledger.models.importing import ImportKind
from tests import make, make_payouts

pytestmark = pytest.mark.django_db
ROOMS = ("backoffice", "payouts", "sellers")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


OPERATIONS = pathlib.Path("payouts/operations")
POSTED = (ImportKind.EARNINGS, ImportKind.CORRECTIONS)
FORMED = {
    "batch.{status.lower()}": lambda: [BatchStatus.SUBMITTED.lower(), BatchStatus.SETTLED.lower()],
    "break.{what}": lambda: re.findall(r'_record\("([a-z_]+)"', source("breaks")),
    "unknown.{what}": lambda: re.findall(r'_note\(row, \w+, "([a-z_]+)"', source("unknown")),
    "{kind}.{verb}": lambda: [
        f"{kind}.{verb}"
        for verb in re.findall(r'_record\([^\n]+, "([a-z_]+)", actor', source("_releasing"))
        for kind in ("payout", "seller")
    ],
    "{file.kind}.check": lambda: [f"{kind}.check" for kind in POSTED],
    "{file.kind}.import": lambda: [f"{kind}.import" for kind in POSTED],
    "{file.kind}.drop": lambda: [f"{kind}.drop" for kind in (*POSTED, ImportKind.STATEMENT)],
}
"""Deeds whose names the source puts together, and what the gaps hold there: whole names, or what follows the dot."""
HANDED = {"account.reveal", "submission.download", "batch.dissolve", "batch.submit", "demo.load"}
"""Deeds that the source hands on by a name of its own."""


def source(verbs: str) -> str:
    return (OPERATIONS / f"{verbs}.py").read_text(encoding="utf-8")


def formed() -> set[str]:
    """Every deed that the source puts together; each way of it must be among `FORMED`."""
    ways = {
        way
        for room in ROOMS
        for path in pathlib.Path(room).rglob("*.py")
        for way in re.findall(r'action=f"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert ways == set(FORMED)
    found = {way: list(names()) for way, names in FORMED.items()}
    assert all(found.values()), "the source puts it together in another way now"
    return {
        name if "." in name else f"{way.partition('.')[0]}.{name}" for way in found for name in found[way]
    }


def written() -> set[str]:
    """Every deed that the source writes down by its name."""
    found: set[str] = set()
    for room in ROOMS:
        for path in pathlib.Path(room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'action="([a-z_]+(?:\.[a-z_]+)?)"', text)) - {"append", "store_true"}
            # One deed or another, by what was decided.
            for one, other in re.findall(r'action="([a-z_.]+)" if [^\n]+ else "([a-z_.]+)"', text):
                found |= {one, other}
            found |= set(re.findall(r'_record\(\s*"([a-z]+\.[a-z_]+)"', text))
            for pair in re.findall(r'_record\("([a-z_.]+)" if \w+ else "([a-z_.]+)"', text):
                found |= set(pair)
    return found - {"audit.try"}


def test_every_deed_has_words():
    moves = {f"payout.{each.name}" for each in states.TRANSITIONS if each.name != "create"}
    wanted = written() | formed() | HANDED | moves
    assert len(wanted) > 60
    assert {"account.reject", "cap.dismiss", "break.read_document", "unknown.resolved"} <= wanted
    assert wanted - set(deeds.DEEDS) == set()


@pytest.fixture
def auditor(client):
    client.force_login(make.user("auditor", is_staff=True))
    return client


def record(action: str, *, who=None, subject=None, at=NOON, **data) -> Event:
    recording.record(actor=who or SYSTEM, action=action, subject=subject, data=data, now=at)
    return Event.objects.latest("pk")


def found(browser, **query) -> list[int]:
    return [row["event"].pk for row in browser.get("/audit/", query).context["rows"]]


def test_deeds_are_found_by_person_deed_subject_and_day(auditor):
    anna, seller = make.person("analyst"), make.seller()
    held = record("seller.hold", who=anna, subject=seller)
    early = record("cap.ask", at=NOON - timedelta(days=3), currency="EUR", to_minor=60_000_00)
    assert found(auditor, person=anna.name) == [held.pk]
    assert early.pk in found(auditor, person="the program")
    assert found(auditor, action="cap.ask") == [early.pk]
    assert found(auditor, about=str(seller.reference).lower()) == [held.pk]
    assert found(auditor, first="2026-11-24", last="2026-11-24") == [held.pk]
    assert found(auditor, first="2026-11-21", last="2026-11-21", action="cap.ask") == [early.pk]
    page = auditor.get("/audit/", {"action": "cap.ask"}).content.decode()
    assert (
        "Asked for a higher cap" in page
        and "after: €60,000.00" in page
        and "cap.ask" not in page.split("<tbody>")[1]
    )


def test_deeds_of_one_kind_are_paged_by_the_index_of_kinds_newest_first_and_back(auditor):
    asked = [record(kind).pk for _turn in range(keyset.SIZE + 5) for kind in ("cap.ask", "cap.confirm")][::2]
    first = auditor.get("/audit/", {"action": "cap.ask"})
    assert [row["event"].pk for row in first.context["rows"]] == asked[:4:-1]
    rest = auditor.get("/audit/" + first.context["pager"].next_url)
    assert [row["event"].pk for row in rest.context["rows"]] == asked[4::-1]
    back = auditor.get("/audit/" + rest.context["pager"].previous_url)
    assert [row["event"].pk for row in back.context["rows"]] == asked[:4:-1]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"about": "Atelier"}, "That is no reference"),
        ({"first": "soon"}, "That is no date"),
        ({"first": "2026-11-24", "last": "2026-11-20"}, "exchange the two"),
        ({"first": "0001-01-01"}, "The year must lie"),
    ],
)
def test_a_filter_that_cannot_be_read_says_what_to_write(auditor, query, says):
    answer = auditor.get("/audit/", query)
    assert answer.status_code == 400 and says in answer.content.decode()


def test_a_filter_that_there_is_none_of_is_refused_instead_of_showing_everything(auditor):
    answer = auditor.get("/audit/?persn=ada")
    assert answer.status_code == 400
    assert (
        "“persn” is no filter of deeds. Use one of person, action, about, first, last."
        in answer.content.decode()
    )


def test_a_person_is_named_and_a_day_is_written_as_the_reader_writes_it(auditor):
    whom = make.user("analyst", first_name="Grace", last_name="Hopper")
    record("person.added", subject=whom, since="2026-01-02")
    row = auditor.get("/audit/", {"action": "person.added"}).content.decode().split("<tbody>")[1]
    assert "Grace Hopper" in row and f"person {whom.pk}" not in row
    assert "since: 2 Jan 2026" in row and "2026-01-02" not in row


def test_from_and_to_are_called_what_the_deed_means_by_them(auditor):
    day = {"from": "2026-01-02", "number": "4711"}
    said = {
        ("mapping.ask", "first day: 2 Jan 2026, number: 4711"): day,
        ("statement.download", "first day: 2 Jan 2026, last day: 4 Jan 2026"): {
            "from": "2026-01-02",
            "to": "2026-01-04",
        },
        ("schedule.send", "destination: sftp.example.com, rows: 3"): {"to": "sftp.example.com", "rows": 3},
        ("keys.rotate", "key: k2, keys: 7"): {"to": "k2", "keys": 7},
        ("cap.grant", "before: 100, after: 50"): {"from": "100", "to": "50"},
        ("payout.approve", "before: awaiting approval, after: approved"): {
            "from": "REVIEWED",
            "to": "APPROVED",
        },
    }
    for (action, words), data in said.items():
        assert deeds.facts(data, action=action) == words
    record("mapping.ask", **day)
    page = auditor.get("/audit/", {"action": "mapping.ask"}).content.decode().split("<tbody>")[1]
    assert "first day: 2 Jan 2026" in page


def test_sums_and_lists_inside_a_fact_are_written_for_people():
    said = deeds.facts({"totals": {"EUR": {"sale": 300_300}}, "filters": {"status": ["PAID", "FAILED"]}})
    assert "3,003.00" in said and "PAID, FAILED" in said
    assert "{" not in said and "[" not in said


def test_the_filter_of_an_export_is_told_in_the_readers_words_whoever_asked():
    data = {"kind": "payouts", "filters": {"status": ["PAID"], "blocked": ["false"], "country": ["ES"]}}
    assert "filter: Status is paid · Nothing blocks it · Country is Spain" in deeds.facts(data)
    with override("es"):
        assert "España" in deeds.facts(data) and "Spain" not in deeds.facts(data)
    for kept in ({"status": ["GONE"]}, {"no_filter": ["x"]}):  # of a version that had it
        assert "filter: " in deeds.facts({"kind": "payouts", "filters": kept})
    assert "filter: All payouts" in deeds.facts({"kind": "payouts", "filters": {}})


def test_the_filter_of_an_export_names_whom_it_named_then_whoever_is_called_so_now():
    make.seller(name="Durand Téléphones")
    colleague = make.user("analyst", username="ines", first_name="Inès", last_name="Moreau")
    said = deeds.facts(
        {"kind": "payouts", "filters": {"seller": ["Durand"], "waits_for": [colleague.username]}}
    )
    assert "Seller is “Durand”" in said and "ines" in said
    assert "Téléphones" not in said and "Moreau" not in said


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_the_filter_of_every_kind_of_export_is_told(kind):
    assert "filter: " in deeds.facts({"kind": kind, "filters": {}})


def test_an_export_is_told_in_words_and_not_in_codes():
    data = {
        "kind": "holds",
        "format": "xlsx",
        "columns": ["seller", "placed_by", "gone"],
        "order": "Each currency by itself, the largest amount first",
        "template": "Mine",
        "since": 7,
    }
    said = deeds.facts(data, action="export.request")
    assert said == (
        "kind: holds at a moment, format: Excel workbook, with totals, columns: Seller; Placed by; gone, "
        "order of rows: Each currency by itself, the largest amount first, template: Mine, compared with export: 7"
    )
    with override("fr"):
        said = deeds.facts(data, action="export.request")
        for english in ("holds", "xlsx", "Excel workbook", "Seller", "placed", "largest"):
            assert english not in said, said
        assert "gone" in said, "a column that is no more"
    assert "rows_new" not in deeds.facts({"rows_new": 3}) and "new rows: 3" in deeds.facts({"rows_new": 3})


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "0000-01-01"])
def test_what_looks_like_a_moment_and_is_none_here_stands_as_it_was_written(moment):
    assert moment in deeds.facts({"since": moment})


@pytest.mark.parametrize(("kind", "words"), [("earnings", "earnings"), ("statement", "bank statement")])
def test_the_kind_of_an_import_is_none_of_an_export(kind, words):
    assert deeds.facts({"kind": kind}, action="import.receive") == f"kind: {words}"


def test_no_full_stop_of_a_value_goes():
    said = deeds.facts({"name": ["Acme Ltd", "Acme Ltd."], "city": ["A", "B"]})
    assert "Acme Ltd; Acme Ltd.," in said


def test_what_people_wrote_is_no_moment():
    assert deeds.facts({"note": "2026-11-24"}) == "note: 2026-11-24"


def test_what_has_few_names_is_shown_its_moments_with_their_hour_and_place():
    since = {
        "since": "2026-11-24T09:00:00+00:00",
        "reason": "The documents that were sent do not match, and nobody answers.",
    }
    said = deeds.facts({"suspension": since})
    assert "24 Nov 2026, 10:00 Paris" in said and "nobody answers" in said
    since["reason"] *= 5
    assert len(deeds.facts({"suspension": since})) < 200
    many = deeds.facts(
        {"totals": {f"k{n}": n for n in range(7)}, "ids": list(range(100)), "one": {"ids": list(range(100))}}
    )
    assert "7 entries" in many and many.count("100 entries") == 2


def test_a_total_has_its_currency_also_where_an_older_event_of_a_batch_names_none(auditor):
    batch = make_payouts.approved_batch([12_00])
    told = next(row for row in auditor.get("/audit/?action=batch.approve").context["rows"])
    assert "total: €12.00" in told["facts"]
    assert deeds.facts({"total_minor": 1200}, currency=batch.currency) == "total: €12.00"


def test_what_the_program_gave_as_a_reason_is_read_in_the_readers_language():
    data = {"reason": "On hold: Open dispute or chargebacks"}
    with override("fr"):
        assert data["reason"] not in deeds.facts(data, by_program=True)
        assert data["reason"] in deeds.facts(data)  # a person's own words stay


def test_a_person_is_called_by_name_in_the_filter(auditor):
    make.user("analyst", username="ada", first_name="Ada", last_name="Look")
    chips = auditor.get("/audit/?person=ada").context["chips"]
    assert any(chip.get("text") == "By Ada Look" for chip in chips)


def test_a_reason_that_ends_with_a_full_stop_keeps_it_only_at_the_end():
    assert deeds.facts({"reason": "It moved.", "number": "4710"}) == "reason: It moved, number: 4710"
    assert deeds.facts({"number": "4710", "reason": "It moved."}) == "number: 4710, reason: It moved."
