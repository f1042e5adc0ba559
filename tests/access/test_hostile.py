"""No address of the back office answers a hostile text with a failure of its own."""

import pytest
from django.urls import reverse

from backoffice import roles
from tests import make
from tests.access.table import SELLER_VERBS, TABLE, VERBS
from tests.access.test_pages import address, ask, login

NUL = ({"q": "a\0"}, {"country": "\0"}, {"reason": "\0"}, {"\0": "x"})
NO_NUMBERS = {  # ² is a digit to Python's isdigit, and no number
    "ids": ["²", "9" * 30],
    "seen": f"²=x,{'9' * 30}=x,{'9' * 5000}=x",
    "finding": "²",
    "before": "²",
    "page": "²",
}


@pytest.fixture
def everybody(standing, undone):
    """Who may do everything, so that nothing is refused before it is read."""
    return login(make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True))


def addresses(standing):
    for name, door in TABLE.items():
        yield address(name, door, standing), door
    for verb in VERBS:
        yield reverse("admin:payouts_payout_act", args=[verb]), None
    for verb in SELLER_VERBS:
        yield reverse("admin:sellers_seller_act", args=[standing.seller.reference, verb]), None


def test_a_nul_is_answered_with_400_at_every_address(standing, everybody):
    wrong = []
    for url, _ in addresses(standing):
        for nul in NUL:
            for method in ("get", "post"):
                got = ask(everybody, method, url, nul).status_code
                if got != 400:
                    wrong.append(f"{method.upper()} {url} {nul!r}: {got}")
        if ask(everybody, "get", f"{url.rstrip('/')}%00/", {}).status_code != 400:
            wrong.append(f"{url} with NUL in the address")
    assert not wrong, "\n".join(wrong)


def test_what_is_no_number_is_no_id_at_every_address(standing, everybody):
    wrong = []
    for url, door in addresses(standing):
        if url == reverse("admin:logout"):
            continue
        for method in ("get", "post"):
            more = {"confirmed": "1"} if method == "post" else {}
            given = {**(door.query(standing) if door else {}), **NO_NUMBERS, **more}
            got = ask(everybody, method, url, given).status_code
            if got >= 500:
                wrong.append(f"{method.upper()} {url}: {got}")
    assert not wrong, "\n".join(wrong)
