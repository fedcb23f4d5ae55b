"""`History`: the curves of a model folder as a pandas DataFrame.

This file imports pandas, which is an extra, so it is loaded by name when it is first asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.plotting import PlotAccessor

from estimax._base._lazy import resolve
from estimax._base._logger import logger
from estimax.summary._reading_runs import TRAINING, Curve, read_runs

_FIRST = ("loss", "average_loss")
_COLUMNS = 3  # of the grid of a plot
_NO_MATPLOTLIB = "drawing curves needs matplotlib, which is not installed; run: pip install 'estimax[plots]'"


class History(pd.DataFrame):  # type: ignore[misc]  # pandas has no types
    """Curves, a column each, by step; NaN where a curve has no point.

    Curves of training have their tag's name (`loss`), those of evaluations the name of their
    folder before it (`eval/accuracy`). It is a DataFrame like any other, but that `plot()`
    without arguments draws curves of one name, trained and evaluated, into one axes.

    Attributes:
        wall_times: a DataFrame like this one, of when each value was written, in UTC.
    """

    _metadata = ["wall_times"]  # noqa: RUF012  # it is pandas' own name for what slices keep

    @property
    def _constructor(self) -> Callable[..., History]:
        return History

    @property
    def plot(self) -> HistoryPlot:
        """Draws all curves when it is called without arguments; else it is `DataFrame.plot`."""
        return HistoryPlot(self)


class HistoryPlot(PlotAccessor):  # type: ignore[misc]  # pandas has no types
    """What `History.plot` is: `DataFrame.plot`, and a grid of axes when it is called without arguments."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Draws the curves.

        Returns:
            Without arguments the axes of a grid by the name of the curve, else what pandas returns.

        Raises:
            ImportError: matplotlib is not installed.
        """
        plt = _pyplot()
        if arguments or named:
            return super().__call__(*arguments, **named)
        return _draw_grid(self._parent, plt)


def _pyplot() -> Any:
    try:
        return resolve("matplotlib.pyplot")
    except ModuleNotFoundError as error:
        raise ImportError(_NO_MATPLOTLIB) from error


def _draw_grid(history: pd.DataFrame, plt: Any) -> dict[str, Any]:
    together: dict[str, list[str]] = {}
    for column in history.columns:
        together.setdefault(_shared_name(column), []).append(column)
    if not together:
        return {}
    width = min(len(together), _COLUMNS)
    rows = math.ceil(len(together) / width)
    _, grid = plt.subplots(rows, width, figsize=(5 * width, 3 * rows), squeeze=False, layout="constrained")
    axes = dict(zip(together, grid.flat, strict=False))
    for name, columns in together.items():
        for column in columns:
            points = history[column].dropna()
            # Evaluations are few: their points are shown.
            axes[name].plot(points.index, points, marker="o" if column != name else None, label=column)
        axes[name].set(title=name, xlabel="step")
        if columns != [name]:
            axes[name].legend()
    for unused in grid.flat[len(together) :]:
        unused.remove()
    return axes


def _shared_name(column: str) -> str:
    """Returns the name of a curve without that of the evaluation it is of."""
    run, _, tag = column.partition("/")
    return tag if tag and (run == "eval" or run.startswith("eval_")) else column


def history(model_dir: str, name: str | None = None) -> History:
    """Reads the curves of a model folder, also while a run writes them.

    Damaged event files give a warning, and the points before the damage.

    Args:
        model_dir: the folder; where it is not there, there are no curves.
        name: of the evaluations only those of this name; None for all.
    """
    runs = read_runs(model_dir)
    if name is not None:
        wanted = "eval" if not name else f"eval_{name}"
        runs = {run: found for run, found in runs.items() if run in (TRAINING, wanted)}
    for found in runs.values():
        for damage in found.damages:
            logger().warning("%s", damage)
    curves = {
        tag if run == TRAINING else f"{run}/{tag}": found.scalars[tag]
        for run, found in runs.items()
        for tag in sorted(found.scalars, key=lambda tag: _FIRST.index(tag) if tag in _FIRST else len(_FIRST))
    }
    values = History(_table(curves, lambda curve: curve.values))
    values.wall_times = _table(curves, _times)
    return values


def _table(curves: Mapping[str, Curve], values_of: Callable[[Curve], Any]) -> pd.DataFrame:
    series = {name: pd.Series(values_of(curve), index=curve.steps) for name, curve in curves.items()}
    steps = np.unique(np.concatenate([np.empty(0, np.int64), *(curve.steps for curve in curves.values())]))
    return pd.DataFrame(series, index=pd.Index(steps, name="step"))


def _times(curve: Curve) -> Any:
    """Returns when points were written; not-a-time where the clock had said what no calendar has."""
    millis = curve.wall_times * 1000
    is_fine = np.abs(millis) < 1e14  # NaN is not
    times = np.where(is_fine, millis, 0).astype("datetime64[ms]")
    times[~is_fine] = np.datetime64("NaT")
    return pd.DatetimeIndex(times, tz="UTC")
