"""`Layer`: an object that makes variables when it is first called, and shares them with its later calls.

A layer belongs to one call of a model function, as a layer of the original to one
graph: where the same object is called in another one, it makes its variables anew,
under the same names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._dtypes import as_dtype
from estimax._graph._tensor import Tensor
from estimax._scope._array_methods import ArrayShape
from estimax._scope._collections import add_to_collection
from estimax._scope._crossing import to_device
from estimax._scope._frame import current_frame, frame
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._scopes import VariableScope, name_scope, variable_scope
from estimax.layers._by_name import constraint_of, initializer_of, regularizer_of
from estimax.layers._input_spec import check_input
from estimax.variables import get_variable

_NAMES = "layer_names"  # the collection of the names that layers without one got
_WITHOUT_EFFECT = ("autocast", "batch_input_shape", "batch_size", "dynamic", "input_shape", "weights")

# What the original calls the results of activations, where that is not their name.
_OPERATIONS = {
    name.lower(): name
    for name in ("Relu", "Relu6", "Softmax", "Sigmoid", "Tanh", "Elu", "Selu", "Softplus", "Softsign")
}


class Layer:
    """The base of all layers, and of those that programs write.

    A subclass makes its variables in `build` with `add_weight` and computes in `call`.

    Args:
        trainable: whether optimizers change its variables.
        name: of the layer and before the names of its variables; by default that of the class in
            lower case, numbered where it was used before.
        dtype: of its variables; that of its first input if None.

    Raises:
        TypeError: an unknown argument.

    Example:
        >>> import estimax as tf
        >>> class Scale(tf.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight("factor", [input_shape[-1]], initializer=tf.ones_initializer())
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        >>> Scale()(tf.constant([[1.0, 2.0]])).tolist()
        [[1.0, 2.0]]
    """

    input_spec: Any = None
    activity_regularizer: Callable[[Any], Any] | None = None
    built: bool = False
    trainable: bool = True

    def __init__(self, trainable: bool = True, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        self._reuse = kwargs.pop("_reuse", None)
        self._given_scope = kwargs.pop("_scope", None)
        self.activity_regularizer = regularizer_of(kwargs.pop("activity_regularizer", None))
        unknown = [key for key in kwargs if key not in _WITHOUT_EFFECT]
        if unknown:
            raise TypeError(f"layer {type(self).__name__} has no argument {unknown[0]!r}")
        self.trainable = bool(trainable)
        self._given_dtype = None if dtype is None else as_dtype(dtype).name
        self._base_name = name or _snake_case(type(self).__name__)
        self._name = name or _numbered(self._base_name)
        self._demand: Any = None
        self._begin()

    def _begin(self) -> None:
        self._frame = current_frame.get()
        self._scope: VariableScope | None = None
        self._dtype = self._given_dtype
        if self.built:
            self.built, self.input_spec = False, self._demand
        self._trainable: list[Any] = []
        self._fixed: list[Any] = []
        self._losses: list[Any] = []
        self._penalties: list[Any] = []
        self._updates: list[Any] = []

    # What programs write in subclasses.

    def build(self, input_shape: Any) -> None:
        """Makes the variables; called once, before the first `call`.

        Args:
            input_shape: of the first input, or a structure of shapes like that of the input.
        """
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Computes the output."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of the output for one of the input, where a layer says it.

        Raises:
            NotImplementedError: it does not.
        """
        raise NotImplementedError(f"layer {type(self).__name__} does not say the shape of its output")

    # What programs call.

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Makes the variables if this is the first call, and computes the output.

        Args:
            inputs: an array, or a structure of arrays.
            args: handed to `call`.
            kwargs: handed to `call`, but for `scope`, the variable scope of the first call.

        Raises:
            ValueError: an input does not have the shape that the layer needs.
        """
        self._enter_frame()
        scope = self._set_scope(kwargs.pop("scope", None))
        inputs = _on_device(inputs)
        with self._entered(), name_scope(scope.original_name_scope):
            self._ready(inputs)
            outputs = self.call(inputs, *args, **kwargs)
            if self.activity_regularizer is not None:
                for output in jax.tree.leaves(outputs):
                    self.add_loss(self.activity_regularizer(output) / output.shape[0])
        return outputs

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Does what calling the layer does."""
        return self(inputs, *args, **kwargs)

    def add_weight(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Makes a variable of the layer, or takes the one that is shared, and returns its value.

        Args:
            name: below the scope of the layer.
            shape: sizes of its dimensions; of a scalar if None.
            dtype: of its elements; that of the layer if None.
            initializer: as for `get_variable`, or the name of one.
            regularizer: what it makes of the value is added to the regularization losses.
            trainable: whether optimizers change it, where they change the layer at all.
            constraint: applied to the value after each step of an optimizer.
            use_resource: accepted for programs that pass it; it has no effect.
            synchronization: has no effect.
            aggregation: has no effect.
            partitioner: has no effect.
            kwargs: have no effect.
        """
        self._set_scope(None)
        sizes = [int(n) for n in (() if shape is None else shape)]
        learned = trainable is not False and self.trainable
        with self._entered() as scope:
            active = frame()
            full = active.full_name(name)
            is_new = full not in active.specs
            value = get_variable(
                name,
                sizes,
                dtype or self._variable_dtype(),
                initializer_of(initializer),
                _both(regularizer_of(regularizer), scope.regularizer),
                trainable=learned,
                constraint=constraint_of(constraint),
            )
            if is_new and regularizer is not None and full in active.penalties:
                self._penalties.append(active.penalties[full])
        (self._trainable if trainable is not False else self._fixed).append(value)
        return value

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """Does what `add_weight` does."""
        return self.add_weight(*args, **kwargs)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds a loss, or several, to the losses of the layer and to the regularization losses."""
        for loss in losses if isinstance(losses, list | tuple) else [losses]:
            if loss is not None:
                self._losses.append(loss)
                add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Adds an assignment, or several, to the updates of the layer and to `UPDATE_OPS`.

        Those of a layer that is not trainable are dropped.
        """
        for update in updates if isinstance(updates, list | tuple) else [updates]:
            if self.trainable:
                self._updates.append(update)
                add_to_collection(GraphKeys.UPDATE_OPS, update)

    # What programs read.

    @property
    def name(self) -> str:
        """The name of the layer."""
        return self._name

    @property
    def scope_name(self) -> str:
        """What stands before the names of its variables.

        Raises:
            ValueError: the layer was not called yet.
        """
        if self._scope is None:
            raise ValueError(f"layer {self._name!r} has no scope before it is called; call it first")
        return self._scope.name

    @property
    def dtype(self) -> str | None:
        """The name of the type of its variables; None before the first call where it was not given."""
        return self._dtype

    @property
    def trainable_variables(self) -> list[Any]:
        """The variables that optimizers change."""
        return list(self._trainable) if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The other ones."""
        return list(self._fixed) if self.trainable else [*self._trainable, *self._fixed]

    @property
    def variables(self) -> list[Any]:
        """All variables, the trainable ones first."""
        return [*self.trainable_variables, *self.non_trainable_variables]

    weights = variables
    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables

    @property
    def losses(self) -> list[Any]:
        """What `add_loss` added and what regularizers make of its variables."""
        return [*self._losses, *self._penalties]

    @property
    def updates(self) -> list[Any]:
        """What `add_update` added, such as the changes of moving averages."""
        return list(self._updates) if self.trainable else []

    def get_losses_for(self, inputs: Any = None) -> list[Any]:
        """Returns the losses; which input they came from is not known."""
        return self.losses

    def get_updates_for(self, inputs: Any = None) -> list[Any]:
        """Returns the updates; which input they came from is not known."""
        return self.updates

    def count_params(self) -> int:
        """Returns how many elements its variables have."""
        return sum(int(np.prod(v.shape, dtype=int)) for v in self.variables)

    # How it works.

    def named_result(self, name: str, value: Any) -> Any:
        """Gives a result of the layer a name, as `dense/BiasAdd`, under which hooks find it; returns the result."""
        frame().name_result(name, value)
        return value

    def activated(self, value: Any, name: str) -> Any:
        """Names a result and returns what the layer's activation makes of it, named after the activation."""
        self.named_result(name, value)
        function = getattr(self, "activation", None)
        if function is None:
            return value
        own = getattr(function, "__name__", "Activation")
        return self.named_result(_OPERATIONS.get(own, own), function(value))

    def _enter_frame(self) -> None:
        """Begins anew in another call of a model function; one inside of a call gives back what that one made."""
        active = current_frame.get()
        if self._frame is active:
            return
        before = dict(self.__dict__) if self._frame is not None else None
        self._begin()
        if before is not None and active is not None and active.at_end is not None:
            active.at_end.callback(self.__dict__.update, before)

    def _entered(self) -> Any:
        """Returns the scope of the layer, to be entered."""
        return variable_scope(self._scope, reuse=True if self.built else self._reuse, auxiliary_name_scope=False)

    def _set_scope(self, given: Any) -> VariableScope:
        if self._scope is None:
            name = self._given_scope if given is None else given
            if name is None and self._reuse:
                name = self._base_name
            with variable_scope(name, default_name=self._base_name) as scope:
                self._scope = scope
        return self._scope

    def _ready(self, inputs: Any) -> None:
        leaves = jax.tree.leaves(inputs)
        check_input(self._name, self.input_spec, leaves)
        if self.built:
            return
        if self._dtype is None and leaves:
            self._dtype = _type_name(leaves[0])
        self._demand = self.input_spec
        self.build(jax.tree.map(lambda leaf: ArrayShape(getattr(leaf, "shape", ())), inputs))
        self.built = True
        check_input(self._name, self.input_spec, leaves)

    def _variable_dtype(self) -> str | None:
        """Returns the type of variables that do not say theirs: floats, also where the input has integers."""
        return self._dtype if self._dtype is not None and as_dtype(self._dtype).is_floating else None


def _type_name(leaf: Any) -> str | None:
    return as_dtype(leaf.dtype).name if hasattr(leaf, "dtype") else None


def _both(own: Any, of_scope: Any) -> Any:
    """Returns a regularizer that adds what two make of a value."""
    if own is None or of_scope is None:
        return own

    def total(value: Any) -> Any:
        return own(value) + of_scope(value)

    return total


def _on_device(inputs: Any) -> Any:
    """Returns inputs as arrays: dense Tensors of the host and NumPy arrays enter, anything else stays."""
    leaves = jax.tree.leaves(inputs)
    if isinstance(inputs, list | tuple) and leaves and all(isinstance(v, int | float) for v in leaves):
        return jnp.asarray(inputs)
    return jax.tree.map(_entered_leaf, inputs)


def _entered_leaf(leaf: Any) -> Any:
    if isinstance(leaf, jax.Array):
        return leaf
    if isinstance(leaf, Tensor):
        return to_device(leaf) if leaf.dtype.is_numeric and leaf.spec.is_dense else leaf
    return jnp.asarray(leaf) if isinstance(leaf, np.ndarray | np.generic) or hasattr(leaf, "__jax_array__") else leaf


def _snake_case(name: str) -> str:
    """Returns the name of a class as one of a layer: `conv2d_transpose` for `Conv2DTranspose`."""
    split = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)).lower()
    return f"private{split}" if split.startswith("_") else split


def _numbered(base: str) -> str:
    """Returns the name of a layer without one: base_1, base_2, ... by order of creation in a scope."""
    active = frame()
    full = active.full_name(base)
    taken: list[Any] = active.collections.setdefault(_NAMES, [])
    taken.append(full)
    return f"{base}_{taken.count(full)}"
