"""What each deed is called, and its facts in words. A deed without words here fails a test."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backoffice.words import later, number
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger import written
from sellers.ledger.money import EXPONENTS, Money

DEEDS: Mapping[str, str] = {
    "account.request": "Asked for a bank account",
    "account.reveal": "Read a full account number",
    "account.take_effect": "A bank account took effect",
    "account.verify": "Decided on a bank account",
    "adjustment.decide": "Decided on an adjustment",
    "adjustment.read_document": "Read the document of an adjustment",
    "adjustment.request": "Asked for an adjustment",
    "batch.approve": "Approved a batch",
    "batch.dissolve": "Dissolved a batch",
    "batch.missed_cut_off": "A batch missed its cut-off",
    "batch.propose": "Proposed a batch",
    "batch.settled": "A batch was settled",
    "batch.submit": "A batch went to the bank",
    "batch.submitted": "A batch was handed over in full",
    "break.confirm": "Confirmed what a bank line is",
    "break.contradiction": "A bank line contradicted what was known",
    "break.dismiss": "Dismissed a proposal about a bank line",
    "break.propose": "Proposed what a bank line is",
    "break.read_document": "Read the document of a bank line",
    "cap.ask": "Asked for a higher cap",
    "cap.dismiss": "Dismissed a higher cap",
    "cap.grant": "Granted a higher cap",
    "cap.set": "Lowered a cap",
    "corrections.check": "Checked a file of corrections",
    "corrections.drop": "Dropped a file of corrections",
    "corrections.import": "Confirmed and posted a file of corrections",
    "database.restored": "The database was put back to a backup",
    "earnings.check": "Checked a file of earnings",
    "earnings.drop": "Dropped a file of earnings",
    "earnings.import": "Imported earnings",
    "export.cancel": "Cancelled an export",
    "export.download": "Fetched an export",
    "export.expire": "An export was erased",
    "export.request": "Asked for an export",
    "export.written": "An export was written",
    "export_template.drop": "Deleted a choice of columns",
    "export_template.save": "Kept a choice of columns",
    "funding.add": "Added an account of ours",
    "funding.change": "Changed an account of ours",
    "incident.close": "Closed an incident",
    "incident.open": "An incident opened",
    "incident.over": "An incident was over",
    "journal.download": "Fetched a journal",
    "journal.request": "Asked for a journal",
    "journal.written": "A journal was written",
    "keys.rotate": "Rotated the encryption keys",
    "login": "Logged in",
    "login.failed": "Failed to log in",
    "logout": "Logged out",
    "mapping.ask": "Asked for an account of the chart",
    "mapping.confirm": "Confirmed an account of the chart",
    "mapping.dismiss": "Dismissed an account of the chart",
    "payout.account": "A payout was pointed to a new account",
    "payout.approve": "Approved a payout",
    "payout.batch": "Put a payout into a batch",
    "payout.cancel": "Cancelled a payout",
    "payout.fail": "A payout failed",
    "payout.hold": "Held a payout",
    "payout.note": "Wrote a note on a payout",
    "payout.pay": "A payout was paid",
    "payout.reissue": "Reissued a payout",
    "payout.reject": "The bank refused a payout",
    "payout.release": "Released a hold",
    "payout.release_asked": "Asked for the release of a hold",
    "payout.release_withdrawn": "Withdrew the release of a hold",
    "payout.return": "A payout came back",
    "payout.review": "Reviewed a payout",
    "payout.roll": "Rolled a payout into the next",
    "payout.send_back": "Sent a payout back to review",
    "payout.submit": "A payout was handed to the bank",
    "payout.take_out": "Took a payout out of its batch",
    "payouts.run": "Ran payouts",
    "payouts.run_asked": "Asked for a payout run",
    "payouts.run_preview_download": "Fetched the preview of a run",
    "period.ask": "Asked to close a month",
    "period.close": "Closed a month",
    "period.take_back": "Opened a month again before it was closed",
    "person.added": "Added a person",
    "person.closed": "Closed a person's account",
    "person.opened": "Opened a person's account again",
    "person.password": "Set a person's password",
    "person.roles": "Changed a person's roles",
    "rail.restore": "Let a rail go on",
    "rail.stop": "Stopped a rail",
    "recall.answer": "Recorded the bank's answer to a recall",
    "recall.ask": "Asked the bank to recall a payout",
    "role.set": "Set what a role may do",
    "schedule.change": "Changed a schedule of exports",
    "schedule.confirm": "Confirmed that a schedule sends files elsewhere",
    "schedule.end": "Ended a schedule of exports",
    "schedule.fail": "A schedule of exports failed",
    "schedule.make": "Made a schedule of exports",
    "schedule.pause": "Paused a schedule of exports",
    "schedule.resume": "Let a schedule of exports go on",
    "schedule.run": "A schedule of exports was carried out",
    "schedule.run_asked": "Had a schedule of exports carried out once more",
    "schedule.send": "A schedule sent a file elsewhere",
    "schedule.stop": "A schedule of exports was stopped",
    "seller.annotate": "Wrote a note on a seller",
    "seller.change": "Changed a seller by a file",
    "seller.hold": "Held a seller",
    "seller.import": "Imported a seller",
    "seller.lift_suspension": "Lifted a seller's suspension",
    "seller.release": "Released a hold on a seller",
    "seller.release_asked": "Asked for the release of a hold on a seller",
    "seller.release_withdrawn": "Withdrew the release of a hold on a seller",
    "seller.suspend": "Suspended a seller",
    "seller.verify": "Wrote a finding about a seller",
    "import.confirm": "Said yes to a large import",
    "import.receive": "Brought a file to import",
    "sellers.check": "Checked a file of sellers",
    "sellers.drop": "Dropped a file of sellers",
    "sellers.import": "Imported a file of sellers",
    "statement.check": "Checked a bank statement",
    "statement.drop": "Dropped a bank statement that was not booked",
    "statement.download": "Fetched a statement",
    "statement.upload": "Uploaded a bank statement",
    "submission.download": "Fetched a bank file",
    "submission.look_up": "Asked the bank what became of a submission",
    "submission.send_again": "Sent the same bytes again",
    "token.create": "Made a token for a program",
    "unknown.dismissed": "Dismissed a finding about a submission",
    "unknown.proposed": "Proposed what became of a submission",
    "unknown.read_evidence": "Read the evidence about a submission",
    "unknown.resolved": "Confirmed what became of a submission",
}
DOORS: Mapping[str, str] = {"session": "browser", "token": "API", "command": "command", "system": "program"}
_STATUSES = {str(each.value): str(each.label).lower() for each in (*BatchStatus, *PayoutStatus)}
LONGEST = 80


def said(action: str) -> str:
    """A deed in words; one that a later release records is read off its name."""
    return DEEDS.get(action) or action.replace(".", ", ").replace("_", " ").capitalize()


def facts(data: Mapping[str, Any]) -> str:
    """An event's facts in one line; long lists are counted, not shown."""
    currency = str(data.get("currency", ""))
    return ", ".join(
        f"{name.removesuffix('_minor').replace('_', ' ')}: {_shown(name, value, currency)}"
        for name, value in data.items()
        if value not in ("", None, [], {}) and not (name == "currency" and _has_amounts(data, currency))
    )


def _has_amounts(data: Mapping[str, Any], currency: str) -> bool:
    return currency in EXPONENTS and any(name.endswith("_minor") for name in data)


def _shown(name: str, value: Any, currency: str) -> str:
    if name.endswith("_minor") and isinstance(value, int) and currency in EXPONENTS:
        return written.text(Money(value, currency))
    if isinstance(value, list | dict) and len(str(value)) > LONGEST:
        return _("{value} entries").format(value=number(len(value)))
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {each}" for key, each in value.items())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _STATUSES.get(value, value) if isinstance(value, str) else str(value)
