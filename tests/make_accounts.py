"""Bank accounts for tests that do not care how they came about: verified, their wait over, straight into the tables."""

from datetime import timedelta

from payouts.models import AccountDecision, AccountVersion, PayoutAccount
from sellers.models import Seller
from tests import make


def payable(
    seller: Seller, *, currency: str = "EUR", holder: str = "", fingerprint: str = ""
) -> AccountVersion:
    """The seller's bank account in effect, requested by one new person and verified by another."""
    slot, _ = PayoutAccount.objects.get_or_create(seller=seller, currency=currency)
    number = slot.versions.count() + 1
    requester, verifier = make.user(), make.user()
    version = AccountVersion.objects.create(
        slot=slot,
        number=number,
        scheme="iban",
        country=seller.country,
        holder_name=holder or seller.name,
        ciphertext=b"not read here",
        masked=f"{seller.country}76 •••• •••• {number:04}",
        fingerprint=fingerprint or f"print-{make.number()}",
        requested_by=requester,
        requested_at=make.NOW - timedelta(days=60),
        effective_at=make.NOW - timedelta(days=57),
    )
    AccountDecision.objects.create(
        version=version,
        verified=True,
        requested_by=requester,
        decided_by=verifier,
        decided_at=make.NOW - timedelta(days=58),
    )
    PayoutAccount.objects.filter(pk=slot.pk).update(current=version)
    return version
