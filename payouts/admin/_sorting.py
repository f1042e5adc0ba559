"""What lists of payouts can be sorted by."""

from backoffice.doors.keyset import Sort

SORTS = (
    # By id: ids are given in the order in which payouts are made.
    Sort("created", turned=True),
    Sort("waiting", ("status_at",), turned=True),
    # Currencies do not compare: each stands together.
    Sort("amount", ("currency", "amount_minor")),
)
