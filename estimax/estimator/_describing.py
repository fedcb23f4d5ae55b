"""What a run tells of itself where its event file begins and ends.

TensorBoard shows it as texts (`run/model`, `run/columns`, ...), as a row of its table of
hyper-parameters, and as labels in its projector. It is put together in the thread that
writes event files, so that no run waits for it.
"""

from __future__ import annotations

import dataclasses
import math
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from estimax._graph._tensor import Tensor
from estimax._version import __version__
from estimax.data._step import Step
from estimax.estimator._hyper_parameters import columns_of, described_model, hyper_parameters, named_params
from estimax.estimator._inputs import Input
from estimax.estimator._model import Traced
from estimax.estimator._projecting import Labels, first_rows, leave_labels, shown_rows, write_projector
from estimax.feature_column import FeatureColumn
from estimax.feature_column._labels import category_labels
from estimax.summary import DeclaredSummary, EventWriter, Summary, summary_values
from estimax.summary._hparams import hparams_end, hparams_start

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator

_MOST_LINES = 500  # of a table
_MOST_WORDS = 5
_TOLD_ELSEWHERE = ("key", "dimension", "hash_bucket_size", "number_buckets", "use_safe_embedding_lookup")


def begin(
    estimator: Estimator,
    traced: Traced | None,
    step: int,
    writer: EventWriter,
    given: Input | None = None,
    variables: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Tells of a run that starts: its model, its hyper-parameters, and the labels of its embeddings.

    Args:
        estimator: the one that is trained.
        traced: its model function in training mode; None where nothing is traced, as of trees.
        step: the global step at which the run starts.
        writer: of the run's event file.
        given: the input, if it is known.
        variables: of the model, by name, before the first step.
    """
    writer.later(partial(_opening, estimator, traced, step, given, time.time()), step)
    if traced is not None:
        labels = traced.program.call.frame.embeddings
        shapes = {name: traced.program.specs[name].shape for name in labels}
        rows = first_rows(estimator.model_dir, labels, variables)
        if labels or rows:
            writer.later(partial(_projected, estimator.model_dir, labels, shapes, rows), step)


def end(writer: EventWriter, is_success: bool) -> None:
    """Tells of a run that is over, and whether it ended well; of several in a folder TensorBoard shows the first."""
    writer.summary(hparams_end(is_success, time.time()), 0)


def _opening(estimator: Estimator, traced: Traced | None, step: int, given: Input | None, now: float) -> Summary:
    chosen = hyper_parameters(estimator, traced, given)
    model = {**chosen, **({"input": _chain(given.step)} if given is not None else {})}
    texts = {
        "run/model": _table(("setting", "value"), ((name, _shown(value)) for name, value in model.items())),
        "run/columns": _columns(columns_of([described_model(estimator), named_params(estimator)])),
        "run/variables": _variables(traced) if traced is not None else "",
        "run/environment": _table(("where and how", "value"), _environment(estimator, step, now)),
    }
    told = Summary(value=[value for tag, text in texts.items() if text for value in _text(tag, text)])
    told.MergeFrom(hparams_start(chosen, now))
    return told


def _projected(
    model_dir: str,
    labels: Mapping[str, Labels],
    shapes: Mapping[str, Sequence[int]],
    first: Mapping[str, np.ndarray],
) -> Summary:
    """Leaves labels in the model folder, and vectors if there are some, and lists what the projector shows."""
    leave_labels(model_dir, labels, shapes)
    if first:
        write_projector(model_dir, {}, first)
    rows: list[tuple[str, ...]] = []
    for name, of in labels.items():
        shown, words = shown_rows(shapes[name], len(labels)), of(_MOST_WORDS)
        rows.append((name, f"{shown:,} of {shapes[name][0]:,}", ", ".join(map(str, words))))
    table = _table(("variable", "rows in the projector", "first rows"), rows)
    return Summary(value=_text("run/embeddings", table) if table else [])


def _text(tag: str, text: str) -> list[Summary.Value]:
    return summary_values(DeclaredSummary("text", tag, text), np.array(text, object))


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Returns a table in Markdown; nothing where it has no line."""
    rows = [[_cell(cell) for cell in line] for line in lines]
    if not rows:
        return ""
    more = f"\n\n… and {len(rows) - _MOST_LINES} more" if len(rows) > _MOST_LINES else ""
    listed = [header, ["---"] * len(header), *rows[:_MOST_LINES]]
    return "\n".join(f"| {' | '.join(row)} |" for row in listed) + more


def _cell(text: str) -> str:
    """Returns a text as it stands in a table, whatever it holds."""
    clean = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{clean}`" if clean else ""


def _shown(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _columns(columns: Sequence[FeatureColumn]) -> str:
    header = ("column", "kind", "features", "categories", "numbers", "details")
    return _table(header, (_column(column) for column in columns))


def _column(column: Any) -> tuple[str, ...]:
    kind = type(column).__name__.removesuffix("Column")
    categories = getattr(column, "num_buckets", getattr(_inner(column), "num_buckets", None))
    width = getattr(column, "width", None)
    numbers = ("" if n is None else f"{n:,}" for n in (categories, width))
    return (column.name, kind, ", ".join(column.raw_keys), *numbers, ", ".join(_details(column)))


def _inner(column: Any) -> Any:
    return getattr(column, "categorical_column", None)


def _details(column: Any) -> Iterator[str]:
    """Yields what else is known of a column: first words, numbers and texts that it was given."""
    inner = _inner(column)
    if inner is not None:
        yield from _details(inner)
    elif hasattr(column, "vocabulary_list"):
        yield "words " + ", ".join(category_labels(column, _MOST_WORDS))
    for field in dataclasses.fields(column):
        value = getattr(column, field.name)
        if field.name == "boundaries":
            yield f"boundaries {', '.join(map(_shown, value[: _MOST_WORDS * 4]))}"
        elif field.name in ("vocabulary_file", "ckpt_to_load_from") and value is not None:
            yield f"{field.name} {os.path.basename(value)}"  # folders may have a user's name
        elif isinstance(value, int | float | str) and value is not True and field.name not in _TOLD_ELSEWHERE:
            yield f"{field.name} {_shown(value)}"


def _variables(traced: Traced) -> str:
    specs = [spec for spec in traced.program.specs.values() if not spec.is_local]
    lines = (
        (s.name, " × ".join(map(str, s.shape)) or "1", f"{math.prod(s.shape):,}", str(s.dtype), _kind(s.is_trainable))
        for s in specs
    )
    table = _table(("variable", "shape", "numbers", "type", ""), lines)
    trained = sum(math.prod(spec.shape) for spec in specs if spec.is_trainable)
    total = sum(math.prod(spec.shape) for spec in specs)
    return f"**{trained:,}** numbers are trained, of {total:,} in {len(specs)} variables.\n\n{table}"


def _kind(is_trainable: bool) -> str:
    return "" if is_trainable else "not trained"


def _environment(estimator: Estimator, step: int, now: float) -> Iterator[tuple[str, str]]:
    """Yields where and how a run takes place; nothing of the user, and no arguments of the command."""
    devices = jax.local_devices()
    config = estimator.config
    yield "started", time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(now))
    yield "global step", f"{step:,}"
    yield "program", os.path.basename(sys.argv[0])
    yield "seed", "drawn" if config.tf_random_seed is None else str(config.tf_random_seed)
    yield "steps between summaries", str(config.save_summary_steps)
    yield "checkpoints", _checkpoints(config)
    yield "estimax", __version__
    yield "jax", jax.__version__
    yield "numpy", np.__version__
    yield "python", platform.python_version()
    yield "system", f"{platform.system()} {platform.machine()}"
    yield "processors", str(os.cpu_count())
    yield "devices", f"{len(devices)} × {devices[0].device_kind} ({devices[0].platform})"


def _checkpoints(config: Any) -> str:
    if config.save_checkpoints_steps:
        return f"every {config.save_checkpoints_steps:,} steps"
    return f"every {config.save_checkpoints_secs:g} seconds" if config.save_checkpoints_secs else "none"


def _chain(step: Any) -> str:
    """Returns the steps of a dataset in the order in which elements go through them."""
    names: list[str] = []
    while isinstance(step, Step):
        names.append(_step(step))
        step = getattr(step, "input", None)
    return " → ".join(reversed(names))


def _step(step: Any) -> str:
    fields = [field.name for field in dataclasses.fields(step) if field.init and not field.name.startswith("_")]
    values = ((name, getattr(step, name)) for name in fields)
    numbers = [f"{name} {_number(value)}" for name, value in values if isinstance(value, int | Tensor)]
    return f"{type(step).__name__}({', '.join(numbers)})" if numbers else type(step).__name__


def _number(value: Any) -> str:
    if not isinstance(value, Tensor):
        return str(value)
    return str(value.numpy()) if not value.is_symbolic and value.shape.ndims == 0 else "…"
