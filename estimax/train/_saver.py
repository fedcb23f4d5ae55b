"""`Saver`: single checkpoints, written and read by the program's own hand, in hooks and in `Scaffold.init_fn`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimax import logging
from estimax._base._checkpoint_index import INDEX, SUFFIX, CheckpointState, write_index
from estimax._base._errors import InvalidArgumentError, NotFoundError
from estimax._base._files import as_path, write_atomically
from estimax._base._tensor_file import write_tensors
from estimax._scope._frame import current_frame
from estimax.train._checkpoint_reading import load_checkpoint
from estimax.train._checkpoints import FORMAT
from estimax.train._global_step import GLOBAL_STEP


class Saver:
    """Writes variables of a run to checkpoints, and reads them back into a run that starts.

    Args:
        var_list: variables, as `get_variable` and `tf.trainable_variables()` give them, in a
            list or as name in the checkpoint -> variable; names do as well. None for all: to
            be restored, those that the model function has made so far; to be saved, all of a run.
        max_to_keep: of the checkpoints that it writes, how many are kept; 0 or None for all.
        keep_checkpoint_every_n_hours: one of every so many hours is kept for good.
        name: has no effect, as have the arguments after it that are not named here.
        pad_step_number: whether numbers in file names have eight digits.

    Raises:
        TypeError: `var_list` is neither a list nor a dictionary, or holds something else.
        ValueError: it is empty, or names a variable twice.

    Example:
        >>> import estimax as tf
        >>> class SaveBest(tf.train.SessionRunHook):
        ...     def begin(self):
        ...         self.saver = tf.train.Saver(max_to_keep=1)
        ...     def end(self, session):
        ...         self.saver.save(session, "best/model", tf.train.get_global_step())
    """

    def __init__(
        self,
        var_list: Mapping[str, Any] | Sequence[Any] | None = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: Any = None,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        if max_to_keep is not None and max_to_keep < 0:
            raise ValueError(f"max_to_keep must not be negative; got {max_to_keep}")
        self.max_to_keep = max_to_keep
        self.keep_checkpoint_every_n_hours = keep_checkpoint_every_n_hours
        self._reshape = reshape
        self._pad_step_number = pad_step_number
        self._is_for_all = var_list is None
        self._names = names_in_checkpoint(var_list, allow_empty)
        self._kept: list[tuple[str, float]] = []
        self._preserved = time.time()

    @property
    def last_checkpoints(self) -> list[str]:
        """The paths of the checkpoints that it wrote and has not removed, oldest first."""
        return [path for path, _ in self._kept]

    @property
    def chooses(self) -> bool:
        """Whether it was given the variables that it saves and restores."""
        return self._names is not None

    def set_last_checkpoints(self, last_checkpoints: Sequence[str]) -> None:
        """Makes it take the given checkpoints, oldest first, for its own."""
        now = time.time()
        self._kept = [(as_path(path), now) for path in last_checkpoints]

    recover_last_checkpoints = set_last_checkpoints

    def restore(self, sess: Any, save_path: str) -> None:
        """Gives variables of a run the values of a checkpoint; the global step stays as it is.

        Args:
            sess: the session that `Scaffold.init_fn` or `after_create_session` was given.
            save_path: a checkpoint without its ending, of this package or of the original.

        Raises:
            ValueError: the path is None, or there is no such checkpoint.
            NotFoundError: the checkpoint lacks variables; the message names them.
            InvalidArgumentError: a variable has another shape.
        """
        if save_path is None:
            raise ValueError("save_path must be a checkpoint; got None. Does the folder hold one?")
        variables = sess.variables()
        chosen = {name: name for name in variables} if self._names is None else self._names
        names = {saved: name for saved, name in chosen.items() if name != GLOBAL_STEP}
        sess.load(checkpoint_values(save_path, names, variables, reshape=self._reshape))
        logging.info("Restoring parameters from %s", as_path(save_path))

    def save(
        self,
        sess: Any,
        save_path: str,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str:
        """Writes the variables of a run as they are now.

        Args:
            sess: the session that a hook was given.
            save_path: the path, to which the step is appended.
            global_step: a number, or what `tf.train.get_global_step()` gives; None for no number.
            latest_filename: the name of the index, if it is not `checkpoint`.
            meta_graph_suffix: has no effect, as has `write_meta_graph`.
            write_meta_graph: see above.
            write_state: whether the checkpoint is named in the index of its folder.
            strip_default_attrs: has no effect, as has `save_debug_info`.
            save_debug_info: see above.

        Returns:
            The path of the checkpoint, without its ending.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        prefix, step = as_path(save_path), None
        if global_step is not None:
            step = int(global_step if isinstance(global_step, int | np.integer) else sess.run(global_step))
            prefix = f"{prefix}-{step:08d}" if self._pad_step_number else f"{prefix}-{step}"
        variables = sess.variables()
        step = int(variables.get(GLOBAL_STEP, 0)) if step is None else step
        if self._is_for_all or self._names is None:
            arrays = variables
        else:
            arrays = {saved: variables[name] for saved, name in self._names.items()}
        folder = os.path.dirname(prefix) or os.curdir
        os.makedirs(folder, exist_ok=True)
        metadata = {"format": FORMAT, "step": str(step)}
        write_atomically(f"{prefix}{SUFFIX}", lambda file: write_tensors(file, arrays, metadata))
        removable = self._keep(prefix)
        if write_state:
            paths, stamps = zip(*self._kept, strict=True) if self._kept else ((prefix,), (time.time(),))
            state = CheckpointState(prefix, paths, stamps, self._preserved)
            write_index(folder, state, latest_filename or INDEX)
        for path in removable:
            if os.path.exists(f"{path}{SUFFIX}"):
                os.remove(f"{path}{SUFFIX}")
        return prefix

    def _keep(self, prefix: str) -> list[str]:
        """Notes a checkpoint, and returns those that are to be removed for it."""
        if not self.max_to_keep:
            return []
        self._kept = [(path, stamp) for path, stamp in self._kept if path != prefix] + [(prefix, time.time())]
        removable = []
        while len(self._kept) > self.max_to_keep:
            path, stamp = self._kept.pop(0)
            if stamp - self._preserved >= self.keep_checkpoint_every_n_hours * 3600:
                self._preserved = stamp
            else:
                removable.append(path)
        return removable


def names_in_checkpoint(var_list: Any, allow_empty: bool = False) -> dict[str, str] | None:
    """Returns name in the checkpoint -> name of the variable; None for all variables of a run.

    Raises:
        TypeError: `var_list` is neither a list nor a dictionary, or holds something else than variables.
        ValueError: it is empty, or names a variable twice.

    Example:
        >>> from estimax.train._saver import names_in_checkpoint
        >>> names_in_checkpoint({"kernel": "dense/kernel:0"})
        {'kernel': 'dense/kernel'}
    """
    active = current_frame.get()
    if var_list is None:
        if active is None:
            return None
        made = [name for name, spec in active.specs.items() if not spec.is_local]
        return {name: name for name in [*made, GLOBAL_STEP]}
    if isinstance(var_list, Mapping):
        names = {str(saved): variable_name(variable) for saved, variable in var_list.items()}
    elif isinstance(var_list, list | tuple | set | frozenset):
        listed = [variable_name(variable) for variable in var_list]
        names = {name: name for name in listed}
        if len(names) < len(listed):
            twice = next(name for name in listed if listed.count(name) > 1)
            raise ValueError(f"var_list must name each variable once; got {twice!r} twice")
    else:
        raise TypeError(f"var_list must be a list or a dictionary of variables; got {var_list!r}")
    if not names and not allow_empty:
        raise ValueError("var_list must hold variables; it is empty. Leave it out for all of them")
    return names


def variable_name(variable: Any) -> str:
    """Returns the full name of a variable, given its array, its handle or its name.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(variable, str):
        return variable.removesuffix(":0")
    active = current_frame.get()
    name = None if active is None else active.name_of(variable)
    if name is None and hasattr(variable, "spec"):
        name = variable.spec.name
    if name is None:
        raise TypeError(
            f"a variable must be what get_variable or tf.trainable_variables() gives in the model function; "
            f"got {variable!r}. Outside of a model function give its name"
        )
    return str(name)


def checkpoint_values(
    save_path: str,
    names: Mapping[str, str],
    current: Mapping[str, np.ndarray],
    *,
    ignore_missing: bool = False,
    reshape: bool = False,
) -> dict[str, np.ndarray]:
    """Reads the values of some variables, and checks that they fit.

    Args:
        save_path: a checkpoint.
        names: name in the checkpoint -> name of the variable.
        current: the variables as they are.
        ignore_missing: whether a variable that the checkpoint lacks is left as it is.
        reshape: whether a value of another shape but as many elements is taken.

    Raises:
        ValueError: there is no such checkpoint.
        NotFoundError: the checkpoint lacks variables, or the run does.
        InvalidArgumentError: a variable has another shape.
    """
    try:
        reader = load_checkpoint(save_path)
    except NotFoundError as error:
        raise ValueError(f"save_path must be a checkpoint; got {as_path(save_path)!r}: {error}") from None
    unknown = sorted(name for name in names.values() if name not in current)
    if unknown:
        raise NotFoundError(f"the run has no variables {', '.join(unknown)}; it has {', '.join(sorted(current))}")
    missing = sorted(saved for saved in names if not reader.has_tensor(saved))
    if missing and not ignore_missing:
        there = ", ".join(sorted(reader.get_variable_to_shape_map()))
        raise NotFoundError(
            f"the checkpoint {as_path(save_path)!r} has no variables {', '.join(missing)}; it has {there}. "
            f"Give the Saver a var_list of those to read, or a dictionary from their names there"
        )
    values = {name: (saved, reader.get_tensor(saved)) for saved, name in names.items() if saved not in missing}
    return {name: _fitting(name, saved, value, current[name], reshape) for name, (saved, value) in values.items()}


def _fitting(name: str, saved: str, value: np.ndarray, current: np.ndarray, reshape: bool) -> np.ndarray:
    if value.shape != current.shape and not (reshape and value.size == current.size):
        raise InvalidArgumentError(
            f"variable {name!r} has the shape {current.shape}; {saved!r} in the checkpoint has {value.shape}"
        )
    return value.reshape(current.shape).astype(current.dtype, copy=False)
