from payouts.rails import base, reasons


def test_the_same_code_means_something_else_when_money_is_returned() -> None:
    rejected = reasons.explain("AC16", kind=base.ReportKind.REJECTED)
    returned = reasons.explain("AC16", kind=base.ReportKind.RETURNED)
    assert rejected.action is reasons.Action.REVERIFY_DETAILS
    assert returned.action is reasons.Action.HOLD_COMPLIANCE
    assert rejected.sentence != returned.sentence


def test_a_closed_account_asks_for_new_details() -> None:
    assert reasons.explain("AC04", kind=base.ReportKind.FAILED) == reasons.Reason(
        "AC04", "The account is closed.", reasons.Action.REVERIFY_DETAILS
    )


def test_a_duplicate_is_investigated_before_anything_else() -> None:
    for code in ("AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"):
        assert reasons.explain(code, kind=base.ReportKind.REJECTED).action is reasons.Action.HOLD_INVESTIGATE


def test_an_unknown_code_is_shown_and_needs_a_person() -> None:
    found = reasons.explain("ZZ99", kind=base.ReportKind.REJECTED)
    assert "ZZ99" in found.sentence
    assert found.action is reasons.Action.HUMAN_DECISION
    assert reasons.explain("", kind=base.ReportKind.REJECTED).sentence == "The bank gives no reason."
