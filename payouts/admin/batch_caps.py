"""What caps keep of the batches that wait for the reader's approval: a part of the front page that comes after it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.doors import pages
from backoffice.doors.addresses import Known
from payouts.queries import capped, deciding


@pages.page("payouts.approve_batch", knows=Known())
def caps(request: HttpRequest) -> HttpResponse:
    """Of the first of them, in the order in which they wait, and who lets more leave."""
    waiting = deciding.batches(person_id=request.user.pk or 0).select_related("funding_account")
    told = capped.told(list(waiting.order_by("status_at", "pk")), now=database_now())
    if told:
        told.append(_("An administrator may ask to raise a cap; another person grants it."))
    return render(request, "admin/payouts/batch/caps.html", {"told": told})


urlpatterns = [path("batches/caps/", caps, name="payouts_batch_caps")]
