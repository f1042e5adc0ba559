"""Are the books in order: every invariant with its sentence, green or red, as the newest check found it."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.doors import pages
from backoffice.doors.addresses import Known
from payouts.models import InvariantCheck
from payouts.queries import invariants


@pages.page("payouts.view_payout", knows=Known())
def listed(request: HttpRequest) -> HttpResponse:
    """All invariants, the broken ones first, each with what breaks it."""
    check = InvariantCheck.objects.order_by("-id").first()
    broken = check.broken if check is not None else {}
    rows = [
        {
            "sentence": _(each.sentence),
            "broken": [_offender(str(name)) for name in broken.get(each.name, [])],
        }
        for each in sorted(invariants.ALL, key=lambda each: each.name not in broken)
    ]
    return pages.render(
        request,
        "admin/payouts/invariant/list.html",
        {
            "title": _("Books in order"),
            "lead": _("What must always be true of money. While it is in doubt, nothing new is sent."),
            "check": check,
            "rows": rows if check is not None else [],
            "empty_title": _("Not checked yet"),
            "empty_text": _(
                "The program checks by itself. An operator can check at once, with the command check_invariants."
            ),
        },
    )


def _offender(name: str) -> dict[str, Any]:
    """What breaks an invariant, as a link where it is a payout, a batch or a seller."""
    known = re.fullmatch(r"[PBS][0-9]+", name)
    return {"name": name, "url": f"{reverse('admin:search')}?{urlencode({'q': name})}" if known else ""}


urlpatterns = [path("invariants/", listed, name="payouts_invariant_list")]
