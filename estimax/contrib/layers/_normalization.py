"""Normalization: by the batch (`batch_norm`), by the example (`layer_norm`), by a length (`unit_norm`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import UnimplementedError
from estimax._scope._assigning import run_now
from estimax._scope._collections import add_to_collections
from estimax._scope._crossing import to_device
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._scopes import variable_scope
from estimax.contrib._arg_scope import add_arg_scope
from estimax.contrib.layers._averages import Averages
from estimax.contrib.layers._parts import collected, finished, model_variable
from estimax.initializers import ones_initializer, zeros_initializer
from estimax.layers._dropout import known_truth
from estimax.nn._arrays import as_floats
from estimax.nn._moments import moments
from estimax.nn._normalization import batch_normalization

_FIRST = {
    "beta": zeros_initializer(),
    "gamma": ones_initializer(),
    "moving_mean": zeros_initializer(),
    "moving_variance": ones_initializer(),
}


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Callable[[Any], Any] | None = None,
    param_initializers: Mapping[str, Any] | None = None,
    param_regularizers: Mapping[str, Any] | None = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: float = 0.99,
    adjustment: Any = None,
) -> Any:
    """Normalizes channels by the moments of the batch while training, else by their moving averages.

    The averages move where a program runs the assignments in `UPDATE_OPS`
    (`optimize_loss` does), or at once with `updates_collections=None`.

    Args:
        inputs: [..., channels], or with the channels second for the data format 'NCHW'.
        decay: how much of a moving average stays at each step.
        center: whether there is a shift, `BatchNorm/beta`.
        scale: whether there is a scale, `BatchNorm/gamma`; by default there is none.
        epsilon: is added to the variance.
        activation_fn: applied to the result; None for none.
        param_initializers: of beta, gamma, moving_mean, moving_variance, by these names.
        param_regularizers: of beta and gamma, by these names.
        updates_collections: that the assignments are added to; None to carry them out.
        is_training: whether the batch is taken; a bool, or an array of the device.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).
        variables_collections: collections that the variables are added to; a list, or lists by name.
        outputs_collections: collections that the output is added to.
        trainable: whether optimizers change beta and gamma.
        batch_weights: not supported.
        fused: False for the variance of the batch in the moving variance of inputs of 2 or 4 dimensions,
            where it is that of a sample otherwise, n - 1 instead of n.
        data_format: 'NHWC' or 'NCHW'.
        zero_debias_moving_mean: not supported.
        scope: `BatchNorm`, `BatchNorm_1`, ... by order of creation where None.
        renorm: not supported.
        renorm_clipping: has no effect.
        renorm_decay: has no effect.
        adjustment: not supported.

    Raises:
        UnimplementedError: an argument that is not supported.
    """
    _refuse(
        batch_weights=batch_weights,
        zero_debias_moving_mean=zero_debias_moving_mean,
        renorm=renorm,
        adjustment=adjustment,
    )
    with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse):
        array = as_floats(to_device(inputs))
        axis = 1 if data_format.startswith("NC") else array.ndim - 1
        over = tuple(i for i in range(array.ndim) if i != axis)
        starts, regularizers = {**_FIRST, **(param_initializers or {})}, param_regularizers or {}

        def variable(name: str, learned: bool) -> Any:
            size = [array.shape[axis]]
            return model_variable(name, size, starts[name], regularizers.get(name), learned, variables_collections)

        beta = variable("beta", trainable) if center else None
        gamma = variable("gamma", trainable) if scale else None
        averages = Averages(variable("moving_mean", False), variable("moving_variance", False), decay)
        known = known_truth(is_training)
        mean, variance = averages.mean, averages.variance
        if known is not False:
            mean, variance = moments(array, over)
            is_sample = fused is not False and array.ndim in (2, 4)
            updates = averages.moved(known, mean, variance * _correction(array, over) if is_sample else variance)
            if updates_collections is None:
                run_now(updates)
            for update in updates if updates_collections is not None else ():
                add_to_collections(updates_collections, update)
            mean, variance = averages.chosen(known, mean, variance)
        shape = [-1 if i == axis else 1 for i in range(array.ndim)]
        mean, variance, beta, gamma = (None if v is None else v.reshape(shape) for v in (mean, variance, beta, gamma))
        out = batch_normalization(array, mean, variance, beta, gamma, epsilon)
        return finished(out, None, None, activation_fn, outputs_collections)


def _refuse(**given: Any) -> None:
    for argument, value in given.items():
        if value is not None and value is not False:
            raise UnimplementedError(f"batch_norm does not take {argument}; leave it out")


def _correction(array: Any, over: tuple[int, ...]) -> Any:
    count = 1
    for axis in over:
        count = count * array.shape[axis]
    return count / jnp.maximum(jnp.asarray(count - 1, array.dtype), 1)


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Callable[[Any], Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Any:
    """Normalizes each example over its own axes: Ba, Kiros and Hinton (2016).

    Args:
        inputs: [batch, ...].
        center: whether there is a shift, `LayerNorm/beta`.
        scale: whether there is a scale, `LayerNorm/gamma`.
        activation_fn: applied to the result; None for none.
        reuse: whether the variables exist (True), or may (`tf.AUTO_REUSE`).
        variables_collections: collections that the variables are added to.
        outputs_collections: collections that the output is added to.
        trainable: whether optimizers change the variables.
        begin_norm_axis: the first axis that moments are taken over.
        begin_params_axis: the first axis that shift and scale have.
        scope: `LayerNorm`, `LayerNorm_1`, ... by order of creation where None.

    Raises:
        ValueError: an axis that the input does not have.

    Example:
        >>> import estimax as tf
        >>> [round(v, 3) for v in tf.contrib.layers.layer_norm([[1.0, 3.0]])[0].tolist()]
        [-1.0, 1.0]
    """
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse):
        array = as_floats(to_device(inputs))
        first = begin_norm_axis + array.ndim if begin_norm_axis < 0 else begin_norm_axis
        if first >= array.ndim or begin_params_axis >= array.ndim:
            raise ValueError(
                f"begin_norm_axis={begin_norm_axis} and begin_params_axis={begin_params_axis} must name axes of the "
                f"input; it has {array.ndim} dimensions"
            )
        shape = array.shape[begin_params_axis:]

        def variable(name: str) -> Any:
            return model_variable(name, shape, _FIRST[name], None, trainable, variables_collections)

        beta = variable("beta") if center else None
        gamma = variable("gamma") if scale else None
        mean, variance = moments(array, tuple(range(first, array.ndim)), keepdims=True)
        epsilon = 1e-12 if array.dtype != jnp.float16 else 1e-3
        out = batch_normalization(array, mean, variance, beta, gamma, epsilon)
        return finished(out, None, None, activation_fn, outputs_collections)


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Any:
    """Divides values by their L2 norm along `dim`.

    Example:
        >>> import estimax as tf
        >>> [round(v, 3) for v in tf.contrib.layers.unit_norm([[3.0, 4.0]], 1)[0].tolist()]
        [0.6, 0.8]
    """
    array = as_floats(to_device(inputs))
    return collected(array / jnp.sqrt(epsilon + jnp.sum(jnp.square(array), dim, keepdims=True)), None)
