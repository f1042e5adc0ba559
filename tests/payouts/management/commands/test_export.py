"""`manage.py export`: the file of a nightly job."""

import csv
import gzip
import io

import pytest
from django.core.management import CommandError, call_command

from backoffice.audit.models import Event
from payouts.models import Export
from payouts.operations import export_templates
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path / "exports")
    return make.user("accountant")


def run(*words, person, to, **values):
    out, err = io.StringIO(), io.StringIO()
    call_command("export", *words, to=str(to), username=person.username, stdout=out, stderr=err, **values)
    return out.getvalue(), err.getvalue()


def test_the_file_stands_where_it_was_wanted_and_the_export_is_recorded(person, tmp_path):
    wanted = quick.payout()
    quick.reviewed()
    target = tmp_path / "payouts.csv"
    out, err = run(
        "payouts", person=person, to=target, filter=["status=PENDING_REVIEW"], columns="amount, reference"
    )
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"), newline="")))
    assert rows == [{"Amount": "100.00", "Payout": wanted.reference}]
    made = Export.objects.get()
    assert made.sha256 in out
    assert "1 rows" in out
    assert "Status is to review" in out
    assert err.splitlines()[-1] == "1 of 1 rows"
    told = Event.objects.filter(subject_type="payouts.export", subject_id=made.pk).order_by("pk")
    assert list(told.values_list("action", flat=True)) == [
        "export.request",
        "export.written",
        "export.download",
    ]


def test_since_the_last_only_what_changed_comes(person, tmp_path):
    given = {"person": person, "filter": ["status=PENDING_REVIEW"], "columns": "reference"}
    with pytest.raises(CommandError, match="Export everything first"):
        run("payouts", to=tmp_path / "0", since="last", **given)
    first = quick.payout()
    run("payouts", to=tmp_path / "1", **given)
    second = quick.payout()
    out, _ = run("payouts", to=tmp_path / "2", since="last", sort="-amount", **given)
    assert "1 new, 0 changed, 0 withdrawn" in out
    assert "Each currency by itself, the largest amount first" in out
    expected = f"What happened,Row,Payout\r\nNew,{second.reference},{second.reference}\r\n"
    assert (tmp_path / "2").read_bytes().decode() == expected

    number = str(Export.objects.earliest("pk").pk)
    run("payouts", person=person, to=tmp_path / "3", since=number)
    assert second.reference in (tmp_path / "3").read_text()
    assert first.reference not in (tmp_path / "3").read_text()
    for values, words in (
        ({"since": number, **given}, "Leave out --filter"),
        ({"since": "yesterday", "person": person}, "takes the number"),
    ):
        with pytest.raises(CommandError, match=words):
            run("payouts", to=tmp_path / "4", **values)
    with pytest.raises(CommandError, match="an export of payouts, and not of lines"):
        run("lines", person=person, to=tmp_path / "5", since=number)


def test_in_a_folder_it_is_called_as_the_export_is(person, tmp_path):
    quick.payout()
    run("lines", person=person, to=tmp_path, gzip=True)
    made = Export.objects.get()
    data = gzip.decompress((tmp_path / made.file_name).read_bytes())
    assert data.count(b"\r\n") == 2


@pytest.mark.parametrize(
    ("words", "values", "sentence"),
    [
        (["secrets"], {}, "no export “secrets”"),
        (["payouts"], {"format": "pdf"}, "no format"),
        (["payouts"], {"filter": ["statsu=PAID"]}, "no filter of payouts"),
        (["payouts"], {"filter": ["seller=S999999"]}, "No seller has .* “S999999”"),
        (["batches"], {"filter": ["funding=NOWHERE"]}, "There is no “NOWHERE”"),
        (["payouts"], {"filter": ["on_hold=true", "on_hold=false"]}, "stands there twice"),
        (["payouts"], {"columns": "secret"}, "no column"),
        (["deeds"], {}, "may not see the audit trail; an auditor may"),
        (["payouts"], {"format": "xlsx", "gzip": True}, "compressed already"),
    ],
)
def test_what_will_not_do_is_one_sentence_and_no_file(person, tmp_path, words, values, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*words, person=person, to=tmp_path / "out", **values)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_there_is_not_written_over(person, tmp_path):
    (tmp_path / "out").write_text("the books")
    with pytest.raises(CommandError, match="there already"):
        run("payouts", person=person, to=tmp_path / "out")
    with pytest.raises(CommandError, match="no folder"):
        run("payouts", person=person, to=tmp_path / "nowhere" / "out")
    assert (tmp_path / "out").read_text() == "the books"


def test_on_a_terminal_there_is_a_bar(person, tmp_path, monkeypatch):
    quick.payout()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    _, err = run("payouts", person=person, to=tmp_path / "out")
    assert "\r" + "█" * 30 + " 1 of 1 rows" in err


def test_a_template_says_the_columns(person, tmp_path):
    wanted = quick.payout()
    values = {"name": "Two columns", "columns": ["amount", "reference"], "shared": True, "now": make.NOW}
    export_templates.save(kind="payouts", actor=make.person("auditor"), **values)
    run("payouts", person=person, to=tmp_path / "1", template="Two columns")
    assert (tmp_path / "1").read_bytes().decode() == f"Amount,Payout\r\n100.00,{wanted.reference}\r\n"
    for kind, given, words in (
        ("payouts", {"template": "Three columns"}, "Choose among Two columns"),
        ("lines", {"template": "Two columns"}, "a template of payouts, and not of lines"),
        ("payouts", {"template": "Two columns", "columns": "amount"}, "and not both"),
        ("payouts", {"template": "Two columns", "since": "1"}, "Leave out"),
    ):
        with pytest.raises(CommandError, match=words):
            run(kind, person=person, to=tmp_path / "2", **given)
    assert Export.objects.count() == 1


def test_each_filter_counts_and_values_of_one_name_add_up(person, tmp_path):
    spanish, french = quick.payout(country="ES"), quick.payout(country="FR")
    reviewed, german = quick.reviewed(country="ES"), quick.payout(country="DE")
    for number, given, wanted in (
        (1, ["status=PENDING_REVIEW", "country=ES"], {spanish}),
        (2, ["?country=ES", "country=FR", "status=PENDING_REVIEW"], {spanish, french}),
        (3, ["status=PENDING_REVIEW&country=ES", "status=REVIEWED"], {spanish, reviewed}),
    ):
        target = tmp_path / str(number)
        words = [word for each in given for word in ("--filter", each)]
        run("payouts", *words, "--columns", "reference", person=person, to=target)
        found = set(target.read_text(encoding="utf-8").split()[1:])
        assert found == {each.reference for each in wanted}, given
        assert german.reference not in found
