"""The currencies that we have to do with, of all that there are."""

from payouts import countries
from payouts.models import FundingAccount, Tally


def in_use() -> set[str]:
    """Those of a country that we pay in, of an account of ours, or of a payout that was ever made."""
    found = {country.currency for country in countries.all()}
    for model in (FundingAccount, Tally):
        found.update(model._default_manager.order_by().values_list("currency", flat=True).distinct())
    return found
