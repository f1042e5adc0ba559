# ruff: noqa: E501, S608 - put together from constants of this file only; a column list is not easier to read broken
"""The rows of every table, read off the plan. In this order; each statement writes one table."""

_STEPS = """(VALUES
  (1, 'create', '', 'PENDING_REVIEW', 'analyst', 0), (2, 'review', 'PENDING_REVIEW', 'REVIEWED', 'analyst', 2),
  (3, 'approve', 'REVIEWED', 'APPROVED', 'approver', 4), (4, 'batch', 'APPROVED', 'BATCHED', 'analyst', 5),
  (5, 'submit', 'BATCHED', 'SUBMITTED', '', 6), (6, 'pay', 'SUBMITTED', 'PAID', '', 24),
  (7, 'fail', 'SUBMITTED', 'FAILED', '', 24), (8, 'return', 'SUBMITTED', 'RETURNED', '', 30),
  (9, 'cancel', 'PENDING_REVIEW', 'CANCELLED', 'approver', 3))
  AS step (place, name, source, target, person, hours)"""

# How far along the steps each status is, and the last step that led there.
_FAR = """(VALUES ('PENDING_REVIEW', 1, 1), ('REVIEWED', 2, 2), ('APPROVED', 3, 3), ('BATCHED', 4, 4), ('SUBMITTED', 5, 5),
  ('PAID', 5, 6), ('FAILED', 5, 7), ('RETURNED', 5, 8), ('CANCELLED', 1, 9)) AS far (status, straight, last)"""

_DIGEST = "payout_digest(p.n, p.seller, p.amount, p.currency, p.seller)"
_APPROVED = "p.status IN ('APPROVED', 'BATCHED', 'SUBMITTED', 'PAID', 'FAILED', 'RETURNED')"
_SENT = "p.status IN ('SUBMITTED', 'PAID', 'FAILED', 'RETURNED')"
_DEAD = "p.status IN ('FAILED', 'RETURNED', 'CANCELLED')"

# Numbers of ledger transactions: sales first, then reserves, hand-overs, give-backs, each by the payout's number.
_LEG = "INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref, funding_code) "


def _legs(debit: str, credit: str, *, offset: int, amount: str, where: str, ref: str = "'P' || p.n") -> str:
    return (
        _LEG
        + f"""
SELECT {offset} * %(payouts)s + p.n, leg.book, CASE WHEN leg.book <> 'psp_clearing' THEN p.seller END, p.currency,
       leg.sign * p.{amount}, {ref}, ''
FROM scale_payout AS p CROSS JOIN (VALUES ('{debit}', 1), ('{credit}', -1)) AS leg (book, sign) WHERE {where}"""
    )


SELLERS: tuple[tuple[str, str], ...] = (
    ("sellers_seller", """
INSERT INTO sellers_seller (id, external_id, name, kind, country, email, phone, tax_id, address_line, postcode, city,
  joined_date, verified_at, suspended_at, suspended_reason, created_at)
SELECT id, 'scale-' || id, name, 'business', country, 'contact@shop-' || id || '.example', '', '', street, postcode, city,
       %(today)s::date - 900, CASE WHEN id %% 400 <> 11 THEN %(now)s::timestamptz - interval '800 days' END,
       CASE WHEN id %% 500 = 9 THEN %(now)s::timestamptz - interval '3 days' END,
       CASE WHEN id %% 500 = 9 THEN 'Documents do not match' ELSE '' END, %(now)s::timestamptz - interval '900 days'
FROM scale_seller ORDER BY id"""),
    ("ledger_account", """
INSERT INTO ledger_account (id, seller_id, currency, covered_through)
SELECT s.id, s.id, s.currency, %(today)s::date - 2
       - CASE WHEN s.id <= %(payouts)s - (%(runs)s - 1) * %(sellers)s THEN 0 ELSE 7 END
FROM scale_seller AS s ORDER BY id"""),
    ("payouts_payoutaccount", """
INSERT INTO payouts_payoutaccount (id, seller_id, currency, current_id)
SELECT id, id, currency, id FROM scale_seller ORDER BY id"""),
    ("payouts_accountversion", """
INSERT INTO payouts_accountversion (id, slot_id, number, scheme, country, holder_name, ciphertext, masked, bank_name,
  fingerprint, requested_by_id, requested_at, effective_at)
SELECT id, id, 1, 'iban', country, name, '', country || '76 •••• ' || lpad((id %% 10000)::text, 4, '0'), '',
       'scale-' || id, %(analyst2)s, %(now)s::timestamptz - interval '890 days', %(now)s::timestamptz - interval '887 days'
FROM scale_seller ORDER BY id"""),
    ("payouts_accountdecision", """
INSERT INTO payouts_accountdecision (id, version_id, verified, requested_by_id, decided_by_id, decided_at, note)
SELECT id, id, true, %(analyst2)s, %(compliance)s, %(now)s::timestamptz - interval '888 days', ''
FROM scale_seller ORDER BY id"""),
    ("payouts_payoutrun", """
INSERT INTO payouts_payoutrun (id, key, until_date, country, started_by_id, started_at, finished_at, payout_count,
  skip_count, totals)
SELECT week + 1, 'scale:' || week, max(until), '', %(analyst)s, min(at), max(at) + interval '1 minute', sum(count), 0,
       jsonb_object_agg(currency, minor)
FROM (SELECT week, currency, max(until) AS until, min(created_at) AS at, count(*) AS count, sum(amount) AS minor
      FROM scale_payout GROUP BY week, currency) AS parts GROUP BY week ORDER BY week"""),
    ("payouts_batch", """
INSERT INTO payouts_batch (id, rail, funding_account_id, currency, country, value_date, cut_off_at, status, status_at,
  proposed_by_id, proposed_at, approved_by_id, approved_at, digest, item_count, total_minor)
SELECT batch, rail, funding, currency, country, value_date, value_date::timestamptz - interval '9 hours', status, at,
       %(analyst)s, at, CASE WHEN status <> 'PROPOSED' THEN %(treasurer)s::bigint END,
       CASE WHEN status <> 'PROPOSED' THEN at END,
       CASE WHEN status <> 'PROPOSED' THEN encode(sha256(batch::text::bytea), 'hex') ELSE '' END, items, total
FROM (SELECT i.batch, p.rail, f.id AS funding, p.currency, min(p.country) AS country, count(*) AS items,
             sum(p.amount) AS total, max(p.created_at) + interval '5 hours' AS at,
             CASE min(p.stage) WHEN 'SETTLED' THEN max(p.created_at)::date + 2 WHEN 'SUBMITTED' THEN %(today)s::date + 1
               ELSE %(today)s::date + 2 END AS value_date,
             CASE min(p.stage) WHEN 'BATCHED' THEN CASE i.batch %% 2 WHEN 0 THEN 'PROPOSED' ELSE 'APPROVED' END
               ELSE min(p.stage) END AS status
      FROM scale_item AS i JOIN scale_payout AS p USING (n)
      JOIN payouts_fundingaccount AS f ON f.rail = p.rail AND f.currency = p.currency AND f.active
      GROUP BY i.batch, p.rail, f.id, p.currency) AS parts ORDER BY batch"""),
    ("payouts_submission", """
INSERT INTO payouts_submission (id, batch_id, payout_id, rail, key, body_ciphertext, body_sha256, body_bytes, status,
  status_at, prepared_at, fence, lease_until, deliveries, delivered_at, bank_reference, answer_code, answer_text,
  answer_raw, next_lookup_at)
SELECT id, id, NULL, rail, 'SCALE-' || id, '\\x00', encode(sha256('\\x00'::bytea), 'hex'), 1, 'ACCEPTED', status_at,
       status_at, 1, NULL, 1, status_at, '', '', '', '', NULL
FROM payouts_batch WHERE status IN ('SUBMITTED', 'SETTLED') ORDER BY id"""),
)  # fmt: skip

PAYOUTS: tuple[tuple[str, str], ...] = (
    ("payouts_payout", f"""
INSERT INTO payouts_payout (id, account_id, seller_id, currency, country, amount_minor, span, run_id, payout_account_id,
  status, status_at, round, batch_id, created_at)
SELECT p.n, p.seller, p.seller, p.currency, p.country, p.amount,
       daterange(CASE WHEN p.week > 0 THEN p.until - 6 END, p.until + 1), p.week + 1, p.seller, p.status,
       p.created_at + make_interval(hours => step.hours), 1, i.batch, p.created_at
FROM scale_payout AS p JOIN {_FAR} ON far.status = p.status JOIN {_STEPS} ON step.place = far.last
LEFT JOIN scale_item AS i ON i.n = p.n ORDER BY p.n"""),
    ("ledger_transaction", """
INSERT INTO ledger_transaction (id, key, kind, posted_at, booked_on, description)
SELECT n, 'earning:scale:' || n || ':sale', 'sale', created_at - interval '1 day', ((created_at - interval '1 day') AT TIME ZONE books.zone)::date, '' FROM scale_payout CROSS JOIN ledger_books AS books"""),
    ("ledger_transaction", """
INSERT INTO ledger_transaction (id, key, kind, posted_at, booked_on, description)
SELECT %(payouts)s + n, 'payout:' || n || ':reserve', 'reserve', created_at, (created_at AT TIME ZONE books.zone)::date, '' FROM scale_payout CROSS JOIN ledger_books AS books"""),
    ("ledger_transaction", f"""
INSERT INTO ledger_transaction (id, key, kind, posted_at, booked_on, description)
SELECT 2 * %(payouts)s + n, 'attempt:' || n || ':submitted', 'submitted', created_at + interval '6 hours', ((created_at + interval '6 hours') AT TIME ZONE books.zone)::date, ''
FROM scale_payout AS p CROSS JOIN ledger_books AS books WHERE {_SENT}"""),
    ("ledger_transaction", f"""
INSERT INTO ledger_transaction (id, key, kind, posted_at, booked_on, description)
SELECT 3 * %(payouts)s + n,
       CASE status WHEN 'CANCELLED' THEN 'payout:' || n || ':cancelled' ELSE 'attempt:' || n || ':given_back' END,
       CASE status WHEN 'CANCELLED' THEN 'cancelled' ELSE 'given_back' END, created_at + interval '30 hours', ((created_at + interval '30 hours') AT TIME ZONE books.zone)::date, ''
FROM scale_payout AS p CROSS JOIN ledger_books AS books WHERE {_DEAD}"""),
    ("ledger_entry", _legs("psp_clearing", "payable", offset=0, amount="sale", where="true", ref="''")),
    ("ledger_entry", _legs("payable", "reserved", offset=1, amount="amount", where="true")),
    ("ledger_entry", _legs("reserved", "in_transit", offset=2, amount="amount", where=_SENT)),
    ("ledger_entry", _legs("in_transit", "payable", offset=3, amount="amount", where=f"{_DEAD} AND {_SENT}")),
    ("ledger_entry", _legs("reserved", "payable", offset=3, amount="amount", where="p.status = 'CANCELLED'")),
    ("ledger_earning", """
INSERT INTO ledger_earning (id, transaction_id, account_id, source, external_id, kind, amount_minor, order_ref, description,
  occurred_date, requested_due_date, due_date, import_file_id)
SELECT n, n, seller, 'scale', n::text, 'sale', sale, 'ORD-' || n, '', until - 14, until - 3, until - 3, NULL
FROM scale_payout"""),
    ("ledger_earning", """
INSERT INTO ledger_earning (id, transaction_id, account_id, source, external_id, kind, amount_minor, order_ref, description,
  occurred_date, requested_due_date, due_date, import_file_id)
SELECT %(payouts)s + n, 3 * %(payouts)s + n, seller, 'payout', 'P' || n, 'rolled', amount, '', '', until + 2, until + 3,
       until + 3, NULL
FROM scale_payout WHERE rolled"""),
    ("payouts_disposal", """
INSERT INTO payouts_disposal (payout_id, earning_id, decided_by_id, decided_at)
SELECT n, %(payouts)s + n, %(analyst)s, created_at + interval '50 hours' FROM scale_payout WHERE rolled ORDER BY n"""),
    # What is made dead has not died: no trigger saw it.
    ("payouts_undisposed", f"""
INSERT INTO payouts_undisposed (payout_id) SELECT n FROM scale_payout AS p WHERE {_DEAD} AND NOT rolled ORDER BY n"""),
    ("payouts_transition", f"""
INSERT INTO payouts_transition (payout_id, name, from_status, to_status, at, actor_id, actor_name, via, reason)
SELECT p.n, step.name, step.source, step.target, p.created_at + make_interval(hours => step.hours),
       CASE step.person WHEN 'analyst' THEN %(analyst)s WHEN 'approver' THEN %(approver)s END, step.person,
       CASE WHEN step.person = '' THEN 'system' ELSE 'session' END, ''
FROM scale_payout AS p JOIN {_FAR} ON far.status = p.status
JOIN {_STEPS} ON step.place <= far.straight OR step.place = far.last ORDER BY p.n, step.place"""),
    ("audit_event", """
INSERT INTO audit_event (at, actor_id, actor_name, via, action, subject_type, subject_id, data)
SELECT at, actor_id, actor_name, via, 'payout.' || name, 'payouts.payout', payout_id, '{}' FROM payouts_transition
WHERE actor_id IS NOT NULL ORDER BY at, id"""),
    ("payouts_review", f"""
INSERT INTO payouts_review (payout_id, round, reviewer_id, reviewed_at, digest, note)
SELECT p.n, 1, %(analyst)s, p.created_at + interval '2 hours', {_DIGEST}, '' FROM scale_payout AS p
WHERE p.status NOT IN ('PENDING_REVIEW', 'CANCELLED')"""),
    ("payouts_approval", f"""
INSERT INTO payouts_approval (payout_id, round, seat, approver_id, approved_at, digest, note, reviewer_id,
  account_version_id, account_requested_by_id, account_verified_by_id)
SELECT p.n, 1, 1, %(approver)s, p.created_at + interval '4 hours', {_DIGEST}, '', %(analyst)s, p.seller, %(analyst2)s,
       %(compliance)s FROM scale_payout AS p WHERE {_APPROVED}"""),
    ("payouts_batchitem", f"""
INSERT INTO payouts_batchitem (batch_id, payout_id, amount_minor, account_version_id, digest, left_at, left_because)
SELECT i.batch, p.n, p.amount, p.seller, {_DIGEST}, NULL, '' FROM scale_item AS i JOIN scale_payout AS p USING (n)
ORDER BY p.n"""),
    ("payouts_attempt", f"""
INSERT INTO payouts_attempt (id, submission_id, payout_id, number, end_to_end_id, amount_minor, account_version_id,
  created_at, ended_at, ended_because, gave_back)
SELECT p.n, i.batch, p.n, 1, 'P' || p.n || 'A1', p.amount, p.seller, p.created_at + interval '6 hours',
       CASE WHEN {_DEAD} THEN p.created_at + interval '30 hours' END, CASE WHEN {_DEAD} THEN lower(p.status) ELSE '' END,
       {_DEAD}
FROM scale_payout AS p JOIN scale_item AS i USING (n) WHERE {_SENT} ORDER BY p.n"""),
    ("payouts_bankfact", f"""
INSERT INTO payouts_bankfact (attempt_id, kind, code, text, amount_minor, source, occurred_at, received_at)
SELECT p.n, CASE p.status WHEN 'SUBMITTED' THEN 'accepted' ELSE lower(p.status) END,
       CASE WHEN {_DEAD} THEN (ARRAY['AC04', 'AC01', 'MS03'])[1 + p.n %% 7 %% 3] ELSE '' END, '', NULL, 'scale',
       p.created_at + interval '24 hours', p.created_at + interval '24 hours'
FROM scale_payout AS p WHERE {_SENT} ORDER BY p.n"""),
    ("payouts_flag", """
INSERT INTO payouts_flag (payout_id, code, facts, raised_at)
SELECT n, CASE n %% 3 WHEN 0 THEN 'unusual_amount' WHEN 1 THEN 'refunds_jump' ELSE 'name_differs' END,
       CASE n %% 3 WHEN 0 THEN jsonb_build_object('usual_minor', amount / 4 + 1, 'times', '4.0')
         WHEN 1 THEN '{"percent": 31, "usual_percent": 4}'::jsonb
         ELSE '{"holder": "J. Martin", "seller": "another name"}'::jsonb END, created_at
FROM scale_payout WHERE n %% 50 = 0 OR n > %(payouts)s - %(queue)s AND n %% 7 = 0 ORDER BY n"""),
    ("payouts_hold", """
INSERT INTO payouts_hold (payout_id, seller_id, reason, note, placed_by_id, placed_at, until, released_at, released_by_id,
  release_note)
SELECT n, NULL, (ARRAY['amount_unusual', 'documents', 'seller_request'])[1 + n %% 3], 'To be looked at.', %(analyst)s,
       created_at + interval '1 hour', NULL, CASE WHEN status = 'PAID' THEN created_at + interval '2 hours' END,
       CASE WHEN status = 'PAID' THEN %(approver)s::bigint END, CASE WHEN status = 'PAID' THEN 'It is all right.' ELSE '' END
FROM scale_payout
WHERE status = 'PAID' AND n %% 100 = 7
   OR status IN ('PENDING_REVIEW', 'REVIEWED', 'APPROVED') AND n %% %(hold_each)s = 1 ORDER BY n"""),
    ("payouts_hold", """
INSERT INTO payouts_hold (payout_id, seller_id, reason, note, placed_by_id, placed_at, release_note)
SELECT NULL, id, 'dispute', 'Asked the seller for papers.', %(compliance)s, %(now)s::timestamptz - interval '3 days', ''
FROM scale_seller WHERE id %% %(hold_sellers_each)s = 5 ORDER BY id"""),
    ("payouts_capuse", """
INSERT INTO payouts_capuse (kind, subject_id, currency, day, total_minor)
SELECT k.kind, CASE k.kind WHEN 'seller_day' THEN p.seller_id ELSE b.funding_account_id END, p.currency, b.value_date,
       sum(p.amount_minor)
FROM payouts_batch AS b JOIN payouts_payout AS p ON p.batch_id = b.id
CROSS JOIN (VALUES ('seller_day'), ('funding_day')) AS k (kind)
WHERE b.value_date >= %(today)s::date - 1 AND p.status IN ('SUBMITTED', 'PAID', 'FAILED', 'RETURNED') GROUP BY 1, 2, 3, 4"""),
)  # fmt: skip
