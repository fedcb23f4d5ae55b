"""The metrics of TensorFlow 2 as objects: `m = tf.keras.metrics.Accuracy(); m.update_state(labels, predictions)`.

In a model function their totals are local variables, and an object may stand among
the `eval_metric_ops`, as it is or as the pair `(m.result(), m.updates)`. Outside of
one they keep their totals themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp

from estimax._scope._frame import current_frame
from estimax.losses import _keras_functions as functions
from estimax.losses._keras_style import squeezed
from estimax.metrics._mean import mean_tally
from estimax.metrics._running import Running
from estimax.metrics._total import Tally, safe_divide, weighted
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._norms import l2_normalize
from estimax.nn._recurrent_cell import snake_case
from estimax.nn._top_k import in_top_k


class Metric(Running):
    """The interface of every metric: `update_state` adds a batch, `result` tells the value, `reset_state` forgets.

    A metric of one's own derives from `MeanMetricWrapper`, or defines `tally`.

    Args:
        name: under which it is reported, and the scope of its totals.
        dtype: of no effect: totals are float32.

    Example:
        >>> import estimax as tf
        >>> accuracy = tf.keras.metrics.Accuracy()
        >>> for labels, predictions in (([1, 0], [1, 1]), ([1, 1], [1, 1])):
        ...     _ = accuracy.update_state(labels, predictions)
        >>> accuracy.result().numpy().item()
        0.75
    """

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name or snake_case(type(self).__name__))
        self.dtype = dtype

    def tally(self, *args: Any, **kwargs: Any) -> Tally:
        """Returns what a batch adds, from the arguments of `update_state`."""
        raise NotImplementedError(
            f"{type(self).__name__} must say what a batch adds: derive it from tf.keras.metrics.MeanMetricWrapper, or "
            f"from tf.keras.metrics.Mean with an update_state that calls the one of Mean"
        )

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch; returns what stands for the update."""
        self.update(self.tally(*args, **kwargs))
        return self[1]

    def result(self) -> Any:
        """Returns the value over all batches; in a model function, over all batches before this one."""
        active = current_frame.get()
        if active is None:
            return super().result()
        return self[0] if self._within() is active else jnp.float32(0)

    @property
    def updates(self) -> list[Any]:
        """What stands for the updates of the running model function."""
        return [self[1]]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch; returns the value over all batches, this one included."""
        self.update_state(*args, **kwargs)
        return self[1] if current_frame.get() is not None else super().result()

    def get_config(self) -> dict[str, Any]:
        """Returns the options, from which `from_config` makes the same metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes a metric of what `get_config` returned."""
        return cls(**config)


class Mean(Metric):
    """A metric: the mean of values, weighted by weights that broadcast to them."""

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def tally(self, values: Any, sample_weight: Any = None) -> Tally:
        return mean_tally(*fitted(values, sample_weight))


class Sum(Metric):
    """A metric: the sum of values, each times its weight."""

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def tally(self, values: Any, sample_weight: Any = None) -> Tally:
        values, weights = weighted(*fitted(values, sample_weight))
        return Tally({"total": jnp.sum(values * weights)}, lambda totals: totals["total"])


class MeanTensor(Metric):
    """A metric: the mean over batches of each element."""

    def __init__(self, name: str | None = "mean_tensor", dtype: Any = None, shape: Any = None) -> None:
        super().__init__(name, dtype)

    def tally(self, values: Any, sample_weight: Any = None) -> Tally:
        values, weights = weighted(values, sample_weight)
        return Tally({"total": values * weights, "count": weights}, lambda t: safe_divide(t["total"], t["count"]))


def fitted(values: Any, weights: Any) -> tuple[Any, Any]:
    """Returns values and weights; values of a higher rank are averaged over the axes that weights cannot have."""
    values = as_floats(values)
    if weights is None:
        return values, None
    weights = as_array(weights, values.dtype)
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    pairs = zip(weights.shape, values.shape, strict=False)
    if weights.ndim < values.ndim - 1 or any(w not in (1, n) for w, n in pairs):
        values = values.mean(tuple(range(weights.ndim, values.ndim)))
    return values, weights


class MeanMetricWrapper(Metric):
    """A metric: the mean of a function of labels and predictions.

    Args:
        fn: (labels, predictions, further arguments) -> values.
        name: see `Metric`.
        dtype: see `Metric`.
        kwargs: the further arguments.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        return mean_tally(*fitted(self._fn(*squeezed(y_true, y_pred), **self._fn_kwargs), sample_weight))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self._fn_kwargs


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> jax.Array:
    """Returns for each example the share of its labels that are 1 where the prediction is above a threshold."""
    y, p = as_array(y_true), as_floats(y_pred)
    return (y == (p > threshold).astype(y.dtype)).astype(jnp.float32).mean(-1)


def _matches(y_true: Any, y_pred: Any, threshold: float) -> jax.Array:
    """Returns `binary_accuracy`, and for a vector of labels which of them are right."""
    if as_array(y_true).ndim > 1:
        return binary_accuracy(y_true, y_pred, threshold)
    return binary_accuracy(as_array(y_true)[..., jnp.newaxis], as_array(y_pred)[..., jnp.newaxis], threshold)


def categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns for each example whether the greatest prediction is that of the greatest label."""
    return (as_array(y_true).argmax(-1) == as_array(y_pred).argmax(-1)).astype(jnp.float32)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Returns for each example whether the greatest prediction is that of the class of the label."""
    y, p = as_array(y_true), as_array(y_pred)
    y = y[..., 0] if y.ndim == p.ndim and y.shape[-1] == 1 else y
    return (y.astype(jnp.int32) == p.argmax(-1)).astype(jnp.float32)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """Returns for each example whether the greatest label is among the k greatest predictions."""
    return sparse_top_k_categorical_accuracy(as_array(y_true).argmax(-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """Returns for each example whether the class of the label is among the k greatest predictions."""
    p = as_floats(y_pred)
    y = as_array(y_true, jnp.int32).reshape(p.shape[:-1])
    found = in_top_k(p.reshape(-1, p.shape[-1]), y.reshape(-1), k)
    return jnp.asarray(found).reshape(y.shape).astype(jnp.float32)


def _equal(y_true: Any, y_pred: Any) -> jax.Array:
    return (as_array(y_true) == as_array(y_pred)).astype(jnp.float32)


def _cosine(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    return (l2_normalize(as_floats(y_true), axis) * l2_normalize(as_floats(y_pred), axis)).sum(axis)


class _Of(MeanMetricWrapper):
    """The mean of one function, which the class says."""

    function: ClassVar[Callable[..., Any]]
    default: ClassVar[str]

    def __init__(self, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(type(self).function, name or self.default, dtype, **kwargs)


def _mean_of(function: Callable[..., Any], class_name: str, default: str) -> type[_Of]:
    """Makes the class of a metric that is the mean of a function without options."""
    text = f"A metric: the mean of what `{default}` says of each example."
    members = {"function": staticmethod(function), "default": default, "__doc__": text, "__module__": __name__}
    return type(class_name, (_Of,), members)


Accuracy = _mean_of(_equal, "Accuracy", "accuracy")
CategoricalAccuracy = _mean_of(categorical_accuracy, "CategoricalAccuracy", "categorical_accuracy")
MeanSquaredError = _mean_of(functions.mean_squared_error, "MeanSquaredError", "mean_squared_error")
MeanAbsoluteError = _mean_of(functions.mean_absolute_error, "MeanAbsoluteError", "mean_absolute_error")
MeanAbsolutePercentageError = _mean_of(
    functions.mean_absolute_percentage_error, "MeanAbsolutePercentageError", "mean_absolute_percentage_error"
)
MeanSquaredLogarithmicError = _mean_of(
    functions.mean_squared_logarithmic_error, "MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"
)
LogCoshError = _mean_of(functions.log_cosh, "LogCoshError", "logcosh")
Hinge = _mean_of(functions.hinge, "Hinge", "hinge")
SquaredHinge = _mean_of(functions.squared_hinge, "SquaredHinge", "squared_hinge")
CategoricalHinge = _mean_of(functions.categorical_hinge, "CategoricalHinge", "categorical_hinge")
KLDivergence = _mean_of(functions.kl_divergence, "KLDivergence", "kullback_leibler_divergence")
Poisson = _mean_of(functions.poisson, "Poisson", "poisson")


class _Sparse(_Of):
    """A mean of a function that takes labels with an axis of size 1 as they are."""

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        return mean_tally(*fitted(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight))


class SparseCategoricalAccuracy(_Sparse):
    """A metric: how often the greatest prediction is that of the class of the label."""

    function = staticmethod(sparse_categorical_accuracy)
    default = "sparse_categorical_accuracy"


class BinaryAccuracy(_Of):
    """A metric: how often labels are 1 where predictions are above a threshold, and 0 elsewhere."""

    function = staticmethod(_matches)
    default = "binary_accuracy"

    def __init__(self, name: str | None = None, dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(name, dtype, threshold=threshold)


class TopKCategoricalAccuracy(_Of):
    """A metric: how often the greatest label is among the k greatest predictions."""

    function = staticmethod(top_k_categorical_accuracy)
    default = "top_k_categorical_accuracy"

    def __init__(self, k: int = 5, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name, dtype, k=k)


class SparseTopKCategoricalAccuracy(_Sparse):
    """A metric: how often the class of the label is among the k greatest predictions."""

    function = staticmethod(sparse_top_k_categorical_accuracy)
    default = "sparse_top_k_categorical_accuracy"

    def __init__(self, k: int = 5, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name, dtype, k=k)


class CosineSimilarity(_Of):
    """A metric: the mean cosine of the angle between labels and predictions."""

    function = staticmethod(_cosine)
    default = "cosine_similarity"

    def __init__(self, name: str | None = None, dtype: Any = None, axis: int = -1) -> None:
        super().__init__(name, dtype, axis=axis)


class BinaryCrossentropy(_Of):
    """A metric: the mean cross entropy of labels that are each true or false."""

    function = staticmethod(functions.binary_crossentropy)
    default = "binary_crossentropy"

    def __init__(
        self, name: str | None = None, dtype: Any = None, from_logits: bool = False, label_smoothing: float = 0
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(_Of):
    """A metric: the mean cross entropy of one-hot labels."""

    function = staticmethod(functions.categorical_crossentropy)
    default = "categorical_crossentropy"

    def __init__(
        self,
        name: str | None = None,
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)


class SparseCategoricalCrossentropy(_Sparse):
    """A metric: the mean cross entropy of ids of classes."""

    function = staticmethod(functions.sparse_categorical_crossentropy)
    default = "sparse_categorical_crossentropy"

    def __init__(
        self,
        name: str | None = None,
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, ignore_class=ignore_class, axis=axis)


class RootMeanSquaredError(Metric):
    """A metric: the square root of the mean squared difference."""

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        y, p = squeezed(y_true, as_floats(y_pred))
        return mean_tally(*fitted(jnp.square(p - y.astype(p.dtype)), sample_weight)).mapped(jnp.sqrt)


class MeanRelativeError(Metric):
    """A metric: the mean of |label - prediction| / normalizer; 0 stands where the normalizer is 0."""

    def __init__(self, normalizer: Any, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name or "mean_relative_error", dtype)
        self.normalizer = normalizer

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        y, p = squeezed(y_true, as_floats(y_pred))
        scale = as_array(self.normalizer, p.dtype)
        error = jnp.abs(y.astype(p.dtype) - p)
        relative = jnp.where(scale == 0, 0, error / jnp.where(scale == 0, 1, scale))
        return mean_tally(*fitted(relative, sample_weight))
