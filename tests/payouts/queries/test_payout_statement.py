"""The statement of a payout: its lines by kind, adding up to the amount."""

import datetime

import pytest

from payouts.exports.statements import payout as payout_sheet
from payouts.exports.statements import pdf
from payouts.models import Payout
from payouts.operations import creation, givebacks, settlement
from payouts.queries import payout_statement
from payouts.rails import base
from sellers.ledger.models import AdjustmentKind, EarningKind
from sellers.ledger.operations import adjustments
from sellers.models import Seller
from tests import make, make_accounts, make_payouts
from tests.payouts import quick, standing
from tests.pdf_reading import Reading

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def adjusted(account, amount_minor: int, reason: str) -> None:
    """An adjustment that one person asked for and another granted."""
    asked = adjustments.request(
        seller_id=account.seller_id, currency=account.currency, kind=AdjustmentKind.ADJUSTMENT,
        amount_minor=amount_minor, reason=reason, document_name="claim.pdf", document=b"%PDF the claim",
        actor=make.person("analyst"), now=make.NOW,
    )  # fmt: skip
    adjustments.decide(
        adjustment_id=asked.pk, granted=True, note="INTERNAL", due_date=make.TODAY, actor=make.person("approver"),
        now=make.NOW,
    )  # fmt: skip


def paid(*earned, currency="EUR", country="FR", **seller) -> Payout:
    """A payout of these (amount in minor units, kind, order), as a run makes it."""
    account = make.ledger_account(make.seller(country=country, **seller), currency=currency)
    for amount_minor, kind, order in earned:
        if kind == EarningKind.ADJUSTMENT:
            adjusted(account, amount_minor, order)
        else:
            make.earning(account, amount_minor=amount_minor, kind=kind, order_ref=order)
    make_accounts.payable(account.seller, currency=currency)
    creation.run(
        until=None, country=country, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW
    )
    return read(Payout.objects.get(account=account))


def read(payout: Payout) -> Payout:
    return payout_statement.rows().get(pk=payout.pk)


def sheet(payout: Payout, language: str = "en", **more):
    return payout_sheet.sheet(payout_statement.of_payout(payout=payout), language=language, **more)


def tables(payout: Payout, language: str = "en", **more):
    """Heading, rows and total of each table, as people read them."""
    return [
        (table.heading, [[str(cell) for cell in row] for row in table.rows], str(table.total[1]))
        for table in sheet(payout, language, **more).tables
    ]


def test_lines_stand_by_kind_with_their_orders_and_add_up():
    payout = paid(
        (120_00, EarningKind.SALE, "O1"),
        (80_50, EarningKind.SALE, "O2"),
        (-24_06, EarningKind.COMMISSION, "O1"),
        (-80_50, EarningKind.REFUND, "O2"),
        (-3_00, EarningKind.FEE, ""),
        (1_00, EarningKind.ADJUSTMENT, "Parcel lost by us"),
    )
    made_of, sales, commissions, refunds, fees, granted = tables(payout)
    assert made_of[1] == [
        ["Sales", "2", "200.50"],
        ["Commissions", "1", "−24.06"],
        ["Refunds", "1", "−80.50"],
        ["Fees", "1", "−3.00"],
        ["Adjustments", "1", "1.00"],
    ]
    assert made_of[2] == "93.94" and payout.amount_minor == 93_94
    assert sales == (
        "Sales (2)", [["20 Nov 2026", "O1", "", "120.00"], ["20 Nov 2026", "O2", "", "80.50"]], "200.50"
    )  # fmt: skip
    assert (commissions[2], refunds[2], fees[2]) == ("−24.06", "−80.50", "−3.00")
    ((_, _, what, amount),) = granted[1]
    assert (what, amount) == ("Parcel lost by us", "1.00")


def test_yen_have_no_decimals_and_the_words_are_japanese():
    payout = paid(
        (12_000, EarningKind.SALE, "O1"), (-1_440, EarningKind.COMMISSION, "O1"), currency="JPY", country="JP"
    )
    made_of, *_ = tables(payout, "ja")
    assert made_of == ("内訳", [["売上", "1", "12,000"], ["販売手数料", "1", "−1,440"]], "10,560")


def test_a_reissue_shows_its_single_line_and_what_it_replaces():
    old = standing.payout("CANCELLED")
    standing.given_back(old)
    new = givebacks.reissue(
        payout_id=old.pk, actor=make.person(permissions=["payouts.dispose_payout"]), now=make.NOW
    )
    payout = read(new)
    made_of, line = tables(payout)
    assert made_of[1] == [["Amounts of earlier payouts", "1", "100.00"]] and made_of[2] == "100.00"
    assert line[1] == [["24 Nov 2026", old.reference, "", "100.00"]]
    facts = dict(sheet(payout).facts)
    assert facts["Replaces"] == old.reference and "Period" not in facts


def test_a_rolled_amount_names_the_payout_it_comes_from():
    old = quick.payout()
    givebacks.cancel(payout_ids=[old.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    givebacks.roll(payout_id=old.pk, actor=make.person(permissions=["payouts.dispose_payout"]), now=make.NOW)
    account = old.account
    make.earning(account, amount_minor=-40_00, due_date=make.TODAY + DAY, now=make.NOW + DAY)
    creation.run(until=None, country="FR", key="next", actor=make.person("analyst"), now=make.NOW + DAY)
    made_of, refunds, rolled = tables(read(Payout.objects.get(run__key="next")), "fr")
    assert made_of[2] == "60,00"
    assert rolled[0] == "Montants de versements antérieurs (1)"
    assert rolled[1] == [["24 nov. 2026", old.reference, "", "100,00"]]
    assert refunds[2] == "−40,00"


def test_the_page_shows_the_first_lines_and_says_so_while_the_sums_are_of_all():
    payout = paid(*((1_00 + n, EarningKind.SALE, f"O{n}") for n in range(5)))
    (_, whole), shown = sheet(payout).tables, sheet(payout, most=2).tables[1]
    assert len(list(whole.rows)) == 5 and whole.note == ""
    assert [row[1] for row in shown.rows] == ["O0", "O1"]
    assert shown.note == "The first 2 of 5 lines; the PDF has them all. Sums are of all lines."
    assert str(shown.total[1]) == "5.10"


def test_of_what_no_pdf_holds_the_page_promises_none(monkeypatch):
    monkeypatch.setattr(payout_statement, "LONGEST", 4)
    payout = paid(*((1_00 + n, EarningKind.SALE, f"O{n}") for n in range(5)))
    assert sheet(payout, most=2).tables[1].note == "The first 2 of 5 lines. Sums are of all lines."


def test_more_lines_than_are_read_at_once_are_all_there(monkeypatch):
    monkeypatch.setattr(payout_statement, "CHUNK", 3)
    payout = paid(*((1_00, EarningKind.SALE, f"O{n}") for n in range(10)))
    lines = list(payout_statement.lines(payout=payout, kind="sale"))
    assert [line.order for line in lines] == [f"O{n}" for n in range(10)]
    assert sum(line.amount_minor for line in lines) == payout.amount_minor


def test_the_pdf_says_who_pays_whom_how_much_for_when_and_where_to():
    quick.funding()
    payout = paid(
        (45_210_00, EarningKind.SALE, "O-77"), name="Nippon Reboot 株式会社", address_line="3 rue Bœuf",
        postcode="69005", city="Lyon",
    )  # fmt: skip
    text = Reading(pdf.write(sheet(payout, "fr"))).text.replace("\t", "").replace("\N{NO-BREAK SPACE}", " ")
    for said in (
        "Marketplace SAS", f"Relevé de versement {payout.reference}", "Nippon Reboot 株式会社", "3 rue Bœuf",
        "69005 Lyon", "France", payout.seller.reference, "45 210,00 €", "EUR", "20–24 nov. 2026", "FR76 •••• •••• 0001",
        "En préparation", "24 nov. 2026", "O-77", "Page 1 sur 1",
    ):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("REVIEWED", "Being prepared"), ("SUBMITTED", "Handed to the bank"), ("PAID", "Paid, "),
        ("RETURNED", "Returned by the bank, "), ("CANCELLED", "Cancelled, "),
    ],
)  # fmt: skip
def test_what_became_of_it_is_said_in_words_for_the_seller(status, said):
    facts = dict(sheet(read(standing.payout(status))).facts)
    assert facts["Status"].startswith(said)
    assert ("2026" in facts["Status"]) == said.endswith(", ")


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        ("", "Handed to the bank", True),
        ("paid", "Paid, ", True),
        ("failed", "Not delivered, ", True),
        ("returned", "Returned by the bank, ", True),
        ("rejected", "Being prepared", False),
    ],
)
def test_a_hand_over_is_told_only_while_the_bank_has_what_was_handed_over(
    tmp_path, settings, answer, status, told
):
    with make_payouts.bank(tmp_path, settings):
        (payout,) = make_payouts.payouts_of(make_payouts.submitted([1200], country="US"))
    if answer:
        reference = payout.attempts.get().end_to_end_id
        report = base.Report(kind=base.ReportKind(answer), source_id="s1", end_to_end_id=reference)
        settlement.apply(reports=[report], rail="sandbox", now=make.NOW)
    facts = dict(sheet(read(payout)).facts)
    assert facts["Status"].startswith(status)
    assert ("Handed to the bank on" in facts) is told


def test_what_was_refused_and_then_cancelled_was_not_handed_over(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        (payout,) = make_payouts.payouts_of(make_payouts.submitted([1200], country="US"))
    reference = payout.attempts.get().end_to_end_id
    report = base.Report(kind=base.ReportKind.REJECTED, source_id="s1", end_to_end_id=reference)
    settlement.apply(reports=[report], rail="sandbox", now=make.NOW)
    givebacks.cancel(payout_ids=[payout.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    facts = dict(sheet(read(payout)).facts)
    assert facts["Status"].startswith("Cancelled, ") and "Handed to the bank on" not in facts


@pytest.mark.parametrize(
    ("country", "city", "postcode", "line"),
    [
        ("US", "Columbus, OH", "43215", "Columbus, OH 43215"),
        ("GB", "Bristol", "BS1 5TR", "Bristol BS1 5TR"),
        ("FR", "Rennes", "35000", "35000 Rennes"),
        ("GB", "Bristol", "", "Bristol"),
    ],
)
def test_an_address_stands_in_the_order_of_its_country(country, city, postcode, line):
    seller = Seller(name="One", country=country, city=city, postcode=postcode)
    assert payout_sheet.address(seller, "en")[1] == line
