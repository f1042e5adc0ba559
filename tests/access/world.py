"""One of everything that a page can be about, so that every address of the back office has something behind it."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from backoffice import roles
from backoffice.audit import actors
from backoffice.audit.actors import SYSTEM
from backoffice.people.models import PersonRequest
from backoffice.people.operations import asking
from payouts import countries
from payouts.countries import schemes
from payouts.models import (
    AccountVersion,
    Batch,
    CapChange,
    Export,
    ExportSchedule,
    FundingAccount,
    Hold,
    Incident,
    Job,
    LineResolution,
    Payout,
    PayoutRun,
    RailSwitch,
    Recall,
    ReleaseRequest,
    Resolution,
    SavedView,
    Statement,
    StatementLine,
    Submission,
)
from payouts.operations import (
    accounts,
    breaks,
    collecting,
    exporting,
    holds,
    imports,
    incidents,
    periods,
    recalls,
    schedules,
    switches,
    unknown,
    views,
)
from sellers import importing as seller_files
from sellers.ledger import importing
from sellers.ledger.models import (
    AccountMapping,
    Adjustment,
    AdjustmentKind,
    Book,
    Earning,
    ImportFile,
    JournalFile,
    MonthRate,
)
from sellers.ledger.operations import adjustments, mapping, rates
from sellers.models import Seller, SellerFile
from tests import books, make, make_payouts, sftp
from tests.payouts import camt, line_to_the_bank, quick, scheduled
from tests.payouts.caps import raise_that_waits
from tests.sellers.ledger.importing import given

SEPTEMBER = date(2026, 9, 1)


@dataclass
class World:
    """What stands behind the addresses. ``users`` has one person for each role, and who made things beside them."""

    users: dict[str, Any]
    pending: Payout
    reviewed: Payout
    approved: Payout
    failed: Payout
    paid: Payout
    recall: Recall
    hold: Hold
    release_request: ReleaseRequest
    proposed: Batch
    sent: Batch
    sent_file: Submission
    lost: Submission
    resolution: Resolution
    exports: dict[str, Export]
    schedules: dict[str, ExportSchedule]
    sent_elsewhere: ExportSchedule
    views: dict[str, SavedView]
    run: PayoutRun
    jobs: dict[str, Job]
    version: AccountVersion
    seller: Seller
    statement: Statement
    line: StatementLine
    proposed_line: StatementLine
    break_proposal: LineResolution
    switch: RailSwitch
    incident: Incident
    funding: FundingAccount
    raised: CapChange
    earnings_file: ImportFile
    refused_file: ImportFile
    corrections_file: ImportFile
    statement_file: ImportFile
    file_being_read: ImportFile
    sellers_file: SellerFile
    adjustment: Adjustment
    adjusted: Earning
    journal: JournalFile
    account_wanted: AccountMapping
    rate_wanted: MonthRate
    person_request: PersonRequest


def _sent_elsewhere() -> ExportSchedule:
    """A schedule of somebody's that sends its files to a server and waits for another person."""
    theirs = sftp.Server(Path("nowhere"), port=22)
    wanted = scheduled.target(theirs, host="sftp.example.com")
    plan = scheduled.plan(name="For the auditors", target=wanted)
    return schedules.make(plan=plan, actor=make.person("accountant"), now=make.NOW)


@contextlib.contextmanager
def world(folder: Path, settings: Any) -> Iterator[World]:
    """Everything stands, by the operations themselves, as long as the simulated bank behind it runs."""
    with (
        make_payouts.bank(folder, settings) as bank,
        line_to_the_bank.line(bank.url, settings) as line,
    ):
        line.posts = [line_to_the_bank.DROP_AFTER]
        made = _build(bank, settings)
        line.gets = [line_to_the_bank.DROP_BEFORE] * 1_000  # whoever looks it up now hears nothing
        yield made


def _build(bank: Any, settings: Any) -> World:
    users = {
        role: make.user(role, is_staff=True, first_name=role.title(), last_name="Who") for role in roles.ROLES
    }
    september = _books()
    make_payouts.submitted([75_00], country="US")
    lost = Submission.objects.get(status="UNKNOWN")
    resolution = unknown.propose(
        submission_id=lost.pk,
        verdict="never_sent",
        evidence="The bank wrote so.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=make.NOW,
    )
    sent = make_payouts.submitted([12_00, 34_00, 56_00], holders=["Ada", "Grace SIMFAIL", "Barbara SIMSLOW"])
    bank.sync()
    bank.advance(60)
    collecting.collect(rail="sepa", now=make.NOW)
    body = camt.statement(
        [camt.Line(-102_00, batch=f"{sent.reference}F1", count=3), camt.Line(5_00), camt.Line(-9)]
    )
    (statement,) = camt.read(body=body, rail="sepa", name="day", now=make.NOW)

    break_proposal = breaks.propose(
        line_id=StatementLine.objects.get(amount_minor=-9).pk,
        verdict="other",
        evidence="Nobody knows.",
        document_name="letter.pdf",
        document=b"%PDF the letter",
        actor=make.person("treasurer"),
        now=make.NOW,
    )
    pending = quick.payout(amount_minor=38_940_00)
    (hold,) = _hold(quick.payout(amount_minor=250_00))
    (suspected,) = _hold(quick.payout(amount_minor=310_00), reason="fraud_suspected")
    holds.release(
        hold_ids=[suspected.pk], actor=make.person("approver"), note="The shop is real.", now=make.NOW
    )
    reviewed, approved = quick.reviewed(), quick.approved()
    proposed = quick.batch()
    incidents.open_one(code="test", key="test:1", text="The bank asks who we are.", rail="sepa", now=make.NOW)
    exports = {
        role: exporting.request(filters="", format="csv", actor=_person(user), now=make.NOW)
        for role, user in users.items()
        if "payouts.request_export" in roles.ROLES[role]
    }
    for made in exports.values():
        exporting.write(export_id=made.pk, now=make.NOW)
        made.refresh_from_db()
    version = change_of_account(pending.seller)
    make.earning(make.ledger_account(currency="EUR"), amount_minor=9_900)
    suspect = make.seller(external_id="shop-1", name="Nippon Reboot 株式会社")
    return World(
        users=users,
        pending=pending,
        reviewed=reviewed,
        approved=approved,
        failed=Payout.objects.get(status="FAILED"),
        paid=Payout.objects.filter(status="PAID").earliest("pk"),
        recall=recalls.ask(
            payout_id=lost.payout_id,
            reason="Paid to the wrong seller.",
            channel="phone",
            actor=make.person("compliance"),
            now=make.NOW,
        ),
        hold=hold,
        release_request=suspected.release_requests.get(),
        proposed=proposed,
        sent=sent,
        sent_file=Submission.objects.get(batch=sent),
        lost=lost,
        resolution=resolution,
        exports=exports,
        schedules={
            role: schedules.make(plan=scheduled.plan(), actor=_person(user), now=make.NOW)
            for role, user in users.items()
            if schedules.RIGHT in roles.ROLES[role]
        },
        sent_elsewhere=_sent_elsewhere(),
        views={
            role: views.save(
                place="review",
                name="Mine",
                query="country=FR",
                shared=False,
                actor=_person(user),
                now=make.NOW,
            )
            for role, user in users.items()
            if "payouts.view_payout" in roles.ROLES[role]
        },
        run=PayoutRun.objects.latest("pk"),
        jobs={
            role: quick.job(user, pending)
            for role, user in users.items()
            if "payouts.view_payout" in roles.ROLES[role]
        },
        version=version,
        seller=pending.seller,
        statement=statement,
        line=StatementLine.objects.get(amount_minor=5_00),
        proposed_line=break_proposal.line,
        break_proposal=break_proposal,
        switch=switches.stop(rail="sandbox", reason="Doubts.", actor=make.person("treasurer"), now=make.NOW),
        incident=Incident.objects.get(key="test:1"),
        funding=FundingAccount.objects.earliest("pk"),
        raised=raise_that_waits(),
        earnings_file=given.checked(given.csv(given.row("w1", seller=suspect.external_id))),
        refused_file=given.checked(given.csv(given.row("w2", seller="shop-404")), name="bad.csv"),
        corrections_file=importing.check(
            stream=io.BytesIO(
                b"external_id,seller,kind,amount,currency,date,reason\n"
                + f"c1,{suspect.external_id},adjustment,12.50,EUR,2026-11-20,Parcel lost by us\n".encode()
            ),
            name="claims.csv",
            profile="corrections",
            kind="corrections",
            actor=make.person("analyst"),
            now=make.NOW,
        ),
        statement_file=imports.receive(
            kind="statement",
            stream=io.BytesIO(camt.statement([camt.Line(-1_200)], number=907, day="2026-11-26")),
            name="day.xml",
            actor=make.person("treasurer"),
            now=make.NOW,
        ),
        file_being_read=ImportFile.objects.create(
            profile="generic",
            name="large.csv",
            status="READING",
            step="Reading the rows",
            done=120_000,
            total=1_000_000,
            started_at=make.NOW,
        ),
        sellers_file=seller_files.check(
            stream=io.BytesIO(b"external_id,name,country\nnew-1,New Shop,FR\n"),
            name="sellers.csv",
            profile="generic",
            actor=SYSTEM,
            now=make.NOW,
        ),
        adjustment=adjustments.request(
            seller_id=pending.seller_id,
            currency="EUR",
            kind=AdjustmentKind.ADJUSTMENT,
            amount_minor=2_500,
            reason="Parcel lost by us",
            document_name="claim.pdf",
            document=b"%PDF the claim",
            actor=make.person("analyst"),
            now=make.NOW,
        ),
        adjusted=september,
        journal=books.file(SEPTEMBER, "csv"),
        account_wanted=mapping.ask(
            book=Book.CASH,
            currency="EUR",
            country="",
            number="5121",
            label="Bank, euros",
            targets={},
            effective_from=books.NOVEMBER,
            reason="A second bank.",
            actor=make.person("accountant"),
            now=make.NOW,
        ),
        rate_wanted=rates.ask(
            month=books.OCTOBER,
            currency="USD",
            home="EUR",
            units=Decimal("1.0833"),
            worth=Decimal(1),
            reason="The central bank's average.",
            actor=make.person("accountant"),
            now=make.NOW,
        ),
        person_request=asking.more_roles(
            user_id=make.user("analyst", is_staff=True, first_name="New", last_name="Who").pk,
            role_names=["approver"],
            actor=make.person("admin"),
            now=make.NOW,
        ),
    )


def _books() -> Earning:
    """September is closed, October waits to be; answers an order line of September."""
    books.charted()
    account = make.ledger_account(make.seller(country="ES"))
    lines = []
    for month in (9, 10):
        day = SEPTEMBER.replace(month=month, day=15)
        when = make.NOW.replace(month=month, day=15)
        lines.append(
            make.earning(account, amount_minor=4_200, order_ref=f"order-{month}", due_date=day, now=when)
        )
    books.closed(SEPTEMBER)
    periods.ask(first=books.OCTOBER, actor=make.person("accountant"), now=make.NOW)
    return lines[0]


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards; for the program it looks as if it committed."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own tests: durable blocks may be inside
    with block:
        yield
        transaction.set_rollback(True)


def change_of_account(seller: Seller, *, seed: int = 4242, actor: Any = None) -> AccountVersion:
    """A change of the seller's bank account is asked for and waits to be verified."""
    market = countries.get(seller.country)
    return accounts.request(
        seller_id=seller.pk,
        currency=market.currency,
        fields=schemes.get(market.account_scheme).simulated(seed, seller.country),
        holder_name=seller.name,
        country=seller.country,
        actor=actor or make.person("analyst"),
        now=make.NOW,
    )


def _hold(payout: Payout, *, reason: str = "documents") -> list[Hold]:
    holds.hold(
        payout_ids=[payout.pk],
        reason=reason,
        note="Ask for the invoice.",
        actor=make.person("analyst"),
        now=make.NOW,
    )
    return list(payout.holds.all())


def _person(user: Any) -> Any:
    return actors.person(user)
