"""A reason a payout may not proceed, and its release."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later


class HoldReason(models.TextChoices):
    ACCOUNT_CHANGE = "account_change", later("Bank account change to confirm")
    ACCOUNT_REFUSED = "account_refused", later("The bank account sent money back")
    AMOUNT_UNUSUAL = "amount_unusual", later("Unusual amount")
    DISPUTE = "dispute", later("Open dispute or chargebacks")
    DOCUMENTS = "documents", later("Documents missing")
    FRAUD_SUSPECTED = "fraud_suspected", later("Fraud suspected")
    COMPLIANCE = "compliance", later("Compliance check")
    RAIL_REJECTED = "rail_rejected", later("The bank refused the payment")
    SELLER_REQUEST = "seller_request", later("Asked for by the seller")
    OTHER = "other", later("Other, see the note")


TWO_PEOPLE = frozenset({HoldReason.ACCOUNT_CHANGE, HoldReason.FRAUD_SUSPECTED, HoldReason.COMPLIANCE})
"""Holds for risk or compliance: one person asks for the release, another confirms it; no date ends them,
but for those that had one before this rule came."""

FOR_COMPLIANCE = frozenset({HoldReason.FRAUD_SUSPECTED, HoldReason.COMPLIANCE})
"""Of the two people who release one of these, one judges for compliance."""

LONGEST = timedelta(days=366)
"""How far ahead the end of a hold may lie."""


class Hold(models.Model):
    """Blocks approve, batch and submit of one payout, or of everything of one seller, while it is open.

    A row per hold: several can be open at once and all must be released. Only the release may be written
    later, once. Inserting one takes the same row lock that submission takes (trigger), so whichever is first
    decides.
    """

    app_may_update = ("released_at", "released_by", "release_note")

    payout = models.ForeignKey("payouts.Payout", null=True, on_delete=models.PROTECT, related_name="holds")
    seller = models.ForeignKey("sellers.Seller", null=True, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=HoldReason)
    note = models.TextField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    placed_at = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="released by itself then; null: a person releases it")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    release_note = models.TextField(blank=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("place_hold", "Can place holds"),
            ("release_hold", "Can release holds"),
            ("judge_hold", "Can judge for compliance whether a hold is released"),
        ]
        constraints = [
            models.CheckConstraint(
                name="hold_on_one_thing",
                condition=Q(payout__isnull=False, seller__isnull=True)
                | Q(payout__isnull=True, seller__isnull=False),
            ),
            models.CheckConstraint(name="hold_has_note", condition=~Q(note="")),
            models.CheckConstraint(name="hold_reason_is_known", condition=Q(reason__in=HoldReason.values)),
        ]
        indexes = [
            models.Index(fields=["payout"], condition=Q(released_at__isnull=True), name="hold_open_payout"),
            models.Index(fields=["seller"], condition=Q(released_at__isnull=True), name="hold_open_seller"),
            models.Index(fields=["placed_at"], condition=Q(released_at__isnull=True), name="hold_open_age"),
            models.Index(fields=["id"], condition=Q(released_at__isnull=True), name="hold_open"),
            models.Index(fields=["placed_at"], include=["payout"], name="hold_placed"),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()

    @property
    def is_open(self) -> bool:
        return self.released_at is None

    @property
    def needs_two(self) -> bool:
        """Whether one person asks for its release and another confirms it."""
        return self.reason in TWO_PEOPLE


class ReleaseRequest(models.Model):
    """One person asks that a hold for risk or compliance is released, and says what was found out.

    The hold stays in force until another person confirms it, in the same transaction that releases the hold.
    """

    app_may_update = ("confirmed_by", "confirmed_at", "withdrawn_by", "withdrawn_at", "withdrawn_note")

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="release_requests")
    note = models.TextField(help_text="what was found out, for the person who confirms it")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="null: the hold ended by itself meanwhile",
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_note = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="release_request_four_eyes",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="release_request_decided_one_way",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(name="release_request_has_note", condition=~Q(note="")),
            models.CheckConstraint(
                name="release_request_withdrawn_whole",
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_by__isnull=True, withdrawn_note=""),
            ),
            models.UniqueConstraint(
                fields=["hold"],
                condition=Q(confirmed_at__isnull=True, withdrawn_at__isnull=True),
                name="release_request_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"release of {self.hold_id}"
