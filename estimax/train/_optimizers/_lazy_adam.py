"""Adam that leaves rows of tables alone until they are looked up."""

from __future__ import annotations

from dataclasses import dataclass

from estimax.train._optimizers._adam import AdamOptimizer


@dataclass(frozen=True, eq=False)
class LazyAdamOptimizer(AdamOptimizer):
    """Does what `AdamOptimizer` does, but only to the rows of a table that a batch looked up.

    Means of rows that were not looked up do not decay, so the numbers differ a little,
    and the cost of a step does not depend on the size of the table. Arguments are those
    of `AdamOptimizer`.

    Example:
        >>> import estimax as tf
        >>> tf.contrib.opt.LazyAdamOptimizer(0.01).slots()
        {'Adam': 0.0, 'Adam_1': 0.0}
    """

    @property
    def rows_only(self) -> bool:
        return True
