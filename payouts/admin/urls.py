"""The pages of this door. Lists come before the page of one payout, whose address would match theirs."""

from django.urls import URLPattern

from payouts.admin import (
    accounts,
    batches,
    break_verbs,
    breaks,
    caps,
    exports,
    funding,
    holds,
    lists,
    payout,
    rails,
    reconciliation,
    runs,
    search,
    unknown,
    unknown_verbs,
)

urlpatterns: list[URLPattern] = [
    *lists.urlpatterns,
    *payout.urlpatterns,
    *holds.urlpatterns,
    *batches.urlpatterns,
    *exports.urlpatterns,
    *runs.urlpatterns,
    *search.urlpatterns,
    *reconciliation.urlpatterns,
    *breaks.urlpatterns,
    *break_verbs.urlpatterns,
    *unknown.urlpatterns,
    *unknown_verbs.urlpatterns,
    *rails.urlpatterns,
    *funding.urlpatterns,
    *caps.urlpatterns,
    *accounts.urlpatterns,
]
