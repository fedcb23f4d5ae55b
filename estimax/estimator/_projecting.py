"""What TensorBoard's projector shows of a model: its embeddings, each row with the word it belongs to.

Labels are left in the model folder when a run starts, vectors when it ends, and when the
first run in a folder starts: TensorBoard looks once whether there are any. Of a run that
was killed `refresh` takes them from the latest checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from estimax import logging
from estimax._base._array_files import open_arrays
from estimax._base._checkpoint_index import latest_checkpoint
from estimax._base._errors import InvalidArgumentError
from estimax._base._files import Path, as_path, is_remote
from estimax.summary._projector_files import (
    MOST_ROWS,
    is_labelled,
    labelled,
    merged,
    named_tensors,
    read_config,
    write_config,
    write_labels,
    write_vectors,
)

_COMPARED = 1000  # labels: if these are as they were, so are the others
_MOST_NUMBERS = 1 << 23  # of all variables, 32 MiB: less than a checkpoint of such a model has

Labels = Callable[[int], Sequence[str | bytes]]
"""(most) -> the labels of the first rows of a variable, at most so many."""


def leave_labels(model_dir: str, labels_of: Mapping[str, Labels], shapes: Mapping[str, Sequence[int]]) -> None:
    """Writes the labels of variables, so that `refresh` finds them after a run that was killed.

    Args:
        model_dir: of the model.
        labels_of: by the names of variables, functions (most) -> labels of their first rows.
        shapes: of the variables.
    """
    for name, of in labels_of.items():
        _label(model_dir, name, of, shown_rows(shapes[name], len(labels_of)))


def _label(model_dir: str, name: str, of: Labels, rows: int) -> None:
    """Writes the labels of a variable, unless they are there: a long vocabulary takes its time."""
    if not is_labelled(model_dir, name, of(min(rows, _COMPARED)), rows):
        write_labels(model_dir, name, of(rows))


def first_rows(model_dir: str, labels_of: Mapping[str, Labels], variables: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Returns copies of what is shown of variables, which the next step changes; none where something is shown already.

    Args:
        model_dir: of the model.
        labels_of: by the names of variables, functions (most) -> labels of their first rows.
        variables: arrays by name.
    """
    try:
        config = read_config(model_dir)
    except InvalidArgumentError:  # `write_projector` will say so
        return {}
    if any(entry.tensor_path for entry in config.embeddings):
        return {}
    names = [*labels_of, *named_tensors(config)]
    shapes = {name: np.shape(variables[name]) for name in names if name in variables}
    counts = {name: shown_rows(shape, len(labels_of)) for name, shape in shapes.items() if len(shape) == 2}
    return {name: np.array(np.asarray(variables[name])[:rows]) for name, rows in counts.items()}


def shown_rows(shape: Sequence[int], count: int) -> int:
    """Returns how many rows of a variable of this shape are shown, the first ones.

    Args:
        shape: of the variable.
        count: how many variables with labels there are, which share what is shown.

    Example:
        >>> from estimax.estimator._projecting import shown_rows
        >>> shown_rows((5000, 64), 10), shown_rows((1_000_000, 64), 10), shown_rows((1_000_000, 64), 1)
        (5000, 13107, 100000)
    """
    rows, width = shape
    return min(rows, MOST_ROWS, max(_MOST_NUMBERS // max(width * count, 1), 1))


def write_projector(model_dir: Path, labels_of: Mapping[str, Labels], variables: Mapping[str, Any]) -> None:
    """Writes what the projector shows of a model; a trouble with it is one warning.

    Shown are the variables with labels, and those that the program itself has listed in
    `projector_config.pbtxt`; what stands there of its own stays.

    Args:
        model_dir: of the model.
        labels_of: by the names of variables, functions (most) -> labels of their first rows.
        variables: arrays by name; those that are not shown are not touched.
    """
    _carefully(partial(_write, as_path(model_dir), labels_of, variables), model_dir)


def refresh(model_dir: Path) -> None:
    """Writes what the projector shows of the latest checkpoint in a folder, if there is one; a trouble is one warning.

    Shown are the variables of which a training run has left labels, and those that
    `projector_config.pbtxt` names.
    """
    if not is_remote(model_dir):
        _carefully(partial(_refresh, as_path(model_dir)), model_dir)


def _carefully(write: Callable[[], None], model_dir: Path) -> None:
    try:
        write()
    except Exception as error:  # pictures of a model are not worth its training
        logging.warning("What the projector shows of %s could not be written: %s", as_path(model_dir), error)


def _refresh(model_dir: str) -> None:
    checkpoint = read_config(model_dir).model_checkpoint_path or latest_checkpoint(model_dir)
    shown = _shown(model_dir)
    if checkpoint and shown:
        with open_arrays(checkpoint) as file:
            _write(model_dir, {}, {name: file.read(name) for name in shown if name in file.entries})


def _shown(model_dir: str) -> list[str]:
    """Returns the names of the variables whose labels are there, and of those that a program has listed."""
    return [*labelled(model_dir), *named_tensors(read_config(model_dir))]


def _write(model_dir: str, labels_of: Mapping[str, Labels], variables: Mapping[str, Any]) -> None:
    shapes: dict[str, tuple[int, int]] = {}
    count = len({*labels_of, *labelled(model_dir)})
    for name in dict.fromkeys([*labels_of, *_shown(model_dir)]):
        shape: tuple[int, ...] = np.shape(variables[name]) if name in variables else ()
        if len(shape) != 2:
            continue
        rows = shown_rows(shape, count)
        if name in labels_of:
            _label(model_dir, name, labels_of[name], rows)
        write_vectors(model_dir, name, np.asarray(variables[name])[:rows])
        shapes[name] = (rows, shape[1])
        if rows < shape[0]:
            logging.info("The projector shows the first %d of the %d rows of %s.", rows, shape[0], name)
    config = read_config(model_dir)
    after = merged(config, model_dir, shapes)
    if after != config:
        write_config(model_dir, after)
