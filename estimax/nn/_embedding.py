"""Looking up rows of tables by ids: `embedding_lookup` and its form for lists of ids.

Rows of a variable are looked up by its frame, so that a training step differentiates
and writes the rows that it read, as it does for the tables of feature columns.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import frame
from estimax.nn._arrays import as_array


def embedding_lookup(
    params: Any,
    ids: Any,
    max_norm: float | None = None,
    name: str | None = None,
    *,
    partition_strategy: str = "div",
    validate_indices: bool = True,
) -> jax.Array:
    """Returns the rows of a table that ids name.

    Args:
        params: a table [rows, ...], or a list of tables that are parts of one.
        ids: integers of any shape; an id that is no row gives zeros.
        max_norm: rows that are longer are scaled down to this L2 norm; None to leave all as they are.
        name: has no effect.
        partition_strategy: how the rows of one table stand in several: 'div' one stretch after the other, 'mod'
            in turns.
        validate_indices: has no effect.

    Returns:
        [*shape of ids, ...].

    Raises:
        InvalidArgumentError: ids that are not integers, or tables that do not fit.

    Example:
        >>> import estimax as tf
        >>> tf.nn.embedding_lookup([[1.0, 2.0], [3.0, 4.0]], [1, 0, 1]).tolist()
        [[3.0, 4.0], [1.0, 2.0], [3.0, 4.0]]
    """
    tables = tables_of(params)
    wanted = as_array(ids)
    if not jnp.issubdtype(wanted.dtype, jnp.integer):
        raise InvalidArgumentError(f"embedding_lookup needs ids that are integers; got {wanted.dtype}")
    rows = _rows(tables, wanted, partition_strategy)
    if max_norm is None:
        return rows
    over = tuple(range(wanted.ndim, rows.ndim))
    squares = jnp.sum(jnp.square(rows), over, keepdims=True)
    limit = jnp.asarray(max_norm, rows.dtype)
    return rows * (limit / jnp.sqrt(jnp.maximum(squares, jnp.square(limit))))


def tables_of(params: Any) -> list[Any]:
    """Returns the tables that an argument names: arrays of two dimensions or more in a list, or one table."""
    several = isinstance(params, list | tuple) and any(getattr(p, "ndim", len(getattr(p, "shape", ()))) for p in params)
    tables = [_table(p) for p in (params if several else [params])]
    if any(t.ndim == 0 or t.shape[1:] != tables[0].shape[1:] for t in tables):
        raise InvalidArgumentError(
            f"embedding_lookup needs tables of rows of one shape; got {', '.join(str(t.shape) for t in tables)}"
        )
    return tables


def _table(value: Any) -> Any:
    """Returns the array of a table; that of a variable as it is, so that it is known again."""
    held = getattr(value, "array", value)
    return held if isinstance(held, jax.Array) else as_array(held)


def _rows(tables: list[Any], ids: Any, strategy: str) -> jax.Array:
    if len(tables) == 1:
        return _look_up(tables[0], ids)
    count, total = len(tables), sum(t.shape[0] for t in tables)
    if strategy == "mod":
        part, place = ids % count, ids // count
    elif strategy == "div":
        each, more = divmod(total, count)
        early = more * (each + 1)  # the first tables have a row more
        in_early = ids < early
        part = jnp.where(in_early, ids // (each + 1), more + (ids - early) // max(each, 1))
        place = jnp.where(in_early, ids % (each + 1), (ids - early) % max(each, 1))
    else:
        raise InvalidArgumentError(f"partition_strategy must be 'div' or 'mod'; got {strategy!r}")
    none = jnp.full_like(ids, -1)
    found = [_look_up(t, jnp.where((part == i) & (ids >= 0), place, none)) for i, t in enumerate(tables)]
    return jnp.asarray(sum(found[1:], found[0]))


def _look_up(table: Any, ids: Any) -> jax.Array:
    """Returns rows of an array; zeros for an id that is none."""
    active = frame()
    name = active.name_of(table)
    if name is not None and name in active.specs and active.is_at_home():
        return jnp.asarray(active.look_up(active.specs[name], ids))
    return jnp.take(table, jnp.where(ids < 0, table.shape[0], ids), axis=0, mode="fill", fill_value=0)
