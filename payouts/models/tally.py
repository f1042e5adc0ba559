"""What pages count and add up, kept by triggers so that no page reads ten million payouts for a number."""

from django.db import models


class Tally(models.Model):
    """How many payouts stand where, and their money: the sum of these rows per status, currency and country.

    Every statement that makes or moves payouts appends what it changed (a trigger), so that nobody waits for a
    row that everybody adds to; beat folds many rows into one. An invariant proves the sums equal to the payouts'.
    ``total_minor``: minor units of the currency.
    """

    written_by_triggers = True

    status = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    count = models.BigIntegerField()
    total_minor = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.status} {self.currency} {self.country}: {self.count:+}"


class Undisposed(models.Model):
    """A dead payout whose money nobody has reissued or rolled yet: a row comes and goes by trigger, as it dies and as
    it is disposed of. Without it the worklist would be searched for among everything that ever failed.
    """

    written_by_triggers = True

    payout = models.OneToOneField(
        "payouts.Payout", primary_key=True, on_delete=models.PROTECT, related_name="undisposed"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.payout_id} is dead and not disposed of"


class Undecided(models.Model):
    """A version of a bank account that nobody has verified or rejected yet; comes and goes by trigger."""

    written_by_triggers = True

    version = models.OneToOneField(
        "payouts.AccountVersion", primary_key=True, on_delete=models.PROTECT, related_name="undecided"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.version_id} waits for a decision"
