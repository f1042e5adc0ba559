"""Months of the books: open, asked to be closed, closed for good (docs/adr/0024)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Books(models.Model):
    """The one row that every posting reads: in which zone a day begins, and up to which day nothing is booked any more.

    Written by the triggers of `Period`; the zone is that of the setting BOOKS_TIME_ZONE when the table was made.
    """

    written_by_triggers = True

    zone = models.CharField(max_length=60)
    frozen_through = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="books_are_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"books in {self.zone}"


class Period(models.Model):
    """One month that somebody asked to close. From the asking on nothing is booked into it; another person's word
    closes it for good, or it is taken back and open again.

    ``layout`` is that of its journals' files, for good: the newest when it was asked for (docs/adr/0037).
    """

    app_may_update = ("decided_by", "decided_at", "closed")

    first_day = models.DateField()
    last_day = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    closed = models.BooleanField(default=False)
    layout = models.PositiveSmallIntegerField(db_default=1)

    class Meta:
        default_permissions = ("view",)
        permissions = [("close_period", "Can ask to close a month of the books, and close another's")]
        constraints = [
            models.CheckConstraint(name="period_layout", condition=Q(layout__in=[1, 2])),
            models.CheckConstraint(
                name="period_four_eyes", condition=Q(closed=False) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="period_decided_by_somebody",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, closed=False)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["first_day"],
                condition=Q(decided_at__isnull=True) | Q(closed=True),
                name="period_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"


class PeriodTotal(models.Model):
    """What one book held when its month was closed, in minor units: opening + debit - credit = closing."""

    append_only = True

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="totals", db_index=False)
    book = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField()
    debit_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["period", "book", "currency"], name="period_total_once"),
            models.CheckConstraint(
                name="period_total_sides", condition=Q(debit_minor__gte=0, credit_minor__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.currency}"

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor


class PeriodNumbers(models.Model):
    """The numbers that a closed month's journal entries have in one currency, without a gap from month to month.

    Two series: one entry a transaction, or one a day and kind. An entry's place among those of its month is fixed,
    since the month is, so no number needs a row of its own.
    """

    append_only = True

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="numbers", db_index=False)
    currency = models.CharField(max_length=3)
    detailed_first = models.BigIntegerField()
    detailed_count = models.BigIntegerField()
    daily_first = models.BigIntegerField()
    daily_count = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["period", "currency"], name="period_numbers_once"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} from {self.detailed_first}"
