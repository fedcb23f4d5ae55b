"""Modules of Flax linen in model functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from estimax._scope._frame import frame
from estimax.modules._keys import next_key
from estimax.modules._library import library
from estimax.modules._tree import described_variables, step_name, write_changed


def from_linen(module: Any, name: str = "net") -> BoundLinen:
    """Returns a Flax linen module whose arrays are variables of the model function.

    The variables are made with the first call, from the shapes of its inputs. Those of the collection
    `params` are trained. What a call changes in other collections (`batch_stats`) is theirs: in training,
    the next step starts from it.

    Args:
        module: not bound, `Net(features=10)`.
        name: of the module, in the current scope; variables are `net/Dense_0/kernel`.

    Raises:
        ImportError: Flax is not installed.

    Example:
        In a model function:

            net = tf.modules.from_linen(Net())
            logits = net(features["x"], train=mode == tf.estimator.ModeKeys.TRAIN)
    """
    library("flax.linen", "Flax")
    return BoundLinen(module, name)


class BoundLinen:
    """A Flax linen module with the variables of a model function: what `from_linen` returns.

    Attributes:
        module: as it was given.
        name: before the names of its variables.
    """

    def __init__(self, module: Any, name: str) -> None:
        self.module = module
        self.name = name
        self._named = module if module.name else module.clone(name=name)  # so that profiles show it by its name

    def __call__(self, *inputs: Any, rngs: Any = None, method: Any = None, **options: Any) -> Any:
        """Applies the module.

        Args:
            inputs: arrays.
            rngs: keys by the names of random streams; one that differs in each call and step if None.
            method: another method than the module's `__call__`.
            options: further arguments; they are given as they are when the module is initialised, too.
        """
        variables = self.variables(*inputs, method=method, **options)
        state = {kind: tree for kind, tree in variables.items() if kind != "params"}
        given = next_key() if rngs is None else rngs
        result = self._named.apply(variables, *inputs, rngs=given, method=method, mutable=list(state), **options)
        result, changed = result
        write_changed(frame(), state, changed)
        return result

    def variables(self, *inputs: Any, method: Any = None, **options: Any) -> Any:
        """Returns the current values of the variables, by collections, for inputs of these shapes."""

        def init(key: Any, inputs: Any, options: Any) -> Any:
            made = self.module.init(key, *inputs, method=method, **options)
            return {kind: tree for kind, tree in made.items() if kind not in _OF_ONE_CALL}

        return described_variables(self.name, init, (inputs, options), _described)


_OF_ONE_CALL = ("intermediates", "perturbations")


def _described(path: Sequence[Any]) -> tuple[str, bool]:
    kind, *steps = path
    if steps and isinstance(steps[-1], jax.tree_util.GetAttrKey):
        steps.pop()  # from a box with metadata to its array
    in_params = step_name(kind) == "params"
    return "/".join(map(step_name, steps)), in_params
