"""`FinalOpsHook`: the values of something when a run has ended."""

from __future__ import annotations

from typing import Any

from estimax._base._errors import UnimplementedError
from estimax.train._hooks._seldom import SeldomHook


class FinalOpsHook(SeldomHook):
    """Reads variables, or values of the last step, when a run has ended.

    Args:
        final_ops: names, variables or arrays of the model function, in any nest.
        final_ops_feed_dict: must be None; there is no feeding.

    Raises:
        UnimplementedError: a feed dictionary.

    Example:
        >>> import estimax as tf
        >>> hook = tf.train.FinalOpsHook({"weights": "dense/kernel:0"})
        >>> hook.final_ops_values is None
        True
    """

    def __init__(self, final_ops: Any, final_ops_feed_dict: Any = None) -> None:
        if final_ops_feed_dict:
            raise UnimplementedError("FinalOpsHook takes no feed dictionary: nothing is fed to a run")
        self._final_ops = final_ops
        self._final_ops_values: Any = None

    @property
    def final_ops_values(self) -> Any:
        """The values, in the structure of `final_ops`; None before the end of the run."""
        return self._final_ops_values

    def end(self, session: Any) -> None:
        self._final_ops_values = session.run(self._final_ops)

    def next_due_step(self, step: int) -> float:
        return float("inf")
