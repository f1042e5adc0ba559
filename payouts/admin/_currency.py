"""The filter of a worklist by the currency of its money."""

from collections.abc import Iterable

from django import forms

from backoffice.doors import worklists
from payouts.models import FundingAccount


class CurrencyChip(worklists.CurrencyChip):
    """Any currency that a country or an account of ours has."""

    def others(self) -> Iterable[str]:
        return FundingAccount.objects.order_by().values_list("currency", flat=True).distinct()


CHIPS: dict[str, type[forms.Form]] = {"currency": CurrencyChip}
