"""`pandas_input_fn`: batches of a data frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax.estimator.inputs._numpy import InputFn, batches, check_shuffle


def pandas_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
    target_column: str = "target",
) -> InputFn:
    """Returns an input function that feeds the columns of a data frame as features.

    Args:
        x: a pandas DataFrame.
        y: a Series of labels or a DataFrame of several, with the index of `x`; None for none.
        batch_size: rows of a batch; batches go over the ends of epochs.
        num_epochs: how often the rows are fed; None for ever.
        shuffle: whether in random order; must be given.
        queue_capacity: rows among which the order is random.
        num_threads: of no effect.
        target_column: of no effect, since labels are fed beside the features.

    Raises:
        TypeError: `x` is not a DataFrame.
        ValueError: `shuffle` is not given, or the indices of `x` and `y` differ.
    """
    check_shuffle(shuffle)
    if not hasattr(x, "columns") or not hasattr(x, "index"):
        raise TypeError(f"x must be a pandas DataFrame; got {type(x).__name__}")
    features = {str(name): x[name].to_numpy() for name in x.columns}
    if y is None:
        columns: Any = features
    else:
        if not np.array_equal(x.index, y.index):
            raise ValueError("x and y must have the same index")
        labels = {str(n): y[n].to_numpy() for n in y.columns} if hasattr(y, "columns") else y.to_numpy()
        columns = (features, labels)
    return lambda: batches(columns, batch_size, num_epochs, bool(shuffle), queue_capacity)
