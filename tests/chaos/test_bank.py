"""What is read out of a bank's log."""

from datetime import timedelta

from backoffice.simbank.process import Simbank
from backoffice.simbank.profile import Calls, Profile
from tests.backoffice.simbank import orders
from tests.chaos import bank as banks


def bank_over(folder) -> banks.Bank:
    return banks.Bank("fair", folder=folder, seed=1)


def test_a_payment_is_carried_with_every_status_it_ever_had(tmp_path):
    judged = bank_over(tmp_path)
    assert (judged.carried(), judged.log_bytes(), judged.keeps_waiting()) == ([], 0, False)

    with _simbank(judged) as running:
        running.teller.pay(key="K1", body=orders.call_body("K1", minor=1200))
        running.advance(3600)

    (carried,) = judged.carried()
    assert (carried.key, carried.end_to_end_id, carried.amount_minor) == ("K1", "K1", 1200)
    assert carried.statuses == {"accepted", "paid"}
    assert judged.log_bytes() > 0


def test_what_is_taken_on_late_waits_until_it_is_carried(tmp_path):
    judged = bank_over(tmp_path)
    late = Profile(call=Calls(accepts_after=timedelta(hours=1)))
    with _simbank(judged, late) as running:
        running.teller.pay(key="K1", body=orders.call_body("K1"))
        assert judged.keeps_waiting()
        assert judged.carried() == []

        running.advance(7200)

    assert not judged.keeps_waiting()
    assert [each.key for each in judged.carried()] == ["K1"]


def _simbank(judged: banks.Bank, manners: Profile | None = None) -> Simbank:
    return Simbank(
        port=0,
        data=judged.folder / "data",
        outbox=judged.outbox,
        inbox=judged.inbox,
        manners=manners,
        every_seconds=3600,
    )
