"""Modules of Equinox in model functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax.modules._library import library
from estimax.modules._mode import is_training
from estimax.modules._tree import described_variables, step_name


def from_equinox(build: Callable[[Any], Any], mode: Any, name: str = "net") -> Any:
    """Returns an Equinox module whose arrays are variables of the model function.

    Floating-point arrays are trained, but for those of an `eqx.nn.State`: give these back to
    `tf.set_variables` when the model has been called. Dropout and batch normalization get their
    `inference` flag from the mode.

    Args:
        build: key -> module, or (module, state), as `eqx.nn.make_with_state(Net)(key=key)` returns them.
            It is called abstractly, and computed once for a run.
        mode: as the model function got it; or whether to train.
        name: of the module, in the current scope; variables are `net/layers/0/weight`.

    Returns:
        The module; with its state if `build` returns one.

    Raises:
        ImportError: Equinox is not installed.

    Example:
        In a model function:

            net = tf.modules.from_equinox(lambda key: eqx.nn.MLP(4, 3, 64, 2, key=key), mode)
            logits = jax.vmap(net)(features["x"])

        With batch normalization:

            net, state = tf.modules.from_equinox(lambda key: eqx.nn.make_with_state(Net)(key=key), mode)
            logits, after = jax.vmap(net, axis_name="batch", in_axes=(0, None), out_axes=(0, None))(x, state)
            tf.set_variables(state, after)
    """
    equinox = library("equinox", "Equinox")

    def init(key: Any) -> dict[str, Any]:
        made = build(key)
        has_state = isinstance(made, tuple) and len(made) == 2 and isinstance(made[1], equinox.nn.State)
        return dict(zip(("module", "state"), made if has_state else (made,), strict=False))

    made = described_variables(name, init, (), _described)
    module = equinox.nn.inference_mode(made["module"], value=not is_training(mode))
    return (module, made["state"]) if "state" in made else module


def _described(path: Sequence[Any]) -> tuple[str, bool]:
    part, *steps = map(step_name, path)
    return "/".join(steps if part == "module" else [part, *steps]), part == "module"
