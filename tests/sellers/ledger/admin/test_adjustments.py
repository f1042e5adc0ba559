"""Adjustments through their pages: asked by one person, decided by another."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from sellers.ledger.models import Adjustment, Earning
from sellers.ledger.money import Money
from tests import make
from tests.sellers.ledger.operations.test_adjustments import asked, decided

pytestmark = pytest.mark.django_db


def as_user(client, role):
    user = make.user(role, is_staff=True)
    client.force_login(user)
    return user


def ask(client, seller, **changes):
    form = {
        "kind": "adjustment",
        "effect": "lowers",
        "currency": "EUR",
        "amount": "12.50",
        "reason": "Paid twice",
        "confirmed": "1",
        "document": SimpleUploadedFile("claim.pdf", b"%PDF"),
    }
    return client.post(
        reverse("admin:ledger_adjustment_new", args=[seller.reference]), form | changes, follow=True
    )


def test_an_adjustment_is_asked_for_and_granted_by_another(client):
    seller = make.seller()
    as_user(client, "analyst")
    assert "Asked for." in ask(client, seller).content.decode()
    it = Adjustment.objects.get()
    assert (it.amount_minor, it.document_name) == (-1250, "claim.pdf")

    as_user(client, "approver")
    page = client.get(reverse("admin:ledger_adjustment_detail", args=[it.pk])).content.decode()
    assert "Grant and post" in page
    answer = client.post(
        reverse("admin:ledger_adjustment_decide", args=[it.pk]),
        {"decision": "granted", "note": "", "looked": "on"},
        follow=True,
    )

    assert "Granted and posted" in answer.content.decode()
    assert Earning.objects.get().amount_minor == -1250


def test_what_it_would_do_is_looked_at_first_and_what_was_typed_is_kept(client):
    seller = make.seller(name="Wise Devices SL")
    make.earning(make.ledger_account(seller), amount_minor=100_00)
    as_user(client, "analyst")
    page = ask(client, seller, confirmed="", reason="Paid twice in May")
    shown = page.content.decode()
    assert not Adjustment.objects.exists()
    assert page.context["effect"] == "We owe Wise Devices SL €12.50 less."
    assert (page.context["before"], page.context["after"]) == (Money(100_00, "EUR"), Money(87_50, "EUR"))
    assert "Another person who may grant adjustments: not you." in shown
    kept = dict(page.context["hidden"])
    assert kept["amount"] == "12.50" and kept["reason"] == "Paid twice in May"
    address = reverse("admin:ledger_adjustment_new", args=[seller.reference])
    back = client.post(address, kept | {"change": "1"})
    assert 'value="12.50"' in back.content.decode() and "Paid twice in May" in back.content.decode()
    nothing = client.post(address, kept)
    assert "Choose a file." in nothing.content.decode() and not Adjustment.objects.exists()
    paper = SimpleUploadedFile("claim.pdf", b"%PDF")
    assert "Asked for." in client.post(address, kept | {"document": paper}, follow=True).content.decode()
    assert Adjustment.objects.get().amount_minor == -1250


def test_who_asked_gets_no_button_and_no_way_around_it(client):
    both = make.user(
        permissions=["ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment"],
        is_staff=True,
    )
    client.force_login(both)
    ask(client, make.seller())
    it = Adjustment.objects.get()

    page = client.get(reverse("admin:ledger_adjustment_detail", args=[it.pk])).content.decode()
    assert "another person must decide" in page
    assert "Grant and post" not in page
    address = reverse("admin:ledger_adjustment_decide", args=[it.pk])
    answer = client.post(address, {"decision": "granted", "looked": "on"})
    assert answer.status_code == 422
    assert Earning.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"amount": "12,50"}, "is not an amount"),
        ({"amount": "-12.50"}, "without a sign"),
        ({"amount": "0"}, "The amount is zero"),
        ({"amount": "1e5"}, "is not an amount"),
        ({"kind": "write_off", "effect": "raises"}, "cannot be written off"),
        ({"currency": "XXX"}, "“XXX” is none of these"),
        ({"document": ""}, "Choose a file"),
        ({"document": SimpleUploadedFile("x.pdf", b"x" * (5 * 1024 * 1024 + 1))}, "larger than 5 MB"),
    ],
)
def test_bad_input_is_a_sentence(client, change, says):
    as_user(client, "analyst")

    assert says in ask(client, make.seller(), **change).content.decode()
    assert Adjustment.objects.count() == 0


def test_who_asked_takes_it_back_on_its_page(client):
    it = asked(make.person("analyst"))
    as_user(client, "analyst")
    address = reverse("admin:ledger_adjustment_withdraw", args=[it.pk])
    page = reverse("admin:ledger_adjustment_detail", args=[it.pk])
    assert "Take it back" not in client.get(page).content.decode()  # another's
    assert "only who asked for it may" in client.post(address).content.decode()

    client.force_login(it.requested_by)
    it.requested_by.is_staff = True
    it.requested_by.save()
    assert "Take it back" in client.get(page).content.decode()
    assert "Taken back: nothing was posted" in client.post(address, follow=True).content.decode()
    assert "taken back" in client.get(page).content.decode()
    assert client.post(address).status_code == 409


def test_without_the_tick_nothing_is_granted_and_what_was_typed_stays(client):
    it = asked(make.person("analyst"))
    as_user(client, "approver")
    page = client.get(reverse("admin:ledger_adjustment_detail", args=[it.pk])).content.decode()
    box = re.search(r'<input type="checkbox" name="looked"[^>]*>', page)
    assert box and " required" in box.group() and " checked" not in box.group()
    assert re.search(r'value="refused" formnovalidate>', page)
    address = reverse("admin:ledger_adjustment_decide", args=[it.pk])
    answer = client.post(address, {"decision": "granted", "note": "Seen with Ada"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Not granted: look at the document and the reason first, then tick this." in said
    assert "Seen with Ada" in said
    it.refresh_from_db()
    assert not it.decision and not Earning.objects.exists()


def test_refusing_needs_a_note(client):
    it = asked(make.person("analyst"))
    as_user(client, "approver")
    address = reverse("admin:ledger_adjustment_decide", args=[it.pk])

    assert "say why" in client.post(address, {"decision": "refused"}).content.decode()
    assert (
        "Refused: nothing was posted"
        in client.post(address, {"decision": "refused", "note": "No"}, follow=True).content.decode()
    )


def test_the_lists_show_what_waits_and_what_was_decided(client):
    it = asked(make.person("analyst"))
    as_user(client, "approver")
    address = reverse("admin:ledger_adjustment_list")

    assert f">A{it.pk}<" in client.get(address).content.decode()
    assert f">A{it.pk}<" not in client.get(address + "?show=decided").content.decode()


def test_the_document_is_a_download_and_never_a_page(client):
    it = asked(make.person("analyst"), document_name="<b>ü.html", document=b"<script>")
    as_user(client, "approver")

    answer = client.get(reverse("admin:ledger_adjustment_document", args=[it.pk]))

    assert b"".join(answer.streaming_content) == b"<script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("role", ["support", "treasurer", "compliance", "admin"])
def test_other_roles_do_not_open_it(client, role):
    as_user(client, role)

    assert client.get(reverse("admin:ledger_adjustment_list")).status_code == 403
    assert (
        client.get(reverse("admin:ledger_adjustment_new", args=[make.seller().reference])).status_code == 403
    )


def test_the_same_amount_asked_for_twice_is_said_to_who_decides(client):
    seller, asker = make.seller(), make.person("analyst")
    first = asked(asker, seller=seller)
    as_user(client, "approver")
    says = "The same amount was asked for on this balance"
    page = reverse("admin:ledger_adjustment_detail", args=[first.pk])
    asked(asker, seller=seller, amount_minor=2_501)
    asked(asker, seller=make.seller())
    asked(asker, seller=seller, now=make.NOW - timedelta(days=91))
    assert says not in client.get(page).content.decode()
    again = asked(asker, seller=seller)
    shown = client.get(page).content.decode()
    assert says in shown and f">A{again.pk}<" in shown
    decided(again, make.person("approver"), granted=False)
    assert says not in client.get(page).content.decode()


def test_an_amount_is_read_as_the_reader_writes_it(client):
    seller = make.seller()
    as_user(client, "analyst")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    with override("en"):  # so that the language ends with it
        ask(client, seller, amount="1 250,50")
        assert Adjustment.objects.get().amount_minor == -1250_50
        assert "5000,5,0" in ask(client, seller, amount="5000,5,0").content.decode()
