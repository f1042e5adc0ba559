"""The chain of seals, and the anchors outside the database: whoever rewrites history is found."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from backoffice.audit import actors, recording, sealing
from backoffice.audit.models import Event, Seal
from tests.make import NOW


@pytest.fixture
def anchors(settings, tmp_path) -> Path:
    settings.AUDIT_ANCHOR_DIR = str(tmp_path / "elsewhere")
    return tmp_path / "elsewhere" / sealing.FILE


def deeds(count: int) -> None:
    for number in range(count):
        recording.record(actor=actors.SYSTEM, action="test.deed", data={"number": number, "é": [1]}, now=NOW)


@pytest.mark.django_db
def test_every_event_is_sealed_once_and_the_head_is_anchored(anchors):
    deeds(3)
    total = Event.objects.count()

    assert sealing.seal(now=NOW) == total
    assert sealing.seal(now=NOW) == 0
    deeds(2)
    assert sealing.seal(now=NOW) == 2

    assert sealing.verify() == []
    assert [anchor.position for anchor in sealing.read_anchors()] == [total, total + 2]
    assert list(Seal.objects.order_by("position").values_list("position", flat=True)) == list(
        range(1, total + 3)
    )


@pytest.mark.django_db
def test_an_event_that_was_committed_late_is_sealed_behind_the_others(anchors, monkeypatch):
    deeds(3)
    late = Event.objects.latest("pk").pk - 1
    with monkeypatch.context() as patched:  # as if its transaction were still open
        patched.setattr(sealing.Event, "objects", Event.objects.exclude(pk=late))
        sealing.seal(now=NOW)

    assert sealing.seal(now=NOW) == 1
    assert Seal.objects.latest("position").event_id == late
    assert sealing.verify() == []


@pytest.mark.django_db
def test_an_event_too_late_to_be_sealed_is_found_by_the_check(anchors, monkeypatch):
    deeds(3)
    late = Event.objects.latest("pk").pk - 1
    with monkeypatch.context() as patched:
        patched.setattr(sealing.Event, "objects", Event.objects.exclude(pk=late))
        sealing.seal(now=NOW)
    monkeypatch.setattr(sealing, "LOOK_BACK", 0)

    assert sealing.seal(now=NOW) == 0
    assert sealing.verify() == ["1 old events were never sealed: they came too late, or were put in by hand."]


@pytest.mark.django_db
def test_the_command_says_that_the_trail_is_whole_or_what_is_wrong(anchors, capsys):
    deeds(2)
    sealing.seal(now=NOW)
    call_command("verify_audit")
    assert (
        capsys.readouterr().out
        == f"{Seal.objects.count()} events are sealed and anchored; nothing was changed.\n"
    )

    anchors.write_text('{"position": 99, "hash": "00", "at": "2026-11-24"}')
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit")
    assert stopped.value.code == 1
    assert "Seal 99 was anchored on 2026-11-24 and is gone" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_crash_between_the_seals_and_the_anchor_is_made_up_for(anchors):
    deeds(1)
    sealing._seal(NOW)
    assert sealing.read_anchors() == []

    assert sealing.seal(now=NOW) == 0
    assert len(sealing.read_anchors()) == 1


@pytest.mark.django_db
def test_a_line_that_a_crash_cut_short_is_no_anchor_and_the_next_one_counts(anchors):
    deeds(1)
    sealing.seal(now=NOW)
    with anchors.open("a") as file:
        file.write('{"position": 99, "ha')
    deeds(1)
    sealing.seal(now=NOW)

    assert len(sealing.read_anchors()) == 2
    assert sealing.verify() == []


@pytest.mark.django_db
def test_anchors_that_cannot_be_written_say_where_and_what_to_do(settings):
    settings.AUDIT_ANCHOR_DIR = "/proc/no-such-place"
    deeds(1)

    with pytest.raises(sealing.AnchorFailed, match="Make room or mend the rights"):
        sealing.seal(now=NOW)


REWRITES = {
    "an event changed": "UPDATE audit_event SET data = '{}' WHERE id = (SELECT max(id) - 2 FROM audit_event)",
    "two events swapped": (
        "UPDATE audit_event AS a SET action = b.action, data = b.data FROM audit_event AS b"
        " WHERE (a.id, b.id) IN (SELECT max(id) - 1, max(id) - 2 FROM audit_event"
        " UNION SELECT max(id) - 2, max(id) - 1 FROM audit_event)"
    ),
    "the newest removed": "DELETE FROM audit_seal WHERE position = (SELECT max(position) FROM audit_seal)",
    "one in the middle removed": "DELETE FROM audit_seal WHERE position = (SELECT max(position) - 2 FROM audit_seal)",
    "all removed": "DELETE FROM audit_seal",
    "the actor changed": "UPDATE audit_event SET actor_name = 'somebody'",
    "the time changed": "UPDATE audit_event SET at = at - interval '1 second'",
}


@pytest.mark.django_db(transaction=True)
def test_every_rewriting_of_history_by_the_owner_of_the_tables_is_found(anchors, owner_connection):
    deeds(6)
    sealing.seal(now=NOW)

    for what, statement in REWRITES.items():
        for table in ("audit_event", "audit_seal"):
            owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        rows = owner_connection.execute("SELECT * FROM audit_event ORDER BY id").fetchall()
        seals = owner_connection.execute("SELECT * FROM audit_seal ORDER BY position").fetchall()
        assert rows
        assert seals
        owner_connection.execute(statement)
        owner_connection.commit()
        assert sealing.verify(), what
        _put_back(owner_connection, rows, seals)
        assert sealing.verify() == []


@pytest.mark.django_db(transaction=True)
def test_a_whole_chain_written_anew_is_found_by_the_anchors(anchors, owner_connection):
    deeds(4)
    sealing.seal(now=NOW)
    for table in ("audit_event", "audit_seal"):
        owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner_connection.execute("UPDATE audit_event SET data = '{}'")
    owner_connection.execute("DELETE FROM audit_seal")
    owner_connection.commit()
    sealing._seal(NOW)

    assert any("was rewritten" in problem for problem in sealing.verify())


def _put_back(connection, rows, seals) -> None:
    from psycopg.types.json import Jsonb

    connection.execute("DELETE FROM audit_seal")
    connection.execute("DELETE FROM audit_event")
    for table, found in (("audit_event", rows), ("audit_seal", seals)):
        for row in found:
            values = [Jsonb(value) if isinstance(value, dict) else value for value in row]
            places = ", ".join(["%s"] * len(values))
            connection.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE VALUES ({places})", values)
    connection.commit()


@pytest.mark.django_db
def test_the_anchor_file_is_one_line_of_json_each(anchors):
    deeds(1)
    sealing.seal(now=NOW)

    (line,) = anchors.read_text().splitlines()
    assert set(json.loads(line)) == {"position", "hash", "at"}
