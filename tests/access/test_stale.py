"""A page that acts on what somebody else has changed meanwhile is answered 409 and told what changed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice import roles
from payouts.models import Resolution
from tests import make, make_payouts
from tests.access.test_pages import login
from tests.access.world import undone as undoing

# address, what stands in it, what is sent; sent twice, by two people, the second one is late
TWICE = {
    "payouts_hold_release": (lambda w: [], lambda w: {"ids": w.hold.pk, "confirmed": "1", "note": "Fine"}),
    "payouts_batch_dissolve": (lambda w: [w.proposed.reference], lambda w: {"reason": "No"}),
    "payouts_rail_restore": (lambda w: [w.switch.pk], lambda w: {}),
    "payouts_incident_close": (lambda w: [w.incident.pk], lambda w: {"note": "Asked"}),
    "payouts_submission_confirm": (
        lambda w: [w.lost.rail, w.lost.key],
        lambda w: {"confirmed": "1", "finding": w.resolution.pk},
    ),
    "payouts_submission_dismiss": (
        lambda w: [w.lost.rail, w.lost.key],
        lambda w: {"confirmed": "1", "finding": w.resolution.pk},
    ),
    "payouts_payoutaccount_decide": (
        lambda w: [w.version.pk],
        lambda w: {"decision": "rejected", "note": "Not theirs"},
    ),
    "payouts_cap_decide": (lambda w: [w.raised.pk], lambda w: {"decision": "grant", "confirmed": "1"}),
    "person_decide": (lambda w: [w.person_request.pk], lambda w: {"decision": "dismiss", "confirmed": "1"}),
    "payouts_recall_answer": (
        lambda w: [w.recall.pk],
        lambda w: {"state": "no_answer", "words": "Nobody there called back."},
    ),
    "payouts_statement_confirm": (
        lambda w: [w.proposed_line.pk],
        lambda w: {"confirmed": "1", "proposal": w.proposed_line.resolutions.get().pk},
    ),
    "payouts_statement_dismiss": (
        lambda w: [w.proposed_line.pk],
        lambda w: {"confirmed": "1", "proposal": w.proposed_line.resolutions.get().pk},
    ),
    "ledger_adjustment_decide": (
        lambda w: [w.adjustment.pk],
        lambda w: {"decision": "refused", "note": "No"},
    ),
    "ledger_import_confirm": (lambda w: [w.earnings_file.pk], lambda w: {}),
    "sellers_import_confirm": (lambda w: [w.sellers_file.pk], lambda w: {}),
    "sellers_seller_act": (lambda w: [w.seller.reference, "suspend"], lambda w: {"reason": "Fraud"}),
}


def entitled():
    return login(make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True))


@pytest.mark.parametrize("name", sorted(TWICE))
def test_the_second_to_decide_is_told_with_409(name, standing):
    args, given = TWICE[name]
    with undoing():
        url, sent = reverse(f"admin:{name}", args=args(standing)), given(standing)
        first = entitled().post(url, sent)
        assert first.status_code == 302, first.content.decode()
        late = entitled().post(url, sent)
        assert late.status_code == 409, late.content.decode()
        assert "409.html" in [template.name for template in late.templates]
        assert late.context["changes"] and late.context["url"] != "/"


@pytest.mark.parametrize(("door", "file"), [("ledger", "earnings_file"), ("sellers", "sellers_file")])
def test_a_file_that_is_in_is_not_dropped(door, file, standing):
    with undoing():
        one, pk = entitled(), getattr(standing, file).pk
        assert one.post(reverse(f"admin:{door}_import_confirm", args=[pk])).status_code == 302
        assert one.post(reverse(f"admin:{door}_import_drop", args=[pk])).status_code == 409


def test_a_second_finding_about_an_unknown_submission_is_told_with_409(standing):
    with undoing():
        url = reverse("admin:payouts_submission_propose", args=[standing.lost.rail, standing.lost.key])
        paper = SimpleUploadedFile(make_payouts.PAPER.name, make_payouts.PAPER.body)
        late = entitled().post(url, {"verdict": "sent", "evidence": "Seen on the statement", "file": paper})
        assert late.status_code == 409 and Resolution.objects.count() == 1
