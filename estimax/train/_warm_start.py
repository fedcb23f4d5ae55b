"""Starting a model from the variables of another: `warm_start` and `init_from_checkpoint`.

Nothing is read here but names and shapes: it is decided which variable starts from
what, and each gets an initializer that reads its value where a run starts anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from estimax import logging
from estimax._base._errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax._base._lazy import did_you_mean
from estimax._scope._frame import Frame, VariableSpec, current_frame
from estimax.train._loaded_values import Initial, LoadedValue, RemappedValue, Source
from estimax.train._saver import variable_name
from estimax.train._warm_start_settings import VocabInfo, WarmStartSettings

Specs = Mapping[str, VariableSpec]


def planned_starts(settings: str | WarmStartSettings, specs: Specs) -> dict[str, Initial]:
    """Returns the initializers of the variables that start from a checkpoint, by their names.

    A path alone stands for all trainable variables that the checkpoint has, under their
    own names; where it is no checkpoint but any file of arrays, for all variables.

    Raises:
        NotFoundError: there is no checkpoint, or it has no variable of the model.
        InvalidArgumentError: the checkpoint lacks a variable that is to start from it, or
            has it in another shape; or a name is given that is none of a variable that starts.
    """
    is_path = isinstance(settings, str)
    logging.info("Warm-starting with WarmStartSettings: %s", WarmStartSettings(settings) if is_path else settings)
    return _fitting_starts(settings, specs) if isinstance(settings, str) else _starts(settings, specs)


def _fitting_starts(path: str, specs: Specs) -> dict[str, Initial]:
    source = Source(path)
    logging.info("Warm-starting from: %s", path)
    if source.is_checkpoint:
        logging.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
    wanted = [n for n, s in specs.items() if not s.is_local and (s.is_trainable or not source.is_checkpoint)]
    starts = {name: _plain(source, name, specs[name]) for name in wanted if name in source}
    if not starts:
        raise NotFoundError(
            f"warm_start_from={path!r} has none of the model's variables {sorted(specs)}; it has {source.names}"
        )
    missing = sorted(set(wanted) - set(starts))
    if missing:
        logging.warning("%s does not have %s: these start anew.", path, ", ".join(missing))
    logging.info("Warm-started %d variables.", len(starts))
    return starts


def _starts(settings: WarmStartSettings, specs: Specs) -> dict[str, Initial]:
    source = Source(settings.ckpt_to_initialize_from)
    logging.info("Warm-starting from: %s", settings.ckpt_to_initialize_from)
    chosen = _chosen(settings.vars_to_warm_start, specs)
    infos = {_plain_name(name): info for name, info in settings.var_name_to_vocab_info.items()}
    renames = {_plain_name(name): _plain_name(old) for name, old in settings.var_name_to_prev_var_name.items()}
    _check_used("var_name_to_prev_var_name", renames, chosen)
    _check_used("var_name_to_vocab_info", infos, chosen)
    starts: dict[str, Initial] = {}
    for name in chosen:
        old = renames.get(name, name)
        if name in infos:
            starts[name] = _remapped(source, old, specs[name], infos[name])
        elif settings.vars_to_warm_start is not None:
            starts[name] = _plain(source, old, specs[name])
    logging.info("Warm-started %d variables.", len(starts))
    return starts


def _chosen(wanted: Any, specs: Specs) -> list[str]:
    """Returns the names of the variables that may start from the checkpoint."""
    trainable = [name for name, spec in specs.items() if spec.is_trainable and not spec.is_local]
    if wanted is None or isinstance(wanted, str):
        logging.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        return [name for name in trainable if wanted is None or _matches(wanted, name)]
    if not isinstance(wanted, list | tuple):
        raise InvalidArgumentError(
            f"vars_to_warm_start must be a regular expression, a list of such or of variables, or None; got {wanted!r}"
        )
    saved = [name for name, spec in specs.items() if not spec.is_local]
    if all(isinstance(pattern, str) for pattern in wanted):
        return [name for name in saved if any(_matches(pattern, name) for pattern in wanted)]
    names = [variable_name(variable) for variable in wanted]
    return [name for name in saved if name in names]


def planned_slots(settings: Any, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the state of optimizers that starts from a checkpoint, by name: where a list of patterns names it."""
    patterns = getattr(settings, "vars_to_warm_start", None)
    if not isinstance(patterns, list | tuple) or not all(isinstance(pattern, str) for pattern in patterns):
        return {}
    source = Source(settings.ckpt_to_initialize_from)
    chosen = [name for name in slots if any(_matches(pattern, name) for pattern in patterns)]
    return {n: source.read(n) for n in chosen if n in source and source.shape(n) == tuple(np.shape(slots[n]))}


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.match(pattern, name) is not None or re.match(pattern, f"{name}:0") is not None
    except re.error as error:
        raise InvalidArgumentError(
            f"vars_to_warm_start must hold regular expressions; got {pattern!r}: {error}"
        ) from None


def _plain_name(name: str) -> str:
    return name.removesuffix(":0")


def _check_used(argument: str, given: Iterable[str], chosen: list[str]) -> None:
    unused = [name for name in given if name not in chosen]
    if unused:
        raise InvalidArgumentError(
            f"You provided the following variables in {argument} that were not used: {unused}"
            f"{did_you_mean(unused[0], chosen)}. These are the variables that start from the checkpoint: {chosen}"
        )


def _plain(source: Source, old: str, spec: VariableSpec) -> Initial:
    shape = source.shape(old)
    if shape != spec.shape:
        raise InvalidArgumentError(
            f"variable {spec.name!r} has shape {list(spec.shape)} in this model, and {old!r} has shape {list(shape)} "
            f"in {source.path}; they must be equal, or a VocabInfo must say how the rows follow a vocabulary"
        )
    return LoadedValue(source, old)


def _remapped(source: Source, old: str, spec: VariableSpec, info: VocabInfo) -> Initial:
    shape = source.shape(old)
    same = len(shape) == len(spec.shape) and info.axis < len(shape)
    same = same and all(a == b for i, (a, b) in enumerate(zip(shape, spec.shape, strict=True)) if i != info.axis)
    if not same:
        raise InvalidArgumentError(
            f"variable {spec.name!r} has shape {list(spec.shape)} in this model, and {old!r} has shape {list(shape)} "
            f"in {source.path}; they may differ along the axis {info.axis} of its VocabInfo only"
        )
    return RemappedValue(source, old, info)


def warm_start(
    ckpt_to_initialize_from: Any,
    vars_to_warm_start: Any = ".*",
    var_name_to_vocab_info: Mapping[str, VocabInfo] | None = None,
    var_name_to_prev_var_name: Mapping[str, str] | None = None,
) -> None:
    """Lets the variables that a model function has made start from a checkpoint; see `WarmStartSettings`.

    They do where a run starts anew, not where it goes on from a checkpoint of its own.

    Raises:
        FailedPreconditionError: no model function runs.
        InvalidArgumentError: the checkpoint does not fit the model.

    Example:
        >>> import estimax as tf
        >>> def model_fn(features, labels, mode):
        ...     hidden = tf.layers.dense(features, 8, name="hidden")
        ...     tf.train.warm_start("old_model", "hidden/")
    """
    active = _running("warm_start")
    settings = WarmStartSettings(
        ckpt_to_initialize_from, vars_to_warm_start, var_name_to_vocab_info or {}, var_name_to_prev_var_name or {}
    )
    for name, start in _starts(settings, active.specs).items():
        _let_start(active, name, start)


def init_from_checkpoint(ckpt_dir_or_file: Any, assignment_map: Any) -> None:
    """Lets variables that a model function has made start with values of a checkpoint.

    They do where a run starts anew, not where it goes on from a checkpoint of its own.

    Args:
        ckpt_dir_or_file: a checkpoint, or a folder of checkpoints, ours or TensorFlow's.
        assignment_map: what stands in the checkpoint -> what starts with it, as a dictionary
            or a list of pairs: `"old/kernel": "new/kernel"` or `"old/kernel": variable`; or
            all variables of a scope, `"old/": "new/"`, where `"/"` is the whole checkpoint
            or the whole model.

    Raises:
        FailedPreconditionError: no model function runs.
        InvalidArgumentError: the checkpoint lacks a variable or has it in another shape,
            or the model has no variable of a name.

    Example:
        >>> import estimax as tf
        >>> def model_fn(features, labels, mode):
        ...     hidden = tf.layers.dense(features, 8, name="new/hidden")
        ...     tf.train.init_from_checkpoint("old_model", {"old/": "new/"})
    """
    active = _running("init_from_checkpoint")
    source = Source(ckpt_dir_or_file)
    for old, new in _pairs(assignment_map):
        for variable in new if isinstance(new, list | tuple) else [new]:
            for name, saved in _assigned(active, source, old, variable):
                _let_start(active, name, _plain(source, saved, active.specs[name]))


def _pairs(assignment_map: Any) -> list[tuple[str, Any]]:
    items = list(assignment_map.items()) if isinstance(assignment_map, Mapping) else assignment_map
    if not isinstance(items, list | tuple) or not all(
        isinstance(i, list | tuple) and len(i) == 2 and isinstance(i[0], str) for i in items
    ):
        raise InvalidArgumentError(
            f"assignment_map must be a dictionary, or a list of pairs, of names in the checkpoint and variables; "
            f"got {assignment_map!r}"
        )
    return sorted(((old, new) for old, new in items), key=lambda pair: pair[0])


def _assigned(active: Frame, source: Source, old: str, new: Any) -> list[tuple[str, str]]:
    """Returns the names of variables that an entry names, each with its name in the checkpoint."""
    try:
        name = variable_name(new)
    except TypeError as error:
        raise InvalidArgumentError(f"assignment_map gives {old!r} to {new!r}: {error}") from None
    if name in active.specs:
        return [(name, old)]
    if not old.endswith("/") or "/" not in name:
        raise InvalidArgumentError(
            f"assignment_map gives {old!r} to {new!r}, which is no variable of the model"
            f"{did_you_mean(name, active.specs)}. For all variables of a scope write 'scope/': 'other_scope/'"
        )
    scope = name[: name.rindex("/") + 1].removeprefix("/")
    old_scope = "" if old == "/" else old
    listed = [n for n, spec in active.specs.items() if n.startswith(scope) and not spec.is_local]
    if not listed:
        logging.warning("init_from_checkpoint: the model has no variables in the scope %r yet.", scope)
    return [(n, old_scope + n.removeprefix(scope)) for n in listed]


def _let_start(active: Frame, name: str, start: Initial) -> None:
    active.specs[name] = replace(active.specs[name], initializer=start)
    active.initials.pop(name, None)


def _running(function: str) -> Frame:
    active = current_frame.get()
    if active is None:
        raise FailedPreconditionError(
            f"tf.train.{function} changes how the variables of a model start, and must be called inside a model_fn, "
            f"after these were made"
        )
    return active
