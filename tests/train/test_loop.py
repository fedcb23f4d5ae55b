"""The loop does every step once and stops where observers want it; observers see every step."""

import logging
import math
import threading

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.train._loop import Observer
from estimax.train._observers import (
    LossLogger,
    NanGuard,
    NanLossDuringTrainingError,
    StepCounter,
    Stop,
    SummaryWriter,
)
from tests.train import runs


class Recorder(Observer):
    """Remembers what it was told; optionally stops the loop at multiples of a number."""

    def __init__(self, every=math.inf):
        self.every = every
        self.told = []
        self.values = {}

    def begin(self, run):
        self.told.append(("begin", run.step))

    def next_stop(self, step):
        return math.inf if self.every == math.inf else (step // self.every + 1) * self.every

    def after_steps(self, run, first, values):
        self.told.append((first, run.step))
        for name, listed in values.items():
            self.values.setdefault(name, []).extend(listed.tolist())

    def end(self, run, is_exhausted):
        self.told.append(("end", run.step, is_exhausted))


@pytest.fixture(autouse=True)
def no_input_thread_is_left():
    yield
    assert [t for t in threading.enumerate() if t.name == "estimax-input"] == []


def test_every_step_is_done_once_and_seen_by_every_observer():
    one, other = Recorder(), Recorder(every=4)
    run = runs.run([one, other], count=10)
    assert one.told == other.told == [("begin", 0), (0, 4), (4, 8), (8, 10), ("end", 10, True)]
    assert one.values["batch"] == list(range(10))
    assert one.values["loss"] == [sum(range(step)) for step in range(10)]
    assert run.variables() == {"weight": 45, "global_step": 10}
    assert run.variables()["global_step"].dtype == np.int64


def test_the_loop_ends_at_the_last_step():
    recorder = Recorder()
    run = runs.run([recorder], last=7)
    assert (run.step, recorder.told[-1]) == (7, ("end", 7, False))


def test_a_run_whose_last_step_was_done_before_does_nothing():
    recorder = Recorder()
    run = runs.run([recorder], last=3, first=3)
    assert run.step == 3
    assert recorder.told == [("begin", 3), ("end", 3, False)]


def test_an_empty_input_ends_the_run_at_once():
    recorder = Recorder()
    runs.run([recorder], dataset=runs.numbers(5).take(0))
    assert recorder.told == [("begin", 0), ("end", 0, True)]


def test_an_observer_can_stop_the_run():
    class Stopper(Recorder):
        def after_steps(self, run, first, values):
            super().after_steps(run, first, values)
            if run.step >= 6:
                run.request_stop()

    stopper, recorder = Stopper(every=3), Recorder()
    runs.run([stopper, recorder])
    assert recorder.told[-2:] == [(3, 6), ("end", 6, False)]
    recorder = Recorder()
    runs.run([recorder, Stop(5)], last=9)
    assert [t[1] for t in recorder.told] == [0, 5, 9, 9]


def test_an_observer_can_stop_the_run_before_its_first_step():
    class Stopper(Recorder):
        def begin(self, run):
            run.request_stop()

    stopper = Stopper()
    runs.run([stopper])
    assert stopper.told == [("end", 0, False)]


@pytest.mark.parametrize("method", ["begin", "after_steps", "end"])
def test_an_error_of_an_observer_ends_the_run(method):
    class Broken(Observer):
        pass

    def fails(*_):
        raise KeyError(method)

    broken = Broken()
    setattr(broken, method, fails)
    with pytest.raises(KeyError, match=method):
        runs.run([broken], last=5)


def test_an_error_of_the_input_ends_the_run():
    lines = tf.data.Dataset.from_tensor_slices(["1", "2", "three"])
    dataset = lines.map(lambda line: tf.io.decode_csv(line, [[0.0]])[0]).batch(1)
    recorder = Recorder(every=1)
    with pytest.raises(InvalidArgumentError, match="three"):
        runs.run([recorder], dataset=dataset)
    assert ("end", 3, True) not in recorder.told


def losses(*values):
    return {"loss": np.array(values, np.float32), "batch": np.arange(len(values))}


class At:
    """A run that stands at a step."""

    def __init__(self, first, step):
        self.first_step, self.step, self.batch_size = first, step, 32


def test_the_guard_names_the_first_step_whose_loss_is_no_finite_number():
    guard = NanGuard()
    guard.after_steps(At(0, 3), 0, losses(1, 2, 3))
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(NanLossDuringTrainingError, match=rf"the loss is {bad} at step 4\."):
            guard.after_steps(At(0, 6), 3, losses(1, bad, np.nan))
    assert "NaN" in str(NanLossDuringTrainingError())


class Clock:
    """Tells the times that are given, one a call."""

    def __init__(self, *times):
        self.times = list(times)

    def __call__(self):
        return self.times.pop(0)


def test_the_loss_is_logged_every_so_many_steps_from_the_first_of_the_run_on(caplog):
    caplog.set_level(logging.INFO, logger="tensorflow")
    logger = LossLogger(2, Clock(10.0, 12.0, 22.0))
    logger.begin(At(5, 5))
    logger.after_steps(At(5, 9), 5, losses(0.5, 1.5, 2.5, 3.5))  # half a second each
    logger.after_steps(At(5, 14), 9, losses(1, 2, 3, 4, 5))  # two seconds each
    logger.end(At(5, 14), True)
    assert caplog.messages == [
        "loss = 0.5, step = 5",
        "loss = 2.5, step = 7 (1.000 sec)",
        "loss = 1.0, step = 9 (2.500 sec)",
        "loss = 3.0, step = 11 (4.000 sec)",
        "loss = 5.0, step = 13 (4.000 sec)",
        "Loss for final step: 5.0.",
    ]


class Written:
    """Takes the place of an event file."""

    def __init__(self):
        self.points = []

    def scalar(self, tag, value, step):
        self.points.append((tag, value, step))

    def scalars(self, values, step):
        for tag, value in values.items():
            self.scalar(tag, value, step)

    def later(self, make, step):
        for value in make().value:
            self.scalar(value.tag, value.simple_value, step)

    def flush(self):
        self.points.append("flush")


def test_the_speed_is_told_when_enough_steps_were_done(caplog):
    caplog.set_level(logging.INFO, logger="tensorflow")
    writer = Written()
    counter = StepCounter(10, writer, Clock(0.0, 4.0))
    counter.begin(At(0, 0))
    counter.after_steps(At(0, 8), 0, losses(*range(8)))
    counter.after_steps(At(0, 16), 8, losses(*range(8)))
    assert caplog.messages == ["global_step/sec: 4"]
    assert writer.points == [("global_step/sec", 4.0, 16), ("examples/sec", 128.0, 16)]


def test_summaries_are_written_every_so_many_steps():
    writer = Written()
    runs.run([SummaryWriter(3, writer)], count=8)
    expected = {("loss", s * (s - 1) / 2, s + 1) for s in (0, 3, 6)} | {("batch", float(s), s + 1) for s in (0, 3, 6)}
    assert set(writer.points[:-1]) == expected
    assert writer.points[-1] == "flush"
