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
    recalls,
    reconciliation,
    runs,
    search,
    statement,
    unknown,
    unknown_files,
    unknown_verbs,
    why,
)

urlpatterns: list[URLPattern] = [
    *lists.urlpatterns,
    *recalls.urlpatterns,
    *statement.urlpatterns,
    *payout.urlpatterns,
    *holds.urlpatterns,
    *batches.urlpatterns,
    *exports.urlpatterns,
    *runs.urlpatterns,
    *search.urlpatterns,
    *why.urlpatterns,
    *reconciliation.urlpatterns,
    *breaks.urlpatterns,
    *break_verbs.urlpatterns,
    *unknown.urlpatterns,
    *unknown_verbs.urlpatterns,
    *unknown_files.urlpatterns,
    *rails.urlpatterns,
    *funding.urlpatterns,
    *caps.urlpatterns,
    *accounts.urlpatterns,
]
