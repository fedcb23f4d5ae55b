"""What hooks refuse, and what they say then; which steps each wants to see."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import UnimplementedError
from estimax.train._session_run_hook import SessionRunContext, SessionRunValues

REFUSED = {
    "logging nothing": (lambda: tf.train.LoggingTensorHook(["a"]), ValueError, "every_n_iter"),
    "logging both": (lambda: tf.train.LoggingTensorHook(["a"], 1, 1), ValueError, "exactly one"),
    "logging both at end": (lambda: tf.train.LoggingTensorHook(["a"], 1, 1, True), ValueError, "exactly one"),
    "logging never": (lambda: tf.train.LoggingTensorHook(["a"], 0), ValueError, "must be positive; got 0"),
    "logging a string": (lambda: tf.train.LoggingTensorHook("loss", 1), TypeError, "['loss']"),
    "stop nowhere": (tf.train.StopAtStepHook, ValueError, "num_steps"),
    "stop twice": (lambda: tf.train.StopAtStepHook(1, 2), ValueError, "1 and 2"),
    "save never": (lambda: tf.train.CheckpointSaverHook("d"), ValueError, "save_secs"),
    "save twice": (lambda: tf.train.CheckpointSaverHook("d", 1, 1), ValueError, "1 and 1"),
    "save by two": (lambda: tf.train.CheckpointSaverHook("d", 1, None, 1, scaffold=1), ValueError, "scaffold"),
    "save under a name": (
        lambda: tf.train.CheckpointSaverHook("d", 1, checkpoint_basename="x"),
        ValueError,
        "'model.ckpt'",
    ),
    "count never": (lambda: tf.train.StepCounterHook(None, None), ValueError, "every_n_steps"),
    "count twice": (lambda: tf.train.StepCounterHook(every_n_secs=2), ValueError, "every_n_steps=None"),
    "summary of nothing": (lambda: tf.train.SummarySaverHook(save_steps=1), ValueError, "summary_op"),
    "summary never": (lambda: tf.train.SummarySaverHook(summary_op="a"), ValueError, "every_steps"),
    "summary twice": (lambda: tf.train.SummarySaverHook(1, 2, summary_op="a"), ValueError, "both"),
    "timer of nothing": (tf.train.SecondOrStepTimer, ValueError, "every_secs"),
    "timer of both": (lambda: tf.train.SecondOrStepTimer(1, 1), ValueError, "both"),
    "profile never": (tf.train.ProfilerHook, ValueError, "every_secs"),
    "profile twice": (lambda: tf.train.ProfilerHook(1, 1), ValueError, "both"),
    "feeding": (lambda: tf.train.FeedFnHook(dict), UnimplementedError, "input function"),
    "final feeding": (lambda: tf.train.FinalOpsHook("a", {"x": 1}), UnimplementedError, "fed"),
    "scaffold feeding": (lambda: tf.train.Scaffold(init_feed_dict={"x": 1}), ValueError, "initializer"),
    "scaffold without function": (lambda: tf.train.Scaffold(init_fn=3), TypeError, "init_fn"),
    "scaffold of a scaffold": (lambda: tf.train.Scaffold(copy_from_scaffold=3), TypeError, "Scaffold"),
    "saver of a string": (lambda: tf.train.Saver("a"), TypeError, "a list or a dictionary"),
    "saver of numbers": (lambda: tf.train.Saver([3]), TypeError, "got 3"),
    "saver of nothing": (lambda: tf.train.Saver([]), ValueError, "empty"),
    "saver twice": (lambda: tf.train.Saver(["a", "b", "a"]), ValueError, "'a' twice"),
    "saver that keeps less": (lambda: tf.train.Saver(max_to_keep=-1), ValueError, "-1"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused(what):
    make, kind, words = REFUSED[what]
    with pytest.raises(kind, match=re.escape(words)):
        make()


def test_hooks_have_their_names_in_all_places():
    from estimax.compat.v1 import estimator, train
    from estimax.python.training import basic_session_run_hooks, session_run_hook

    names = [n for n in dir(tf.train) if n.endswith("Hook") or n.startswith("SessionRun")]
    assert len(names) == 14
    for name in [*names, "SecondOrStepTimer"]:
        hook = getattr(tf.train, name)
        assert getattr(tf.estimator, name) is getattr(estimator, name) is getattr(train, name) is hook
        assert hook in (getattr(basic_session_run_hooks, name, None), getattr(session_run_hook, name, None))


def test_hooks_of_estimators_have_their_names_in_both_places():
    names = [n for n in dir(tf.estimator.experimental) if n.lower().endswith("hook")]
    assert len(names) == 7
    for name in names:
        assert getattr(tf.contrib.estimator, name) is getattr(tf.estimator.experimental, name)


# By steps, each with how to know that a call did something.
BY_STEPS = {
    "logging": lambda every: tf.train.LoggingTensorHook({}, every_n_iter=every),
    "counting": lambda every: tf.train.StepCounterHook(every_n_steps=every),
    "summaries": lambda every: tf.train.SummarySaverHook(save_steps=every, summary_op="x"),
    "stopping": lambda every: tf.train.StopAtStepHook(num_steps=every),
    "profiling": lambda every: tf.train.ProfilerHook(save_steps=every),
}


@given(st.sampled_from(sorted(BY_STEPS)), st.integers(1, 9), st.integers(0, 20), st.integers(0, 50))
def test_a_hook_names_one_step_and_stays_with_it(name, every, first, further):
    hook = BY_STEPS[name](every)
    hook.first_step = first
    hook.begin()
    due = hook.next_due_step(first + further)
    assert due >= first + further
    for step in range(first + further, int(due)):
        assert hook.next_due_step(step) == due
    assert hook.next_due_step(int(due)) == due


TIMED = {
    "logging": lambda: tf.train.LoggingTensorHook({}, every_n_secs=60),
    "counting": lambda: tf.train.StepCounterHook(every_n_steps=None, every_n_secs=60),
    "summaries": lambda: tf.train.SummarySaverHook(save_secs=60, summary_op="x"),
}


@pytest.mark.parametrize("name", TIMED)
def test_what_goes_by_time_sees_the_first_step_and_then_whichever_ends_a_call(name):
    hook = TIMED[name]()
    hook.first_step = 7
    hook.begin()
    assert (hook.next_due_step(7), hook.next_due_step(8), hook.next_due_step(10**6)) == (7, math.inf, math.inf)


@pytest.mark.parametrize("name", BY_STEPS)
def test_a_subclass_with_a_method_of_its_own_around_steps_sees_every_step(name):
    kind = type(BY_STEPS[name](5))
    before = type("Before", (kind,), {"before_run": lambda self, context: None})
    after = type("After", (kind,), {"after_run": lambda self, context, values: None})
    speaks = type("Speaks", (kind,), {"end": lambda self, session: None})
    for sub, steps in ((before, 3), (after, 3), (speaks, kind.next_due_step(_begun(name), 3))):
        hook = _begun(name)
        hook.__class__ = sub
        assert hook.next_due_step(3) == steps


def _begun(name):
    hook = BY_STEPS[name](5)
    hook.begin()
    return hook


def test_steps_to_do_are_counted_from_where_the_first_run_starts():
    hook = tf.train.StopAtStepHook(num_steps=3)
    hook.first_step = 10
    hook.begin()
    hook.first_step = 13
    hook.begin()
    context = SessionRunContext(None, None, 13)
    hook.after_run(context, SessionRunValues(None))
    assert context.stop_requested


def test_a_timer_counts_seconds_on_its_clock():
    now = iter([0.0, 5.0, 10.0, 10.0])
    timer = tf.train.SecondOrStepTimer(every_secs=10, clock=lambda: next(now))
    assert timer.should_trigger_for_step(0)
    assert timer.update_last_triggered_step(0) == (None, None)
    assert not timer.should_trigger_for_step(0)
    assert not timer.should_trigger_for_step(1)
    assert timer.should_trigger_for_step(2)
    assert timer.update_last_triggered_step(2) == (10.0, 2)
    assert timer.last_triggered_step() == 2
    timer.reset()
    assert timer.last_triggered_step() is None and timer.should_trigger_for_step(2)


def test_a_waiting_hook_says_that_there_is_nobody_to_wait_for(caplog):
    hook = tf.train.GlobalStepWaiterHook(100)
    hook.begin()
    assert "does not wait for step 100" in caplog.text


def test_a_scaffold_takes_what_is_left_open_from_another():
    saver, calls = tf.train.Saver(max_to_keep=2), []
    first = tf.train.Scaffold(init_fn=lambda scaffold, session: calls.append((scaffold, session)), saver=saver)
    second = tf.train.Scaffold(copy_from_scaffold=first, summary_op="summaries")
    assert (second.saver, second.summary_op, second.finalize()) == (saver, "summaries", second)
    second.init_fn("session")
    assert calls == [(first, "session")]
    assert tf.train.Scaffold().init_fn is None
