"""The API keeps what its schema promises: schemathesis calls a live server with the token of every kind of reader."""

import os
import pathlib
import subprocess
import sys

import pytest
from knox.models import get_token_model
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from backoffice.doors.api.filtering import PAGING
from payouts.api.filter_parameters import FilterBody
from payouts.models import HoldReason
from payouts.queries import filters
from payouts.queries.export_filters import BatchFilter
from tests import make
from tests.payouts import quick

SECONDS = int(os.environ.get("API_FUZZ_SECONDS", "10"))
"""How long one role is tried. A night may give it an hour."""


@pytest.mark.django_db
def test_the_schema_answers_without_login_and_names_every_filter_and_verb():
    answer = APIClient().get("/api/v1/schema/", HTTP_ACCEPT="application/json")
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    listed = {parameter["name"] for parameter in paths["/api/v1/payouts/"]["get"]["parameters"]}
    assert listed == {*filters.NAMES, *PAGING}
    assert set(FilterBody().fields) == set(filters.NAMES)
    of_batches = {parameter["name"] for parameter in paths["/api/v1/batches/"]["get"]["parameters"]}
    assert set(BatchFilter.base_filters) <= of_batches
    for verb in (
        "review",
        "approve",
        "send_back",
        "cancel",
        "hold",
        "release",
        "reissue",
        "roll",
        "take_out",
    ):
        assert "post" in paths[f"/api/v1/payouts/{{id}}/{verb}/"]
        assert "post" in paths[f"/api/v1/payouts/{verb}/"]


@pytest.mark.django_db
def test_the_schema_lists_the_reasons_of_a_hold():
    schema = APIClient().get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()
    described = schema["components"]["schemas"]
    assert described["HoldReason"]["enum"] == HoldReason.values
    for body in ("HoldBodyRequest", "HoldManyBodyRequest"):
        assert "HoldReason" in str(described[body]["properties"]["reason"])


@pytest.mark.django_db
def test_the_root_says_where_everything_is_and_shows_nothing_else():
    places = APIClient().get("/api/v1/").json()
    assert places["payouts"] == "http://testserver/api/v1/payouts/"
    for name, address in places.items():
        assert APIClient().get(address).status_code == (200 if name == "schema" else 401), name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "tried",
    [("analyst", "/(payouts|runs)/"), ("treasurer", "/(batches|exports|sellers)/"), ("admin", "/v1/")],
)
def test_the_api_keeps_what_its_schema_promises(tried, live_server, monkeypatch, settings, tmp_path):
    role, paths = tried
    monkeypatch.setattr(SimpleRateThrottle, "get_rate", lambda self: None)
    settings.EXPORT_DIR = str(tmp_path)
    quick.batch([quick.approved(), quick.approved()])
    quick.reviewed()
    quick.payout(country="JP", currency="JPY")
    _, token = get_token_model().objects.create(user=make.user(role))
    done = subprocess.run(
        [
            str(pathlib.Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{live_server.url}/api/v1/schema/",
            f"--include-path-regex={paths}",
            f"--header=Authorization: Token {token}",
            "--checks=all",
            # A filter's dates may run backwards, a verb may be refused: 4xx is a right answer to valid data.
            "--exclude-checks=positive_data_acceptance",
            "--phases=examples,coverage,fuzzing",
            f"--max-time={SECONDS}",
            "--max-examples=10",
            "--seed=1",
            "--continue-on-failure",
            "--generation-database=none",
            "--no-color",
            "--warnings=off",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS * 4 + 120,
    )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
