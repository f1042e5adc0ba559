"""What the audit trail and the ledger speak of, where it is no reference: kinds of rows and of transactions."""

from collections.abc import Mapping

from django.apps import apps

from backoffice.words import later

SUBJECTS: Mapping[str, str] = {
    "auth.group": later("role"),
    "auth.user": later("person"),
    "ledger.accountmapping": later("account of the chart"),
    "ledger.adjustment": later("adjustment"),
    "ledger.importfile": later("file to import"),
    "ledger.journalfile": later("journal"),
    "ledger.monthrate": later("rate of a month"),
    "ledger.period": later("month of the books"),
    "payouts.accountversion": later("bank account"),
    "payouts.bankdocument": later("document of the bank"),
    "payouts.cap": later("cap"),
    "payouts.capchange": later("change of a cap"),
    "payouts.evidence": later("evidence"),
    "payouts.export": later("export"),
    "payouts.exportschedule": later("schedule of exports"),
    "payouts.exporttemplate": later("choice of columns"),
    "payouts.fundingaccount": later("account of ours"),
    "payouts.hold": later("hold"),
    "payouts.incident": later("incident"),
    "payouts.job": later("job"),
    "payouts.lineresolution": later("finding about a bank line"),
    "payouts.railswitch": later("stop of a rail"),
    "payouts.recall": later("recall"),
    "payouts.resolution": later("finding about a submission"),
    "payouts.restoration": later("restored database"),
    "payouts.schedulerun": later("run of a schedule"),
    "payouts.statement": later("bank statement"),
    "payouts.statementline": later("bank line"),
    "payouts.submission": later("submission"),
    "people.personrequest": later("request about a person"),
    "sellers.sellerfile": later("file of sellers"),
}
TRANSACTIONS: Mapping[str, str] = {
    "adjustment": later("adjustment"),
    "bank_line": later("bank line"),
    "bank_line_matched": later("bank line matched"),
    "cancelled": later("payout cancelled"),
    "chargeback": later("chargeback"),
    "commission": later("commission"),
    "fee": later("fee"),
    "given_back": later("given back"),
    "opening_balance": later("opening balance"),
    "refund": later("refund"),
    "reserve": later("reserve"),
    "rolled": later("amount of an earlier payout"),
    "sale": later("sale"),
    "submitted": later("handed to the bank"),
    "write_off": later("write-off"),
}


def subject(kind: str) -> str:
    """The kind of a row as `app.model` names it."""
    return str(SUBJECTS.get(kind) or apps.get_model(kind)._meta.verbose_name)


def transaction(kind: str) -> str:
    """The kind of a ledger transaction."""
    return str(TRANSACTIONS.get(kind) or kind.replace("_", " "))
