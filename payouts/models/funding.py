"""Our own bank accounts, which payouts are debited from."""

from django.db import models


class FundingAccount(models.Model):
    """One of our accounts (ISO 20022: Debtor account). ``details`` are fields of the account scheme.

    Its number, rail and currency never change: another account is another row.
    """

    app_may_update = ("holder_name", "bic", "active")

    code = models.CharField(
        max_length=30, unique=True, help_text="as the books name it, for example SEPA-EUR"
    )
    rail = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    holder_name = models.TextField()
    country = models.CharField(max_length=2)
    scheme = models.CharField(
        max_length=20, default="iban", help_text="iban, or other for a bank's own number"
    )
    identifier = models.TextField(help_text="IBAN, or the bank's own account number")
    bic = models.CharField(max_length=11, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        permissions = [
            ("see_reconciliation", "Can see statements"),
            ("reconcile", "Can read and match statements"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rail", "currency"], condition=models.Q(active=True), name="funding_one_active"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def masked(self) -> str:
        """The account as people see it on pages: never more than half of it."""
        if len(self.identifier) < 16:
            shown = max(len(self.identifier) // 4, 1)
            return f"•••• {self.identifier[-shown:]}"
        return f"{self.identifier[:4]} •••• {self.identifier[-4:]}"
