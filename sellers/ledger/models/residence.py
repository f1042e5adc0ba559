"""Where sellers lived before they moved."""

from datetime import date

from django.db import models

EARLIEST = date(1990, 1, 1)
"""Nobody may tell of a move on an earlier day: such a year is a slip of the pen. Rows of before may have one."""


class Residence(models.Model):
    """A country that a seller lived in until ``left_on``, the first day of the books that no longer counts there.

    A row for each time a seller's country was changed, by a trigger; who never moved has none and lives where the
    seller says. So a day that is over keeps its country, whatever becomes of the seller. Append-only. A country that
    was wrong from the beginning was left on the day on which the stay there began, and counts on no day; that of the
    first stay is the first of all days.
    """

    written_by_triggers = True

    seller = models.ForeignKey(
        "sellers.Seller", on_delete=models.PROTECT, related_name="residences", db_index=False
    )
    country = models.CharField(max_length=2)
    left_on = models.DateField(help_text="a day in the books' time zone")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["seller", "left_on", "id"], name="residence_of_seller")]

    def __str__(self) -> str:
        return f"{self.seller_id} in {self.country} until {self.left_on}"
