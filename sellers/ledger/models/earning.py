"""One ledger fact for a seller: the only thing that carries a due date."""

from django.db import models
from django.db.models import F, Q

from backoffice.words import later


class EarningKind(models.TextChoices):
    SALE = "sale", later("Sale")
    COMMISSION = "commission", later("Commission")
    REFUND = "refund", later("Refund")
    CHARGEBACK = "chargeback", later("Chargeback")
    FEE = "fee", later("Fee")
    ADJUSTMENT = "adjustment", later("Adjustment")
    WRITE_OFF = "write_off", later("Write-off")
    RESERVE = "reserve", later("Reserve kept back or released")
    ROLLED = "rolled", later("Amount of an earlier payout")


class Earning(models.Model):
    """What changed the seller's balance, and from which day it may be paid.

    ``amount_minor``: minor units of the account's currency, positive when we owe more.
    ``requested_due_date`` is what the source asked; ``due_date`` is when it takes effect, later when a payout
    had covered the requested day already. Both are days in the seller's country. Append-only.
    """

    append_only = True

    transaction = models.ForeignKey(
        "ledger.Transaction", on_delete=models.PROTECT, related_name="earnings", db_index=False
    )
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="earnings", db_index=False
    )
    source = models.CharField(max_length=60)
    external_id = models.TextField()
    kind = models.CharField(max_length=12, choices=EarningKind)
    amount_minor = models.BigIntegerField()
    order_ref = models.TextField(blank=True)
    description = models.TextField(blank=True)
    occurred_date = models.DateField()
    requested_due_date = models.DateField()
    due_date = models.DateField()
    import_file = models.ForeignKey(
        "ledger.ImportFile", null=True, on_delete=models.PROTECT, related_name="earnings"
    )

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id", "kind"], name="earning_known_once"),
            models.UniqueConstraint(fields=["transaction"], name="earning_one_per_transaction"),
            models.CheckConstraint(name="earning_moves_something", condition=~Q(amount_minor=0)),
            models.CheckConstraint(name="earning_kind_is_known", condition=Q(kind__in=EarningKind.values)),
            models.CheckConstraint(
                name="earning_sign_fits_kind",
                condition=Q(kind__in=["commission", "fee", "adjustment", "reserve"])
                | Q(kind__in=["sale", "write_off", "rolled"], amount_minor__gt=0)
                | Q(kind__in=["refund", "chargeback"], amount_minor__lt=0),
            ),
            models.CheckConstraint(
                name="earning_never_early", condition=Q(due_date__gte=F("requested_due_date"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "due_date"], include=["amount_minor", "kind"], name="earning_due"
            ),
            models.Index(fields=["order_ref"], condition=~Q(order_ref=""), name="earning_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"
