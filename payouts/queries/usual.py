"""What a payout is compared with: one meaning of "usual" for the list, the sparkline and the flag."""

TWELVE = 12

PAID_BEFORE = """
  SELECT old.id, old.amount_minor FROM payouts_payout AS old
  WHERE old.seller_id = p.seller_id AND old.currency = p.currency AND old.id < p.id AND old.status = 'PAID'
  ORDER BY old.id DESC LIMIT 12
"""
"""The seller's last twelve paid payouts before the payout ``p``. Usual is their mean, rounded to a minor unit."""
