"""Each reader of an import sees its errors in their own language, whoever brought the file in whichever."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import gettext, override

from sellers.ledger.models import ImportFile
from sellers.models import SellerFileRow
from tests import make, make_payouts
from tests.payouts import camt
from tests.sellers.ledger.importing import given

pytestmark = pytest.mark.django_db
NOT_READ = {
    "en": "Line 2 is not UTF-8 (byte 0x81)",
    "fr": "La ligne 2 n’est pas en UTF-8 (",
    "ja": "2行目がUTF-8",
}


def as_role(client, role):
    client.force_login(make.user(role, is_staff=True))
    return client


def uploaded(client, address, data, *, language="fr") -> ImportFile:
    form = {"profile": "generic", "file": SimpleUploadedFile("november.csv", data)}
    client.post(reverse(address), form, headers={"accept-language": language}, follow=True)
    return ImportFile.objects.latest("pk")


def seen(client, address, language) -> str:
    answer = client.get(address, headers={"accept-language": language}, follow=True)
    assert answer.status_code == 200
    with override("de"):  # what is sent later is sent in no language of the reader's
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace")


@pytest.mark.parametrize("language", NOT_READ)
def test_earnings_are_read_by_others_in_their_language(client, language):
    as_role(client, "analyst")
    data = given.csv(given.row(seller="shop-1")).replace(b"e1", b"caf\x81")
    file = uploaded(client, "admin:ledger_import_new", data)
    assert file.staged.get().error.startswith(NOT_READ["en"])
    for name in ("detail", "errors", "copy"):
        assert NOT_READ[language] in seen(
            client, reverse(f"admin:ledger_import_{name}", args=[file.pk]), language
        )


@pytest.mark.parametrize(("language", "said"), [("en", "“Q1” is no country."), ("fr", "n’est pas un pays")])
def test_sellers_are_read_by_others_in_their_language(client, language, said):
    as_role(client, "analyst")
    file = uploaded(client, "admin:sellers_import_new", b"external_id,name,country\na,Shop,Q1\n")
    assert SellerFileRow.objects.get().error.startswith("“Q1” is no country.")
    assert said in seen(client, reverse("admin:ledger_import_detail", args=[file.pk]), language)
    assert said in seen(client, reverse("admin:ledger_import_errors", args=[file.pk]), language)
    (_head, row) = csv.reader(
        io.StringIO(seen(client, reverse("admin:ledger_import_copy", args=[file.pk]), language))
    )
    assert said in row[-1]


@pytest.mark.parametrize(
    ("language", "line", "error"),
    [
        ("en", "line", "error"),
        ("fr", "ligne", "erreur"),
        ("es", "línea", "error"),
        ("ja", "行", "エラー"),
    ],
)
def test_downloads_of_errors_are_headed_in_the_readers_language(client, language, line, error):
    as_role(client, "analyst")
    file = uploaded(client, "admin:ledger_import_new", given.csv(given.row(seller="nobody")))
    errors, copy = (
        csv.reader(
            io.StringIO(seen(client, reverse(f"admin:ledger_import_{name}", args=[file.pk]), language))
        )
        for name in ("errors", "copy")
    )
    assert next(errors) == [line, error]
    assert next(copy)[-2:] == ["description", error]


@pytest.mark.parametrize(
    ("language", "quoted"),
    [("en", "“seller”"), ("fr", "«\u00a0seller\u00a0»"), ("es", "«seller»"), ("ja", "「seller」")],
)
def test_names_in_a_sentence_stand_in_the_readers_quotation_marks(client, language, quoted):
    as_role(client, "analyst")
    data = given.csv(given.row(seller="shop-1")).replace(b"seller,", b"shop,", 1)
    file = uploaded(client, "admin:ledger_import_new", data)
    assert file.staged.get().error.startswith("The header lacks “seller”.")
    assert quoted in seen(client, reverse("admin:ledger_import_detail", args=[file.pk]), language)


@pytest.mark.parametrize("language", ["en", "fr", "es", "ja"])
@pytest.mark.parametrize("header", ["external_id,name,country", "external_id,name,pays"])
def test_a_corrected_copy_of_sellers_goes_in_with_its_column_of_errors(client, language, header):
    as_role(client, "analyst")
    country = b"Q1" if header.endswith("country") else b"FR"
    file = uploaded(client, "admin:sellers_import_new", header.encode() + b"\na,Shop," + country + b"\n")
    for _again in range(4):
        copy = seen(client, reverse("admin:ledger_import_copy", args=[file.pk]), language).encode()
        file = uploaded(client, "admin:sellers_import_new", copy, language=language)
        assert file.status == "REFUSED"
    mended = copy.replace(b",Q1,", b",FR,").replace(b",pays,", b",country,")
    assert uploaded(client, "admin:sellers_import_new", mended).status == "CHECKED"


@pytest.mark.parametrize(
    ("language", "day", "account", "label"),
    [
        ("en", "It is of 24 November 2036,", "ending in 9999", "error: "),
        ("fr", "Il est daté du 24 novembre 2036,", "finissant par 9999", "erreur : "),
    ],
)
def test_a_statement_is_read_by_others_in_their_language_with_its_days_as_they_write_them(
    client, language, day, account, label
):
    make_payouts.funding()
    as_role(client, "treasurer")
    body = camt.statement([camt.Line(-5)], day="2036-11-24", account="FR7630006000019999999999999")
    file = uploaded(client, "admin:ledger_statement_new", body)
    page = seen(client, reverse("admin:ledger_import_detail", args=[file.pk]), language)
    assert account in page
    errors, copy = (
        seen(client, reverse(f"admin:ledger_import_{name}", args=[file.pk]), language)
        for name in ("errors", "copy")
    )
    assert day in errors and day in copy and day in page
    assert f"<!-- {label}" in copy


@pytest.mark.parametrize("language", ["en", "es", "ja"])
def test_why_an_import_failed_is_read_in_the_readers_language(client, language):
    as_role(client, "analyst")
    make.seller(external_id="shop-1")
    file = uploaded(client, "admin:ledger_import_new", given.csv(given.row(seller="shop-1")))
    why = "It could not be done, and nothing of it was posted; the trouble was logged. Upload the file again."
    ImportFile.objects.filter(pk=file.pk).update(status="FAILED", trouble=why)
    with override(language):
        said = gettext(why)
    assert (said == why) == (language == "en")
    for address in (
        reverse("admin:ledger_import_detail", args=[file.pk]),
        reverse("admin:ledger_import_list"),
    ):
        assert said in seen(client, address, language)


def test_what_a_version_before_wrote_stays_as_it_is(client):
    as_role(client, "analyst")
    file = uploaded(client, "admin:ledger_import_new", given.csv(given.row(seller="nobody")))
    file.staged.update(error="Le vendeur nobody est inconnu.")
    assert "Le vendeur nobody est inconnu." in seen(
        client, reverse("admin:ledger_import_detail", args=[file.pk]), "en"
    )
