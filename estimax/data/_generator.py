"""`from_generator`: the elements that a Python generator yields.

A slow path: every element is made by Python code, one at a time. Elements are
handed on in chunks of one more than all that were handed on before, and 64 at
most: so the first one waits for no other, an endless or slow generator is never
asked for much more than what is used, and yet the steps after it see columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import as_dtype
from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._column import spec_of, stack_rows, to_value
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step

_MOST_ELEMENTS = 64


def generator_step(
    generator: Callable[..., Any],
    output_types: Any = None,
    output_shapes: Any = None,
    args: Any = None,
    output_signature: Any = None,
) -> Step:
    """Makes the step of the elements that a generator yields.

    Args:
        generator: is called at the start of each pass and returns something to iterate over. A
            run that goes on where another was interrupted calls it and passes over what was
            used before: it must yield the same elements again.
        output_types: the structure of an element, with a dtype in each leaf.
        output_shapes: the same with shapes; nothing is known of the shapes where it is None.
        args: Tensors or data to call the generator with, as NumPy values. They may depend on
            the element of a dataset around it.
        output_signature: the structure with a `TensorSpec` in each leaf, in place of both.

    Raises:
        TypeError: the generator cannot be called, or neither or both of types and signature are given.
        ValueError: shapes and types differ in structure.
    """
    if not callable(generator):
        raise TypeError(
            f"generator must be a function that returns an iterator, such as a generator; got {generator!r}"
        )
    if output_signature is not None and (output_types is not None or output_shapes is not None):
        raise TypeError("give output_signature, or output_types and output_shapes; not both")
    if output_signature is None:
        if output_types is None:
            raise TypeError("say what the generator yields: give output_signature, or output_types")
        types = nest.map_leaves(as_dtype, output_types)
        if output_shapes is None:
            output_signature = nest.map_leaves(lambda dtype: TensorSpec(None, dtype), types)
        else:
            shapes = iter(_shapes(types, output_shapes))
            output_signature = nest.pack(types, [TensorSpec(next(shapes), dtype) for dtype in nest.flatten(types)])
    specs = nest.flatten(output_signature)
    for spec in specs:
        if not isinstance(spec, TensorSpec):
            raise TypeError(f"output_signature must have a TensorSpec in each leaf; got {spec!r}")
    structure = nest.map_leaves(lambda _: None, output_signature)
    return Generated(generator, structure, tuple(specs), tuple(as_tensor(a) for a in args or ()))


def _shapes(types: Any, shapes: Any) -> list[TensorShape]:
    """Returns a shape for each leaf of a structure of types; a shape may itself be written as a tuple."""
    if isinstance(types, Mapping):
        if not isinstance(shapes, Mapping) or set(types) != set(shapes):
            raise ValueError(f"output_shapes must have the structure of output_types, {types}; got {shapes}")
        order = nest.flatten({key: key for key in types})
        return [shape for key in order for shape in _shapes(types[key], shapes[key])]
    if nest.is_nested(types):
        if not isinstance(shapes, tuple | list) or len(types) != len(shapes):
            raise ValueError(f"output_shapes must have the structure of output_types, {types}; got {shapes}")
        return [shape for t, s in zip(types, shapes, strict=True) for shape in _shapes(t, s)]
    return [TensorShape(shapes)]


@dataclass(frozen=True, eq=False)
class Generated(Step):
    """What a Python generator yields, anew in each pass."""

    generator: Callable[..., Any]
    structure: Any
    specs: tuple[TensorSpec, ...]
    args: tuple[Tensor, ...]

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, self.specs)

    def iterate(self, context: Context) -> ChunkIterator:
        return _GeneratedIterator(self)


class _GeneratedIterator(ChunkIterator):
    def __init__(self, step: Generated) -> None:
        self.step = step
        self.count = 0  # of elements that the generator has yielded and that were handed on
        self._elements: Iterator[Any] | None = None
        self._ahead: list[Any] | None = None  # an element that does not fit into the chunk before it
        self._error: Exception | None = None  # which comes after the elements before it

    def next(self, at_most: int) -> Chunk | None:
        wanted = min(at_most, _MOST_ELEMENTS, self.count + 1)
        rows: list[list[Any]] = []
        while len(rows) < wanted and self._error is None:
            row = self._next_row(self.count + len(rows))
            if row is None:
                break
            if rows and _ranks(row) != _ranks(rows[0]):
                self._ahead = row
                break
            rows.append(row)
        if not rows:
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            return None
        self.count += len(rows)
        columns = zip(zip(*rows, strict=True), self.step.specs, strict=True)
        return Chunk(tuple(stack_rows(values, spec.dtype) for values, spec in columns), len(rows))

    def _next_row(self, number: int) -> list[Any] | None:
        """Returns the leaves of the next element; None at the end, and where there is an error."""
        if self._ahead is not None:
            row, self._ahead = self._ahead, None
            return row
        try:
            if self._elements is None:
                self._elements = self._start()
            element = next(self._elements)
            return self._leaves(element, number)
        except StopIteration:
            return None
        except Exception as error:  # the user's own, too: what was yielded before it comes first
            self._error = error
            return None

    def _start(self) -> Iterator[Any]:
        made = self.step.generator(*(a.numpy() for a in self.step.args))
        try:
            return iter(made)
        except TypeError:
            raise TypeError(f"the generator must return something to iterate over; it returned {made!r}") from None

    def _leaves(self, element: Any, number: int) -> list[Any]:
        leaves = list(_matched(self.step.structure, element))
        if len(leaves) != len(self.step.specs) or any(leaf is _MISMATCH for leaf in leaves):
            raise InvalidArgumentError(
                f"element {number} of the generator must have the structure {self.step.spec}; got {element!r}"
            )
        return [_value(leaf, spec, number) for leaf, spec in zip(leaves, self.step.specs, strict=True)]

    def state(self) -> State:
        return self.count

    def restore(self, state: State) -> None:
        self._elements, self._ahead, self._error, self.count = None, None, None, 0
        for _ in range(state):
            if self._elements is None:
                self._elements = self._start()
            if next(self._elements, _MISMATCH) is _MISMATCH:
                raise DataLossError(
                    f"the generator yielded {state} elements or more when the checkpoint was written, and now only "
                    f"{self.count}: it must yield the same elements each time it is called"
                )
            self.count += 1


_MISMATCH = object()


def _matched(structure: Any, element: Any) -> Iterator[Any]:
    """Yields the leaves of an element that has a structure; `_MISMATCH` where it has not."""
    if isinstance(structure, Mapping):
        if not isinstance(element, Mapping) or set(element) != set(structure):
            yield _MISMATCH
            return
        for key in nest.flatten({key: key for key in structure}):
            yield from _matched(structure[key], element[key])
    elif isinstance(structure, tuple):
        if not isinstance(element, tuple) or len(element) != len(structure):
            yield _MISMATCH
            return
        for inner, part in zip(structure, element, strict=True):
            yield from _matched(inner, part)
    else:
        yield element


def _value(data: Any, spec: TensorSpec, number: int) -> Any:
    """Makes a value of what a generator yields for one leaf."""
    try:
        value: Any = data.value if isinstance(data, Tensor) else None
        if value is None:
            is_same = isinstance(data, np.ndarray) and data.dtype == spec.dtype.as_numpy_dtype
            value = data if is_same and not spec.dtype.is_string else to_value(data, spec.dtype)
            if spec.dtype.is_bool and not is_same and np.asarray(data).dtype.kind != "b":
                raise TypeError("only True and False are truth values")
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(
            f"element {number} of the generator must be {spec}; got {data!r} ({error})"
        ) from None
    found = spec_of(value)
    if found.dtype != spec.dtype or found.is_dense != spec.is_dense:
        raise InvalidArgumentError(f"element {number} of the generator must be {spec}; got {data!r}")
    if not spec.is_compatible_with(found):
        raise InvalidArgumentError(
            f"element {number} of the generator must be of shape {spec.shape}; got shape {tuple(found.shape)}"
        )
    return value


def _ranks(row: list[Any]) -> list[int]:
    return [value.ndim for value in row]
