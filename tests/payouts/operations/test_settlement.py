"""Facts from banks: once each, late, twice and in any order, and payouts and ledger end in the same state."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from payouts.models import Attempt, BankFact, Hold, Incident, RailSwitch, Submission, Transition
from payouts.operations import givebacks, preparing, settlement
from payouts.rails import base
from payouts.states import BatchStatus, SubmissionStatus
from sellers.ledger.models import Entry
from sellers.ledger.models import Transaction as Posted
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
Kind = base.ReportKind


def report(kind: Kind, reference: str, *, source: str = "", **values) -> base.Report:
    return base.Report(
        kind=kind, source_id=source or f"{kind}-{make.number()}", end_to_end_id=reference, **values
    )


def tell(*reports: base.Report, rail: str = "sandbox", later: int = 0) -> int:
    return settlement.apply(reports=reports, rail=rail, now=NOW + timedelta(minutes=later))


def sent(amount_minor: int = 1200):
    """One payout handed over by a call: its batch, itself and its EndToEndId."""
    batch = make_payouts.submitted([amount_minor], country="US")
    (payout,) = make_payouts.payouts_of(batch)
    return batch, payout, f"{payout.reference}A1"


def books(payout) -> dict[str, int]:
    """What stands for a payout in each of the seller's books; nothing is left out."""
    sums: dict[str, int] = {}
    for book, amount in Entry.objects.filter(payout_ref=payout.reference).values_list("book", "amount_minor"):
        sums[book] = sums.get(book, 0) + amount
    return {book: total for book, total in sums.items() if total}


def status(payout) -> str:
    payout.refresh_from_db()
    return payout.status


ANY_ORDER = st.lists(
    st.sampled_from([Kind.ACCEPTED, Kind.PAID, Kind.FAILED, Kind.RETURNED]), min_size=1, max_size=6
).flatmap(
    lambda kinds: st.tuples(st.just(kinds), st.permutations(kinds), st.lists(st.booleans(), min_size=6))
)


def test_the_same_facts_in_any_order_split_and_repeated_end_in_the_same_state(bank):
    _, payout, reference = sent()

    def state_after(kinds, cuts) -> tuple:
        with transaction.atomic():
            calls: list[list[base.Report]] = [[]]
            for kind, cut in zip(kinds, cuts, strict=False):
                calls[-1].append(report(kind, reference, source=f"one {kind}"))
                if cut:
                    calls.append([])
            for call in [*calls, *calls]:  # everything is told twice
                tell(*call)
            payout.refresh_from_db()
            attempt = Attempt.objects.get(payout=payout)
            found = (
                payout.status,
                books(payout),
                attempt.gave_back,
                attempt.ended_at is not None,
                Posted.objects.filter(kind="given_back").count(),
                sorted(BankFact.objects.values_list("kind", flat=True)),
                Incident.objects.count(),
                Submission.objects.get().batch.status,
            )
            transaction.set_rollback(True)
        return found

    @settings(max_examples=40, deadline=None)
    @given(ANY_ORDER)
    def holds_for(drawn) -> None:
        kinds, shuffled, cuts = drawn
        assert state_after(shuffled, cuts) == state_after(sorted(kinds), [False] * 6)

    holds_for()


def test_paid_settles_the_payout_and_its_batch(bank):
    batch, payout, reference = sent()

    assert tell(report(Kind.ACCEPTED, reference), report(Kind.PAID, reference)) == 2

    assert status(payout) == "PAID"
    assert books(payout) == {"in_transit": -1200, "payable": 1200}
    batch.refresh_from_db()
    assert batch.status == BatchStatus.SETTLED


def test_failed_money_is_the_sellers_again(bank):
    _, payout, reference = sent()

    tell(report(Kind.FAILED, reference, code="AC04", text="Closed."))

    assert status(payout) == "FAILED"
    assert books(payout) == {}
    assert (
        Transition.objects.filter(payout=payout).latest("pk").reason
        == "The account is closed. Closed. (AC04)"
    )


def test_returned_half_a_year_after_paid_gives_back_once(bank):
    _, payout, reference = sent()
    tell(report(Kind.PAID, reference))

    back = report(Kind.RETURNED, reference, code="AC06", source="r1")
    tell(back, later=180 * 24 * 60)
    tell(back, report(Kind.RETURNED, reference, source="r2"), later=180 * 24 * 60 + 5)

    assert status(payout) == "RETURNED"
    assert books(payout) == {}
    assert Posted.objects.filter(kind="given_back").count() == 1


def test_a_first_word_of_rejection_proves_that_nothing_left(bank):
    batch, payout, reference = sent()

    tell(report(Kind.REJECTED, reference, code="AC01"))

    assert status(payout) == "APPROVED"
    assert books(payout) == {"payable": 1200, "reserved": -1200}
    hold = Hold.objects.get(payout=payout)
    assert (hold.reason, hold.placed_by) == ("rail_rejected", None)
    assert "AC01" in hold.note
    assert Attempt.objects.get().ended_because == "rejected"
    batch.refresh_from_db()
    assert (batch.status, batch.item_count) == (BatchStatus.SETTLED, 0)


def test_a_rejection_after_acceptance_means_not_delivered(bank):
    _, payout, reference = sent()

    tell(report(Kind.ACCEPTED, reference))
    tell(report(Kind.REJECTED, reference, code="AC04"))

    assert status(payout) == "FAILED"


def test_a_report_on_a_whole_message_covers_all_but_those_it_singles_out(bank):
    batch = make_payouts.submitted([1200, 3400, 560])
    one, two, three = make_payouts.payouts_of(batch)
    named = f"{two.reference}A1"

    tell(
        report(Kind.REJECTED, named, code="AC01"),
        base.Report(
            kind=Kind.ACCEPTED,
            source_id="all",
            message_id=f"{batch.reference}F1",
            except_for=frozenset({named}),
        ),
        rail="sepa",
    )

    assert make_payouts.statuses(batch) == ["SUBMITTED", "APPROVED", "SUBMITTED"]
    accepted = set(BankFact.objects.filter(kind="accepted").values_list("attempt__payout_id", flat=True))
    assert accepted == {one.pk, three.pk}


def test_what_names_nothing_of_ours_is_an_incident_and_stops_nothing_else(bank):
    _, payout, reference = sent()

    tell(report(Kind.PAID, "P999999999A1"), report(Kind.PAID, reference))

    assert status(payout) == "PAID"
    assert "P999999999A1" in Incident.objects.get().text


def test_another_rail_cannot_speak_about_our_payment(bank):
    _, payout, reference = sent()

    tell(report(Kind.PAID, reference), rail="sepa")

    assert status(payout) == "SUBMITTED"
    assert Incident.objects.get().code == "unknown_reference"


def test_any_word_about_a_submission_being_delivered_proves_that_the_bank_has_it(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)
    (payout,) = make_payouts.payouts_of(batch)

    tell(report(Kind.RECEIVED, f"{payout.reference}A1"))

    assert Submission.objects.get().status == SubmissionStatus.ACCEPTED
    assert not BankFact.objects.exists()
    assert status(payout) == "SUBMITTED"


def test_a_note_of_the_bank_is_kept_and_changes_nothing(bank):
    _, payout, reference = sent()

    tell(report(Kind.NOTED, reference, text="Still looking."))

    assert status(payout) == "SUBMITTED"
    assert Submission.objects.get().events.get(what="noted").text == f"{reference} Still looking."


def test_paid_after_the_money_was_given_out_again_opens_an_incident_and_stops_the_rail(bank):
    _, payout, reference = sent()
    tell(report(Kind.FAILED, reference))
    givebacks.reissue(payout_id=payout.pk, actor=make.person("analyst"), now=NOW)

    tell(report(Kind.PAID, reference))

    assert Incident.objects.get().code == "paid_twice"
    assert RailSwitch.objects.get(restored_at=None).rail == "sandbox"
    assert status(payout) == "RETURNED"


def test_paid_after_failed_whose_money_is_still_with_us_is_a_return(bank):
    _, payout, reference = sent()
    tell(report(Kind.FAILED, reference))

    tell(report(Kind.PAID, reference))

    assert status(payout) == "RETURNED"
    assert not Incident.objects.exists()


def test_the_older_half_of_a_return_told_late_stops_nothing(bank):
    _, payout, reference = sent()
    tell(report(Kind.RETURNED, reference))
    givebacks.reissue(payout_id=payout.pk, actor=make.person("analyst"), now=NOW)

    tell(report(Kind.PAID, reference))

    assert status(payout) == "RETURNED"
    assert not Incident.objects.exists()
    assert not RailSwitch.objects.exists()


def test_another_amount_than_ours_is_an_incident_but_less_coming_back_is_not(bank):
    _, _, reference = sent()

    tell(report(Kind.RETURNED, reference, amount_minor=1100, currency="USD"))
    assert not Incident.objects.exists()

    tell(report(Kind.PAID, reference, amount_minor=1100, currency="USD"))
    assert Incident.objects.get().code == "amount_differs"


def test_accepted_after_it_was_rejected_holds_the_payout_for_a_person(bank):
    _, payout, reference = sent()
    tell(report(Kind.REJECTED, reference, code="AC01"))

    tell(report(Kind.ACCEPTED, reference))

    assert status(payout) == "APPROVED"
    assert Incident.objects.get().code == "carried_after_all"
    assert Hold.objects.filter(payout=payout, released_at=None).count() == 2
