"""Sellers without an account get a simulated one, by two people, in demo mode only."""

import pytest
from django.core.management import CommandError, call_command

from payouts.models import AccountDecision, AccountVersion, PayoutAccount
from payouts.operations import accounts, creation
from sellers.models import Seller
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


def run(capsys, *arguments: str) -> str:
    call_command("demo_accounts", *arguments)
    return capsys.readouterr().out


def test_every_seller_of_the_country_is_verified_and_paid_by_the_next_run(capsys):
    brazilian, french = (
        make.seller(country="BR", verified_at=None),
        make.seller(country="FR", verified_at=None),
    )
    make.earning(make.ledger_account(brazilian, currency="BRL"), amount_minor=5_000)
    assert "1 accounts made and verified, 1 sellers verified" in run(capsys, "--country", "br")
    french.refresh_from_db()
    assert french.verified_at is None
    assert not PayoutAccount.objects.filter(seller=french).exists()
    made = creation.run(until=None, country="BR", key="run", actor=make.person("analyst"), now=make.NOW)
    assert made.payout_count == 1


def test_the_accounts_are_valid_and_two_people_stand_behind_each(capsys):
    for country in ("FR", "DE", "US", "GB", "JP", "BR"):
        make.seller(country=country)
    run(capsys)
    versions = AccountVersion.objects.values_list("pk", flat=True)
    for account in accounts.decrypt_for_rail(version_ids=versions).values():
        assert accounts.schemes.get(account.scheme).parse(account.fields) == account.fields
    assert len(versions) == 6
    assert not AccountDecision.objects.filter(decided_by=accounts.F("requested_by")).exists()


def test_who_has_an_account_keeps_it_and_a_second_time_does_nothing(capsys):
    seller = make.seller()
    mine = make_accounts.payable(seller)
    make.seller()
    run(capsys)
    assert PayoutAccount.objects.get(seller=seller).current_id == mine.pk
    assert "Nothing to do" in run(capsys)


@pytest.mark.parametrize("name", ["reference", "external_id"])
def test_one_seller_is_named_by_reference_or_the_marketplaces_id(capsys, name):
    wanted, other = make.seller(), make.seller()
    run(capsys, "--seller", getattr(wanted, name))
    assert list(PayoutAccount.objects.values_list("seller_id", flat=True)) == [wanted.pk]
    assert other.pk != wanted.pk


def test_sellers_of_a_country_that_no_file_opens_are_left_out_and_told(capsys):
    make.seller(country="ZZ")
    call_command("demo_accounts")
    assert "no country file opens them: ZZ" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--country", "ZZ"], "no country file opens ZZ"),
        (["--seller", "S999999"], "there is no seller S999999"),
        (["--country", "FR", "--seller", "shop-9"], "there is no seller shop-9 in FR"),
    ],
)
def test_who_is_not_there_is_given_nothing_and_that_is_said(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("demo_accounts", *arguments)


def test_a_japanese_holder_is_the_sellers_own_kana(capsys):
    make.seller(country="JP", name="株式会社リユースプラザ")
    run(capsys)
    version = AccountVersion.objects.get()
    kana = accounts.decrypt_for_rail(version_ids=[version.pk])[version.pk].fields["kana"]
    assert kana == "ｶ)ﾘﾕｰｽﾌﾟﾗｻﾞ".replace("ｰ", "-")


def test_outside_demo_mode_nothing_is_made(settings):
    make.seller(verified_at=None)
    settings.DEMO = False
    with pytest.raises(CommandError, match="not in demo mode"):
        call_command("demo_accounts")
    assert not PayoutAccount.objects.exists()
    assert Seller.objects.get().verified_at is None
