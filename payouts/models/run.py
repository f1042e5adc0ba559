"""The act that turns due balances into payouts."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class PayoutRun(models.Model):
    """One run: until which due date, for which country, what came of it. ``key``: a double click runs once.

    A run that a worker makes in portions is its own job: ``left`` is what remains, ``through`` where the first of it
    has come to. Once finished it never changes (a trigger).
    """

    app_may_update = (
        "finished_at", "payout_count", "skip_count", "totals", "left", "through", "accounts_done", "trouble",
    )  # fmt: skip

    key = models.TextField(unique=True)
    until_date = models.DateField(help_text="the last due date taken, in each country's calendar")
    country = models.CharField(max_length=2, blank=True, help_text="empty: every country")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    payout_count = models.IntegerField(default=0)
    skip_count = models.IntegerField(default=0)
    totals = models.JSONField(default=dict, help_text="minor units per currency")
    left = models.JSONField(
        default=list, db_default=[], help_text="[country, last due date] of what is to be made"
    )
    through = models.BigIntegerField(
        default=0, db_default=0, help_text="the last account of the first of them"
    )
    accounts_total = models.IntegerField(
        null=True, help_text="balances to look at, counted when it was asked for"
    )
    accounts_done = models.IntegerField(default=0, db_default=0)
    trouble = models.TextField(
        blank=True, default="", db_default="", help_text="why it did not go on, last time"
    )

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"run {self.pk}"


class RunSkip(models.Model):
    """A balance a run left alone, and why: ``reason`` as it was written then, ``code`` for whoever says it anew."""

    append_only = True

    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="skips")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    code = models.CharField(max_length=30)
    reason = models.TextField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["account", "-id"], name="run_skip_account")]

    def __str__(self) -> str:
        return self.reason
