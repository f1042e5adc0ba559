"""What each deed is called, and its facts in words. A deed without words here fails a test."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.admin import fact_words
from backoffice.words import beside, labelled, later, number
from payouts.exports import kinds
from payouts.queries import filters, recorded
from sellers.ledger import written
from sellers.ledger.money import EXPONENTS, Money

DEEDS: Mapping[str, str] = {
    "account.reject": later("Rejected a bank account"),
    "account.request": later("Asked for a bank account"),
    "account.reveal": later("Read a full account number"),
    "account.take_effect": later("A bank account took effect"),
    "account.verify": later("Verified a bank account"),
    "adjustment.decide": later("Decided on an adjustment"),
    "adjustment.read_document": later("Read the document of an adjustment"),
    "adjustment.request": later("Asked for an adjustment"),
    "adjustment.withdraw": later("Took back an adjustment"),
    "answers.erase": later("Erased answers of the API"),
    "batch.approve": later("Approved a batch"),
    "batch.dissolve": later("Dissolved a batch"),
    "batch.missed_cut_off": later("A batch missed its cut-off"),
    "batch.propose": later("Proposed a batch"),
    "batch.settled": later("A batch was settled"),
    "batch.submit": later("A batch went to the bank"),
    "batch.submitted": later("A batch was handed over in full"),
    "break.confirm": later("Confirmed what a bank line is"),
    "break.contradiction": later("A bank line contradicted what was known"),
    "break.dismiss": later("Dismissed a proposal about a bank line"),
    "break.propose": later("Proposed what a bank line is"),
    "break.read_document": later("Read the document of a bank line"),
    "cap.ask": later("Asked for a higher cap"),
    "cap.dismiss": later("Dismissed a higher cap"),
    "cap.grant": later("Granted a higher cap"),
    "cap.set": later("Lowered a cap"),
    "corrections.check": later("Checked a file of corrections"),
    "corrections.drop": later("Dropped a file of corrections"),
    "corrections.import": later("Confirmed and posted a file of corrections"),
    "database.restored": later("The database was put back to a backup"),
    "demo.load": later("Loaded the demo data"),
    "earnings.check": later("Checked a file of earnings"),
    "earnings.drop": later("Dropped a file of earnings"),
    "earnings.import": later("Imported earnings"),
    "export.cancel": later("Cancelled an export"),
    "export.download": later("Fetched an export"),
    "export.expire": later("An export was erased"),
    "export.request": later("Asked for an export"),
    "export.written": later("An export was written"),
    "export_template.drop": later("Deleted a choice of columns"),
    "export_template.save": later("Kept a choice of columns"),
    "funding.add": later("Added an account of ours"),
    "funding.change": later("Changed an account of ours"),
    "incident.close": later("Closed an incident"),
    "incident.open": later("An incident opened"),
    "incident.over": later("An incident was over"),
    "job.finish": later("A job on many payouts was finished"),
    "job.request": later("Asked for a job on many payouts"),
    "job.stop": later("Stopped a job on many payouts"),
    "journal.download": later("Fetched a journal"),
    "journal.request": later("Asked for a journal"),
    "journal.written": later("A journal was written"),
    "keys.rotate": later("Rotated the encryption keys"),
    "login": later("Logged in"),
    "login.failed": later("Failed to log in"),
    "logout": later("Logged out"),
    "mapping.ask": later("Asked for an account of the chart"),
    "mapping.confirm": later("Confirmed an account of the chart"),
    "mapping.dismiss": later("Dismissed an account of the chart"),
    "payout.account": later("A payout was pointed to a new account"),
    "payout.approve": later("Approved a payout"),
    "payout.batch": later("Put a payout into a batch"),
    "payout.cancel": later("Cancelled a payout"),
    "payout.fail": later("A payout failed"),
    "payout.hold": later("Held a payout"),
    "payout.note": later("Wrote a note on a payout"),
    "payout.pay": later("A payout was paid"),
    "payout.reissue": later("Paid a dead payout’s money again"),
    "payout.reject": later("The bank refused a payout"),
    "payout.release": later("Released a hold"),
    "payout.release_asked": later("Asked for the release of a hold"),
    "payout.release_withdrawn": later("Withdrew the release of a hold"),
    "payout.return": later("A payout came back"),
    "payout.review": later("Reviewed a payout"),
    "payout.roll": later("Added a dead payout’s money to the next payout"),
    "payout.send_back": later("Sent a payout back to review"),
    "payout.submit": later("A payout was handed to the bank"),
    "payout.take_out": later("Took a payout out of its batch"),
    "payouts.run": later("Ran payouts"),
    "payouts.run_asked": later("Asked for a payout run"),
    "payouts.run_preview_download": later("Fetched the preview of a run"),
    "period.ask": later("Asked to close a month"),
    "period.close": later("Closed a month"),
    "period.take_back": later("Opened a month again before it was closed"),
    "person.added": later("Added a person"),
    "person.ask": later("Asked for a way in or more rights of a person"),
    "person.closed": later("Closed a person's account"),
    "person.confirm": later("Confirmed a way in or more rights of a person"),
    "person.dismiss": later("Dismissed what was asked for a person"),
    "person.link_made": later("Made a link to choose a password"),
    "person.link_used": later("Chose a password by a link"),
    "person.named": later("Changed a person's name or e-mail"),
    "person.opened": later("Opened a person's account again"),
    "person.password": later("Set a person's password"),
    "person.password_ended": later("Ended a person's password"),
    "person.roles": later("Changed a person's roles"),
    "person.take_back": later("Took back what was asked for a person"),
    "rail.restore": later("Let a rail go on"),
    "rail.stop": later("Stopped a rail"),
    "rate.ask": later("Asked for a rate of a month"),
    "rate.confirm": later("Confirmed a rate of a month"),
    "rate.dismiss": later("Dismissed a rate of a month"),
    "recall.answer": later("Recorded the bank's answer to a recall"),
    "recall.ask": later("Asked the bank to recall a payout"),
    "role.set": later("Set what a role may do"),
    "schedule.change": later("Changed a schedule of exports"),
    "schedule.confirm": later("Confirmed that a schedule sends files elsewhere"),
    "schedule.end": later("Ended a schedule of exports"),
    "schedule.fail": later("A schedule of exports failed"),
    "schedule.make": later("Made a schedule of exports"),
    "schedule.pause": later("Paused a schedule of exports"),
    "schedule.resume": later("Let a schedule of exports go on"),
    "schedule.run": later("A schedule of exports was carried out"),
    "schedule.run_asked": later("Had a schedule of exports carried out once more"),
    "schedule.send": later("A schedule sent a file elsewhere"),
    "schedule.stop": later("A schedule of exports was stopped"),
    "seller.annotate": later("Wrote a note on a seller"),
    "seller.change": later("Changed a seller by a file"),
    "seller.hold": later("Held a seller"),
    "seller.import": later("Imported a seller"),
    "seller.lift_suspension": later("Lifted a seller's suspension"),
    "seller.release": later("Released a hold on a seller"),
    "seller.release_asked": later("Asked for the release of a hold on a seller"),
    "seller.release_withdrawn": later("Withdrew the release of a hold on a seller"),
    "seller.suspend": later("Suspended a seller"),
    "seller.verify": later("Wrote a finding about a seller"),
    "import.confirm": later("Said yes to a large import"),
    "import.copy": later("Took a refused file back with its errors"),
    "import.receive": later("Brought a file to import"),
    "sellers.check": later("Checked a file of sellers"),
    "sellers.drop": later("Dropped a file of sellers"),
    "sellers.import": later("Imported a file of sellers"),
    "statement.check": later("Checked a bank statement"),
    "statement.drop": later("Dropped a bank statement that was not booked"),
    "statement.download": later("Fetched a statement"),
    "statement.upload": later("Uploaded a bank statement"),
    "submission.download": later("Fetched a bank file"),
    "submission.look_up": later("Asked the bank what became of a submission"),
    "submission.send_again": later("Sent the same bytes again"),
    "token.create": later("Made a token for a program"),
    "unknown.dismissed": later("Dismissed a finding about a submission"),
    "unknown.proposed": later("Proposed what became of a submission"),
    "unknown.read_evidence": later("Read the evidence about a submission"),
    "unknown.resolved": later("Confirmed what became of a submission"),
}
DOORS: Mapping[str, str] = {
    "session": later("browser"),
    "token": "API",
    "command": later("command"),
    "system": later("program"),
}
LONGEST = 80
"""Letters of a list that is shown; a longer one is counted."""
MOST = 6
"""Entries of what has names that are shown."""


def said(action: str) -> str:
    """A deed in words; one that a later release records is read off its name."""
    return DEEDS.get(action) or action.replace(".", ", ").replace("_", " ").capitalize()


def facts(data: Mapping[str, Any], *, action: str = "", currency: str = "", by_program: bool = False) -> str:
    """The facts of an event, of this deed, in one line; long lists are counted, not shown. ``currency`` is that of
    amounts without one; what the program wrote is told in the reader's language.
    """
    currency = str(data.get("currency", currency))
    if isinstance(data.get("filters"), dict):
        data = {**data, "filters": _filtered(str(data.get("kind", "")), data["filters"])}
    if isinstance(data.get("columns"), list):
        data = {**data, "columns": kinds.column_words(str(data.get("kind", "")), data["columns"])}
    if by_program:
        said = {name: recorded.said(str(data[name])) for name in fact_words.WRITTEN & data.keys()}
        data = {**data, **said}
    shown = {
        name: labelled(fact_words.key(name, action=action), _shown(name, value, currency, action))
        for name, value in data.items()
        if value not in ("", None, [], {}) and not (name == "currency" and _has_amounts(data, currency))
    }
    last = next(reversed(shown), "")
    # A reason is a sentence: the full stop at its end would stand before the next comma.
    return ", ".join(
        text.removesuffix(".") if name in fact_words.WRITTEN and name != last else text
        for name, text in shown.items()
    )


def _filtered(kind: str, kept: Mapping[str, Any]) -> Any:
    """The filter of an export of this kind in words, whoever goes by a name of it now; as it was kept where it
    cannot be read any more.
    """
    definition = kinds.KINDS.get(kind)
    if definition is None:
        return kept
    try:
        return definition.in_words(filters.read(kept, kind=definition.filter), as_given=True)
    except filters.BadFilter:
        return kept


def _has_amounts(data: Mapping[str, Any], currency: str) -> bool:
    return currency in EXPONENTS and any(name.endswith("_minor") for name in data)


def _inside(key: str, value: Any) -> str:
    """What stands under a key of a fact: sums of a currency by kind, lists of a filter, a moment, or a value."""
    if isinstance(value, dict):
        sums = (
            f"{fact_words.value('kind', kind)} {_shown(f'{kind}_minor', each, key)}"
            for kind, each in value.items()
        )
        return ", ".join(sums)
    if isinstance(value, list):
        return _counted(value) if len(str(value)) > LONGEST else ", ".join(map(str, value))
    return fact_words.value(key, value)


def _short(text: str) -> str:
    """Beside others; a long text stands whole on the page of what it is about."""
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text


def _counted(value: list[Any] | dict[str, Any]) -> str:
    return ngettext("{value} entry", "{value} entries", len(value)).format(value=number(len(value)))


def _shown(name: str, value: Any, currency: str, action: str = "") -> str:
    if name.endswith("_minor") and isinstance(value, int) and currency in EXPONENTS:
        return written.text(Money(value, currency))
    if (isinstance(value, list) and len(str(value)) > LONGEST) or (
        isinstance(value, dict) and len(value) > MOST
    ):
        return _counted(value)
    if isinstance(value, list):
        return beside(fact_words.value(name, each) for each in value)
    if isinstance(value, dict):
        return beside(f"{fact_words.key(key)} {_short(_inside(key, each))}" for key, each in value.items())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return fact_words.value(name, value, action=action)
