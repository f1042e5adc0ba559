"""/api/v1/sellers: reading."""

import pytest

from tests import make

pytestmark = pytest.mark.django_db


def test_a_seller_says_who_they_are(token):
    made = make.seller(name="Wise Devices SL", external_id="wise-1", country="ES")
    for address in (str(made.pk), made.reference, f"{made.pk}/"):
        found = token("support").get(f"/api/v1/sellers/{address}").json()
        assert (
            found | {"id": made.pk, "name": "Wise Devices SL", "external_id": "wise-1", "is_payable": True}
            == found
        )
    assert "tax_id" not in found


def test_sellers_are_listed_newest_first_and_found(token):
    first = make.seller(name="Wise Devices SL", country="ES", external_id="wise-1")
    second = make.seller(suspended_at=make.NOW, suspended_reason="fraud")
    caller = token("support")

    def ids(query: str) -> list[int]:
        return [row["id"] for row in caller.get(f"/api/v1/sellers/?{query}").json()["results"]]

    assert ids("") == [second.pk, first.pk]
    for query in (
        "country=es",
        "payable=true",
        "external_id=wise-1",
        "search=devices",
        f"search={first.reference}",
    ):
        assert ids(query) == [first.pk], query
    assert ids("payable=false") == [second.pk]
    assert ids("external_id=nobody") == []


@pytest.mark.parametrize("query", ["search=a", "payable=perhaps", "country=Spain", "name=Wise"])
def test_a_filter_that_cannot_be_read_is_refused(token, query):
    assert token("support").get(f"/api/v1/sellers/?{query}").status_code == 400


def test_nothing_is_written_here_and_not_everybody_reads(token):
    made = make.seller()
    assert token("support").post("/api/v1/sellers/", {}, format="json").status_code == 405
    assert token("support").delete(f"/api/v1/sellers/{made.pk}").status_code == 405
    assert token("admin").get("/api/v1/sellers/").status_code == 403
    assert token("support").get("/api/v1/sellers/999999").status_code == 404
