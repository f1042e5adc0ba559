# ruff: noqa: S608 - put together from constants of this file only
"""Who is paid what, when, and what became of it: one row a payout, from which every table is written.

All is arithmetic on the payout's number, so that a load of the same size is the same load. Payouts are made in weekly
runs of all sellers; the newest are the living queue, some before them died and wait for a decision, of the older ones
one in about 360 died and was rolled into the seller's next payout.
"""

from dataclasses import dataclass

WEIGHTS = {"FR": 28, "ES": 20, "DE": 21, "IT": 13, "US": 8, "GB": 4, "JP": 6}
"""How many of a hundred sellers are in each country; their names and cities are those of the demo."""


@dataclass(frozen=True)
class Size:
    """How many payouts and sellers, and how many of the payouts live."""

    payouts: int
    sellers: int

    @property
    def queue(self) -> int:
        """The newest: to review, reviewed, approved, in a batch, at the bank."""
        return min(12_000, self.payouts * 2 // 5)

    @property
    def dead(self) -> int:
        """Those just before the queue of which every second one is dead and undisposed of."""
        return min(600, self.payouts // 5)

    @property
    def runs(self) -> int:
        return -(-self.payouts // self.sellers)

    def values(self) -> dict[str, int]:
        """Parameters of the statements."""
        return {
            "payouts": self.payouts,
            "sellers": self.sellers,
            "queue": self.queue,
            "dead": self.dead,
            "runs": self.runs,
            "hold_each": max(2, self.queue * 4 // 5 // 500),
            "hold_sellers_each": max(10, self.sellers // 40),
        }


SELLERS = """
CREATE TEMP TABLE scale_seller ON COMMIT DROP AS
WITH land AS (
  SELECT l.*, sum(weight) OVER (ORDER BY code) - weight AS low, sum(weight) OVER (ORDER BY code) AS high
  FROM jsonb_to_recordset(%(lands)s::jsonb) AS l (code text, weight int, currency text, rail text, shops text[],
    things text[], shapes text[], cities text[], postcodes text[], streets text[], people text[])
), drawn AS (
  SELECT s, (s * 7919) %% 100 AS place, (s * 48271) %% 2147483647 AS h FROM generate_series(1, %(sellers)s::bigint) AS s
)
SELECT d.s AS id, l.code AS country, l.currency, l.rail,
       replace(replace(replace(l.shapes[1 + d.h / 11 %% cardinality(l.shapes)],
         '{shop}', l.shops[1 + d.h / 7 %% cardinality(l.shops)]),
         '{thing}', l.things[1 + d.h / 13 %% cardinality(l.things)]),
         '{city}', l.cities[1 + d.h / 17 %% cardinality(l.cities)])
         || ' ' || l.people[1 + d.h / 19 %% cardinality(l.people)] AS name,
       l.streets[1 + d.h / 23 %% cardinality(l.streets)] || ' ' || 1 + d.h %% 90 AS street,
       l.postcodes[1 + d.h / 17 %% cardinality(l.cities)] AS postcode,
       l.cities[1 + d.h / 17 %% cardinality(l.cities)] AS city
FROM drawn AS d JOIN land AS l ON d.place >= l.low AND d.place < l.high
"""

# What a payout is made of: the sale of its week, and what came back from the seller's payout before, if that died and
# was rolled. `week` 1, 4, 7 … may die, so that no rolled money dies again and amounts need no recursion.
_SALE = "(1500 + ({n} * 48271) %% 2147483647 %% 60000) * CASE WHEN {n} %% 97 = 0 THEN 8 ELSE 1 END"
_ROLLED = (
    "(({n} - 1) / %(sellers)s %% 3 = 1 AND ({n} * 69621) %% 2147483647 %% 120 = 0"
    " AND {n} <= %(payouts)s - %(queue)s - %(dead)s AND {n} + %(sellers)s <= %(payouts)s)"
)

PAYOUTS = f"""
CREATE TEMP TABLE scale_payout ON COMMIT DROP AS
WITH numbered AS (
  SELECT n, 1 + (n - 1) %% %(sellers)s AS seller, ((n - 1) / %(sellers)s)::int AS week,
         n - (%(payouts)s - %(queue)s) AS place, {_ROLLED.format(n="n")} AS rolled, {_SALE.format(n="n")} AS sale,
         CASE WHEN n > %(sellers)s AND {_ROLLED.format(n="(n - %(sellers)s)")}
           THEN {_SALE.format(n="(n - %(sellers)s)")} ELSE 0 END AS carried
  FROM generate_series(1, %(payouts)s::bigint) AS n
), fated AS (
  SELECT *, CASE
    WHEN place * 100 > %(queue)s * 60 THEN 'PENDING_REVIEW'
    WHEN place * 100 > %(queue)s * 42 THEN 'REVIEWED'
    WHEN place * 100 > %(queue)s * 30 THEN 'APPROVED'
    WHEN place * 100 > %(queue)s * 18 THEN 'BATCHED'
    WHEN place > 0 THEN 'SUBMITTED'
    WHEN rolled OR place > -%(dead)s AND n %% 2 = 0 THEN (ARRAY['FAILED', 'RETURNED', 'CANCELLED'])[1 + n %% 3]
    ELSE 'PAID' END AS status
  FROM numbered
), dated AS (
  SELECT *, (%(now)s::timestamptz - make_interval(days => 2 + 7 * (%(runs)s - 1 - week)))
           + interval '1 hour' * (((n - 1) %% %(sellers)s)::float / %(sellers)s) AS created_at,
         %(today)s::date - 2 - 7 * (%(runs)s - 1 - week) AS until
  FROM fated
)
SELECT d.n, d.seller, d.week, d.rolled, d.sale, d.sale + d.carried AS amount, d.status, d.created_at, d.until,
       s.country, s.currency, s.rail,
       CASE WHEN d.status IN ('BATCHED', 'SUBMITTED') THEN d.status
            WHEN d.status IN ('PAID', 'FAILED', 'RETURNED') THEN 'SETTLED' END AS stage,
       NULL::bigint AS batch
FROM dated AS d JOIN scale_seller AS s ON s.id = d.seller ORDER BY d.n
"""

# At most 1,000 payments a batch; those of the living queue are smaller, so that there are some.
BATCHES = """
CREATE TEMP TABLE scale_item ON COMMIT DROP AS
SELECT n, dense_rank() OVER (ORDER BY CASE stage WHEN 'SETTLED' THEN 1 WHEN 'SUBMITTED' THEN 2 ELSE 3 END, week,
                             country, chunk) AS batch
FROM (SELECT n, stage, week, country, (row_number() OVER (PARTITION BY stage, week, country ORDER BY n) - 1)
             / CASE stage WHEN 'SETTLED' THEN 1000 ELSE 100 END AS chunk
      FROM scale_payout WHERE stage IS NOT NULL) AS parts
"""
