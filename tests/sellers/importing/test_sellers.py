"""Sellers come by file: previewed, applied whole, never with bank details."""

import io

import pytest
from django.core.management import CommandError, call_command

from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from sellers import importing, operations, reading
from sellers.importing import previewing
from sellers.models import Seller, SellerFile, SellerFileRow
from tests import make

pytestmark = pytest.mark.django_db
HEADER = "external_id,name,country,kind,email,tax_id,city"


def checked(*rows, header=HEADER, profile="generic", actor=actors.SYSTEM, data=None):
    content = data if data is not None else "\n".join([header, *rows, ""]).encode()
    return importing.check(
        stream=io.BytesIO(content), name="sellers.csv", profile=profile, actor=actor, now=make.NOW
    )


def errors_of(file):
    return list(file.rows.exclude(error="").order_by("pk").values_list("line", "error"))


def applied(*rows, **options):
    file = checked(*rows, **options)
    assert file.status == "CHECKED", errors_of(file)
    return importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)


def test_new_sellers_stand_unverified():
    file = applied(
        "a,Phénix Télécom,fr,business,compta@phenix.example,FR123,Lyon", "b,田中 健,JP,person,,,東京"
    )

    assert (file.new_count, file.changed_count, bytes(file.content)) == (2, 0, b"")
    seller = Seller.objects.get(external_id="a")
    assert (seller.country, seller.kind, seller.tax_id, seller.verified_at) == (
        "FR",
        "business",
        "FR123",
        None,
    )
    assert Seller.objects.get(external_id="b").kind == "person"


@pytest.mark.parametrize(
    ("country", "since", "sentence"),
    [
        ("DE", "in june", "“in june” is neither a day written as YYYY-MM-DD nor the word beginning."),
        ("DE", "2999-01-01", "2999-01-01 is yet to come: change the country on that day."),
        (
            "DE",
            "1850-01-01",
            "1850-01-01 is before 1990-01-01: write the day of the move, or the word beginning.",
        ),
        ("FR", "2020-01-01", "The seller lives in FR already: leave country_since empty."),
    ],
)
def test_since_when_a_seller_lives_somewhere_is_refused_where_it_says_nothing(country, since, sentence):
    make.seller(external_id="a", name="Shop", country="FR")
    file = checked(f"a,Shop,{country},{since}", header="external_id,name,country,country_since")
    assert errors_of(file) == [(2, sentence)]


def test_a_new_seller_lives_where_it_lives_all_along():
    file = checked("a,Shop,FR,beginning", header="external_id,name,country,country_since")
    assert errors_of(file) == [
        (2, "The seller is new, and lives in FR all along: leave country_since empty.")
    ]


def test_since_when_is_shown_with_the_change_and_left_empty_where_nothing_is_said():
    make.seller(external_id="a", name="Shop", country="FR")
    make.seller(external_id="b", name="Shop", country="FR")
    file = checked("a,Shop,DE,2020-02-29", "b,Shop,FR,", header="external_id,name,country,country_since")
    (row,) = file.rows.all()
    assert row.changes == [["country", "FR", "DE"], ["country_since", "", "2020-02-29"]]
    importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    seller = Seller.objects.get(external_id="a")
    assert (seller.country, seller.country_since) == ("DE", None), "the history of residences has it"


def test_a_preview_writes_nothing_and_uses_up_no_reference(raw_sql):
    before = raw_sql("SELECT last_value FROM sellers_seller_id_seq")
    file = checked("a,Shop,FR,,,,")

    assert [(row.line, row.what) for row in file.rows.all()] == [(2, "new")]
    assert (Seller.objects.count(), raw_sql("SELECT last_value FROM sellers_seller_id_seq")) == (0, before)


def test_an_apostrophe_before_what_could_start_a_formula_is_no_part_of_an_id():
    applied("-a,Shop,FR,,,,", "'b,Other,FR,,,,")
    again = applied("'-a,Shop,FR,,,,", "'b,Other,FR,,,,")
    assert again.same_count == 2
    assert set(Seller.objects.values_list("external_id", flat=True)) == {"-a", "'b"}


def test_importing_the_same_sellers_twice_changes_nothing_and_says_so():
    rows = ("a,Shop,FR,,,,Lyon", "b,Other,DE,person,,,")
    applied(*rows)

    again = applied(*rows)

    assert (again.new_count, again.changed_count, again.same_count) == (0, 0, 2)
    assert Event.objects.filter(action="seller.change").count() == 0


def test_other_values_show_as_changes_and_leave_an_event_when_applied():
    known = make.seller(external_id="a", name="Shop", country="FR", city="Lyon")
    file = checked("a,Shop SARL,FR,,,,Paris")

    row = file.rows.get()
    assert (row.what, set(map(tuple, row.changes))) == (
        "changed",
        {("name", "Shop", "Shop SARL"), ("city", "Lyon", "Paris"), ("email", known.email, "")},
    )
    known.refresh_from_db()
    assert known.city == "Lyon"

    importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    known.refresh_from_db()
    assert (known.name, known.city) == ("Shop SARL", "Paris")
    data = Event.objects.get(action="seller.change").data
    assert data["name"] == ["Shop", "Shop SARL"]
    assert set(data["changed"]) == {"name", "city", "email"}
    assert "example.com" not in str(data)


def test_a_column_the_file_does_not_have_is_left_as_it_is():
    known = make.seller(external_id="a", name="Shop", tax_id="FR9", kind="person")

    file = applied("a,Shop,FR", header="external_id,name,country")

    known.refresh_from_db()
    assert (file.same_count, known.tax_id, known.kind) == (1, "FR9", "person")


def test_an_empty_kind_does_not_make_a_person_a_business():
    known = make.seller(external_id="a", kind="person")

    applied("a,Shop,FR,,,,")

    known.refresh_from_db()
    assert known.kind == "person"


def test_a_suspension_set_meanwhile_survives_the_import():
    known = make.seller(external_id="a", name="Shop", country="FR")
    file = checked("a,Shop SARL,FR,,,,")
    operations.suspend(seller_id=known.pk, reason="x", actor=make.person("compliance"), now=make.NOW)

    importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)

    known.refresh_from_db()
    assert (known.name, known.suspended_at) == ("Shop SARL", make.NOW)


def test_every_error_of_every_row_is_listed_and_refuses_the_file():
    file = checked(
        ",Shop,FR,,,,",
        "b,,XX,robot,no-mail,,",
        "c,Shop,FR,,,,",
        "c,Shop,FR,,,,",
        "d,Shop",
        f"e,{'x' * 201},FR,,,,",
    )

    errors = dict(errors_of(file))
    assert (file.status, file.error_count) == ("REFUSED", 5)
    assert "The external id is empty" in errors[2]
    for sentence in (
        "The name is empty",
        "“XX” is no country",
        "neither business nor person",
        "“no-mail” is not an e-mail",
    ):
        assert sentence in errors[3]
    assert "stands in an earlier row" in errors[5]
    assert "2 cells where the header has 7" in errors[6]
    assert "longer than 200" in errors[7]
    with pytest.raises(importing.NotApplicable):
        importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    assert Seller.objects.count() == 0


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("external_id,name,country,IBAN", "Those never come by file"),
        ("external_id,name,country,e-mail", "“e-mail” are unknown"),
        ("external_id,name", "The header lacks “country”"),
    ],
)
def test_a_header_that_will_not_do_says_why(header, says):
    file = checked(",".join("x" for _ in header.split(",")), header=header)

    assert says in errors_of(file)[0][1]


@pytest.mark.parametrize(
    "data", [b"", b"external_id,name,country\n", b"\x00\x01", b'external_id,name,country\n"a']
)
def test_a_file_that_is_none_is_refused_and_has_no_rows(data):
    file = checked(data=data)
    assert (file.status, file.row_count, file.error_count) == ("REFUSED", 0, 1)


def test_what_changed_since_the_preview_is_not_applied_unseen():
    known = make.seller(external_id="a", name="Shop", country="FR")
    file = checked("a,Shop SARL,FR,,,,")
    Seller.objects.filter(pk=known.pk).update(name="Boutique")

    with pytest.raises(importing.Changed, match="look at it anew"):
        importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    known.refresh_from_db()
    assert known.name == "Boutique"


def test_ids_that_differ_only_in_spaces_are_one():
    header = "external_id,name,country"
    file = checked("a  b,Shop,FR", " a b ,Other,FR", header=header)
    assert "The seller a b stands in an earlier row" in errors_of(file)[0][1]

    applied("a  b,Shop,FR", header=header)
    again = applied("a \tb,Shop,FR", header=header)
    assert (again.new_count, again.same_count) == (0, 1)
    assert Seller.objects.get().external_id == "a b"


def test_what_changes_is_kept_before_what_is_new_and_gone_once_decided():
    make.seller(external_id="b", name="Shop", country="FR")
    make.seller(external_id="c", name="Same", country="FR")
    data = b"external_id,name,country\na,New,FR\nb,Other,FR\nc,Same,FR\n"
    file = checked(data=data)
    assert [(row.what, row.external_id) for row in file.rows.order_by("pk")] == [
        ("changed", "b"),
        ("new", "a"),
    ]
    assert file.same_count == 1

    importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    dropped = checked(data=data)
    importing.drop(file_id=dropped.pk, actor=actors.SYSTEM, now=make.NOW)
    assert not SellerFileRow.objects.exists()


def test_a_refused_file_keeps_its_errors_and_nothing_of_its_content():
    file = checked(",Shop,FR,,,,", "b,Shop,FR,,,,")
    file.refresh_from_db()
    assert bytes(file.content) == b""
    assert [(row.line, row.name) for row in file.rows.all()] == [(2, "")]


def test_a_file_of_sellers_has_limits_of_its_own(settings, monkeypatch):
    monkeypatch.setattr(previewing, "MOST_ROWS", 1)
    file = checked("a,Shop,FR,,,,", "b,Shop,FR,,,,")
    assert errors_of(file) == [(3, "The file has more than 1 sellers. Split it and import each part.")]
    settings.SELLER_IMPORT_MAX_BYTES = 20
    with pytest.raises(reading.TooBig, match="Split it"):
        checked("a,Shop,FR,,,,")


def test_a_file_is_applied_once():
    file = applied("a,Shop,FR,,,,")

    with pytest.raises(importing.AlreadyApplied):
        importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    with pytest.raises(importing.AlreadyApplied):
        importing.drop(file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)


def test_nobody_imports_sellers_without_the_permission():
    with pytest.raises(NotAllowed):
        checked("a,Shop,FR,,,,", actor=make.person("approver"))
    file = checked("a,Shop,FR,,,,")
    with pytest.raises(NotAllowed):
        importing.apply(file_id=file.pk, actor=make.person("approver"), now=make.NOW)


def test_the_command_adds_sellers_and_asks_before_it_changes_any(tmp_path, capsys):
    path = tmp_path / "s.csv"
    path.write_text(f"{HEADER}\na,Shop,FR,,,,Lyon\n")
    call_command("import_sellers", str(path))
    assert "1 sellers were added unverified" in capsys.readouterr().out

    path.write_text(f"{HEADER}\na,Shop,FR,,,,Paris\n")
    with pytest.raises(CommandError, match="--apply-changes"):
        call_command("import_sellers", str(path))
    assert "city: “Lyon” → “Paris”" in capsys.readouterr().out
    assert Seller.objects.get().city == "Lyon"
    assert SellerFile.objects.latest("id").status == "DROPPED"
    call_command("import_sellers", str(path), apply_changes=True)
    assert Seller.objects.get().city == "Paris"


def test_the_command_lists_all_errors(tmp_path, capsys):
    path = tmp_path / "s.csv"
    path.write_text(f"{HEADER}\n,Shop,FR,,,,\nb,,FR,,,,\n")

    with pytest.raises(CommandError, match="2 rows have errors"):
        call_command("import_sellers", str(path))
    assert "line 2: The external id is empty.\nline 3: The name is empty." in capsys.readouterr().err
