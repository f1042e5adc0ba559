"""The documents are true: what they list is there, and what is there is listed."""

import re

import pytest
from django.db import connection

from payouts.models import HoldReason
from payouts.queries import filters
from payouts.queries.dead import Advice
from payouts.queries.export_filters import BatchFilter
from sellers.api.sellers import SellerFilter
from tests.architecture import source

DOCS = source.ROOT / "docs"
ADRS = sorted((DOCS / "adr").glob("[0-9]*.md"))
PAGES = sorted([*DOCS.rglob("*.md"), *source.ROOT.glob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)")


def title(path):
    return re.sub(r"^# *\d+\.? *", "", path.read_text().splitlines()[0])


def test_the_index_of_decisions_lists_each_once_under_its_own_title():
    rows = re.findall(
        r"^\| (\d{4}) \| \[([^\]]+)\]\(([^)]+)\) \|$", (DOCS / "adr" / "README.md").read_text(), re.M
    )
    assert rows == [(path.name[:4], title(path), path.name) for path in ADRS]


def test_each_decision_has_a_number_of_its_own():
    numbers = [path.name[:4] for path in ADRS]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(source.ROOT)))
def test_no_link_of_a_document_leads_nowhere(document):
    targets = [target for target in LINK.findall(document.read_text()) if not re.match(r"[a-z]+:|/", target)]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize(
    "words",
    [
        filters.NAMES,
        tuple(BatchFilter.base_filters),
        tuple(SellerFilter.base_filters),
        tuple(HoldReason.values),
        tuple(Advice.values),
    ],
    ids=["payouts", "batches", "sellers", "reasons of a hold", "advice"],
)
def test_the_api_s_document_names_every_filter_and_what_it_takes(words):
    text = (DOCS / "api.md").read_text()
    assert [word for word in words if f"`{word}`" not in text] == []


@pytest.mark.django_db
def test_every_guard_that_the_decision_names_is_in_the_database():
    text = (DOCS / "adr" / "0013-database-guards.md").read_text()
    named = set(re.findall(r"`(guard_[a-z_]+|payout_spans_[a-z_]+)`", text))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger UNION SELECT conname FROM pg_constraint")
        there = {row[0] for row in cursor.fetchall()}
    assert len(named) > 10
    assert named - there == set()
