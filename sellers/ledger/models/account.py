"""What one seller is owed in one currency."""

from django.db import models


class Account(models.Model):
    """The account of one seller in one currency. Its balance is the sum of its entries, never a column.

    ``covered_through`` is the last due date that payouts have taken, in the country's calendar; null before
    the first payout. It only moves forward, and only by the trigger on a new payout (HOUSE ruling 3).
    ``country`` is the seller's when the account was opened, by a trigger: the books keep it when the seller moves.
    """

    app_may_update = ("covered_through",)

    seller = models.ForeignKey(
        "sellers.Seller", on_delete=models.PROTECT, related_name="accounts", db_index=False
    )
    currency = models.CharField(max_length=3)
    covered_through = models.DateField(null=True)
    country = models.CharField(max_length=2, blank=True, db_default="")

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["seller", "currency"], name="account_one_per_currency"),
            # Targets of composite foreign keys: an entry or a payout cannot name another currency or seller.
            models.UniqueConstraint(fields=["id", "currency"], name="account_id_currency"),
            models.UniqueConstraint(fields=["id", "seller", "currency"], name="account_id_seller_currency"),
            models.CheckConstraint(
                name="account_currency_is_iso", condition=models.Q(currency__regex="^[A-Z]{3}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_id} {self.currency}"
