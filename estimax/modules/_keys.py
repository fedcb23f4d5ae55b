"""Random keys for model functions in JAX."""

from __future__ import annotations

from typing import Any

import jax

from estimax._scope._frame import frame


def next_key() -> Any:
    """Returns a key for random numbers: another one with each call and, in training, with each step.

    In training a key depends on the seed, the global step and the number of the call, so that
    a run that is continued draws what it would have drawn. Evaluation and prediction have keys too, the
    same ones whenever they are run, so that one function serves all modes.

    Example:
        >>> import estimax as tf
        >>> tf.modules.next_key().shape
        ()
    """
    active = frame()
    if active.key is not None:
        return active.next_key()
    active.draws += 1
    return jax.random.fold_in(jax.random.key(0), active.draws)
