"""Sellers who moved before there were residences: the audit trail says from where, and when."""

from django.db import migrations

# One who moved since 0016 has a row of that day already; what came before it stands before it, also on the same day.
OLD_MOVES = """INSERT INTO ledger_residence (seller_id, country, left_on)
SELECT seller.id, moved.country, least(moved.left_on,
  (SELECT min(known.left_on) - 1 FROM ledger_residence AS known WHERE known.seller_id = seller.id))
FROM (
  SELECT event.id, event.subject_id, event.data -> 'country' ->> 0 AS country,
    (event.at AT TIME ZONE coalesce((SELECT zone FROM ledger_books), 'UTC'))::date AS left_on
  FROM audit_event AS event
  WHERE event.action = 'seller.change' AND event.subject_type = 'sellers.seller' AND event.data ? 'country'
) AS moved JOIN sellers_seller AS seller ON seller.id = moved.subject_id
WHERE moved.country IS NOT NULL AND NOT EXISTS (
  SELECT FROM ledger_residence AS known
  WHERE known.seller_id = seller.id AND known.country = moved.country AND known.left_on = moved.left_on)
ORDER BY moved.id"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_residences"), ("audit", "0003_event_at")]

    operations = [migrations.RunSQL(OLD_MOVES, migrations.RunSQL.noop)]
