"""Any pytree of arrays as variables: one for each leaf, named by its path.

The function that makes the tree is called abstractly wherever the model function is
traced, which costs no arithmetic. It is computed once for a run, all leaves in one
compiled call, when first values are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Frame, VariableSpec, frame

Trainable = bool | Callable[[str], bool]

Described = Callable[[Sequence[Any]], tuple[str, bool]]
"""From the path of an array, keys as JAX has them, to its name and whether it may be trained."""


class _Leaf(NamedTuple):
    """An array of the tree: its place among all leaves, its name, and how its random keys are made, if it has them."""

    position: int
    path: str
    is_trained: bool
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    key_kind: Any


class _Plan(NamedTuple):
    """A tree without its arrays."""

    structure: Any
    others: list[Any]
    leaves: list[_Leaf]


class FirstValues:
    """The arrays of a tree before the first step: computed once for all leaves, and let go of as they are taken.

    Args:
        compute: from a key to the arrays.
    """

    def __init__(self, compute: Callable[[Any], Sequence[Any]]) -> None:
        self._compute = jax.jit(compute)
        self._waiting: dict[int, np.ndarray] = {}

    def initializer(self, number: int) -> Callable[..., np.ndarray]:
        """Returns the initializer of one leaf. The leaf that is asked for first decides the random numbers of all."""

        def first_value(shape: Any, dtype: Any = None, rng: np.random.Generator | None = None) -> np.ndarray:
            if number not in self._waiting:
                seed = 0 if rng is None else int(rng.integers(2**31))
                self._waiting = dict(enumerate(np.asarray(v) for v in self._compute(jax.random.key(seed))))
            return self._waiting.pop(number)

        return first_value


def get_variables(name: str, init: Callable[..., Any], *examples: Any, trainable: Trainable = True) -> Any:
    """Makes a variable of each array in a pytree, and returns the tree of their current values.

    A variable's name is the path of its array: `net/dense/kernel`. Floating-point arrays are
    trained, integers and random keys are not. What is no array stays as `init` made it: functions,
    strings, None, and numbers that are fields of objects. Numbers in dictionaries, lists and
    tuples are variables.

    Args:
        name: of the tree, in the current scope. The same name again gives the same variables.
        init: (key, *examples) -> pytree; what it makes must not depend on values of the examples.
            It is called with tracers, and computed once for a run.
        examples: inputs of the model, of which `init` may use the shapes.
        trainable: whether optimizers change floating-point arrays; or a function of an array's path
            in the tree (`dense/kernel`) that says so.

    Returns:
        The tree, with device arrays.

    Raises:
        InvalidArgumentError: the tree has no array, or two of one path.
        ValueError: a variable exists with another shape.

    Example:
        >>> import estimax as tf
        >>> import jax
        >>> def init(key):
        ...     return {"kernel": jax.random.normal(key, (4, 3)), "bias": jax.numpy.zeros(3)}
        >>> params = tf.get_variables("dense", init)
        >>> params["kernel"].shape, params["bias"].tolist()
        ((4, 3), [0.0, 0.0, 0.0])
    """

    def described(path: Sequence[Any]) -> tuple[str, bool]:
        named = "/".join(map(step_name, path))
        return named, bool(trainable(named) if callable(trainable) else trainable)

    return described_variables(name, init, examples, described)


def described_variables(name: str, init: Callable[..., Any], examples: Any, described: Described) -> Any:
    """Does what `get_variables` does; `described` says of each path its name, and whether it is trained."""
    shapes = jax.tree.map(_without_values, examples)
    plans: list[_Plan] = []

    def arrays_of(key: Any) -> list[Any]:
        given = jax.tree.map(_zeros, shapes)
        plan, arrays = _taken_apart(init(key, *given), described)
        plans.append(plan)
        return arrays

    jax.eval_shape(arrays_of, jax.random.key(0))
    plan = plans[-1]
    _check(name, plan)
    active = frame()
    first = FirstValues(arrays_of)
    leaves = list(plan.others)
    for number, leaf in enumerate(plan.leaves):
        full_name = active.full_name("/".join(filter(None, [name, leaf.path])))
        spec = VariableSpec(full_name, leaf.shape, leaf.dtype, first.initializer(number), leaf.is_trained)
        leaves[leaf.position] = _handed(active, spec, leaf.key_kind)
    return jax.tree.unflatten(plan.structure, leaves)


def set_variables(old: Any, new: Any) -> None:
    """Gives the variables of a tree new values: the running statistics of a layer, after a call of it.

    In training they hold from the next step on. Evaluation and prediction change no variable.

    Args:
        old: a tree, or a part of one, as `get_variables` returned it.
        new: one of the same structure; arrays that are those of `old` leave their variables alone.

    Raises:
        InvalidArgumentError: the trees differ, or `old` has arrays that are no variables of the model function.

    Example:
        >>> import estimax as tf
        >>> import jax.numpy as jnp
        >>> state = tf.get_variables("seen", lambda key: {"examples": jnp.int32(0)})
        >>> tf.set_variables(state, state)
    """
    wanted, given = (str(jax.tree.structure(tree)) for tree in (old, new))
    if wanted != given:
        raise InvalidArgumentError(f"set_variables needs two trees of the same structure; got {wanted} and {given}")
    write_changed(frame(), old, new)


def write_changed(active: Frame, old: Any, new: Any) -> None:
    """Gives variables the values that stand in `new` at their paths, where these are others."""
    after = {tuple(map(step_name, path)): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(new)}
    for path, array in jax.tree_util.tree_leaves_with_path(old):
        steps = tuple(map(step_name, path))
        if steps in after and after[steps] is not array:
            _set(active, "/".join(steps), array, after[steps])


def _set(active: Frame, path: str, array: Any, value: Any) -> None:
    name = active.name_of(array)
    if name is None:
        raise InvalidArgumentError(
            f"set_variables needs a tree that get_variables returned; {path!r} of it is no variable of the model"
        )
    spec = active.specs[name]
    raw = jax.random.key_data(value) if is_key(jnp.asarray(value).dtype) else jnp.asarray(value, spec.dtype)
    if raw.shape != spec.shape:
        raise InvalidArgumentError(f"variable {name!r} has shape {spec.shape}; its new value has {raw.shape}")
    active.updates[name] = raw


def _without_values(example: Any) -> Any:
    is_array = isinstance(example, jax.Array | np.ndarray)
    return jax.ShapeDtypeStruct(example.shape, example.dtype) if is_array else example  # type: ignore[no-untyped-call]  # of JAX


def _zeros(example: Any) -> Any:
    return jnp.zeros(example.shape, example.dtype) if isinstance(example, jax.ShapeDtypeStruct) else example


def _taken_apart(tree: Any, described: Described) -> tuple[_Plan, list[Any]]:
    """Returns a tree without its arrays, and the arrays; of random keys the numbers they are made of."""
    paths, structure = jax.tree_util.tree_flatten_with_path(tree)
    others: list[Any] = [leaf for _, leaf in paths]
    leaves: list[_Leaf] = []
    arrays: list[Any] = []
    for position, (path, value) in enumerate(paths):
        if not _is_array(path, value):
            continue
        array = jnp.asarray(value)
        kind = None
        if is_key(array.dtype):
            kind = jax.random.key_impl(array)
            array = jax.random.key_data(array)
        others[position] = None
        name, may_be_trained = described(path)
        is_trained = may_be_trained and kind is None and bool(jnp.issubdtype(array.dtype, jnp.inexact))
        leaves.append(_Leaf(position, name, is_trained, tuple(array.shape), np.dtype(array.dtype), kind))
        arrays.append(array)
    return _Plan(structure, others, leaves), arrays


def _is_array(path: Any, value: Any) -> bool:
    if isinstance(value, jax.Array | np.ndarray | np.generic):
        return True
    plain = all(isinstance(step, jax.tree_util.DictKey | jax.tree_util.SequenceKey) for step in path)
    return plain and isinstance(value, int | float | complex) and not isinstance(value, bool)


def _check(name: str, plan: _Plan) -> None:
    if not plan.leaves:
        raise InvalidArgumentError(f"the function that makes {name!r} returned no array: {plan.others!r}")
    paths = [leaf.path for leaf in plan.leaves]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise InvalidArgumentError(f"arrays of {name!r} need paths of their own; {twice} stand for several")


def _handed(active: Frame, spec: VariableSpec, key_kind: Any) -> Any:
    value = active.variable(spec)
    if key_kind is None:
        return value
    key = jax.random.wrap_key_data(value, impl=key_kind)
    active.handed[id(key)] = (spec.name, key)
    return key


def is_key(dtype: Any) -> bool:
    """Whether a dtype is that of random keys."""
    return bool(jnp.issubdtype(dtype, jax.dtypes.prng_key))


def step_name(step: Any) -> str:
    """Returns one step of a path in a tree as a part of a name: a key, a field or an index."""
    for attribute in ("key", "name", "idx"):
        if hasattr(step, attribute):
            return str(getattr(step, attribute))
    return str(step)
