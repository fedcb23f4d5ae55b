"""Whether the functions that programs write run eagerly: called for each batch with values, for debugging."""

from __future__ import annotations

_switch = {"eager": False}  # one for the program, as the original has it


def run_eagerly(flag: bool) -> None:
    """Says whether functions given to datasets and model functions are called with values instead of being traced.

    Then `print`, breakpoints and `.numpy()` work in them. It is slow, and for looking only.

    Args:
        flag: True to switch it on.

    Example:
        >>> import estimax as tf
        >>> tf.config.run_eagerly(True)
        >>> double = tf.data.Dataset.range(2).map(lambda i: i.numpy().item() * 2)
        >>> tf.config.run_eagerly(False)
        >>> [int(i) for i in double.as_numpy_iterator()]
        [0, 2]
    """
    _switch["eager"] = bool(flag)


def runs_eagerly() -> bool:
    """Whether `run_eagerly` was switched on."""
    return _switch["eager"]
