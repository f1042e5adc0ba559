import os
import signal

import pytest

from backoffice.embedded import stopping


def test_a_signal_that_comes_where_python_swallows_exceptions_is_not_lost():
    class Finalized:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)

    with stopping.on_signals():
        stopping.check()
        Finalized()
        with pytest.raises(stopping.Stopped):
            stopping.check()


def test_afterwards_the_handlers_are_those_of_before_and_nothing_is_asked():
    before = signal.getsignal(signal.SIGTERM)
    with stopping.on_signals():
        os.kill(os.getpid(), signal.SIGHUP)
        assert stopping.asked()
    assert signal.getsignal(signal.SIGTERM) is before
    assert not stopping.asked()
