"""The filter of a worklist by the currency of its money."""

from typing import Any

from django import forms

from backoffice.words import later
from payouts import countries
from payouts.models import FundingAccount


class CurrencyChip(forms.Form):
    """Any currency that a country or an account of ours has."""

    currency = forms.ChoiceField(label=later("Currency"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = FundingAccount.objects.order_by().values_list("currency", flat=True).distinct()
        codes = sorted({country.currency for country in countries.all()} | set(ours))
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


CHIPS: dict[str, type[forms.Form]] = {"currency": CurrencyChip}
