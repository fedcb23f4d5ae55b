"""Dropout."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._graph._boundary import is_device_array
from estimax._graph._tensor import Tensor
from estimax.layers._layer import Layer
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._dropout import dropout as dropped


class Dropout(Layer):
    """Sets values to zero at random while training; arguments as for `dropout`.

    Example:
        >>> import estimax as tf
        >>> tf.layers.Dropout(0.5)(tf.constant([[1.0, 2.0]]), training=False).tolist()
        [[1.0, 2.0]]
    """

    def __init__(
        self, rate: Any = 0.5, noise_shape: Any = None, seed: Any = None, name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        if not is_device_array(rate) and not isinstance(rate, Tensor) and not 0 <= rate < 1:
            raise ValueError(f"the rate of dropout must lie in [0, 1); got {rate}")
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Any, *args: Any, training: Any = False, **kwargs: Any) -> Any:
        """Computes the output; `training` is a bool, or an array of the device."""
        known = known_truth(args[0] if args else training)
        if known is False:
            return inputs
        out = dropped(inputs, self.rate, self.noise_shape, self.seed)
        return self.named_result("dropout", out if known is True else jnp.where(known, out, as_floats(inputs)))


def known_truth(training: Any) -> Any:
    """Returns what `training` says: a bool where it is known while the program is made, else an array."""
    if isinstance(training, Tensor) and not training.is_symbolic:
        training = training.numpy()
    if isinstance(training, Tensor | jax.core.Tracer):
        return as_array(training).astype(bool)
    return bool(np.asarray(training)) if training is not None else False


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: Any = None,
    training: Any = False,
    name: str | None = None,
) -> Any:
    """Sets a random share `rate` of the values to zero and divides the others by 1 - rate, while training.

    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting", JMLR 2014.

    Args:
        inputs: an array of floats.
        rate: which share, at least 0 and less than 1.
        noise_shape: sizes that broadcast to those of the inputs; along an axis of size 1 all or none is set to
            zero. None in it stands for the size that the inputs have.
        seed: makes what is dropped depend on nothing else but the step.
        training: whether anything is done; a bool, or an array of the device.
        name: of the layer.

    Raises:
        ValueError: a rate outside [0, 1).

    Example:
        >>> import estimax as tf
        >>> tf.layers.dropout(tf.constant([[1.0, 2.0]]), rate=0.4).tolist()
        [[1.0, 2.0]]
    """
    return Dropout(rate, noise_shape, seed, name)(inputs, training=training)
