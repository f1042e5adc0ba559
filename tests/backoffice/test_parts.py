"""What the part tags render; how they look is the browser tests' business."""

import re

import pytest
from django.template import Context, Template

from backoffice.doors.keyset import Heading
from sellers.ledger.money import Money
from tests import make

pytestmark = pytest.mark.django_db


def shown(source: str, **values) -> str:
    return " ".join(Template("{% load backoffice_parts %}" + source).render(Context(values)).split())


def test_a_status_is_a_word_a_class_and_a_shape():
    pill = shown('{% pill "SUBMITTING" "batch" %}')
    assert "Being submitted" in pill
    assert "pill moving" in pill
    assert "#i-move" in pill


def test_a_hold_is_a_second_pill_with_few_words_and_says_how_many_more():
    assert "On hold: bank account, +2" in shown('{% hold_pill "account_change" 2 %}')


@pytest.mark.parametrize("text", ["", "Looks right."])
def test_a_timeline_writes_people_as_they_write_themselves(text):
    assert "<p>de Vries" in shown(
        "{% timeline entries %}", entries=[{"title": "Note", "who": "de Vries", "text": text}]
    )


@pytest.mark.parametrize(("share", "words"), [(1.71, "+171%"), (-0.18, "−18%"), (0, "0%")])
def test_a_delta_has_a_sign_and_is_read_aloud_with_its_direction(share, words):
    assert words in shown("{% delta share %}", share=share)


@pytest.mark.parametrize(("share", "odd"), [(1, True), (0.99, False), (-0.49, False), (-0.5, True)])
def test_a_delta_of_twice_or_half_the_usual_is_odd(share, odd):
    assert ("delta odd" in shown("{% delta share %}", share=share)) is odd


def test_a_chart_names_its_bars_beside_what_they_look_like():
    series = [{"name": name, "css": f"b-{name}", "values": [1]} for name in ("paid", "held", "failed")]
    chart = shown('{% bars "Each week" "payouts" labels series %}', labels=["2 Nov"], series=series)
    key = chart.partition("<figcaption")[2].partition("</figcaption>")[0]
    assert [key.count(f'class="{each["css"]}"') for each in series] == [1, 1, 1]
    plain = " ".join(re.sub("<[^>]*>", " ", key.partition(">")[2]).split())
    assert plain == "Each week: paid, filled held, striped failed, hollow"


def test_a_masked_account_is_read_aloud_as_its_ending():
    account = shown("{% masked text %}", text="ES76 •••• •••• 0932")
    assert "Account ending 0932" in account
    assert 'aria-hidden="true">ES76' in account


def test_a_masked_account_stands_inside_a_translated_sentence_as_it_does_alone():
    source = (
        "{% blocktranslate with account=text|masked %}paid to {{ account }}, again{% endblocktranslate %}"
    )
    alone = shown("{% masked text %}", text="ES76 •••• 0932")
    assert shown("{% load i18n %}" + source, text="ES76 •••• 0932") == f"paid to {alone}, again"


def test_a_tick_carries_its_money_in_minor_units_for_the_selection():
    box = shown('{% tick 7 "P7" money %}', money=Money(4_182_600, "JPY"))
    assert 'data-minor="4182600" data-currency="JPY" data-digits="0"' in box
    assert "Select P7" in box
    nasty = shown("{% tick value name money once %}", value='"', name="<b>", money=None, once='"><b>')
    assert "<b>" not in nasty and nasty.count('"') == shown('{% tick 1 "P1" None "x" %}').count('"')


def test_totals_say_when_they_are_not_exact_and_offer_to_add_up():
    bar = shown('{% totals totals "payouts" "/x/" %}', totals={"count": 20_000, "exact": False, "sums": []})
    assert "more than 20,000 payouts" in bar
    assert 'hx-get="/x/"' in bar


def test_a_verb_that_is_off_says_why_to_a_screen_reader_too():
    button = shown("{% verb verb %}", verb={"label": "Approve €5.00", "off": "You reviewed it."})
    assert 'aria-describedby="off-approve-500"' in button
    assert 'id="off-approve-500">You reviewed it.' in button
    assert button.startswith('<span class="off"><button') and button.endswith(
        "</p></span>"
    )  # both in one line


def test_an_event_is_about_a_reference_people_say():
    assert shown('{% about "payouts.payout" 48 %}') == '<a class="ref" href="/payouts/P48/">P48</a>'
    assert shown('{% about "payouts.accountversion" 3 %}') == "bank account 3"
    assert shown('{% about "" None %}') == ""


def test_what_people_type_is_escaped_in_every_part():
    nasty = "<script>alert(1)</script>"
    for source in (
        "{% flag text %}",
        "{% word_pill text %}",
        "{% empty text text %}",
        "{% problem text text text lines %}",
        "{% masked text %}",
        "{{ text|masked }}",
        "{% copy text %}",
        "{% facts rows %}",
        '{% dialog "x" text %}{{ text }}{% enddialog %}',
    ):
        page = shown(source, text=nasty, lines=[nasty], rows=[("term", nasty)])
        assert "<script>" not in page, source
        assert "&lt;script&gt;" in page, source


def test_a_field_in_error_is_tied_to_its_error_and_its_help(client):
    client.force_login(make.user("admin", is_staff=True))
    page = client.post("/settings/people/add/", {"username": ""}).content.decode()
    assert 'aria-describedby="id_username_helptext id_username_error"' in page
    assert 'id="id_username_error"' in page
    assert 'aria-invalid="true"' in page


def test_a_long_note_opens_to_the_whole_and_a_short_one_just_stands():
    assert shown("{% shortly text %}", text="Two <b> words.") == "Two &lt;b&gt; words."
    long = "Released when the shop has sent its papers. " * 4
    box = shown("{% shortly text %}", text=long)
    assert "<details" in box and "Read on" in box
    assert (
        re.sub("<span.*</span>|<[^>]*>", " ", box).split() == long.split()
    )  # opened, each word stands there once
    assert box.split("<span")[0].endswith("papers. Released when the shop has sent")  # at a word's end


def test_a_head_that_is_short_says_what_its_column_counts():
    head = shown('{% sorted_by heading "Age" title="Since it was made" %}', heading=Heading("?sort=age", ""))
    start = '<th scope="col" class="num" title="Since it was made">'
    assert head == f'{start}<a href="?sort=age">Age</a> <span class="sr">Since it was made</span></th>'
    plain = shown('{% sorted_by heading "Age" "num spare" %}', heading=Heading("?", "ascending"))
    assert plain == '<th scope="col" class="num spare" aria-sort="ascending"><a href="?">Age</a></th>'
