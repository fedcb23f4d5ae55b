"""`DenseFeatures` and `LinearModel`: the input layer and the linear model as objects, as Keras has layers.

An object of these has the same variables whenever it is called within one model
function. Its name, `dense_features`, `dense_features_1`, ..., counts the objects
that were made there, in whichever scope.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, final

from estimax._scope._frame import Frame, current_frame
from estimax.feature_column._combining import check_combiner
from estimax.feature_column._input_layer import dense_columns, joined
from estimax.feature_column._linear_model import check_units, weighted_sum
from estimax.feature_column._selection import sorted_columns
from estimax.feature_column._shared_embedding import make_shared_tables


class LayerName:
    """The name of a layer: its own, or one that it gets once in each call of a model function."""

    def __init__(self, given: str | None, base: str) -> None:
        self._base = base
        self._given = given
        self._name = base
        self._within: Callable[[], Frame | None] = lambda: None
        self()

    def __call__(self) -> str:
        """Returns the name within the model function that runs."""
        active = current_frame.get()
        if self._given is not None or active is None:
            return self._given or self._base
        if self._within() is not active:
            self._within = weakref.ref(active)
            counter = f":{self._base}"  # layers are numbered apart from scopes
            number = active.taken.get(counter, 0)
            active.taken[counter] = number + 1
            self._name = f"{self._base}_{number}" if number else self._base
        return self._name


@final
class DenseFeatures:
    """A layer that computes dense columns and joins them in the order of their names.

    Args:
        feature_columns: as `input_layer` takes them.
        trainable: whether training changes the variables of the columns.
        name: of the layer, before the names of its variables.
        partitioner: of no effect.
        **kwargs: what else Keras layers take, of no effect.

    Raises:
        InvalidArgumentError: a categorical column, or two columns of one name.

    Example:
        >>> import estimax as tf
        >>> layer = tf.keras.layers.DenseFeatures([tf.feature_column.numeric_column("width")])
        >>> layer({"width": [1.0, 2.0]}).tolist()
        [[1.0], [2.0]]
    """

    def __init__(
        self,
        feature_columns: Any,
        trainable: bool = True,
        name: str | None = None,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> None:
        self.feature_columns = tuple(dense_columns(feature_columns))
        self.trainable = trainable
        self._name = LayerName(name, "dense_features")

    @property
    def name(self) -> str:
        """The name of the layer."""
        return self._name()

    def __call__(
        self,
        features: Mapping[str, Any],
        cols_to_output_tensors: MutableMapping[Any, Any] | None = None,
        training: bool | None = None,
    ) -> Any:
        """Returns float32 [batch, sum of the widths] of raw features by name.

        `cols_to_output_tensors` gets, for each column, its part of the result;
        `training` is of no effect.

        Raises:
            InvalidArgumentError: a feature is not there, or of another type.
        """
        make_shared_tables(self.feature_columns, self.trainable)
        return joined(
            self.name, features, self.feature_columns, self.trainable, cols_to_output_tensors=cols_to_output_tensors
        )


@final
class LinearModel:
    """A layer that computes a weighted sum of columns, plus a bias, as `linear_model` does.

    Args:
        feature_columns: columns of any kind.
        units: how many sums, each with weights of its own.
        sparse_combiner: see `linear_model`.
        trainable: whether training changes the variables.
        name: of the layer, before the names of its variables.
        **kwargs: what else Keras layers take, of no effect.

    Raises:
        InvalidArgumentError: two columns of one name, or another combiner.

    Example:
        >>> import estimax as tf
        >>> from estimax.python.feature_column.feature_column_v2 import LinearModel
        >>> LinearModel([tf.feature_column.numeric_column("width")])({"width": [1.0, 2.0]}).tolist()
        [[0.0], [0.0]]
    """

    def __init__(
        self,
        feature_columns: Any,
        units: int = 1,
        sparse_combiner: str = "sum",
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        check_combiner(sparse_combiner, "sparse_combiner")
        check_units(units)
        self.feature_columns = tuple(sorted_columns(feature_columns))
        self.units = units
        self.sparse_combiner = sparse_combiner
        self.trainable = trainable
        self._name = LayerName(name, "linear_model")

    @property
    def name(self) -> str:
        """The name of the layer."""
        return self._name()

    def __call__(self, features: Mapping[str, Any]) -> Any:
        """Returns float32 [batch, units] of raw features by name."""
        make_shared_tables(self.feature_columns, self.trainable)
        return weighted_sum(self.name, features, self.feature_columns, self.units, self.sparse_combiner, self.trainable)
