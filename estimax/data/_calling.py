"""Calling the functions that programs give to steps: once, with placeholders, to see what they make of an element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._base._dtypes import int64
from estimax._graph._function import Function, as_structure
from estimax._graph._tensor import Tensor
from estimax._graph._tracing import tracing
from estimax.data._chain import Chain
from estimax.data._nested import Elements, as_element
from estimax.data._specs import DatasetSpec, all_leaves, argument_for, general
from estimax.math import cast


@dataclass(frozen=True)
class Call:
    """What a function made of placeholders: a structure of Tensors, or a dataset."""

    arguments: tuple[Tensor, ...]
    result: Any

    @property
    def function(self) -> Function:
        return Function(self.arguments, nest.flatten(self.result))

    @property
    def structure(self) -> Any:
        return nest.map_leaves(lambda _: None, self.result)


def call(function: Callable[..., Any], dataset: Chain, *specs: Any, name: str, makes_dataset: bool = False) -> Call:
    """Calls a function once with symbolic Tensors.

    A tuple is given as several arguments where it is the only one, as in the
    original; a named tuple is one argument.

    Args:
        function: the program's.
        dataset: knows how datasets are made, for arguments that are such.
        specs: what is known of the arguments; that of the dataset's elements if none are given.
        name: of the argument that the function is, or of the step, for messages.
        makes_dataset: whether the function returns a dataset, which is left as it is, and
            not a structure of Tensors.

    Raises:
        TypeError: the function returns something else.
    """
    placeholders = [nest.map_leaves(argument_for, spec) for spec in specs or (dataset.element_spec,)]
    given = [nest.map_leaves(lambda t: _as_given(t, dataset), p) for p in placeholders]
    with tracing():
        result = function(*given[0]) if len(given) == 1 and type(given[0]) is tuple else function(*given)
        if makes_dataset and not isinstance(result, Chain):
            raise TypeError(f"the function given to {name} must return a Dataset; it returned {result!r}")
        if not makes_dataset:
            result = _as_tensors(result, name)
    return Call(tuple(nest.flatten(tuple(placeholders))), result)


def _as_given(tensor: Tensor, dataset: Chain) -> Any:
    return dataset.then(Elements(tensor)) if isinstance(tensor.spec, DatasetSpec) else tensor


def _as_tensors(result: Any, name: str) -> Any:
    if isinstance(result, Chain):
        return as_element(result.step)
    if any(leaf is None for leaf in nest.flatten(result)):
        raise TypeError(f"the function given to {name} must return Tensors or data; it returned {result!r}")
    if isinstance(result, list) and any(isinstance(v, Chain) for v in result):
        result = tuple(result)
    return as_structure(nest.map_leaves(lambda v: as_element(v.step) if isinstance(v, Chain) else v, result))


def call_predicate(function: Callable[..., Any], dataset: Chain, name: str) -> Function:
    """Calls a function that says something of each element.

    Raises:
        TypeError: it does not return one bool.
    """
    made = call(function, dataset, name=name)
    result = made.result
    if not isinstance(result, Tensor) or not result.dtype.is_bool or result.shape.ndims not in (0, None):
        raise TypeError(f"the function given to {name} must return one bool; it returned {result!r}")
    return made.function


def call_with_state(
    function: Callable[..., Any], dataset: Chain, initial: Any, name: str, with_output: bool
) -> tuple[Call, Any]:
    """Calls a function of a state and an element until the specs of the state are true before and after it.

    Args:
        function: (state, element) -> the new state, or the pair of it and an output.
        dataset: whose elements they are.
        initial: the structure of Tensors that the state is at first.
        name: of the step, for messages.
        with_output: whether the function returns a pair.

    Returns:
        The call, and the specs of the state.

    Raises:
        TypeError: the new state has another structure or other types than the initial one.
    """
    spec = nest.map_leaves(lambda t: t.spec, initial)
    while True:
        made = call(function, dataset, spec, dataset.element_spec, name=name)
        if with_output and not (isinstance(made.result, tuple) and len(made.result) == 2):
            raise TypeError(
                f"the function given to {name} must return a pair, the new state and the output; "
                f"it returned {made.result!r}"
            )
        new = made.result[0] if with_output else made.result
        after = nest.map_leaves(lambda t: t.spec, new)
        if not all_leaves(lambda a, b: type(a) is type(b) and a.dtype == b.dtype, spec, after):
            raise TypeError(
                f"the function given to {name} must return a state like the initial one, {spec}; it returned {after}"
            )
        wider = general(spec, after)
        if wider == spec:
            return made, spec
        spec = wider


def one_number(made: Call, name: str) -> Function:
    """Returns the function that a call has built, if it makes one int64; a Python number counts as such.

    Raises:
        TypeError: it makes something else.
    """
    result = made.result
    if isinstance(result, Tensor) and result.shape.ndims in (0, None):
        if result.dtype == int64:
            return made.function
        if not result.is_symbolic and result.dtype.is_integer:
            return Function(made.arguments, [cast(result, int64)])
    raise TypeError(f"{name} must return one int64; it returned {result!r}. Convert with tf.cast(key, tf.int64)")
