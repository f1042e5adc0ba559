"""From staged rows to the ledger: one transaction, one statement a table, everything or nothing."""

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import dated, number
from sellers.ledger import profiles
from sellers.ledger.importing import rules
from sellers.ledger.models import ImportFile, ImportStatus
from sellers.ledger.operations.earnings import CONTRA
from sellers.ledger.profiles import Profile


class NotPostable(Refused):
    """The file has errors or was dropped."""

    code = "import_not_postable"


class AlreadyPosted(Conflict):
    """Somebody posted this file before."""

    code = "import_already_posted"


class Changed(Conflict):
    """The ledger learned something since the file was checked that its rows contradict."""

    code = "import_changed"


_SELLERS = """
INSERT INTO sellers_seller (external_id, name, kind, country, email, phone, tax_id, address_line, postcode, city,
  joined_date, suspended_reason)
SELECT seller_external_id, min(seller_name), %(kind)s, %(country)s, '', '', '', '', '', '', min(occurred_date), ''
FROM ledger_stagedearning AS s
WHERE import_file_id = %(file)s AND NOT known
  AND NOT EXISTS (SELECT 1 FROM sellers_seller AS k WHERE k.external_id = s.seller_external_id)
GROUP BY seller_external_id ORDER BY seller_external_id COLLATE "C"
ON CONFLICT (external_id) DO NOTHING
"""

_ACCOUNTS = """
INSERT INTO ledger_account (seller_id, currency)
SELECT k.id, s.currency
FROM ledger_stagedearning AS s JOIN sellers_seller AS k ON k.external_id = s.seller_external_id
WHERE s.import_file_id = %(file)s AND NOT s.known GROUP BY k.id, s.currency ORDER BY k.id, s.currency
ON CONFLICT (seller_id, currency) DO NOTHING
"""

# A payout run takes its accounts FOR UPDATE: it is done before we read covered_through, or it waits for us.
_LOCK = """
SELECT a.id FROM ledger_account AS a WHERE EXISTS (
  SELECT 1 FROM ledger_stagedearning AS s JOIN sellers_seller AS k ON k.external_id = s.seller_external_id
  WHERE s.import_file_id = %(file)s AND NOT s.known AND k.id = a.seller_id AND s.currency = a.currency)
ORDER BY a.id FOR SHARE OF a
"""

_ROWS = """
CREATE TEMPORARY TABLE posting_rows ON COMMIT DROP AS
SELECT 'earning:' || %(source)s::text || ':' || s.external_id || ':' || s.kind AS key, s.kind, s.external_id,
  a.id AS account_id, s.currency, s.amount_minor, s.order_ref, s.description, s.occurred_date,
  s.due_date AS requested_due_date, greatest(s.due_date, a.covered_through + 1) AS due_date,
  (%(contra)s::jsonb ->> s.kind) AS contra
FROM ledger_stagedearning AS s
JOIN sellers_seller AS k ON k.external_id = s.seller_external_id
JOIN ledger_account AS a ON a.seller_id = k.id AND a.currency = s.currency
WHERE s.import_file_id = %(file)s AND NOT s.known
"""

_TRANSACTIONS = """
INSERT INTO ledger_transaction (key, kind, posted_at, description, fact_on)
SELECT key, kind, %(now)s, description, occurred_date FROM posting_rows ORDER BY key COLLATE "C"
"""

_ENTRIES = """
INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref, funding_code)
SELECT t.id, leg.book, leg.account_id, r.currency, leg.amount_minor, '', ''
FROM posting_rows AS r JOIN ledger_transaction AS t ON t.key = r.key
CROSS JOIN LATERAL (VALUES ('payable', r.account_id, -r.amount_minor), (r.contra, NULL, r.amount_minor))
  AS leg (book, account_id, amount_minor)
"""

_EARNINGS = """
INSERT INTO ledger_earning (transaction_id, account_id, source, external_id, kind, amount_minor, order_ref, description,
  occurred_date, requested_due_date, due_date, import_file_id)
SELECT t.id, r.account_id, %(source)s, r.external_id, r.kind, r.amount_minor, r.order_ref, r.description,
  r.occurred_date, r.requested_due_date, r.due_date, %(file)s
FROM posting_rows AS r JOIN ledger_transaction AS t ON t.key = r.key
"""


def post(*, import_file_id: int, actor: Actor, now: datetime) -> ImportFile:
    """All earnings of a checked file stand in the ledger, with the sellers and accounts they need.

    Rows that are known with equal values change nothing. Raises `NotPostable`, `AlreadyPosted`, or `Changed` when the
    ledger contradicts a row by now; then nothing is written and the file stays as it was.
    """
    try:
        return _post(import_file_id, actor, now)
    except IntegrityError as error:
        raise Changed(
            _(
                "Nothing was imported: some of these earnings or sellers came in by another "
                "way at the same moment. Upload the file again to see what is left of it."
            )
        ) from error


@transaction.atomic
def drop(*, import_file_id: int, actor: Actor, now: datetime) -> ImportFile:
    """A file that was not posted is dropped with its staged rows. Raises `AlreadyPosted`."""
    authority.require(actor=actor, permission="ledger.import_earnings")
    file = _locked(import_file_id)
    if file.status == ImportStatus.POSTED:
        raise AlreadyPosted(
            _("“{file}” was posted on {local}; what is posted stays.").format(
                file=file.name, local=_local(file.posted_at)
            )
        )
    file.status = ImportStatus.DROPPED
    file.save()
    file.staged.all().delete()
    file.parts.all().delete()
    recording.record(actor=actor, action="earnings.drop", subject=file, data={"file": file.name}, now=now)
    return file


def _local(at: datetime | None) -> str:
    """The moment by the clock of the office, as every page says it."""
    return (
        f"{dated(timezone.localtime(at), 'medium')}, {timezone.localtime(at):%H:%M}"
        if at is not None
        else _("an earlier day")
    )


@transaction.atomic
def _post(import_file_id: int, actor: Actor, now: datetime) -> ImportFile:
    authority.require(actor=actor, permission="ledger.import_earnings")
    file = _locked(import_file_id)
    if file.status == ImportStatus.POSTED:
        raise AlreadyPosted(
            _("“{file}” was posted on {local} already; nothing was done.").format(
                file=file.name, local=_local(file.posted_at)
            )
        )
    if file.status != ImportStatus.CHECKED:
        raise NotPostable(
            _("“{file}” was {status} and cannot be posted. Correct it and upload it again.").format(
                file=file.name, status=file.get_status_display().lower()
            )
        )
    profile = profiles.get(file.profile)
    with connection.cursor() as cursor:
        # Files of one source take turns, so that the second sees what the first has posted.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('earnings of a source'), hashtext(%s))", [profile.source]
        )
    rules.mark_known(file=file, profile=profile)
    rules.bound(file=file)
    rules.count(file=file)
    if file.error_count:
        first = file.staged.exclude(error="").order_by("row_number", "id").values_list("error", flat=True)[0]
        raise Changed(
            _(
                "Nothing was imported: {error_count} rows do not fit what the ledger has "
                "learned since the check. The first: {first}"
            ).format(error_count=number(file.error_count), first=first)
        )
    file.seller_count = _write(file, profile, now)
    file.status, file.posted_at = ImportStatus.POSTED, now
    file.save()
    file.staged.all().delete()
    recording.record(
        actor=actor,
        action="earnings.import",
        subject=file,
        data={
            "file": file.name,
            "sha256": file.sha256,
            "profile": file.profile,
            "new": file.new_count,
            "known": file.known_count,
            "sellers": file.seller_count,
            "totals_minor": file.totals,
        },
        now=now,
    )
    return file


def _locked(import_file_id: int) -> ImportFile:
    file = ImportFile.objects.select_for_update().filter(pk=import_file_id).first()
    if file is None:
        raise NotPostable(_("This import does not exist. Upload the file again."))
    return file


def _write(file: ImportFile, profile: Profile, now: datetime) -> int:
    """Write everything that is new; answers how many sellers were created."""
    values: dict[str, Any] = {
        "file": file.pk,
        "source": profile.source,
        "now": now,
        "contra": json.dumps({str(kind): book.value for kind, book in CONTRA.items()}),
    }
    created = 0
    with connection.cursor() as cursor:
        if profile.sellers is not None:
            cursor.execute(
                _SELLERS, values | {"kind": profile.sellers.kind, "country": profile.sellers.country}
            )
            created = cursor.rowcount
        cursor.execute(_ACCOUNTS, values)
        cursor.execute(_LOCK, values)
        # One transaction may post several files.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.posting_rows")
        cursor.execute(_ROWS, values)
        cursor.execute("ANALYZE posting_rows")
        for statement in (_TRANSACTIONS, _ENTRIES, _EARNINGS):
            cursor.execute(statement, values)
            if cursor.rowcount != file.new_count * (2 if statement is _ENTRIES else 1):
                raise Changed(
                    _("Nothing was imported: the sellers changed meanwhile. Upload the file again.")
                )
    return created
