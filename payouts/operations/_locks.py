"""The lock order of everything that moves money of payouts: sellers, accounts, payouts, submissions, batches, funding.

Each in id order. A lost race then waits; it never deadlocks.
"""

from collections.abc import Iterable, Sequence

from django.db import connection

from payouts.models import Payout, Submission
from payouts.operations import _move


def payouts(payout_ids: Iterable[int], *, alone: bool = False) -> list[Payout]:
    """These payouts, locked in id order, their sellers and ledger accounts shared before.

    ``alone``: no run takes the accounts' due days, and nothing is posted to them, until this transaction ends.
    """
    ids = sorted(set(payout_ids))
    if not ids:
        return []
    _move.share_sellers(Payout.objects.filter(pk__in=ids).values_list("seller_id", flat=True))
    with connection.cursor() as cursor:
        # What inserting a leg takes anyway, taken before the payouts: a run or a reissue locks accounts first.
        cursor.execute(
            "SELECT 1 FROM ledger_account WHERE id IN (SELECT account_id FROM payouts_payout WHERE id = ANY(%s))"  # noqa: S608
            + (" ORDER BY id FOR UPDATE" if alone else " ORDER BY id FOR KEY SHARE"),
            [ids],
        )
    return _move.locked(ids)


_STATEMENTS = 4_032
_AT_ONCE = (
    "SELECT id FROM sellers_seller WHERE id IN (SELECT seller_id FROM payouts_payout WHERE id IN ({ids}))"
    " ORDER BY id FOR SHARE",
    "SELECT id FROM ledger_account WHERE id IN (SELECT account_id FROM payouts_payout WHERE id IN ({ids}))"
    " ORDER BY id FOR KEY SHARE",
    "SELECT id FROM payouts_payout WHERE id IN ({ids}) ORDER BY id FOR UPDATE",
)


def many_payouts(ids: str, values: Sequence[int] = ()) -> None:
    """As `payouts`, for those whose ids the statement ``ids`` answers, however many, none of which is fetched.

    For work that takes them up some at a time: each time in id order is not in id order.
    """
    with connection.cursor() as cursor:
        for statement in _AT_ONCE:
            cursor.execute(f"SELECT count(*) FROM ({statement.format(ids=ids)}) AS locked", values)  # noqa: S608


def submissions(submission_ids: Iterable[int]) -> Sequence[Submission]:
    """These submissions, locked in id order, without their bytes."""
    return list(
        Submission.objects.select_for_update(of=("self",))
        .filter(pk__in=set(submission_ids))
        .defer("body_ciphertext")
        .order_by("pk")
    )


def statements_of(funding_ids: Iterable[int]) -> None:
    """What our banks say of these accounts of ours is taken up by one transaction at a time. Taken first.

    No lock of the accounts' rows: batches are approved and sent from them meanwhile.
    """
    with connection.cursor() as cursor:
        for account_id in sorted(set(funding_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_STATEMENTS, account_id])


def funding_account(account_id: int) -> None:
    """What is to leave this account of ours is decided by one transaction at a time. Taken last.

    PostgreSQL's caps lock too, later: here, whoever comes second can still leave out what no longer fits.
    """
    with connection.cursor() as cursor:  # NO KEY: batches that merely point at the account need not wait
        cursor.execute("SELECT 1 FROM payouts_fundingaccount WHERE id = %s FOR NO KEY UPDATE", [account_id])
