"""Signals are noted while a run lasts, and act as they would have once it is over."""

import signal
import threading
import time

import pytest

from estimax.train._interruption import SIGNALS, Interrupted, Interruption, is_interrupted
from tests.train import runs
from tests.train.test_saving import Listener, position, saver, steps_saved


@pytest.fixture
def terminated():
    """Has SIGTERM, which would end the tests, be noted in a list."""
    came = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    yield came
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(autouse=True)
def the_same_handlers_afterwards():
    before = [signal.getsignal(number) for number in SIGNALS]
    yield
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert not is_interrupted()


def test_ctrl_c_is_raised_at_the_end(terminated):
    done = []

    def run():
        with Interruption() as interruption:
            signal.raise_signal(signal.SIGINT)
            done.append((interruption.name, is_interrupted()))

    with pytest.raises(KeyboardInterrupt):
        run()
    assert done == [("SIGINT", True)]


def test_a_programs_own_handler_is_called_at_the_end(terminated):
    with Interruption():
        signal.raise_signal(signal.SIGTERM)
        assert terminated == []
    assert terminated == [signal.SIGTERM]


def test_a_signal_that_the_program_ignores_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            signal.raise_signal(signal.SIGINT)
            assert interruption.signal is None
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_second_ctrl_c_acts_at_once_unless_it_is_an_echo_of_the_first():
    done = []

    def run():
        with Interruption():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            done.append("after an echo")
            time.sleep(0.15)
            signal.raise_signal(signal.SIGINT)
            done.append("after the second")

    with pytest.raises(KeyboardInterrupt):
        run()
    assert done == ["after an echo"]


def test_a_second_sigterm_is_none(terminated):
    with Interruption():
        for _ in range(3):
            signal.raise_signal(signal.SIGTERM)
            time.sleep(0.11)
        assert terminated == []
    assert terminated == [signal.SIGTERM]


def test_a_wait_is_left_at_once_and_before_it_has_begun(terminated):

    def wait(act):
        with interruption.leaving():
            act()
            raise AssertionError

    with Interruption() as interruption:
        with pytest.raises(Interrupted):
            wait(lambda: signal.raise_signal(signal.SIGTERM))
        with pytest.raises(Interrupted):
            wait(lambda: terminated.append("begun"))
    assert terminated == [signal.SIGTERM]


def test_a_run_within_a_run_ends_both(terminated):
    with Interruption() as outer:
        with Interruption() as inner:
            signal.raise_signal(signal.SIGTERM)
            assert (inner.name, outer.name) == ("SIGTERM", "")
        assert outer.name == "SIGTERM" and terminated == []
    assert terminated == [signal.SIGTERM]


def test_the_error_of_a_run_is_kept_as_the_context_of_the_interruption():
    def run():
        with Interruption():
            signal.raise_signal(signal.SIGINT)
            raise KeyError("first")

    with pytest.raises(KeyboardInterrupt) as raised:
        run()
    assert isinstance(raised.value.__context__, KeyError)


def test_in_another_thread_nothing_is_noted(terminated):
    seen = []

    def work():
        with Interruption() as interruption:
            seen.append((signal.getsignal(signal.SIGTERM), interruption.signal))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(before, None)]


class Sender(Listener):
    """Sends SIGTERM before the checkpoint of a step is written."""

    def before_save(self, session, global_step_value):
        super().before_save(session, global_step_value)
        if global_step_value == self.fail_at:
            signal.raise_signal(signal.SIGTERM)

    def after_save(self, session, global_step_value):
        self.told.append(f"after {global_step_value}")


@pytest.mark.parametrize("at", [0, 4, 8])
def test_listeners_are_told_of_the_last_checkpoint_but_not_of_the_end(model_dir, terminated, at):
    sender = Sender(fail_at=at)
    run = runs.run([saver(model_dir, 4, listeners=[sender])], count=1000)
    assert run.step == at == steps_saved(model_dir)[-1]
    assert sender.told[-2:] == [f"before {at}", f"after {at}"]
    assert terminated == [signal.SIGTERM]
    if at:
        assert position(model_dir, at) is not None
