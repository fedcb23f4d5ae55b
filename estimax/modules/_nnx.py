"""Modules of Flax NNX in model functions.

A module is split in its definition and its arrays. These become variables, and for a
call of the model function they are put together to a module again. What the module
changed of its own state is written back when the call ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import frame
from estimax.modules._keys import next_key
from estimax.modules._library import library
from estimax.modules._mode import is_training
from estimax.modules._tree import described_variables, is_key, step_name, write_changed


def from_nnx(build: Callable[[Any], Any], mode: Any, name: str = "net") -> Any:
    """Returns a Flax NNX module whose arrays are variables of the model function.

    Arrays of `nnx.Param` are trained. Other state (`nnx.BatchStat`, arrays that are no variables of
    NNX, your own kinds) is not: in training it has, in the next step, what the module left there in
    this one. Random streams (`nnx.Rngs`, dropout) start from a new key in each step, so that a run
    that is continued goes on as it would have. They are not saved.

    Args:
        build: makes the module from `nnx.Rngs`. It is called abstractly, and computed once for a run.
        mode: as the model function got it; or whether to train. Calls `train()` or `eval()` of the module.
        name: of the module, in the current scope; variables are `net/dense/kernel`.

    Returns:
        The module, to be called in any way; it belongs to this call of the model function.

    Raises:
        ImportError: Flax is not installed.

    Example:
        In a model function:

            net = tf.modules.from_nnx(lambda rngs: Net(rngs=rngs), mode)
            logits = net(features["x"])
    """
    nnx = library("flax.nnx", "Flax")
    found: list[tuple[Any, Any]] = []

    def init(key: Any) -> tuple[Any, Any]:
        definition, streams, params, state = nnx.split(build(nnx.Rngs(key)), nnx.RngState, nnx.Param, ...)
        _check_static(definition)
        found.append((definition, jax.eval_shape(lambda: streams)))
        return params, state

    params, state = described_variables(name, init, (), _described)
    definition, streams = found[0]
    before = jax.tree.map(lambda array: array, state)  # the module changes its variables in place
    module = nnx.merge(definition, _seeded(streams), params, state)
    module.train() if is_training(mode) else module.eval()
    active = frame()

    def write_back(failed: type[BaseException] | None, *_: Any) -> None:
        if failed is None:
            write_changed(active, before, nnx.split(module, nnx.RngState, nnx.Param, ...)[3])

    active.at_end.push(write_back)
    return module


def _check_static(definition: Any) -> None:
    """Refuses arrays that NNX takes for constants of the definition.

    Raises:
        InvalidArgumentError: an attribute of a module is an array that is neither a variable nor data.
    """
    for attribute, kept in definition.attributes:
        if isinstance(getattr(kept, "value", None), jax.core.Tracer):
            raise InvalidArgumentError(
                f"{attribute!r} of an NNX module is an array that NNX cannot tell from a constant. "
                f"Write nnx.Param(...) or nnx.Variable(...) around it, or nnx.data(...)"
            )


def _described(path: Sequence[Any]) -> tuple[str, bool]:
    kind, *steps = path
    if steps and isinstance(steps[-1], jax.tree_util.GetAttrKey):
        steps.pop()  # from a variable of NNX to its array
    return "/".join(map(step_name, steps)), kind.idx == 0


def _seeded(streams: Any) -> Any:
    """Returns the random streams of a module with new keys, from which they count anew."""
    key = next_key()
    leaves, structure = jax.tree.flatten(streams)
    seeded = []
    for number, spec in enumerate(leaves):
        if is_key(spec.dtype):
            start = jax.random.fold_in(key, number)
            seeded.append(jax.random.split(start, spec.shape) if spec.shape else start)
        else:
            seeded.append(jnp.zeros(spec.shape, spec.dtype))
    return jax.tree.unflatten(structure, seeded)
