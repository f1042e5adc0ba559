"""A small `make rewrites` in every test run, and a check that it notices when nobody looks at the anchors."""

import pytest

from backoffice.audit import sealing
from tests.backoffice.audit import rewriting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trail(settings, tmp_path, database):
    settings.AUDIT_ANCHOR_DIR = str(tmp_path / "elsewhere")
    rewriting.write_trail()
    with rewriting.as_owner(database):
        yield


def test_whichever_way_history_is_rewritten_it_is_found(trail):
    tally = rewriting.trials(count=150, seed=1)

    assert len(tally.tried) == 2 * len(rewriting.WAYS)
    assert (tally.missed, tally.false_alarms) == ({}, 0)


def test_without_the_anchors_a_forged_chain_is_not_found(trail, monkeypatch):
    monkeypatch.setattr(sealing, "read_anchors", list)
    tally = rewriting.trials(count=100, seed=1)

    assert {f"{way}, forged" for way in rewriting.WAYS} <= set(tally.missed)
