"""Saved views: own and shared, renamed and deleted by their owner alone, one opens first for each person."""

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.audit import actors
from payouts.models import DefaultView, SavedView
from payouts.operations import views
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db
REVIEW = "/payouts/review/"
PLACE = "2026-11-01T00:00:00+00:00~1"
"""Somewhere in the list, which no view keeps."""


@pytest.fixture
def ada():
    return make.user("analyst", is_staff=True, first_name="Ada", last_name="Lovelace")


def browser(user) -> Client:
    made = Client()
    made.force_login(user)
    return made


def save(user, *, name="Spain", query="country=ES", shared=False, place="review") -> SavedView:
    actor = actors.person(user)
    return views.save(place=place, name=name, query=query, shared=shared, actor=actor, now=make.NOW)


def labels(page) -> list[str]:
    return [tab["label"] for tab in page.context["tabs"]]


def test_what_the_list_shows_is_saved_under_a_name_and_found_above_the_list(ada):
    quick.payout(seller=make.seller(country="FR"))
    client = browser(ada)
    page = client.get(REVIEW, {"country": "FR", "amount_min": "50", "before": PLACE})
    assert page.context["tabs"] == []
    form = client.get(page.context["save_url"])
    assert "Country is France · Amount from 50" in form.content.decode()
    hidden = dict(form.context["hidden"])
    answer = client.post(
        reverse("admin:payouts_view_new"), {**hidden, "name": " French,  large ", "shared": ""}, follow=True
    )
    assert "“French, large” saved." in answer.content.decode()
    assert SavedView.objects.get().query == "amount_min=50&country=FR"
    assert labels(answer) == ["Everything", "French, large"]
    assert [tab["current"] for tab in answer.context["tabs"]] == [False, True]
    assert answer.context["save_url"] == ""
    assert len(answer.context["rows"]) == 1


def test_a_shared_view_is_offered_to_others_who_use_it_and_do_not_change_it(ada):
    mine, hers = save(ada, name="Private"), save(ada, name="Flagged", query="flag=any", shared=True)
    other = browser(make.user("approver", is_staff=True))
    assert labels(other.get(REVIEW)) == ["Everything", "Flagged (Ada Lovelace)"]
    assert other.get(reverse("admin:payouts_view_change", args=[mine.pk])).status_code == 404
    for name in ("change", "delete"):
        answer = other.post(reverse(f"admin:payouts_view_{name}", args=[hers.pk]), {"name": "Mine now"})
        assert answer.status_code == 403
        assert "“Flagged” is Ada Lovelace&#x27;s. Save it as a view of your own" in answer.content.decode()
    hers.refresh_from_db()
    assert hers.name == "Flagged"


def test_its_owner_renames_shares_and_deletes_it(ada):
    view, client = save(ada), browser(ada)
    url = reverse("admin:payouts_view_change", args=[view.pk])
    client.post(url, {"name": "España", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared, view.query) == ("España", True, "country=ES")
    client.post(reverse("admin:payouts_view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Fill this in"), ("Taken", "you have a view “Taken” already"), (" ", "Fill this in")],
)
def test_a_name_that_does_not_do_is_refused_with_a_sentence(ada, name, words):
    save(ada, name="Taken")
    answer = browser(ada).post(
        reverse("admin:payouts_view_new"), {"place": "review", "query": "flag=any", "name": name}
    )
    assert words in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_a_list_opens_in_the_view_that_the_person_chose_and_everything_is_one_click_away(ada):
    view = save(ada, query="country=ES")
    client = browser(ada)
    client.post(reverse("admin:payouts_view_default", args=[view.pk]))
    assert client.get(REVIEW).url == f"{REVIEW}?country=ES"
    everything = client.get(REVIEW, {"view": "all"})
    assert everything.status_code == 200 and everything.context["tabs"][0]["current"]
    assert browser(make.user("analyst", is_staff=True)).get(REVIEW).status_code == 200
    client.post(reverse("admin:payouts_view_plain"), {"place": "review"})
    assert client.get(REVIEW).status_code == 200


def test_taking_the_last_filter_away_does_not_lead_back_to_the_default(ada):
    view, client = save(ada, query="country=ES"), browser(ada)
    client.post(reverse("admin:payouts_view_default", args=[view.pk]))
    page = client.get(REVIEW, {"country": "ES"})
    (clear,) = [chip["clear_url"] for chip in page.context["chips"] if chip.get("clear_url")]
    assert client.get(f"{REVIEW}{clear}").status_code == 200


def test_a_view_that_is_shared_no_longer_opens_for_nobody_else(ada):
    view, other = save(ada, shared=True), make.user("approver", is_staff=True)
    for person in (ada, other):
        views.open_in(view_id=view.pk, actor=actors.person(person))
    views.change(view_id=view.pk, name="Spain", shared=False, actor=actors.person(ada), now=make.NOW)
    assert list(DefaultView.objects.values_list("person", flat=True)) == [ada.pk]
    with pytest.raises(views.NoView):
        views.open_in(view_id=view.pk, actor=actors.person(other))
    assert browser(other).get(REVIEW).status_code == 200


def test_a_view_of_a_filter_that_cannot_be_read_is_not_saved(ada):
    client = browser(ada)
    url = reverse("admin:payouts_view_new")
    assert client.get(url, {"place": "review", "query": "country=XX"}).status_code == 400
    assert client.post(url, {"place": "review", "query": "country=XX", "name": "X"}).status_code == 400
    assert client.get(url, {"place": "moon"}).status_code == 404
    assert not SavedView.objects.exists()


def test_a_view_whose_filter_can_no_longer_be_read_stands_in_nobodys_way(ada):
    view, client = save(ada, name="Old", shared=True), browser(ada)
    views.open_in(view_id=view.pk, actor=actors.person(ada))
    SavedView.objects.filter(pk=view.pk).update(query="country=XX")
    assert client.get(REVIEW).status_code == 200
    for each in (client, browser(make.user("approver", is_staff=True))):
        page = each.get(reverse("admin:payouts_view_list"), {"place": "review"})
        assert [row["words"] for row in page.context["rows"]] == [
            "Can no longer be read. Save it anew, or delete it."
        ]
    change = client.get(reverse("admin:payouts_view_change", args=[view.pk]))
    assert "can no longer be read" in change.content.decode()
    client.post(reverse("admin:payouts_view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_nobody_keeps_more_views_of_a_list_than_a_strip_can_show(ada, monkeypatch):
    monkeypatch.setattr(views, "MOST", 1)
    save(ada)
    with pytest.raises(views.BadView, match="Delete one first"):
        save(ada, name="Another")


def test_a_view_never_changes_hands_even_by_raw_sql(ada, raw_sql):
    view = save(ada)
    with pytest.raises(Exception, match="permission denied"):
        raw_sql("UPDATE payouts_savedview SET owner_id = %s WHERE id = %s", [make.user().pk, view.pk])
