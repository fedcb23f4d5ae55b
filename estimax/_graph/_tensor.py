"""`Tensor`: a value of the host graph, known (concrete) or still to come (symbolic).

A symbolic Tensor is an output of a `Node`, which points to the Tensors it is
computed from; a graph is nothing but that. There is no ambient graph that a
Tensor could belong to, so Tensors made anywhere can be used together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from estimax._base._dtypes import DType
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Value, spec_of, to_value
from estimax._graph._varying import RaggedValue, SparseValue

if TYPE_CHECKING:
    from estimax._graph._op import Node


class SparseTensorValue(NamedTuple):
    """What a sparse Tensor holds, as NumPy arrays."""

    indices: np.ndarray
    values: np.ndarray
    dense_shape: np.ndarray


class Tensor:
    """A value of the host graph.

    Arithmetic and comparison operators and indexing work as in NumPy. A
    concrete Tensor has its value in `.numpy()`; a symbolic one, as a mapped
    function or an input function gets it, has only a `shape` and a `dtype`.

    Example:
        >>> import estimax as tf
        >>> (tf.constant([1.0, 2.0]) * 2.0).numpy()
        array([2., 4.], dtype=float32)
    """

    __slots__ = ("__weakref__", "index", "node", "spec", "value")
    __array_priority__ = 100  # so that NumPy leaves `array + tensor` to the Tensor

    def __init__(self, spec: TensorSpec, node: Node | None = None, index: int = 0, value: Value | None = None) -> None:
        self.spec = spec
        self.node = node
        self.index = index
        self.value = value

    @property
    def is_symbolic(self) -> bool:
        return self.node is not None

    @property
    def dtype(self) -> DType:
        return self.spec.dtype

    @property
    def shape(self) -> TensorShape:
        return self.spec.shape

    @property
    def name(self) -> str:
        return f"{self.spec.name or (self.node.op.name if self.node else 'Const')}:{self.index}"

    def get_shape(self) -> TensorShape:
        return self.shape

    def numpy(self) -> Any:
        """Returns the value as a NumPy array; strings as `bytes` objects.

        Raises:
            TypeError: the Tensor is symbolic.
        """
        if self.value is None:
            raise TypeError(self._no_value("its value is read"))
        return as_numpy(self.value)

    def set_shape(self, shape: Any) -> None:
        """Says more about the shape than the program knows, such as for what a Python function returned.

        Raises:
            ValueError: it contradicts what is known.
        """
        self.spec = self.spec.with_shape(self.shape.merge_with(shape))

    def _no_value(self, what: str, instead: str = "") -> str:
        advice = instead or "tf.cond or tf.where for a choice, tf.shape for a size, tf.py_func for Python code"
        return (
            f"{what} while the program is only traced: {self!r} has no value yet. Use Tensor operations instead: "
            f"{advice}"
        )

    def _known(self, what: str, instead: str) -> Any:
        """Returns the value for Python, or says what to write where there is none yet."""
        if self.value is None:
            raise TypeError(self._no_value(what, instead))
        return self.numpy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        self._known(
            "a NumPy function reads its value", "tf.math.log(x) for np.log(x); tf.py_func calls NumPy, row by row"
        )
        value = self.value.to_numpy() if isinstance(self.value, StringArray) else self.numpy()
        return np.asarray(value, dtype=dtype)

    def __bool__(self) -> bool:
        return bool(
            self._known(
                "`if`, `while`, `and`, `or` or `not` needs its truth",
                "tf.cond(x, f, g) or tf.where(x, a, b) for `if`, `&`, `|`, `~` for `and`, `or`, `not`, tf.while_loop",
            )
        )

    def __int__(self) -> int:
        return int(self._known("Python needs it as an integer", "tf.cast(x, tf.int32) for int(x), tf.range for range"))

    def __float__(self) -> float:
        return float(self._known("Python needs it as a float", "tf.cast(x, tf.float32) for float(x)"))

    def __index__(self) -> int:
        if not self.dtype.is_integer or self.shape.ndims:
            raise TypeError(f"only a single whole number can count or index; got {self!r}")
        return int(
            self._known(
                "Python counts or indexes with it", "tf.range(n) for range(n), tf.gather(x, i) for x[i] of a list"
            )
        )

    def __len__(self) -> int:
        if self.shape.ndims == 0:
            raise TypeError(f"a single value has no len(); got {self!r}")
        size = None if self.shape.ndims is None else self.shape[0]
        if size is None:
            raise TypeError(self._no_value("len() needs a first dimension of known size", "tf.shape(x)[0] for len(x)"))
        return size

    def __iter__(self) -> Iterator[Tensor]:
        if self.shape.ndims == 0:
            raise TypeError(f"`for` goes along the first dimension of a Tensor; got a single value, {self!r}")
        if self.shape.ndims is None or self.shape[0] is None:
            raise TypeError(
                self._no_value(
                    "`for` needs a first dimension of known size",
                    "tf.map_fn(f, x) for a function of each entry, tf.reduce_sum(x, 0) for sums",
                )
            )
        return (self[i] for i in range(len(self)))

    def __contains__(self, item: Any) -> bool:
        self._known("`in` looks for a value in it", "tf.reduce_any(tf.equal(x, item)) for `item in x`")
        value = self.value.tolist() if isinstance(self.value, StringArray) else self.numpy().tolist()
        return (item.encode() if isinstance(item, str) else item) in value

    def __format__(self, form: str) -> str:
        if not form:
            return str(self)
        value = self._known(f"{form!r} formats its value", "tf.strings.as_string(x, precision=2), tf.strings.join")
        return format(value.decode() if isinstance(value, bytes) else value, form)

    def __repr__(self) -> str:
        shape = None if self.shape.ndims is None else tuple(self.shape)
        if self.value is not None:
            return f"<tf.{type(self).__name__}: shape={shape}, dtype={self.dtype.name}, numpy={self.numpy()!r}>"
        return f"<tf.{type(self).__name__} {self.name!r} shape={shape} dtype={self.dtype.name}>"

    __hash__ = object.__hash__

    if TYPE_CHECKING:  # the operators are put in place by estimax._graph._operators

        def __add__(self, other: Any) -> Any: ...
        def __radd__(self, other: Any) -> Any: ...
        def __sub__(self, other: Any) -> Any: ...
        def __rsub__(self, other: Any) -> Any: ...
        def __mul__(self, other: Any) -> Any: ...
        def __rmul__(self, other: Any) -> Any: ...
        def __truediv__(self, other: Any) -> Any: ...
        def __rtruediv__(self, other: Any) -> Any: ...
        def __getitem__(self, key: Any) -> Any: ...
        def __invert__(self) -> Any: ...
        def __neg__(self) -> Any: ...
        def __lt__(self, other: Any) -> Any: ...
        def __gt__(self, other: Any) -> Any: ...


TENSOR_CLASSES: dict[type[TensorSpec], type[Tensor]] = {TensorSpec: Tensor}


def tensor_of(spec: TensorSpec, node: Node | None = None, index: int = 0, value: Any = None) -> Tensor:
    """Makes a Tensor of the class that its spec asks for."""
    made = object.__new__(TENSOR_CLASSES[type(spec)])
    Tensor.__init__(made, spec, node, index, value)
    return made


def as_numpy(value: Any) -> Any:
    """Returns a host value as a program reads it: NumPy arrays and scalars, strings as `bytes`."""
    if isinstance(value, StringArray):
        return value[()] if value.ndim == 0 else value.to_numpy()
    if isinstance(value, SparseValue):
        return SparseTensorValue(value.indices, as_numpy(value.values), value.dense_shape)
    if isinstance(value, RaggedValue):
        return _nested(value)
    return value[()] if value.ndim == 0 else value


def _nested(value: RaggedValue) -> np.ndarray:
    """Returns lists of equal lengths as one array, others as an array of arrays."""
    rows = [as_numpy(r) for r in value.rows()]
    if rows and all(r.dtype != object or r.shape == rows[0].shape for r in rows) and len({r.shape for r in rows}) == 1:
        return np.stack(rows)
    out = np.empty(len(rows), object)
    for i, row in enumerate(rows):
        out[i] = row
    return out


def concrete(value: Any) -> Tensor:
    """Wraps a host value."""
    return tensor_of(spec_of(value), value=value)


def as_concrete(data: Any, dtype: DType | None = None) -> Tensor:
    """Makes a concrete Tensor of Python or NumPy data."""
    return concrete(to_value(data, dtype))
