"""Flattening: one axis of features in place of all axes but that of the batch."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from estimax.layers._input_spec import InputSpec
from estimax.layers._layer import Layer
from estimax.layers._sizes import channels_first


class Flatten(Layer):
    """Makes [batch, ...] into [batch, features]; arguments as for `flatten`."""

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = "channels_last" if data_format is None else data_format
        self._channels_first = channels_first(self.name, self.data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output."""
        array = jnp.asarray(inputs)
        if self._channels_first and array.ndim > 1:
            array = jnp.moveaxis(array, 1, -1)
        return self.named_result("Reshape", array.reshape(array.shape[0], math.prod(array.shape[1:])))


def flatten(inputs: Any, name: str | None = None, data_format: str | None = "channels_last") -> Any:
    """Makes [batch, ...] into [batch, features].

    Args:
        inputs: an array; of one dimension, each example gets one feature.
        name: of the layer.
        data_format: 'channels_first' to move the second axis to the end first.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.layers.flatten(np.zeros((2, 3, 4))).shape
        (2, 12)
    """
    return Flatten(data_format, name=name)(inputs)
