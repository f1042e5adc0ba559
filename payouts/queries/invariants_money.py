"""Invariants of money: what the ledger, the payouts, the attempts and the bank's statements say must fit together."""

from sellers.ledger.words import noted

ALL: tuple[tuple[str, str, str], ...] = (
    (
        "debits_equal_credits",
        noted("In every currency, debits equal credits."),
        "SELECT currency FROM ledger_entry GROUP BY currency HAVING sum(amount_minor) <> 0",
    ),
    (
        "transactions_balance",
        noted("Every ledger transaction has entries, and they balance in each currency."),
        """
        SELECT t.key FROM ledger_transaction AS t
        LEFT JOIN (SELECT transaction_id, currency, sum(amount_minor) AS off FROM ledger_entry GROUP BY 1, 2) AS e
          ON e.transaction_id = t.id
        WHERE e.transaction_id IS NULL OR e.off <> 0 ORDER BY t.id
        """,
    ),
    (
        "books_keep_apart",
        noted("Only the sellers' books name a seller's account, only cash names a bank account of ours."),
        """
        SELECT id FROM ledger_entry
        WHERE (book IN ('payable', 'reserved', 'in_transit')) <> (account_id IS NOT NULL)
           OR (book = 'cash') <> (funding_code <> '') ORDER BY id
        """,
    ),
    (
        "earnings_are_posted",
        noted("Every earning is what its transaction credits to the seller."),
        """
        SELECT e.id FROM ledger_earning AS e
        LEFT JOIN LATERAL (SELECT sum(l.amount_minor) AS credited FROM ledger_entry AS l
          WHERE l.transaction_id = e.transaction_id AND l.book = 'payable' AND l.account_id = e.account_id) AS p ON true
        WHERE -e.amount_minor IS DISTINCT FROM p.credited ORDER BY e.id
        """,
    ),
    (
        "payout_is_its_lines",
        noted("Every payout is the sum of its lines; a reissue is the amount of the payout it replaces."),
        """
        SELECT p.reference FROM payouts_payout AS p
        LEFT JOIN payouts_payout AS old ON old.id = p.reissue_of_id
        LEFT JOIN LATERAL (SELECT sum(e.amount_minor) AS total FROM ledger_earning AS e
          WHERE e.account_id = p.account_id AND e.due_date < upper(p.span)
            AND (lower(p.span) IS NULL OR e.due_date >= lower(p.span))) AS lines ON p.span IS NOT NULL
        WHERE p.amount_minor IS DISTINCT FROM CASE WHEN p.span IS NULL THEN old.amount_minor ELSE lines.total END
        ORDER BY p.id
        """,
    ),
    (
        "earning_paid_once",
        noted("No earning lies in two payouts."),
        """
        SELECT a.reference FROM payouts_payout AS a
        JOIN payouts_payout AS b ON b.account_id = a.account_id AND b.id > a.id AND b.span && a.span ORDER BY a.id
        """,
    ),
    (
        "covered_through_is_the_last_span",
        noted("What payouts have taken of an account ends where their last span ends."),
        """
        SELECT a.id FROM ledger_account AS a
        LEFT JOIN (SELECT account_id, max(upper(span)) - 1 AS last FROM payouts_payout GROUP BY 1) AS p
          ON p.account_id = a.id
        WHERE a.covered_through IS DISTINCT FROM p.last ORDER BY a.id
        """,
    ),
    (
        "reserved_fits_status",
        noted("A payout's amount is reserved until it is sent or cancelled, and not a cent longer."),
        """
        SELECT p.reference FROM payouts_payout AS p
        LEFT JOIN (SELECT payout_ref, sum(amount_minor) AS held FROM ledger_entry
          WHERE book = 'reserved' AND payout_ref <> '' GROUP BY 1) AS e ON e.payout_ref = p.reference
        WHERE coalesce(e.held, 0) <> CASE
          WHEN p.status IN ('PENDING_REVIEW', 'REVIEWED', 'APPROVED', 'BATCHED') THEN -p.amount_minor ELSE 0 END
        ORDER BY p.id
        """,
    ),
    (
        "in_transit_fits_facts",
        noted(
            "What is on its way for a payout is what was sent, less what was given back, debited or came back."
        ),
        """
        WITH lines AS (
          SELECT l.kind, l.attempt_id, l.submission_id FROM payouts_statementline AS l WHERE l.matched_at IS NOT NULL
        ), due AS (
          SELECT a.payout_id, sum(
            -a.amount_minor
            + CASE WHEN a.gave_back THEN a.amount_minor ELSE 0 END
            + a.amount_minor * (SELECT count(*) FROM lines AS l WHERE l.kind = 'debit' AND (l.attempt_id = a.id
                OR l.attempt_id IS NULL AND l.submission_id = a.submission_id
                  AND a.ended_because NOT IN ('rejected', 'never_sent')))
            - a.amount_minor * (SELECT count(*) FROM lines AS l WHERE l.kind = 'return' AND l.attempt_id = a.id)
          ) AS minor
          FROM payouts_attempt AS a GROUP BY 1
        )
        SELECT p.reference FROM payouts_payout AS p
        LEFT JOIN due ON due.payout_id = p.id
        LEFT JOIN (SELECT payout_ref, sum(amount_minor) AS minor FROM ledger_entry
          WHERE book = 'in_transit' AND payout_ref <> '' GROUP BY 1) AS e ON e.payout_ref = p.reference
        WHERE coalesce(e.minor, 0) <> coalesce(due.minor, 0) ORDER BY p.id
        """,
    ),
    (
        "given_back_once",
        noted(
            "The money of a payout is given back to the seller once if it is dead, and not at all if it is not."
        ),
        """
        SELECT p.reference FROM payouts_payout AS p
        LEFT JOIN (SELECT e.payout_ref, sum(e.amount_minor) AS minor FROM ledger_entry AS e
          JOIN ledger_transaction AS t ON t.id = e.transaction_id
          WHERE e.book = 'payable' AND e.payout_ref <> '' AND t.kind IN ('given_back', 'cancelled') GROUP BY 1) AS back
          ON back.payout_ref = p.reference
        WHERE coalesce(back.minor, 0) <>
          CASE WHEN p.status IN ('CANCELLED', 'FAILED', 'RETURNED') THEN -p.amount_minor ELSE 0 END
        ORDER BY p.id
        """,
    ),
    (
        "given_back_goes_one_way",
        noted("Money of a dead payout is paid again or due again only as the one decision about it says."),
        """
        SELECT p.reference FROM payouts_payout AS p WHERE p.reissue_of_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM payouts_disposal AS d WHERE d.payout_id = p.reissue_of_id AND d.new_payout_id = p.id)
        UNION ALL
        SELECT e.external_id FROM ledger_earning AS e WHERE e.kind = 'rolled' AND NOT EXISTS (
          SELECT 1 FROM payouts_disposal AS d JOIN payouts_payout AS p ON p.id = d.payout_id
          JOIN ledger_transaction AS t ON t.id = e.transaction_id
          WHERE d.earning_id = e.id AND p.account_id = e.account_id AND p.amount_minor = e.amount_minor
            AND (t.key = 'payout:' || p.id || ':cancelled' OR EXISTS (SELECT 1 FROM payouts_attempt AS a
              WHERE a.payout_id = p.id AND t.key = 'attempt:' || a.id || ':given_back')))
        """,
    ),
    (
        "adjustments_are_granted",
        noted(
            "Every adjustment and write-off in the ledger is one that a person asked for and another granted."
        ),
        """
        SELECT e.external_id FROM ledger_earning AS e
        WHERE e.kind IN ('adjustment', 'write_off') AND NOT EXISTS (
          SELECT 1 FROM ledger_adjustment AS a WHERE a.earning_id = e.id AND a.decision = 'granted'
            AND a.account_id = e.account_id AND a.amount_minor = e.amount_minor AND a.kind = e.kind) ORDER BY e.id
        """,
    ),
    (
        "cash_is_what_the_bank_says",
        noted("The ledger's cash is what our bank's statements say: the first opening and every line since."),
        """
        SELECT f.code FROM payouts_fundingaccount AS f
        LEFT JOIN LATERAL (SELECT s.opening_minor FROM payouts_statement AS s WHERE s.funding_account_id = f.id
          ORDER BY s.statement_date, s.sequence, s.id LIMIT 1) AS first ON true
        LEFT JOIN LATERAL (SELECT sum(l.amount_minor) AS moved FROM payouts_statementline AS l
          JOIN payouts_statement AS s ON s.id = l.statement_id WHERE s.funding_account_id = f.id) AS lines ON true
        LEFT JOIN LATERAL (SELECT sum(e.amount_minor) AS minor FROM ledger_entry AS e
          WHERE e.book = 'cash' AND e.funding_code = f.code) AS cash ON true
        WHERE coalesce(cash.minor, 0) <> coalesce(first.opening_minor, 0) + coalesce(lines.moved, 0) ORDER BY f.id
        """,
    ),
    (
        "suspense_is_what_is_open",
        noted(
            "What statements left in suspense is where cash began and the lines nobody has explained, and nothing else."
        ),
        """
        WITH began AS (
          SELECT DISTINCT ON (s.funding_account_id) s.funding_account_id, s.opening_minor FROM payouts_statement AS s
          ORDER BY s.funding_account_id, s.statement_date, s.sequence, s.id
        ), due AS (
          SELECT f.currency, sum(b.opening_minor) + coalesce(sum(l.open), 0) AS minor FROM began AS b
          JOIN payouts_fundingaccount AS f ON f.id = b.funding_account_id
          LEFT JOIN (SELECT s.funding_account_id, sum(i.amount_minor) AS open FROM payouts_statementline AS i
            JOIN payouts_statement AS s ON s.id = i.statement_id WHERE i.matched_at IS NULL GROUP BY 1) AS l
            ON l.funding_account_id = f.id GROUP BY 1
        ), held AS (
          SELECT e.currency, sum(e.amount_minor) AS minor FROM ledger_entry AS e
          JOIN ledger_transaction AS t ON t.id = e.transaction_id
          WHERE e.book = 'suspense' AND t.kind IN ('opening_balance', 'bank_line', 'bank_line_matched') GROUP BY 1
        )
        SELECT coalesce(due.currency, held.currency) FROM due FULL JOIN held USING (currency)
        WHERE coalesce(due.minor, 0) <> -coalesce(held.minor, 0) ORDER BY 1
        """,
    ),
    (
        "statements_add_up",
        noted("Every statement closes with its opening balance and its lines."),
        """
        SELECT s.statement_id FROM payouts_statement AS s
        LEFT JOIN (SELECT statement_id, sum(amount_minor) AS moved FROM payouts_statementline GROUP BY 1) AS l
          ON l.statement_id = s.id
        WHERE s.closing_minor <> s.opening_minor + coalesce(l.moved, 0) ORDER BY s.id
        """,
    ),
    (
        "closed_months_stand",
        noted("The last closed month of the books holds what it held when it was closed."),
        """
        WITH last AS (SELECT id, first_day, last_day FROM ledger_period WHERE closed ORDER BY first_day DESC LIMIT 1),
        moved AS (
          SELECT e.book, e.currency, sum(greatest(e.amount_minor, 0)) AS debit,
            sum(greatest(-e.amount_minor, 0)) AS credit
          FROM last JOIN ledger_transaction AS t ON t.booked_on BETWEEN last.first_day AND last.last_day
          JOIN ledger_entry AS e ON e.transaction_id = t.id GROUP BY 1, 2
        ), kept AS (
          SELECT p.book, p.currency, p.debit_minor AS debit, p.credit_minor AS credit
          FROM last JOIN ledger_periodtotal AS p ON p.period_id = last.id
        )
        SELECT coalesce(kept.book, moved.book) || ' ' || coalesce(kept.currency, moved.currency)
        FROM kept FULL JOIN moved USING (book, currency)
        WHERE coalesce(kept.debit, 0) <> coalesce(moved.debit, 0)
           OR coalesce(kept.credit, 0) <> coalesce(moved.credit, 0)
        ORDER BY 1
        """,
    ),
    (
        "batch_is_its_items",
        noted("A batch's count and total are those of the payouts in it."),
        """
        SELECT b.reference FROM payouts_batch AS b
        LEFT JOIN (SELECT batch_id, count(*) AS items, sum(amount_minor) AS total FROM payouts_batchitem
          WHERE left_at IS NULL GROUP BY 1) AS i ON i.batch_id = b.id
        WHERE (b.item_count, b.total_minor) IS DISTINCT FROM (coalesce(i.items, 0), coalesce(i.total, 0)) ORDER BY b.id
        """,
    ),
)
