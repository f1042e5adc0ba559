"""A real marketplace's order lines come out to the cent. Runs where the files are."""

import os
from pathlib import Path

import pytest
from django.db.models import Max, Sum

from payouts.models import Payout
from sellers.ledger.models import Earning
from tests import make_payouts
from tests.stories import market

pytestmark = pytest.mark.django_db

SHARED = Path(os.environ.get("SHARED_DIR", Path(__file__).resolve().parents[3] / "shared"))
LINES = SHARED / "data" / "olist" / "olist_order_items_dataset.csv"
SELLERS, PAYOUTS_MINOR = 1_574, 126_107_895


@pytest.mark.skipif(not LINES.exists(), reason="the order lines are not on this machine")
def test_every_real_order_line_is_paid_to_the_cent_and_once(tmp_path, settings):
    settings.DEMO = True
    market.command("import_earnings", str(LINES), "--profile", "olist-order-items")
    sums = dict(Earning.objects.values_list("kind").annotate(Sum("amount_minor")))
    assert sums == {"sale": 140_565_569, "commission": -14_457_674}
    market.command("demo_accounts", "--country", "BR")
    make_payouts.funding("BR")
    assert f"{SELLERS} payouts made: 1261078.95 BRL" in market.command("run_payouts", "--country", "BR")
    assert Payout.objects.aggregate(Max("amount_minor"))["amount_minor__max"] == 2_544_526
    largest = Payout.objects.select_related("seller").get(amount_minor=2_544_526)
    assert largest.seller.external_id == "53243585a1d6dc2643021fd1853d8905"

    with make_payouts.bank(tmp_path, settings) as bank:
        market.send(market.judge(list(Payout.objects.order_by("pk"))))
        judged = bank.bank.judgement()
        assert (judged["count"], judged["sums"]) == (SELLERS, {"BRL": PAYOUTS_MINOR})
        recorded = {each["end_to_end_id"]: each["amount_minor"] for each in judged["instructions"]}
        assert recorded == {f"P{pk}A1": amount for pk, amount in Payout.objects.values_list("pk", "amount_minor")}
        bank.advance(5 * 24 * 3600)
        market.hear("sandbox")
    assert market.statuses() == {"PAID": SELLERS}
