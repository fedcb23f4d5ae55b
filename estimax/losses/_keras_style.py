"""The losses of TensorFlow 2 as objects: `tf.keras.losses.BinaryCrossentropy(from_logits=True)`.

An object holds the options of a loss and its reduction, and is called with labels
and predictions. It adds nothing to the collection of losses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.losses import _keras_functions as functions
from estimax.nn._arrays import as_array, as_floats


class KerasReduction:
    """The names of the reductions of TensorFlow 2: `tf.keras.losses.Reduction`.

    Attributes:
        AUTO: the same as SUM_OVER_BATCH_SIZE.
        NONE: no reduction; the weighted losses of the examples.
        SUM: their sum.
        SUM_OVER_BATCH_SIZE: their sum over their number.
    """

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Returns all the names."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key: str) -> None:
        """Refuses what is not a reduction.

        Raises:
            InvalidArgumentError: `key` is none of `all()`, nor the name of the same in TensorFlow 1.x.
        """
        if key not in cls.all() and key not in _ONE_X:
            raise InvalidArgumentError(f"reduction must be one of {', '.join(cls.all())}; got {key!r}")


_ONE_X = {"weighted_sum": "sum", "weighted_sum_over_batch_size": "sum_over_batch_size"}


class Loss:
    """The interface of every loss; programs may make losses of their own by `call`.

    Args:
        reduction: one of `Reduction`; 'auto' is the mean over all losses.
        name: kept as it is.

    Raises:
        InvalidArgumentError: an unknown reduction.

    Example:
        >>> import estimax as tf
        >>> loss = tf.keras.losses.MeanSquaredError()
        >>> float(loss([[0.0, 1.0]], [[2.0, 1.0]]))
        2.0
    """

    def __init__(self, reduction: str = "auto", name: str | None = None) -> None:
        KerasReduction.validate(reduction)
        self.reduction = reduction
        self.name = name

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns the losses of the examples: a loss of one's own defines it."""
        raise NotImplementedError(f"{type(self).__name__} must have a method call(y_true, y_pred)")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> jax.Array:
        """Computes the loss of a batch.

        Args:
            y_true: labels [batch, ...].
            y_pred: predictions [batch, ...].
            sample_weight: a scalar, [batch], or an array that broadcasts to the losses.

        Returns:
            A scalar; with the reduction 'none', the losses [batch, ...].
        """
        each = as_floats(self.call(y_true, y_pred))
        if sample_weight is not None:
            each = each * _fitting(as_array(sample_weight, each.dtype), each.ndim)
        reduction = _ONE_X.get(self.reduction, self.reduction)
        if reduction == KerasReduction.NONE:
            return each
        return each.sum() if reduction == KerasReduction.SUM else _mean(each)

    def get_config(self) -> dict[str, Any]:
        """Returns the options, from which `from_config` makes the same loss."""
        return {"reduction": self.reduction, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes a loss of what `get_config` returned."""
        return cls(**config)


def _mean(each: jax.Array) -> jax.Array:
    return each.sum() / each.size if each.size else jnp.zeros((), each.dtype)


def _fitting(weights: jax.Array, rank: int) -> jax.Array:
    """Returns weights with an axis of size 1 less or more at the end, where they have one more or less than losses."""
    if weights.ndim == rank + 1 and weights.shape[-1] == 1:
        return weights[..., 0]
    return weights[..., jnp.newaxis] if 0 < weights.ndim == rank - 1 else weights


def squeezed(y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
    """Returns labels and predictions; the one with an axis of size 1 more than the other is without it."""
    y, p = as_array(y_true), as_array(y_pred)
    if y.ndim == p.ndim + 1 and y.shape[-1] == 1:
        return y[..., 0], p
    if p.ndim == y.ndim + 1 and p.shape[-1] == 1:
        return y, p[..., 0]
    return y, p


class _Wrapped(Loss):
    """A loss that is a function of labels, predictions and options."""

    function: ClassVar[Callable[..., jax.Array]]
    options: dict[str, Any]

    def __init__(self, reduction: str, name: str | None, **options: Any) -> None:
        super().__init__(reduction, name)
        self.options = options

    def call(self, y_true: Any, y_pred: Any) -> jax.Array:
        return type(self).function(*squeezed(y_true, y_pred), **self.options)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self.options


def _plain(function: Callable[..., jax.Array], class_name: str, default: str) -> type[_Wrapped]:
    """Makes the class of a loss without options."""

    def __init__(self: _Wrapped, reduction: str = "auto", name: str | None = default) -> None:
        _Wrapped.__init__(self, reduction, name)

    text = (function.__doc__ or "").replace("Returns", "A loss:", 1)
    members = {"__init__": __init__, "function": staticmethod(function), "__doc__": text, "__module__": __name__}
    return type(class_name, (_Wrapped,), members)


MeanSquaredError = _plain(functions.mean_squared_error, "MeanSquaredError", "mean_squared_error")
MeanAbsoluteError = _plain(functions.mean_absolute_error, "MeanAbsoluteError", "mean_absolute_error")
MeanAbsolutePercentageError = _plain(
    functions.mean_absolute_percentage_error, "MeanAbsolutePercentageError", "mean_absolute_percentage_error"
)
MeanSquaredLogarithmicError = _plain(
    functions.mean_squared_logarithmic_error, "MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"
)
LogCosh = _plain(functions.log_cosh, "LogCosh", "log_cosh")
Hinge = _plain(functions.hinge, "Hinge", "hinge")
SquaredHinge = _plain(functions.squared_hinge, "SquaredHinge", "squared_hinge")
CategoricalHinge = _plain(functions.categorical_hinge, "CategoricalHinge", "categorical_hinge")
Poisson = _plain(functions.poisson, "Poisson", "poisson")
KLDivergence = _plain(functions.kl_divergence, "KLDivergence", "kl_divergence")


class Huber(_Wrapped):
    """A loss: half the squared difference up to `delta`, and from there on a line of slope `delta`."""

    function = staticmethod(functions.huber)

    def __init__(self, delta: float = 1.0, reduction: str = "auto", name: str | None = "huber_loss") -> None:
        super().__init__(reduction, name, delta=delta)


class CosineSimilarity(_Wrapped):
    """A loss: minus the cosine of the angle between labels and predictions."""

    function = staticmethod(functions.cosine_similarity)

    def __init__(self, axis: int = -1, reduction: str = "auto", name: str | None = "cosine_similarity") -> None:
        super().__init__(reduction, name, axis=axis)


class BinaryCrossentropy(_Wrapped):
    """A loss: the cross entropy of labels that are each true or false; see `binary_crossentropy` for the arguments."""

    function = staticmethod(functions.binary_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "auto",
        name: str | None = "binary_crossentropy",
    ) -> None:
        super().__init__(reduction, name, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)


class BinaryFocalCrossentropy(_Wrapped):
    """A loss: see `binary_focal_crossentropy`."""

    function = staticmethod(functions.binary_focal_crossentropy)

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "auto",
        name: str | None = "binary_focal_crossentropy",
    ) -> None:
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits, "axis": axis}
        options |= {"apply_class_balancing": apply_class_balancing, "label_smoothing": label_smoothing}
        super().__init__(reduction, name, **options)


class CategoricalCrossentropy(_Wrapped):
    """A loss: the cross entropy of one-hot labels; see `categorical_crossentropy` for the arguments."""

    function = staticmethod(functions.categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "auto",
        name: str | None = "categorical_crossentropy",
    ) -> None:
        super().__init__(reduction, name, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)


class CategoricalFocalCrossentropy(_Wrapped):
    """A loss: see `categorical_focal_crossentropy`."""

    function = staticmethod(functions.categorical_focal_crossentropy)

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "auto",
        name: str | None = "categorical_focal_crossentropy",
    ) -> None:
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits, "axis": axis}
        super().__init__(reduction, name, label_smoothing=label_smoothing, **options)


class SparseCategoricalCrossentropy(_Wrapped):
    """A loss: the cross entropy of ids of classes; see `sparse_categorical_crossentropy` for the arguments."""

    function = staticmethod(functions.sparse_categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str = "auto",
        name: str | None = "sparse_categorical_crossentropy",
    ) -> None:
        super().__init__(reduction, name, from_logits=from_logits, ignore_class=ignore_class)

    def call(self, y_true: Any, y_pred: Any) -> jax.Array:
        each = functions.sparse_categorical_crossentropy(y_true, y_pred, **self.options)
        ignored = self.options["ignore_class"]
        if ignored is None or self.reduction in (KerasReduction.NONE, KerasReduction.SUM, "weighted_sum"):
            return each
        counted = jnp.sum(as_array(y_true) != ignored)
        return each * (each.size / jnp.maximum(counted, 1))  # so that the mean is one over those that count


CLASSES = (
    *("BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy"),
    *("CategoricalHinge", "CosineSimilarity", "Hinge", "Huber", "KLDivergence", "LogCosh", "Loss"),
    *("MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError"),
    *("Poisson", "SparseCategoricalCrossentropy", "SquaredHinge"),
)
"""The names of the classes, as they are found in `tf.losses` and `tf.keras.losses`."""
