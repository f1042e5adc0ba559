"""What of a seller's money is held back: payouts under way that a hold, a suspension or a missing check stops."""

from django.db.models import Exists, OuterRef, Sum

from payouts.models import Hold, Payout
from payouts.states import UNSENT
from sellers.models import Seller


def held_back(*, seller: Seller) -> dict[str, int]:
    """Minor units by currency that do not go on until somebody lets them; a part of what is reserved."""
    unsent = Payout.objects.filter(seller=seller, status__in=UNSENT).order_by()
    open_holds = Hold.objects.filter(released_at__isnull=True)
    if seller.is_payable and not open_holds.filter(seller=seller).exists():
        unsent = unsent.filter(Exists(open_holds.filter(payout=OuterRef("pk"))))
    sums = unsent.values("currency").annotate(total=Sum("amount_minor"))
    return {each["currency"]: int(each["total"]) for each in sums}
