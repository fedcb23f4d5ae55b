"""`tf.contrib.framework.assign_from_checkpoint_fn`: functions that read variables of a checkpoint into a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from estimax import logging
from estimax.train._saver import checkpoint_values, names_in_checkpoint


def assign_from_checkpoint_fn(
    model_path: str,
    var_list: Mapping[str, Any] | Sequence[Any],
    ignore_missing_vars: bool = False,
    reshape_variables: bool = False,
) -> Callable[[Any], None]:
    """Returns a function of a session that gives variables the values of a checkpoint, as `Scaffold.init_fn` wants it.

    Args:
        model_path: a checkpoint without its ending.
        var_list: variables in a list, or name in the checkpoint -> variable.
        ignore_missing_vars: whether variables that the checkpoint lacks are left as they are, with a warning.
        reshape_variables: whether a value of another shape but as many elements is taken.

    Example:
        >>> import estimax as tf
        >>> from estimax.train._assign_from_checkpoint import assign_from_checkpoint_fn
        >>> start = assign_from_checkpoint_fn("pretrained/model.ckpt-7", ["dense/kernel"])
        >>> scaffold = tf.train.Scaffold(init_fn=lambda scaffold, session: start(session))
    """
    names = names_in_checkpoint(var_list)
    assert names is not None

    def assign(session: Any) -> None:
        current = session.variables()
        values = checkpoint_values(
            model_path, names, current, ignore_missing=ignore_missing_vars, reshape=reshape_variables
        )
        for saved in sorted(s for s, name in names.items() if name not in values):
            logging.warning("The checkpoint %s has no variable %s, which is left as it is.", model_path, saved)
        session.load(values)

    return assign
