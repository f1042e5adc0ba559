"""Where a seller is paid: a slot per seller and currency, versions that never change, and their verification."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class PayoutAccount(models.Model):
    """The slot for one seller's bank account in one currency. ``current`` is the version in effect, if any.

    A trigger lets ``current`` point only at a version of this slot that another person verified and whose
    wait is over.
    """

    app_may_update = ("current",)

    seller = models.ForeignKey(
        "sellers.Seller", on_delete=models.PROTECT, related_name="payout_accounts", db_index=False
    )
    currency = models.CharField(max_length=3)
    current = models.ForeignKey(
        "payouts.AccountVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("request_payout_account", "Can ask for a new or changed bank account"),
            ("verify_payout_account", "Can verify or reject another's bank account change"),
            ("reveal_payout_account", "Can reveal full bank details, with a reason"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["seller", "currency"], name="payout_account_one_per_currency"),
            models.UniqueConstraint(fields=["id", "seller"], name="payout_account_id_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.seller_id} {self.currency}"


class AccountVersion(models.Model):
    """One set of bank details as given at one moment. Append-only; ciphertext under the seller's data key.

    ``fingerprint`` is a keyed HMAC of the canonical details: equal accounts are found without decrypting.
    ``effective_at`` is the earliest moment it may be paid to (the wait); it also needs a verification.
    """

    append_only = True

    slot = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.IntegerField()
    scheme = models.CharField(max_length=20)
    country = models.CharField(max_length=2, help_text="country of the bank")
    holder_name = models.TextField()
    ciphertext = models.BinaryField()
    masked = models.TextField(help_text="what people see, as in ES76 •••• •••• 0932")
    bank_name = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=64)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    effective_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["slot", "number"], name="account_version_number"),
            models.UniqueConstraint(fields=["id", "slot"], name="account_version_id_slot"),
            models.UniqueConstraint(fields=["id", "requested_by"], name="account_version_id_requester"),
            models.CheckConstraint(name="account_version_holder", condition=~Q(holder_name="")),
        ]
        indexes = [models.Index(fields=["fingerprint"], name="account_version_fingerprint")]

    def __str__(self) -> str:
        return self.masked


class AccountDecision(models.Model):
    """A second person's word on a version: verified or rejected. One per version, append-only.

    ``requested_by`` repeats the version's requester (composite foreign key), so that PostgreSQL itself
    refuses the requester as verifier.
    """

    append_only = True

    version = models.OneToOneField(AccountVersion, on_delete=models.PROTECT, related_name="decision")
    verified = models.BooleanField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="account_decision_four_eyes", condition=~Q(decided_by=F("requested_by"))
            ),
            models.UniqueConstraint(
                fields=["version", "requested_by", "decided_by"], name="account_decision_people"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version_id} {'verified' if self.verified else 'rejected'}"
