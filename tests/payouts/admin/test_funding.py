"""Our own accounts in the settings: added and closed on the record, shown only in part."""

import pytest
from django.urls import reverse

from backoffice.audit.models import Event
from backoffice.doors import keyset
from payouts.models import FundingAccount
from tests.payouts import quick
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db
FORM = {
    "code": "sepa-eur", "rail": "sepa", "currency": "eur", "holder_name": "Marketplace SAS", "country": "fr",
    "scheme": "iban", "identifier": "FR76 3000 6000 0112 3456 7890 189", "bic": "agrifrpp",
}  # fmt: skip


def add(role: str = "admin", **values):
    return client(role).post(reverse("admin:payouts_funding_add"), FORM | values, follow=True)


def test_an_account_is_added_shown_in_part_and_recorded():
    page = add().content.decode()
    made = FundingAccount.objects.get()
    assert (made.code, made.identifier, made.bic) == ("SEPA-EUR", "FR7630006000011234567890189", "AGRIFRPP")
    assert made.identifier not in page and "FR76 •••• 0189" in page
    event = Event.objects.get(action="funding.add")
    assert made.identifier not in str(event.data) and event.data["code"] == "SEPA-EUR"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"identifier": "FR7630006000011234567890188"}, "check digits"),
        ({"currency": "EUX"}, "no currency of ISO 4217"),
        ({"code": "söpa"}, "capital letters"),
        ({"bic": "AGRI"}, "8 or 11 letters"),
        ({"rail": "nowhere"}, "“nowhere” is none of these"),
        ({"scheme": "other", "identifier": "12/34"}, "bank&#x27;s own number"),
    ],
)
def test_what_could_not_be_paid_from_is_refused_with_what_is_wrong(values, sentence):
    assert sentence in add(**values).content.decode()
    assert not FundingAccount.objects.exists()


def test_one_account_is_active_per_rail_and_currency():
    add()
    second = add(code="SEPA-EUR-2", identifier="DE89370400440532013000", country="DE")
    assert "SEPA-EUR pays EUR over SEPA now" in second.content.decode()
    assert "there is an account SEPA-EUR already" in add().content.decode()


def test_an_account_is_closed_and_its_number_never_changes():
    add()
    url = reverse("admin:payouts_funding_change", args=["SEPA-EUR"])
    values = {"holder_name": "Marketplace SA", "bic": "", "identifier": "DE89370400440532013000"}
    assert "SEPA-EUR saved." in client("admin").post(url, values, follow=True).content.decode()
    account = FundingAccount.objects.get()
    assert (account.active, account.holder_name, account.identifier[:4]) == (False, "Marketplace SA", "FR76")
    changed = Event.objects.get(action="funding.change").data["changed"]
    assert changed == {"holder_name": "Marketplace SA", "bic": "", "active": False}


@pytest.mark.parametrize(("role", "status"), [("treasurer", 200), ("auditor", 200), ("analyst", 403)])
def test_others_look_at_most(role, status):
    assert client(role).get(reverse("admin:payouts_funding_list")).status_code == status
    assert add(role).status_code == 403
    assert client(role).post(reverse("admin:payouts_funding_change", args=["X"])).status_code == 403


def test_the_accounts_are_listed_a_page_at_a_time_the_active_ones_first(monkeypatch):
    monkeypatch.setattr(keyset.page, "__kwdefaults__", keyset.page.__kwdefaults__ | {"size": 2})
    for code, active in (("B", True), ("A", False), ("D", True), ("C", False)):
        quick.funding(rail=f"rail-{code}", code=code, active=active)
    reader, url, seen = client("admin"), "/settings/funding/", []
    while url:
        page = reader.get(url).context["pager"]
        seen += [account.code for account in page.rows]
        url = page.next_url and f"/settings/funding/{page.next_url}"
    assert seen == ["B", "D", "A", "C"]
    back = reader.get(f"/settings/funding/{page.previous_url}")
    assert [account.code for account in back.context["rows"]] == ["B", "D"]
    assert 'rel="next"' in back.content.decode()
