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
from payouts.states import BatchStatus
from tests import make, make_payouts

pytestmark = pytest.mark.django_db
ROOMS = ("backoffice", "payouts", "sellers")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def written() -> set[str]:
    """Every deed that the source writes down by its name."""
    found: set[str] = set()
    for room in ROOMS:
        for path in pathlib.Path(room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'action="([a-z_]+(?:\.[a-z_]+)?)"', text)) - {"append", "store_true"}
            found |= set(re.findall(r'_record\(\s*"([a-z]+\.[a-z_]+)"', text))
    return found - {"audit.try"}


def test_every_deed_has_words():
    moves = {f"payout.{each.name}" for each in states.TRANSITIONS if each.name != "create"}
    batches = {f"batch.{status.lower()}" for status in (BatchStatus.SUBMITTED, BatchStatus.SETTLED)}
    wanted = written() | moves | batches
    assert len(wanted) > 60
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
        and "to: €60,000.00" in page
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
    record("person.added", subject=whom, **{"from": "2026-01-02"})
    row = auditor.get("/audit/", {"action": "person.added"}).content.decode().split("<tbody>")[1]
    assert "Grace Hopper" in row and f"person {whom.pk}" not in row
    assert "from: 2 Jan 2026" in row and "2026-01-02" not in row


def test_sums_and_lists_inside_a_fact_are_written_for_people():
    said = deeds.facts({"totals": {"EUR": {"sale": 300_300}}, "filters": {"status": ["PAID", "FAILED"]}})
    assert "3,003.00" in said and "PAID, FAILED" in said
    assert "{" not in said and "[" not in said


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
