"""What programs write for the names of files, and the step that reads files so named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from estimax._base._dtypes import string
from estimax._base._files import as_path
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.data._dataset import Dataset
from estimax.data._step import Step


def step_over_files(filenames: Any, read: Callable[[Tensor], Step], num_parallel_reads: int | None = None) -> Step:
    """Makes the step that reads files.

    Args:
        filenames: a name, a list or array of names, a Tensor of them, or a Dataset of names.
        read: makes the step for a Tensor of names.
        num_parallel_reads: how many files take turns, one element each; None, 0 or AUTOTUNE for one after the other.

    Raises:
        InvalidArgumentError: a name is no path.
        TypeError: a Tensor of names is not of strings.
    """
    turns = num_parallel_reads if num_parallel_reads is not None and num_parallel_reads > 1 else 1
    if not isinstance(filenames, Dataset) and turns == 1:
        return read(names_tensor(filenames))
    names = filenames if isinstance(filenames, Dataset) else Dataset.from_tensor_slices(names_tensor(filenames))
    if turns == 1:
        return names.flat_map(lambda file: Dataset(read(file))).step
    return names.interleave(lambda file: Dataset(read(file)), cycle_length=turns, block_length=1).step


def names_tensor(filenames: Any) -> Tensor:
    """Makes a Tensor of strings of what a program writes for one or several files."""
    if isinstance(filenames, Tensor):
        return filenames
    several = isinstance(filenames, list | tuple | np.ndarray)
    return as_tensor([as_path(f) for f in filenames] if several else as_path(filenames), string)
