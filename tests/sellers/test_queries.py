"""Support finds a seller by whatever the caller has at hand."""

import pytest
from django.db import connection

from sellers import queries
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def phenix():
    return make.seller(name="Phénix Télécom", email="compta@phenix.example", external_id="mk-0042")


@pytest.mark.parametrize(
    "text", ["phénix", "TÉLÉCOM", "nix tél", "Ph", "compta@phenix", "mk-0042", "  Phénix   Télécom "]
)
def test_a_seller_is_found_by_name_mail_or_external_id(phenix, text):
    make.seller()

    assert queries.search(text=text).sellers == [phenix]


def test_a_seller_is_found_by_reference(phenix):
    make.seller()

    assert queries.search(text=phenix.reference.lower()).sellers == [phenix]


def test_two_letters_are_enough_for_a_japanese_name():
    shop = make.seller(name="東京スマホ", country="JP")

    assert queries.search(text="東京").sellers == [shop]


def test_one_letter_searches_nothing_and_says_so(phenix):
    found = queries.search(text="P")

    assert (found.sellers, found.too_short) == ([], True)


@pytest.mark.parametrize("text", ["%%", "__", "\\\\", "' OR 1=1 --"])
def test_signs_of_sql_are_ordinary_letters(phenix, text):
    assert queries.search(text=text).sellers == []


def test_pages_go_on_without_gap_or_repeat():
    made = [make.seller(name=f"Atelier {n}") for n in range(5)]
    seen, before = [], None
    for _ in range(3):
        page = queries.search(text="atelier", before=before, size=2)
        seen += page.sellers
        before = page.before

    assert before is None
    assert seen == made[::-1]


def test_nothing_asked_lists_all_newest_first():
    made = [make.seller() for _ in range(3)]

    assert queries.search(text="").sellers == made[::-1]


def test_sellers_found_another_way_join_the_list(phenix):
    other = make.seller(name="Elsewhere")

    assert queries.search(text="phénix", also=(other.pk,)).sellers == [other, phenix]


def test_each_probe_of_a_search_uses_an_index():
    from tests.sellers import plans

    plan = plans.of(lambda: queries.search(text="télécom"), connection)
    assert "Seq Scan" not in plan
    for index in ("seller_name_trgm", "seller_email_trgm"):
        assert index in plan


def test_facts_show_findings_and_newest_notes_first(phenix):
    from sellers import operations

    support = make.person("support")
    for text in ("one", "two"):
        operations.annotate(seller_id=phenix.pk, text=text, actor=support, now=make.NOW)

    found = queries.facts(seller_id=phenix.pk)

    assert [note.text for note in found.notes] == ["two", "one"]
    assert queries.facts(seller_id=0) is None
