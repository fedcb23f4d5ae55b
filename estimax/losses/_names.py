"""The names of losses: `mean_squared_error/value`, as hooks and logs ask for them."""

from __future__ import annotations

import jax

from estimax._scope._frame import current_frame
from estimax._scope._scopes import name_scope


def named(loss: jax.Array, scope: str) -> jax.Array:
    """Gives a loss its name under the name scope that runs, `scope/value`, and returns it."""
    active = current_frame.get()
    if active is not None:
        with name_scope(scope):
            active.name_result("value", loss)
    return loss
