"""Invariants of state: what payouts, attempts, submissions and people's judgements may be at the same time."""

from sellers.ledger.words import noted

ALL: tuple[tuple[str, str, str], ...] = (
    (
        "one_live_attempt",
        noted("No payout is in two live attempts."),
        """
        SELECT p.reference FROM payouts_attempt AS a JOIN payouts_payout AS p ON p.id = a.payout_id
        WHERE a.ended_at IS NULL GROUP BY p.id, p.reference HAVING count(*) > 1 ORDER BY p.id
        """,
    ),
    (
        "sent_with_bytes",
        noted("Nothing is sent without stored bytes and an attempt of exactly its amount and bank account."),
        """
        SELECT p.reference FROM payouts_payout AS p
        WHERE p.status IN ('SUBMITTED', 'PAID') AND NOT EXISTS (
          SELECT 1 FROM payouts_attempt AS a JOIN payouts_submission AS s ON s.id = a.submission_id
          WHERE a.payout_id = p.id AND a.ended_at IS NULL AND a.amount_minor = p.amount_minor
            AND a.account_version_id = p.payout_account_id AND s.body_bytes > 0
            AND octet_length(s.body_ciphertext) > 0 AND length(s.body_sha256) = 64)
        ORDER BY p.id
        """,
    ),
    (
        "goes_to_its_own_account",
        noted(
            "Every payout goes to a bank account of its own seller and currency; one not yet sent to the one in effect."
        ),
        """
        SELECT p.reference FROM payouts_payout AS p
        JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
        JOIN payouts_payoutaccount AS s ON s.id = v.slot_id
        WHERE s.seller_id <> p.seller_id OR s.currency <> p.currency
           OR p.status IN ('PENDING_REVIEW', 'REVIEWED', 'APPROVED', 'BATCHED') AND s.current_id IS DISTINCT FROM v.id
        ORDER BY p.id
        """,
    ),
    (
        "unsent_has_no_live_attempt",
        noted("A payout that is not sent, or is dead, has no live attempt."),
        """
        SELECT p.reference FROM payouts_payout AS p JOIN payouts_attempt AS a ON a.payout_id = p.id
        WHERE a.ended_at IS NULL AND p.status NOT IN ('SUBMITTED', 'PAID') ORDER BY p.id
        """,
    ),
    (
        "unknown_has_an_alert",
        noted("No submission stays unknown for long without an open incident."),
        """
        SELECT s.key FROM payouts_submission AS s
        WHERE s.status = 'UNKNOWN' AND s.status_at < %(now)s - make_interval(mins => %(alert_minutes)s)
          AND NOT EXISTS (SELECT 1 FROM payouts_incident AS i
            WHERE i.key = 'unknown:' || s.id AND i.closed_at IS NULL) ORDER BY s.id
        """,
    ),
    (
        "status_is_the_fold",
        noted("A sent payout's status is what the bank's facts about it add up to."),
        """
        WITH last AS (
          SELECT DISTINCT ON (a.payout_id) a.payout_id, a.id, a.ended_because FROM payouts_attempt AS a
          ORDER BY a.payout_id, a.number DESC
        ), said AS (
          SELECT l.payout_id, l.ended_because,
            bool_or(f.kind = 'paid') AS paid,
            bool_or(f.kind = 'returned') AS returned,
            bool_or(f.kind = 'failed')
              OR bool_or(f.kind = 'rejected') AND bool_or(f.kind IN ('accepted', 'paid')) AS undelivered
          FROM last AS l LEFT JOIN payouts_bankfact AS f ON f.attempt_id = l.id GROUP BY 1, 2
        )
        SELECT p.reference FROM payouts_payout AS p LEFT JOIN said AS s ON s.payout_id = p.id
        WHERE p.status IN ('SUBMITTED', 'PAID', 'FAILED', 'RETURNED') AND p.status IS DISTINCT FROM CASE
          WHEN s.ended_because IN ('rejected', 'never_sent') THEN NULL
          WHEN s.returned OR s.paid AND s.undelivered THEN 'RETURNED'
          WHEN s.undelivered THEN 'FAILED'
          WHEN s.paid THEN 'PAID'
          WHEN s.payout_id IS NOT NULL THEN 'SUBMITTED' END
        ORDER BY p.id
        """,
    ),
    (
        "every_move_is_written",
        noted("Each payout's history leads from its beginning, step by step, to the status it has."),
        """
        WITH steps AS (
          SELECT payout_id, from_status, to_status, id,
            lag(to_status) OVER (PARTITION BY payout_id ORDER BY id) AS before,
            lead(id) OVER (PARTITION BY payout_id ORDER BY id) IS NULL AS newest
          FROM payouts_transition
        ), wrong AS (
          SELECT payout_id FROM steps WHERE from_status <> coalesce(before, '')
          UNION
          SELECT p.id FROM payouts_payout AS p LEFT JOIN steps AS s ON s.payout_id = p.id AND s.newest
          WHERE s.to_status IS DISTINCT FROM p.status
        )
        SELECT p.reference FROM payouts_payout AS p JOIN wrong AS w ON w.payout_id = p.id ORDER BY p.id
        """,
    ),
    (
        "approved_by_two",
        noted("Whoever approves a payout neither reviewed it nor touched the bank account it goes to."),
        """
        SELECT p.reference FROM payouts_approval AS a JOIN payouts_payout AS p ON p.id = a.payout_id
        LEFT JOIN payouts_review AS r ON r.payout_id = a.payout_id AND r.round = a.round
        LEFT JOIN payouts_accountdecision AS d ON d.version_id = a.account_version_id
        WHERE r.id IS NULL OR a.approver_id = r.reviewer_id OR d.id IS NULL OR NOT d.verified
           OR a.approver_id IN (d.requested_by_id, d.decided_by_id) ORDER BY p.id
        """,
    ),
    (
        "approved_for_what_it_is",
        noted("Every approved payout was approved in this round, for exactly this amount and bank account."),
        """
        SELECT p.reference FROM payouts_payout AS p
        WHERE p.status IN ('APPROVED', 'BATCHED', 'SUBMITTED', 'PAID', 'FAILED', 'RETURNED') AND NOT EXISTS (
          SELECT 1 FROM payouts_approval AS a WHERE a.payout_id = p.id AND a.round = p.round
            AND a.account_version_id = p.payout_account_id
            AND a.digest = payout_digest(p.id, p.seller_id, p.amount_minor, p.currency, p.payout_account_id))
        ORDER BY p.id
        """,
    ),
    (
        "caps_count_what_left",
        noted("What is used of a cap of a day is at least what left on it."),
        """
        WITH sent AS (
          SELECT k.kind, CASE k.kind WHEN 'seller_day' THEN p.seller_id ELSE b.funding_account_id END AS subject_id,
            p.currency, b.value_date AS day, sum(a.amount_minor) AS total
          FROM payouts_batch AS b JOIN payouts_submission AS s ON s.batch_id = b.id
          JOIN payouts_attempt AS a ON a.submission_id = s.id JOIN payouts_payout AS p ON p.id = a.payout_id
          CROSS JOIN (VALUES ('seller_day'), ('funding_day')) AS k (kind)
          WHERE b.value_date >= %(now)s::date - 1 AND a.ended_because NOT IN ('rejected', 'never_sent')
          GROUP BY 1, 2, 3, 4
        )
        SELECT t.kind || ' ' || t.subject_id FROM sent AS t
        LEFT JOIN payouts_capuse AS u USING (kind, subject_id, currency, day)
        WHERE coalesce(u.total_minor, 0) < t.total ORDER BY t.kind, t.subject_id
        """,
    ),
    (
        "batches_approved_by_two",
        noted("Every batch on its way was approved by another person than proposed it."),
        """
        SELECT reference FROM payouts_batch
        WHERE status IN ('APPROVED', 'SUBMITTING', 'SUBMITTED', 'SETTLED')
          AND (approved_by_id IS NULL OR approved_by_id = proposed_by_id OR digest = '') ORDER BY id
        """,
    ),
    (
        "unknown_resolved_by_two",
        noted("Nobody alone said what became of an unknown submission."),
        """
        SELECT s.key FROM payouts_resolution AS r JOIN payouts_submission AS s ON s.id = r.submission_id
        WHERE r.confirmed_at IS NOT NULL AND (r.confirmed_by_id IS NULL OR r.confirmed_by_id = r.proposed_by_id)
        ORDER BY s.id
        """,
    ),
    (
        "breaks_resolved_by_two",
        noted(
            "Nobody alone said what a statement line is that names no payment, and what two said stands in the line."
        ),
        """
        SELECT l.id FROM payouts_statementline AS l LEFT JOIN payouts_lineresolution AS r ON r.id = l.resolution_id
        WHERE l.matched_at IS NOT NULL AND CASE WHEN r.id IS NULL THEN l.kind NOT IN ('debit', 'return')
          ELSE r.confirmed_by_id IS NULL OR r.confirmed_by_id = r.proposed_by_id END
        UNION ALL
        SELECT r.line_id FROM payouts_lineresolution AS r WHERE r.confirmed_at IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM payouts_statementline AS l WHERE l.id = r.line_id AND l.resolution_id = r.id)
        """,
    ),
    (
        "tallies_are_the_payouts",
        noted("What pages count and add up per status, currency and country is what the payouts come to."),
        """
        WITH kept AS (
          SELECT status, currency, country, sum(count) AS count, sum(total_minor) AS minor
          FROM payouts_tally GROUP BY 1, 2, 3
        ), real AS (
          SELECT status, currency, country, count(*) AS count, sum(amount_minor) AS minor
          FROM payouts_payout GROUP BY 1, 2, 3
        )
        SELECT concat_ws(' ', status, currency, country) FROM kept FULL JOIN real USING (status, currency, country)
        WHERE (coalesce(kept.count, 0), coalesce(kept.minor, 0)) <> (coalesce(real.count, 0), coalesce(real.minor, 0))
        ORDER BY 1
        """,
    ),
    (
        "undisposed_are_the_dead",
        noted("What waits for a decision about its money is what is dead and has none."),
        """
        SELECT p.reference FROM payouts_payout AS p
        LEFT JOIN payouts_undisposed AS u ON u.payout_id = p.id LEFT JOIN payouts_disposal AS d ON d.payout_id = p.id
        WHERE (p.status IN ('CANCELLED', 'FAILED', 'RETURNED') OR u.payout_id IS NOT NULL)
          AND (u.payout_id IS NOT NULL)
            <> (p.status IN ('CANCELLED', 'FAILED', 'RETURNED') AND d.id IS NULL)
        ORDER BY p.id
        """,
    ),
    (
        "undecided_are_without_a_decision",
        noted("The bank accounts that wait to be verified are those that nobody verified or rejected."),
        """
        SELECT v.id FROM payouts_accountversion AS v LEFT JOIN payouts_undecided AS u ON u.version_id = v.id
        LEFT JOIN payouts_accountdecision AS d ON d.version_id = v.id
        WHERE (u.version_id IS NULL) <> (d.id IS NOT NULL) ORDER BY v.id
        """,
    ),
)
