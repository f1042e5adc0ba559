"""The settings say the way to each rail's other side."""

import pytest

from payouts import transports
from payouts.rails import registry


def test_every_rail_has_a_way(settings, tmp_path):
    settings.SEPA_OUTBOX_DIR, settings.SEPA_INBOX_DIR = str(tmp_path / "out"), str(tmp_path / "in")
    for rail in registry.names():
        with transports.to(rail) as transport:
            assert transport is not None


def test_files_go_where_the_settings_say(settings, tmp_path):
    settings.SEPA_OUTBOX_DIR, settings.SEPA_INBOX_DIR = str(tmp_path / "out"), str(tmp_path / "in")
    with transports.to("sepa") as transport:
        transport.put("a.xml", b"1")
    assert (tmp_path / "out" / "a.xml").read_bytes() == b"1"


def test_a_rail_without_a_way_says_what_to_add(settings):
    settings.RAIL_TRANSPORTS = {}
    with (
        pytest.raises(transports.NotConfigured, match="add its url, or outbox and inbox"),
        transports.to("sepa"),
    ):
        pass


def test_an_empty_address_is_no_way(settings):
    assert transports.missing("sepa") == ""
    settings.SEPA_INBOX_DIR = ""
    assert transports.missing("sepa") == "The rail “sepa” has no address: set SEPA_INBOX_DIR."
    with pytest.raises(transports.NotConfigured), transports.to("sepa"):
        pass
