"""`MutableHashTable`: a table that a program fills as it goes, outside of graphs."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._base._string_array import StringArray
from estimax._graph._column import to_value
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor, as_concrete, concrete
from estimax._graph._varying import dtype_of
from estimax.lookup._initializers import check_keys
from estimax.lookup._tables import LookupInterface


@final
class MutableHashTable(LookupInterface):
    """A table that is changed while the program runs; it works on values, not in graphs.

    Args:
        key_dtype: string or an integer type.
        value_dtype: of the values.
        default_value: of all other keys; a vector if the values are vectors.
        name: of the table.
        checkpoint: has no effect.

    Example:
        >>> import estimax as tf
        >>> table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, default_value=-1)
        >>> table.insert(["a", "b"], [1, 2])
        >>> table.lookup(["b", "c"]).numpy()
        array([ 2, -1])
    """

    def __init__(
        self, key_dtype: Any, value_dtype: Any, default_value: Any, name: str | None = None, checkpoint: bool = True
    ) -> None:
        super().__init__(as_dtype(key_dtype), as_dtype(value_dtype), name)
        check_keys(self.key_dtype)
        self._default = to_value(default_value, self.value_dtype)
        self._pairs: dict[Any, Any] = {}

    def size(self, name: str | None = None) -> Any:
        return as_concrete(np.int64(len(self._pairs)))

    def insert(self, keys: Any, values: Any, name: str | None = None) -> None:
        """Gives keys values, new ones to those that have one.

        Raises:
            InvalidArgumentError: there is not one value for each key.
            UnimplementedError: they are only known when a graph is run.
        """
        names = self._known(keys, self.key_dtype)
        given = self._known(values, self.value_dtype)
        if given.shape != (*names.shape, *self._default.shape):
            raise InvalidArgumentError(
                f"one value of shape {self._default.shape} is needed for each key; got keys of shape {names.shape} and "
                f"values of shape {given.shape}"
            )
        flat = given.reshape((names.size, *self._default.shape))
        self._pairs.update(zip(_items(names), (flat[i] for i in range(names.size)), strict=True))

    insert_or_assign = insert

    def remove(self, keys: Any, name: str | None = None) -> None:
        """Takes keys out; those that are not there do not matter."""
        for key in _items(self._known(keys, self.key_dtype)):
            self._pairs.pop(key, None)

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """Returns all keys and their values."""
        keys: Any = to_value(list(self._pairs), self.key_dtype)
        return concrete(keys.reshape((len(self._pairs),))), concrete(self._stacked(list(self._pairs.values())))

    def _find(self, keys: Any) -> Any:
        names = self._known(keys, self.key_dtype)
        default = self._default[()] if isinstance(self._default, StringArray) else self._default
        values = self._stacked([self._pairs.get(key, default) for key in _items(names)])
        return concrete(values.reshape((*names.shape, *self._default.shape)))

    def _stacked(self, values: list[Any]) -> Any:
        shape = (len(values), *self._default.shape)
        if self.value_dtype.is_string:
            return StringArray.of([v.tolist() if isinstance(v, StringArray) else v for v in values]).reshape(shape)
        return np.array(values, self.value_dtype.as_numpy_dtype).reshape(shape)

    def _known(self, data: Any, dtype: Any) -> Any:
        tensor = as_tensor(data, None if isinstance(data, Tensor) else dtype)
        if tensor.is_symbolic or not tensor.spec.is_dense:
            raise UnimplementedError(
                "a MutableHashTable works on known, dense values, not in a graph; use a StaticHashTable in mapped "
                "functions and model functions, or tf.py_func"
            )
        if dtype_of(tensor.value) != dtype:  # type: ignore[arg-type]  # dense, as was checked
            raise TypeError(f"this table takes {dtype.name}; got {tensor.dtype.name}")
        return tensor.value


def _items(keys: Any) -> list[Any]:
    flat: list[Any] = keys.reshape(-1).tolist()
    return flat
