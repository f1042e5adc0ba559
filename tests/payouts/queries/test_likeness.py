"""How like two writings are."""

import pytest

from payouts.queries import likeness


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Payout P12A1 returned", {"P12A1": "P12A1"}),
        ("ref: p12a1.", {"P12A1": "P12A1"}),
        ("P12", {"P12": "P12"}),
        ("P1OA1", {"P10A1": "P1OA1"}),
        ("PI2AL", {"P12A1": "PI2AL"}),
        ("12A1", {"P12A1": "12A1"}),
        ("P12-A1", {"P12A1": "P12-A1"}),
        ("P12 A1", {"P12": "P12", "P12A1": "P12 A1"}),
        ("2026 11 24", {}),
        ("Paul", {}),
        ("B12F1", {}),
        ("", {}),
    ],
)
def test_references_are_found_exactly_or_through_slips_of_the_hand(text, found):
    assert likeness.references(text) == found


@pytest.mark.parametrize(
    ("text", "name", "same"),
    [
        ("RETOUR ATELIER DU RECONDITIONNE", "Atelier du Reconditionné", True),
        ("Reconditionne 7", "Atelier du Reconditionné SAS", True),
        ("From Wise Devices SL", "Wise Devices SL", True),
        ("リブート 株式会社", "リブート", True),
        ("Someone else SAS", "Wise Devices SAS", False),
        ("the and", "The And Ltd", False),
        ("", "Wise Devices", False),
    ],
)
def test_a_name_is_known_again_without_accents_case_and_legal_form(text, name, same):
    assert likeness.names(text, name) is same


@pytest.mark.parametrize(
    ("text", "fee"),
    [
        ("Account fee", True),
        ("FRAIS DE TENUE", True),
        ("Gebühr", True),
        ("振込手数料", True),
        ("Coffee", False),
    ],
)
def test_words_of_a_fee_are_known(text, fee):
    assert likeness.speaks_of_charges(text) is fee
