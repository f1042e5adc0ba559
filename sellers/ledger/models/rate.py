"""What a currency is worth in the company's, month by month."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class MonthRate(models.Model):
    """One version of a month's rate: asked for by one person, in force once another confirmed it; the last one counts.

    So many ``units`` of ``currency`` are ``worth`` so many of ``home``, the company's currency: "1.0833 USD = 1 EUR",
    or "100 JPY = 0.61 EUR", as whoever publishes it writes it. A confirmed version never changes, and in a month that
    nothing is booked into any more the one that it has stays (docs/adr/0037).
    """

    app_may_update = ("decided_by", "decided_at", "confirmed")

    month = models.DateField(help_text="its first day")
    currency = models.CharField(max_length=3)
    home = models.CharField(max_length=3)
    units = models.DecimalField(max_digits=18, decimal_places=9)
    worth = models.DecimalField(max_digits=18, decimal_places=9)
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(default=False)

    class Meta:
        default_permissions = ("view",)
        permissions = [("set_rates", "Can ask for a month's rate, and confirm another's")]
        constraints = [
            models.CheckConstraint(
                name="rate_four_eyes", condition=Q(confirmed=False) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="rate_decided_by_somebody",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, confirmed=False)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(name="rate_of_a_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="rate_of_another_currency",
                condition=~Q(currency=F("home"))
                & Q(currency__regex=r"^[A-Z]{3}$")
                & Q(home__regex=r"^[A-Z]{3}$"),
            ),
            models.CheckConstraint(name="rate_is_positive", condition=Q(units__gt=0, worth__gt=0)),
            models.CheckConstraint(name="rate_has_reason", condition=~Q(reason="")),
            models.UniqueConstraint(
                fields=["month", "currency", "home"],
                condition=Q(decided_at__isnull=True),
                name="rate_one_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["currency", "home", "month"], condition=Q(confirmed=True), name="rate_confirmed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.month:%Y-%m}"
