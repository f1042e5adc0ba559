"""Double entry: transactions and their legs."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backoffice.words import later


class Book(models.TextChoices):
    """Where money stands. The first three are per seller, the others are the house's."""

    PAYABLE = "payable", later("Owed to the seller")
    RESERVED = "reserved", later("In payouts not yet sent")
    IN_TRANSIT = "in_transit", later("On its way")
    PSP_CLEARING = "psp_clearing", later("Collected by payment providers")
    COMMISSION_REVENUE = "commission_revenue", later("Commission")
    FEE_REVENUE = "fee_revenue", later("Fees")
    VAT = "vat", "VAT"
    CASH = "cash", later("Our bank account")
    BANK_CHARGES = "bank_charges", later("Bank charges")
    ADJUSTMENTS = "adjustments", later("Adjustments")
    WRITE_OFFS = "write_offs", later("Written off")
    SUSPENSE = "suspense", later("Not matched yet")


SELLER_BOOKS = (Book.PAYABLE, Book.RESERVED, Book.IN_TRANSIT)
QUIET_BOOKS = (Book.BANK_CHARGES, Book.ADJUSTMENTS, Book.WRITE_OFFS, Book.SUSPENSE)
"""Little is booked there: their few entries are found by an index, not among a month's transactions."""
BUSY_KINDS = ("sale", "commission", "refund", "reserve", "submitted")
"""Kinds of transactions that there are many of in every month; the others are found by an index."""


class Transaction(models.Model):
    """A balanced set of entries. ``key`` makes posting idempotent: the same fact posts once.

    ``booked_on`` is the day it stands on in the books; a trigger chooses it: the day it happened where that month is
    open, else the day of posting or the first open one. ``fact_on`` is the day it happened where that is another.
    """

    append_only = True

    key = models.TextField()
    kind = models.CharField(max_length=30)
    posted_at = models.DateTimeField(db_default=Now())
    description = models.TextField(blank=True)
    booked_on = models.DateField(help_text="in the books' time zone; written by a trigger")
    fact_on = models.DateField(
        null=True, help_text="when it happened, where that is not the day it is booked on"
    )

    class Meta:
        default_permissions = ("view",)
        # Not `unique`, which would have an index for LIKE beside it.
        constraints = [models.UniqueConstraint(fields=["key"], name="ledger_transaction_key_key")]
        indexes = [
            models.Index(fields=["booked_on", "id"], name="transaction_booked"),
            # Few of a month came late; the page of a month asks for them each time.
            models.Index(
                fields=["booked_on", "fact_on"],
                condition=Q(fact_on__isnull=False),
                name="transaction_late",
            ),
            models.Index(
                fields=["kind", "booked_on", "id"],
                condition=~Q(kind__in=BUSY_KINDS),
                name="transaction_rare_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One leg: ``amount_minor`` in minor units, debit positive, credit negative. Immutable."""

    append_only = True

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    book = models.CharField(max_length=20, choices=Book)
    account = models.ForeignKey(
        "ledger.Account", null=True, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    payout_ref = models.CharField(
        max_length=10, blank=True, help_text="whose money moved, where one payout is meant"
    )
    funding_code = models.CharField(
        max_length=30, blank=True, help_text="which of our bank accounts, for cash"
    )

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="entry_moves_something", condition=~Q(amount_minor=0)),
            models.CheckConstraint(name="entry_book_is_known", condition=Q(book__in=Book.values)),
            models.CheckConstraint(
                name="entry_seller_books_have_account",
                condition=Q(book__in=[b.value for b in SELLER_BOOKS], account__isnull=False)
                | (~Q(book__in=[b.value for b in SELLER_BOOKS]) & Q(account__isnull=True)),
            ),
            models.CheckConstraint(
                name="entry_cash_names_its_bank_account",
                condition=(Q(book=Book.CASH) & ~Q(funding_code=""))
                | (~Q(book=Book.CASH) & Q(funding_code="")),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "book"], include=["amount_minor"], name="entry_account_book"),
            models.Index(
                fields=["payout_ref", "book"],
                include=["amount_minor"],
                condition=~Q(payout_ref=""),
                name="entry_payout_ref",
            ),
            models.Index(
                fields=["funding_code"],
                include=["amount_minor"],
                condition=Q(book=Book.CASH),
                name="entry_cash",
            ),
            models.Index(
                fields=["book", "currency", "transaction"],
                condition=Q(book__in=[b.value for b in QUIET_BOOKS]),
                name="entry_quiet_book",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.amount_minor} {self.currency}"
