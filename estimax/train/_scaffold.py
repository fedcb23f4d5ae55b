"""`Scaffold`: what a model function says of how its run starts and what is saved of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


class Scaffold:
    """What a model function says of how its run starts and what is saved of it.

    Args:
        init_op: has no effect: variables have initializers.
        init_feed_dict: must be None; there is no feeding.
        init_fn: (scaffold, session) -> None, called before the first step of a run that
            starts without a checkpoint; it may give variables other values, with
            `tf.train.Saver(variables).restore(session, path)`.
        ready_op: has no effect, as has `ready_for_local_init_op`.
        local_init_op: has no effect: tables are ready when they are used.
        summary_op: what `tf.summary.merge_all()` gives; written in place of all summaries.
        saver: a `Saver`; how many checkpoints it keeps is how many the run keeps.
        copy_from_scaffold: another one, which says what this one leaves open.
        local_init_feed_dict: must be None.

    Raises:
        ValueError: a feed dictionary.
        TypeError: an `init_fn` that is no function.

    Example:
        >>> import estimax as tf
        >>> def start(scaffold, session):
        ...     tf.train.Saver({"dense/kernel": "encoder/kernel"}).restore(session, "pretrained/model.ckpt-7")
        >>> scaffold = tf.train.Scaffold(init_fn=start, saver=tf.train.Saver(max_to_keep=2))
        >>> scaffold.saver.max_to_keep
        2
    """

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Scaffold, Any], Any] | None = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Scaffold | None = None,
        local_init_feed_dict: Any = None,
    ) -> None:
        for name, fed in (("init_feed_dict", init_feed_dict), ("local_init_feed_dict", local_init_feed_dict)):
            if fed:
                raise ValueError(f"{name} must be None: nothing is fed to a run. Give variables an initializer")
        if init_fn is not None and not callable(init_fn):
            raise TypeError(f"init_fn must be a function of a scaffold and a session; got {init_fn!r}")
        given = {
            "init_op": init_op,
            "ready_op": ready_op,
            "ready_for_local_init_op": ready_for_local_init_op,
            "local_init_op": local_init_op,
            "summary_op": summary_op,
            "saver": saver,
        }
        if copy_from_scaffold is not None:
            if not isinstance(copy_from_scaffold, Scaffold):
                raise TypeError(f"copy_from_scaffold must be a Scaffold; got {copy_from_scaffold!r}")
            given = {n: getattr(copy_from_scaffold, n) if v is None else v for n, v in given.items()}
        self._given = given
        self._init_fn = copy_from_scaffold.init_fn if copy_from_scaffold is not None else None
        if init_fn is not None:
            self._init_fn = partial(init_fn, self)

    @property
    def init_op(self) -> Any:
        return self._given["init_op"]

    @property
    def init_fn(self) -> Callable[[Any], Any] | None:
        """The function that starts a run, of a session alone; or None."""
        return self._init_fn

    @property
    def init_feed_dict(self) -> None:
        """None, as is `local_init_feed_dict`."""

    local_init_feed_dict = init_feed_dict

    @property
    def ready_op(self) -> Any:
        return self._given["ready_op"]

    @property
    def ready_for_local_init_op(self) -> Any:
        return self._given["ready_for_local_init_op"]

    @property
    def local_init_op(self) -> Any:
        return self._given["local_init_op"]

    @property
    def summary_op(self) -> Any:
        """What is written in place of all summaries, or None."""
        return self._given["summary_op"]

    @property
    def saver(self) -> Any:
        """The `Saver`, or None."""
        return self._given["saver"]

    def finalize(self) -> Scaffold:
        """Returns the scaffold; there is nothing to be made ready."""
        return self
