"""One reading of the payout list's filter, wherever it comes from."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from payouts import countries
from payouts.models import Flag, Payout
from payouts.operations import givebacks, holds
from payouts.queries import blocks, filters, worklist
from payouts.queries.dead import Advice
from payouts.states import PayoutStatus
from sellers.models import Seller
from sellers.operations import suspend
from tests import make
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db


def found(query: str) -> set[int]:
    return set(filters.read(query).qs.values_list("pk", flat=True))


def refusal(query: str) -> dict[str, list[str]]:
    with pytest.raises(filters.BadFilter) as caught:
        filters.read(query)
    return caught.value.errors


def test_no_filter_is_every_payout_and_says_so():
    made = quick.payout()
    assert found("") == {made.pk}
    assert filters.read("").in_words() == "All payouts"


@pytest.mark.parametrize(
    "query",
    ["status=REVIEWED", "status=reviewed", "status=Reviewed,paid", "status=PAID&status=reviewed"],
)
def test_statuses_are_taken_in_any_case_one_or_many(query):
    quick.payout()
    wanted = quick.reviewed()
    assert found(query) == {wanted.pk}


def test_an_unknown_status_is_refused_with_the_ones_there_are():
    (sentence,) = refusal("status=DONE")["status"]
    assert "“DONE” is no status" in sentence
    assert "PENDING_REVIEW" in sentence


def test_a_hold_on_the_payout_or_on_its_seller_counts_until_it_is_released():
    free, held, of_held_seller, released = (quick.payout() for _ in range(4))
    actor = make.person("compliance")
    common = {"actor": actor, "reason": "dispute", "note": "Ask.", "now": make.NOW}
    holds.hold(payout_ids=[held.pk, released.pk], **common)
    holds.hold_seller(seller_id=of_held_seller.seller_id, **common)
    hold = released.holds.get()
    holds.release(hold_ids=[hold.pk], actor=actor, note="Fine.", now=make.NOW)
    assert found("on_hold=true") == {held.pk, of_held_seller.pk}
    assert found("on_hold=FALSE") == {free.pk, released.pk}
    assert "neither true nor false" in refusal("on_hold=maybe")["on_hold"][0]


def barred(payout: Payout) -> Payout:
    """Its seller is suspended."""
    compliance = make.person("compliance")
    suspend(seller_id=payout.seller_id, reason="Documents", actor=compliance, now=make.NOW)
    return payout


def test_what_is_not_sent_is_blocked_by_a_hold_and_by_how_its_seller_stands():
    free, held, of_held_seller, of_suspended, of_unverified = (quick.reviewed() for _ in range(5))
    paid = barred(standing.payout("PAID"))
    common = {"actor": make.person("compliance"), "reason": "dispute", "note": "Ask.", "now": make.NOW}
    holds.hold(payout_ids=[held.pk], **common)
    holds.hold_seller(seller_id=of_held_seller.seller_id, **common)
    barred(of_suspended)
    Seller.objects.filter(pk=of_unverified.seller_id).update(verified_at=None)
    stopped = {held.pk, of_held_seller.pk, of_suspended.pk, of_unverified.pk}
    everything = stopped | {free.pk, paid.pk}
    assert set(blocks.of(payouts=Payout.objects.filter(pk__in=everything - {paid.pk}))) == stopped
    assert found("blocked=true") == found("blocked=true&status=REVIEWED") == stopped
    assert found("blocked=false") == everything - stopped
    assert found("blocked=false&status=REVIEWED") == {free.pk}
    assert found("blocked=false&status=REVIEWED,PAID") == {free.pk, paid.pk}
    assert filters.read("blocked=false").in_words() == "Nothing blocks it"
    for query in ("blocked=false", "blocked=false&status=REVIEWED", "blocked=false&on_hold=false"):
        chosen = filters.read(query)
        assert worklist.totals_of(chosen).count == chosen.qs.count(), query
        assert sum(worklist.by_country_of(chosen).values()) == chosen.qs.count()


def test_country_and_currency_select_and_unknown_ones_are_refused():
    french = quick.payout()
    japanese = quick.payout(country="JP", currency="JPY")
    assert found("country=jp") == found("currency=JPY") == {japanese.pk}
    assert found("country=FR,JP") == {french.pk, japanese.pk}
    assert refusal("country=ZZ")["country"][0].startswith("“ZZ” is no country we pay in. Use one of ")
    assert "no currency" in refusal("currency=EURO")["currency"][0]


def test_a_seller_is_named_by_reference_number_or_the_marketplaces_id():
    quick.payout()
    wanted = quick.payout(seller=make.seller(external_id="wise-devices"))
    for name in (wanted.seller.reference, str(wanted.seller_id), "wise-devices"):
        assert found(f"seller={name}") == {wanted.pk}
    assert found("seller=nobody") == found("seller=99999999999999999") == set()


def test_a_number_is_the_marketplaces_id_first_and_ours_only_where_it_has_none():
    ours = quick.payout()
    theirs = quick.payout(seller=make.seller(external_id=str(ours.seller_id), name="Numbered by them"))
    assert found(f"seller={ours.seller_id}") == {theirs.pk}
    assert "Numbered by them" in filters.read(f"seller={ours.seller_id}").in_words()
    assert found(f"seller={ours.seller.reference}") == {ours.pk}
    assert found(f"seller={theirs.seller_id}") == {theirs.pk}
    spoken = quick.payout(seller=make.seller(external_id="S9999999"))
    assert found("seller=S9999999") == {spoken.pk}


def test_a_seller_is_also_named_by_a_part_of_the_name():
    quick.payout()
    two = [quick.payout(seller=make.seller(name=f"Wise Devices {n}")) for n in (1, 2)]
    assert found("seller=wise devices") == {p.pk for p in two}
    assert found("seller=wise devices 2") == {two[1].pk}
    assert filters.read("seller=wise devices").in_words() == "Seller is “wise devices”"
    assert "Wise Devices 2, S" in filters.read("seller=devices 2").in_words()


def test_days_count_whole_and_moments_to_the_microsecond():
    first = quick.payout(now=make.NOW - timedelta(days=2))
    second = quick.payout(now=make.NOW)
    assert found("created_after=2026-11-24") == {second.pk}
    assert found("created_before=2026-11-22") == {first.pk}
    assert found("created_after=2026-11-22&created_before=2026-11-24") == {first.pk, second.pk}
    assert found("created_after=2026-11-24T09:00:00Z&created_before=2026-11-24T09:00:00Z") == {second.pk}
    assert found("created_after=2026-11-24T09:00:00.000001Z") == set()
    assert found("created_after=2026-11-24T10:00:00+01:00") == {second.pk}  # the plus was not escaped


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "24/11/2026", "0001-01-01", "20261124", "2026-W01-1"]
)
def test_what_is_no_date_is_refused(text):
    assert refusal(f"created_after={text}")["created_after"]


def test_ranges_do_not_run_backwards():
    assert "exchange" in refusal("created_after=2026-11-24&created_before=2026-11-23")["created_before"][0]
    assert "exchange" in refusal("amount_min=10&amount_max=9")["amount_max"][0]


def test_amounts_are_in_the_major_units_of_each_payouts_own_currency():
    euros = quick.payout(amount_minor=500_000)
    yen = quick.payout(country="JP", currency="JPY", amount_minor=5_000)
    small = quick.payout(amount_minor=499_999)
    assert found("amount_min=5000") == {euros.pk, yen.pk}
    assert found("amount_max=4999.99") == {small.pk}
    assert found("amount_min=4999.991&amount_max=5000") == {euros.pk, yen.pk}
    for text in ("5,000", "-1", "1e5", "NaN", "9" * 40):
        assert refusal(f"amount_min={text}")["amount_min"]


def test_flags_batches_and_runs_select():
    flagged, other = quick.payout(), quick.payout()
    Flag.objects.create(payout=flagged, code="unusual_amount", facts={}, raised_at=make.NOW)
    assert found("flag=unusual_amount") == {flagged.pk}
    assert flagged.pk in found("flag=any")
    Flag.objects.create(payout=other, code="name_differs", facts={}, raised_at=make.NOW)
    assert found("flag=unusual_amount,NAME_DIFFERS") == {flagged.pk, other.pk}
    assert found("flag=unusual_amount&flag=name_differs") == found("flag=any&flag=name_differs")
    assert found("flag=refunds_jump&flag=name_differs") == {other.pk}
    assert found(f"run={flagged.run_id}") == found(f"run=R{flagged.run_id}") == {flagged.pk}
    batch = quick.batch()
    inside = Payout.objects.get(batch=batch)
    assert found(f"batch={batch.pk}") == found(f"batch=b{batch.pk}") == {inside.pk}
    assert "names no batch" in refusal("batch=P1")["batch"][0]


def test_search_finds_by_whatever_a_person_has_in_hand():
    quick.payout()
    wanted = quick.approved(
        seller=make.seller(name="Wise Devices SL", email="hello@wise.example", external_id="ext-1"),
        order_ref="Order-77",
    )
    batch = quick.batch([wanted])
    for text in (
        wanted.reference, wanted.reference.lower(), batch.reference, wanted.seller.reference, "ext-1", "Order-77",
        "wise devices", "DEVICES", "hello@wise", "wi", "de",
    ):  # fmt: skip
        assert found(f"search={text}") == {wanted.pk}, text
    assert found("search=ev") == set()  # two letters match where a word begins
    assert found("search=%25%25%25") == set()  # a percent sign is a percent sign
    assert found("search=ord") == set()


def test_a_pasted_list_of_references_finds_each():
    three = [quick.payout() for _ in range(3)]
    text = ",%0A ".join(p.reference for p in three[:2]) + "; P999999999"
    assert found(f"search={text}") == {p.pk for p in three[:2]}


def test_japanese_names_are_found_by_two_characters():
    wanted = quick.payout(seller=make.seller(name="東京電機再生", country="JP"), country="JP", currency="JPY")
    assert found("search=電機") == {wanted.pk}


def test_a_search_of_one_letter_or_of_too_many_is_refused():
    assert "two" in refusal("search=a")["search"][0] or "2" in refusal("search=a")["search"][0]
    assert "500" in refusal("search=" + ",".join(f"P{n}" for n in range(501)))["search"][0]


def test_a_parameter_that_is_no_filter_is_refused_unless_the_door_knows_it():
    assert "no filter" in refusal("statsu=PAID")["statsu"][0]
    assert filters.read("sort=amount", also=["sort"]).cleaned == {}
    assert filters.read("sort=amount", also=None).cleaned == {}


def test_a_filter_reads_in_words():
    wanted = quick.payout(seller=make.seller(name="Wise Devices SL"))
    words = filters.read(
        f"status=paid,failed&on_hold=true&country=ES&seller={wanted.seller.reference}&created_after=2026-11-01"
        "&amount_min=5000&flag=unusual_amount&search=wise"
    ).in_words()
    assert words == (
        "Status is paid or failed · On hold · Country is Spain · "
        f"Seller is Wise Devices SL, {wanted.seller.reference} · Created from Sun 1 Nov 2026 · "
        "Amount from 5,000, in each one’s own currency · Flag is unusual amount · Search: wise"
    )


def test_several_values_read_as_one_choice():
    words = [
        text for text, _name in filters.read("country=FR,ES&flag=name_differs&flag=first_payout").chips()
    ]
    assert words == ["Country is France or Spain", "Flag is name differs or first payout"]
    assert filters.read("flag=name_differs,any").chips() == [("Flagged", "flag")]


def test_chips_name_their_field():
    assert filters.read("country=ES&on_hold=0").chips() == [
        ("Not on hold", "on_hold"),
        ("Country is Spain", "country"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "status=paid&status=failed&country=ES&on_hold=true",
        "created_after=2026-11-01T00:00:00%2B01:00&created_before=2026-11-30",
        "amount_min=5000.50&seller=S12&search=P1%20P2&batch=B3&run=4&flag=any",
    ],
)
def test_a_stored_filter_means_the_same_rows(query):
    chosen = filters.read(query)
    again = filters.read(chosen.stored())
    assert again.cleaned == chosen.cleaned
    assert str(again.qs.query) == str(chosen.qs.query)


def test_an_invalid_filter_selects_nothing_even_when_nobody_asks_whether_it_is_valid():
    quick.payout()
    assert not filters.PayoutFilter(QueryDict("status=DONE")).qs.exists()


def test_a_flag_that_there_is_none_of_is_refused_with_those_there_are():
    with pytest.raises(filters.BadFilter, match=r"“zzz” is no flag\. Use one of .*, any, .*, first_payout"):
        filters.read("flag=zzz")


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("country=ZZ", sorted(each.code for each in countries.all())),
        ("currency=EURO", sorted({each.currency for each in countries.all()})),
        ("status=DONE", sorted(PayoutStatus.values)),
        ("advice=none", Advice.values),
    ],
)
def test_what_is_not_known_is_refused_in_one_manner(query, known):
    with pytest.raises(filters.BadFilter, match=r"^“[^”]+” is no[^.]*\. Use one of ") as caught:
        filters.read(query)
    assert str(caught.value).endswith(f" Use one of {', '.join(known)}.")


def _kinds(kind: type[filters.ListFilter] = filters.ListFilter) -> list[type[filters.ListFilter]]:
    return [*kind.__subclasses__(), *(each for under in kind.__subclasses__() for each in _kinds(under))]


@pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__name__)
def test_a_list_without_a_filter_is_said_by_a_text_of_its_own(kind):
    """Of a word and a noun no other language makes one: in French "tous" agrees with what it is said of."""
    assert str(kind.everything) == f"All {kind.noun}"


def test_an_amount_beyond_any_payout_is_told_from_what_is_no_amount():
    with pytest.raises(filters.BadFilter, match="more than any payout"):
        filters.read("amount_min=1000000000000000")
    with pytest.raises(filters.BadFilter, match="is no amount"):
        filters.read("amount_min=5,000")


def test_a_field_is_made_for_what_is_asked_only():
    chosen = filters.read("country=FR&status=PAID")
    assert set(chosen.form.fields) == {"country", "status"}
    assert set(filters.read("").form.fields) == set()
    assert set(filters.PayoutFilter("").form.fields) == set(filters.NAMES)


def test_what_a_held_seller_keeps_back_is_found_among_what_is_to_be_sent_yet_as_among_all():
    waits, approved, gone, _free = quick.payout(), quick.approved(), quick.payout(), quick.payout()
    givebacks.cancel(
        payout_ids=[gone.pk], reason="Twice.", actor=make.person("approver"), now=make.NOW
    ).only()
    for payout in (waits, approved, gone):
        holds.hold_seller(
            seller_id=payout.seller_id,
            reason="other",
            note="x",
            actor=make.person("compliance"),
            now=make.NOW,
        )
    assert found("on_hold=true") == {waits.pk, approved.pk, gone.pk}
    assert found("on_hold=true&status=PENDING_REVIEW,APPROVED") == {waits.pk, approved.pk}
    assert found("on_hold=true&status=CANCELLED") == {gone.pk}
    assert found("on_hold=true&status=CANCELLED,APPROVED") == {gone.pk, approved.pk}
