"""From what waits for a person to a file of exactly these rows, in their order, for whoever sees the list."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from backoffice import roles
from backoffice.audit.errors import NotAllowed, Refused
from payouts.exports import kinds, rows
from payouts.models import Submission
from payouts.operations import accounts as deciding
from payouts.operations import export_links, export_templates, exporting, recalls, schedules
from sellers.ledger.models import AdjustmentKind
from sellers.ledger.operations import adjustments
from tests import make, make_payouts
from tests.access import world
from tests.payouts import quick, scheduled, standing
from tests.payouts.admin.test_export_links import asked, sent

pytestmark = pytest.mark.django_db
PAGES = {
    "accounts": "/accounts/", "adjustments": "/adjustments/", "recalls": "/recalls/", "unknown": "/unknown/",
}  # fmt: skip
ORDERS = ("", "sort=-since", "sort=amount", "sort=-amount")


def logged_in(role):
    """A browser, and who is at it."""
    client, user = Client(), make.user(role, is_staff=True)
    client.force_login(user)
    return client, user


def same(client, kind, query, of_page, of_file):
    """The file of the page's own link holds the rows of the page, in their order."""
    address = f"{PAGES[kind]}?{query}"
    _found, listed = asked(client, address)
    assert [of_file(row) for row in listed] == [of_page(row) for row in sent(client, address)] != []


@pytest.fixture
def account_wishes():
    """First accounts and changes, of payouts that wait; some were decided before, of one seller two."""
    sellers = [quick.payout(amount_minor=minor).seller for minor in (500, 900, 100)]
    spanish = make.seller(country="ES", name="Wise Devices SL")
    makers = [make.person("analyst"), make.person("analyst")]
    for seed, (seller, verified) in enumerate(((sellers[1], True), (spanish, False), (sellers[1], True))):
        one = world.change_of_account(seller, seed=seed, actor=makers[seed % 2])
        values = {"note": "Called them.", "actor": make.person("compliance"), "now": make.NOW}
        deciding.decide(version_id=one.pk, verified=verified, **values)
    for seed, seller in enumerate([*sellers, spanish, make.seller()], 10):
        world.change_of_account(seller, seed=seed, actor=makers[seed % 2])
    return makers


@pytest.mark.parametrize(
    "query", [*ORDERS, "country=ES", "what=first", "what=change&sort=-amount", "not_asked_by={who}", "show=decided",
              "show=decided&country=ES", "show=decided&not_asked_by={who}"],
)  # fmt: skip
def test_bank_accounts(account_wishes, query):
    client, _user = logged_in("analyst")
    same(
        client, "accounts", query.format(who=account_wishes[0].name),
        lambda row: (row["it"].masked, row["it"].number, row["seller"].reference, row["it"].holder_name,
                     str(row["standing"].word), row["affected"].sums[0].minor if row["affected"] else 0),
        lambda row: (row["account"], row["version"], row["seller"], row["holder"], row["standing"], row["amount"]),
    )  # fmt: skip


@pytest.mark.parametrize("query", ["", "show=decided"])
def test_the_total_of_bank_accounts_counts_each_payout_once(account_wishes, query):
    client, _user = logged_in("compliance")
    shown = client.get(f"/accounts/totals/?{query}").context["totals"]
    definition = kinds.KINDS["accounts"]
    chosen = definition.chosen(query, now=make.NOW)
    count, totals = rows.totals(rows.select(definition, chosen), chosen)
    assert count == shown.count
    assert [(each.currency, each.minors["amount"]) for each in totals if each.minors["amount"]] == [
        (money.currency, money.minor) for money in shown.sums
    ]


@pytest.fixture
def wishes():
    """Adjustments of both kinds, up and down, in two currencies; three are decided."""
    shop, other = make.seller(), make.seller(country="JP")
    for seller, currency in ((shop, "EUR"), (other, "JPY")):
        make.earning(make.ledger_account(seller, currency=currency), amount_minor=-10_000, kind="refund")
    made = []
    for seller, currency, minor, kind in (
        (shop, "EUR", 500, "adjustment"), (shop, "EUR", -300, "adjustment"), (other, "JPY", 600, "adjustment"),
        (shop, "EUR", 200, "write_off"), (other, "JPY", 80, "write_off"), (shop, "EUR", 7, "adjustment"),
        (shop, "EUR", -9, "adjustment"),
    ):  # fmt: skip
        made.append(
            adjustments.request(
                seller_id=seller.pk, currency=currency, kind=AdjustmentKind(kind), amount_minor=minor, reason="=Lost",
                document_name="claim.pdf", document=b"%PDF", actor=make.person("analyst"), now=make.NOW,
            )
        )  # fmt: skip
    for one, granted in zip(made[-3:], (True, False, True), strict=True):
        adjustments.decide(
            adjustment_id=one.pk, granted=granted, note="Looked.", due_date=make.NOW.date(),
            actor=make.person("approver"), now=make.NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    "query", [*ORDERS, "kind=write_off", "effect=raises&sort=-amount", "effect=lowers", "currency=JPY",
              "not_asked_by={who}", "kind=adjustment&currency=EUR", "show=decided", "show=decided&effect=lowers"],
)  # fmt: skip
def test_adjustments(wishes, query):
    client, user = logged_in("analyst")[0], make.user("analyst")
    adjustments.request(
        seller_id=make.seller().pk, currency="EUR", kind=AdjustmentKind.ADJUSTMENT, amount_minor=1, reason="Mine",
        document_name="claim.pdf", document=b"%PDF", actor=make.actors.person(user), now=make.NOW,
    )  # fmt: skip
    same(
        client, "adjustments", query.format(who=user.username),
        lambda row: (f"A{row['it'].pk}", row["seller"].reference, row["money"].currency, row["money"].minor,
                     row["it"].reason, row["it"].get_decision_display() or "To decide"),
        lambda row: (row["adjustment"], row["seller"], row["currency"], row["amount"], row["reason"], row["decision"]),
    )  # fmt: skip


@pytest.fixture
def asked_back(tmp_path, settings):
    """Recalls; two are answered, and one of these was asked for again."""
    with make_payouts.bank(tmp_path, settings):
        batch = make_payouts.submitted([500, 900, 100, 500])
    values = {"channel": "phone", "reason": "Twice.", "now": make.NOW}
    payouts = list(make_payouts.payouts_of(batch))
    made = [recalls.ask(payout_id=each.pk, actor=make.person("treasurer"), **values) for each in payouts]
    for recall, state in ((made[0], "refused"), (made[1], "recalled")):
        recalls.answer(
            recall_id=recall.pk, state=state, words="They said so.", answered_at=make.NOW,
            actor=make.person("treasurer"), now=make.NOW,
        )  # fmt: skip
    recalls.ask(payout_id=payouts[0].pk, actor=make.person("treasurer"), **values)


@pytest.mark.parametrize("query", [*ORDERS, "currency=EUR", "currency=EUR&sort=-amount", "show=answered"])
def test_recalls(asked_back, query):
    client, _user = logged_in("treasurer")
    same(
        client, "recalls", query,
        lambda row: (row["recall"].attempt.end_to_end_id, row["payout"].reference, row["money"].minor,
                     row["recall"].reason, row["recall"].get_state_display()),
        lambda row: (row["end_to_end_id"], row["payout"], row["amount"], row["reason"], row["state"]),
    )  # fmt: skip


@pytest.fixture
def desk():
    """Files of which nobody knows, the last one the longest; somebody has found out about the first."""
    made = [standing.submission(status="UNKNOWN") for _ in range(4)]
    for number, (one, minor) in enumerate(zip(made, (500, 900, 100, 500), strict=True)):
        standing.attempt(quick.payout(amount_minor=minor), one, amount_minor=minor)
        Submission.objects.filter(pk=one.pk).update(status_at=make.NOW - timedelta(hours=number))
    return made


@pytest.mark.parametrize(
    "query", [*ORDERS, "currency=EUR", "waits_for={who}", "waits_for={who}&sort=-amount"]
)
def test_unknown_at_the_bank(desk, query):
    client, user = logged_in("treasurer")[0], make.user("treasurer")
    standing.finding(desk[0], "sent", proposed_by=user)
    standing.finding(desk[1], "never_sent")
    same(
        client, "unknown", query.format(who=user.username),
        lambda row: (row["submission"].key, row["submission"].payout_count, row["money"].minor,
                     row["finding"] and row["finding"].get_verdict_display()),
        lambda row: (row["submission"], row["payouts"], row["amount"], row["finding"]),
    )  # fmt: skip


@pytest.mark.parametrize(
    "role", [role for role, rights in roles.ROLES.items() if "payouts.request_export" in rights]
)
@pytest.mark.parametrize("kind", PAGES)
def test_who_sees_the_list_may_export_it_and_nobody_else(kind, role):
    client, user = logged_in(role)
    page = client.get(PAGES[kind])
    export = partial(exporting.request, kind=kind, filters="", format="csv", now=make.NOW)
    template = partial(
        export_templates.save, kind=kind, name="Mine", columns=["amount"], shared=False, now=make.NOW
    )
    doors = [f"/exports/new/?kind={kind}", f"/exports/rows/?kind={kind}"]
    if page.status_code == 200:
        assert f"/exports/new/?kind={kind}" in page.content.decode()
        assert [client.get(door).status_code for door in doors] == [200, 200]
        for door in (make.actors.person, make.actors.token, make.actors.command):
            assert export(actor=door(user)).kind == kind
        assert template(actor=make.actors.person(user)).kind == kind
    else:
        assert page.status_code == 403
        assert [client.get(door).status_code for door in doors] == [403, 403]
        assert f"kind={kind}" not in client.get("/exports/choose/").content.decode()
        for door in (make.actors.person, make.actors.token, make.actors.command):
            with pytest.raises(NotAllowed):
                export(actor=door(user))
        with pytest.raises(NotAllowed):
            template(actor=make.actors.person(user))


RIGHTS = {
    "payouts.view_payoutaccount",
    "sellers.view_seller",
    "payouts.request_export",
    "payouts.schedule_export",
}


@pytest.mark.parametrize(
    "right", ["payouts.verify_payout_account", "payouts.request_payout_account", "audit.view_event"]
)
def test_accounts_are_neither_made_regularly_nor_fetched_by_who_may_see_their_list_no_more(right):
    user = make.user(permissions=RIGHTS | {right})
    values = {"actor": make.actors.person(user), "now": make.NOW}
    export = exporting.request(kind="accounts", filters="", format="csv", **values)
    plan = scheduled.plan(kind="accounts", dates="")
    assert schedules.make(plan=plan, **values).kind == "accounts"
    with pytest.raises(exporting.NotReady):  # it is not written yet
        export_links.make(export_id=export.pk, **values)
    user.user_permissions.remove(Permission.objects.get(codename=right.split(".")[1]))
    with pytest.raises(NotAllowed):
        export_links.make(export_id=export.pk, **values)
    with pytest.raises(NotAllowed):
        schedules.make(plan=plan, **values)


def test_a_list_that_nobody_may_export_has_no_link():
    client, _user = logged_in("support")
    assert "Export these rows" not in client.get("/recalls/").content.decode()


@pytest.mark.parametrize(
    ("kind", "query", "said"),
    [
        ("accounts", "what=thing", "not known here. Use one of first, change"),
        ("accounts", "show=answered", "Use one of decided"),
        ("accounts", "seller=S1", "is no filter of bank accounts to verify"),
        ("adjustments", "effect=others", "Use one of raises, lowers"),
        ("adjustments", "not_asked_by=nobody", "nobody's user name"),
        ("recalls", "currency=XXQ", "“XXQ” is no currency."),
        ("unknown", "show=decided", "is no filter of submissions unknown at the bank"),
    ],
)
def test_a_filter_that_is_none_is_refused(kind, query, said):
    with pytest.raises(Refused, match=said):
        exporting.request(kind=kind, filters=query, format="csv", actor=make.person("auditor"), now=make.NOW)


@pytest.mark.parametrize(
    ("kind", "query", "words"),
    [
        ("accounts", "", "All bank accounts to verify"),
        ("accounts", "what=first", "To verify · What: a first account"),
        ("accounts", "show=decided&country=ES", "Decided · Country is Spain"),
        (
            "adjustments",
            "effect=lowers&adjustment=write_off",
            "To decide · Kind: Write-off · Effect: we owe less",
        ),
        ("recalls", "currency=EUR", "Waiting for the bank · Currency is EUR"),
        ("unknown", "", "All submissions unknown at the bank"),
    ],
)
def test_the_record_says_what_the_rows_are(kind, query, words):
    values = {"format": "csv", "actor": make.person("auditor"), "now": make.NOW}
    assert exporting.request(kind=kind, filters=query, **values).filters_text == words
