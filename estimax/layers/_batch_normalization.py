"""Batch normalization.

While training it normalizes by the moments of the batch, and leaves in `UPDATE_OPS`
the assignments that move the averages; they take place where a program runs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import UnimplementedError
from estimax._scope._assigning import assign_later, variable_name
from estimax._scope._frame import frame
from estimax.initializers import ones_initializer, zeros_initializer
from estimax.layers._dropout import known_truth
from estimax.layers._input_spec import InputSpec
from estimax.layers._layer import Layer
from estimax.nn._arrays import as_floats
from estimax.nn._moments import moments
from estimax.nn._normalization import batch_normalization as normalized

_ZEROS, _ONES = zeros_initializer(), ones_initializer()
# The axes of the channels for which the original counts one value less in the moving variance, by rank.
_SAMPLE_VARIANCE = {4: (1, 3), 5: (1, 4)}


class BatchNormalization(Layer):
    """Normalizes to mean 0 and variance 1 along all axes but `axis`; arguments as for `batch_normalization`.

    Attributes:
        gamma: the scale, after the first call; None for none.
        beta: the shift; None for none.
        moving_mean: the average of the means of batches.
        moving_variance: of their variances.
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = _ZEROS,
        gamma_initializer: Any = _ONES,
        moving_mean_initializer: Any = _ZEROS,
        moving_variance_initializer: Any = _ONES,
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, **kwargs)
        for argument, given in (
            ("renorm", renorm),
            ("virtual_batch_size", virtual_batch_size),
            ("adjustment", adjustment),
        ):
            if given:
                raise UnimplementedError(f"batch normalization has no {argument}; leave {argument}={given!r} out")
        self.axis = axis
        self.momentum, self.epsilon = momentum, epsilon
        self.center, self.scale, self.fused = center, scale, fused
        self.beta_initializer, self.gamma_initializer = beta_initializer, gamma_initializer
        self.moving_mean_initializer = moving_mean_initializer
        self.moving_variance_initializer = moving_variance_initializer
        self.beta_regularizer, self.gamma_regularizer = beta_regularizer, gamma_regularizer
        self.beta_constraint, self.gamma_constraint = beta_constraint, gamma_constraint

    def build(self, input_shape: Any) -> None:
        """Makes `gamma`, `beta`, `moving_mean` and `moving_variance`."""
        rank = len(input_shape)
        self._axes = _axes(self.name, self.axis, rank)
        sizes = {axis: int(input_shape[axis]) for axis in self._axes}
        self.input_spec = InputSpec(ndim=rank, axes=sizes)
        several = len(self._axes) > 1
        shape = [sizes.get(axis, 1) for axis in range(rank)] if several else list(sizes.values())
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                "gamma", shape, None, self.gamma_initializer, self.gamma_regularizer, constraint=self.gamma_constraint
            )
        if self.center:
            self.beta = self.add_weight(
                "beta", shape, None, self.beta_initializer, self.beta_regularizer, constraint=self.beta_constraint
            )
        self.moving_mean = self.add_weight("moving_mean", shape, None, self.moving_mean_initializer, trainable=False)
        self.moving_variance = self.add_weight(
            "moving_variance", shape, None, self.moving_variance_initializer, trainable=False
        )
        self.built = True

    def call(self, inputs: Any, *args: Any, training: Any = False, **kwargs: Any) -> Any:
        """Computes the output; `training` is a bool, or an array of the device."""
        array = as_floats(inputs)
        known = known_truth(args[0] if args else training)
        mean, variance = self.moving_mean, self.moving_variance
        if known is not False:
            over = tuple(axis for axis in range(array.ndim) if axis not in self._axes)
            batch_mean, batch_variance = moments(array, over, keepdims=len(self._axes) > 1)
            self._move(known, batch_mean, self._kept_variance(array, over, batch_variance))
            if known is True:
                mean, variance = batch_mean, batch_variance
            else:
                mean, variance = jnp.where(known, batch_mean, mean), jnp.where(known, batch_variance, variance)
        mean, variance, beta, gamma = (self._wide(v, array.ndim) for v in (mean, variance, self.beta, self.gamma))
        return self.named_result("batchnorm", normalized(array, mean, variance, beta, gamma, self.epsilon))

    def _kept_variance(self, array: Any, over: tuple[int, ...], variance: Any) -> Any:
        """Returns what moves the average: for images the variance of a sample, as the original has it."""
        is_fused = self.fused is not False and len(self._axes) == 1
        if not is_fused or self._axes[0] not in _SAMPLE_VARIANCE.get(array.ndim, ()):
            return variance
        count = 1
        for axis in over:
            count = count * array.shape[axis]
        return variance * (count / jnp.maximum(jnp.asarray(count - 1, variance.dtype), 1))

    def _move(self, known: Any, mean: Any, variance: Any) -> None:
        active = frame()
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            name = variable_name(active, average)
            if name is None:
                continue  # outside of a model function nothing keeps it
            before = active.pending.get(name, average)
            moved = before * self.momentum + value.astype(before.dtype) * (1 - self.momentum)
            self.add_update(assign_later(name, moved if known is True else jnp.where(known, moved, before)))

    def _wide(self, value: Any, rank: int) -> Any:
        if value is None or len(self._axes) > 1:
            return value
        return value.reshape([-1 if axis in self._axes else 1 for axis in range(rank)])


def _axes(layer: str, given: Any, rank: int) -> tuple[int, ...]:
    listed = tuple(given) if isinstance(given, list | tuple) else (given,)
    axes = tuple(int(axis) + rank if axis < 0 else int(axis) for axis in listed)
    if not all(0 <= axis < rank for axis in axes) or len(set(axes)) != len(axes):
        raise ValueError(f"axis of layer {layer!r} must name axes of its input of {rank} dimensions; got {given!r}")
    return axes


def batch_normalization(
    inputs: Any,
    axis: int | Sequence[int] = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = _ZEROS,
    gamma_initializer: Any = _ONES,
    moving_mean_initializer: Any = _ZEROS,
    moving_variance_initializer: Any = _ONES,
    beta_regularizer: Any = None,
    gamma_regularizer: Any = None,
    beta_constraint: Any = None,
    gamma_constraint: Any = None,
    training: Any = False,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_momentum: float = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Any = None,
) -> Any:
    """Normalizes to mean 0 and variance 1 along all axes but `axis`, then scales by gamma and shifts by beta.

    While training by the mean and variance of the batch; otherwise by their moving
    averages. Ioffe and Szegedy, "Batch Normalization", ICML 2015.

    The averages move only if the assignments in `UPDATE_OPS` are run:

        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train_op = optimizer.minimize(loss, tf.train.get_global_step())

    Args:
        inputs: an array.
        axis: of the channels, one or several.
        momentum: how much of a moving average stays at each step.
        epsilon: is added to the variance.
        center: whether there is a shift, `beta`.
        scale: whether there is a scale, `gamma`.
        beta_initializer: of the shift.
        gamma_initializer: of the scale.
        moving_mean_initializer: of the average of means.
        moving_variance_initializer: of the average of variances.
        beta_regularizer: what it makes of the shift is added to the regularization losses.
        gamma_regularizer: the same of the scale.
        beta_constraint: applied to the shift after each step of an optimizer.
        gamma_constraint: the same to the scale.
        training: whether the batch is taken; a bool, or an array of the device.
        trainable: whether optimizers change scale and shift, and the averages move.
        name: `batch_normalization`, `batch_normalization_1`, ... by order of creation where None.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).
        renorm: not supported.
        renorm_clipping: has no effect.
        renorm_momentum: has no effect.
        fused: False for the variance of the batch in the moving variance of images, where the original takes
            that of a sample, n - 1 instead of n.
        virtual_batch_size: not supported.
        adjustment: not supported.

    Raises:
        ValueError: an axis that the input does not have.
        UnimplementedError: an argument that is not supported.
    """
    layer = BatchNormalization(
        axis=axis,
        momentum=momentum,
        epsilon=epsilon,
        center=center,
        scale=scale,
        beta_initializer=beta_initializer,
        gamma_initializer=gamma_initializer,
        moving_mean_initializer=moving_mean_initializer,
        moving_variance_initializer=moving_variance_initializer,
        beta_regularizer=beta_regularizer,
        gamma_regularizer=gamma_regularizer,
        beta_constraint=beta_constraint,
        gamma_constraint=gamma_constraint,
        renorm=renorm,
        fused=fused,
        trainable=trainable,
        virtual_batch_size=virtual_batch_size,
        adjustment=adjustment,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs, training=training)
