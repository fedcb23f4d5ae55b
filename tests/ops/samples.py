"""What a row of the table of ops says, and the arguments that most rows are tried with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._string_array import StringArray


@dataclass(frozen=True)
class Row:
    """An op: `call` takes Tensors and returns a Tensor or a list of them."""

    name: str
    call: Callable[..., Any]
    samples: tuple[tuple[Any, ...], ...]
    device: bool = True  # whether arrays of the device can take the place of numbers
    open_sizes: bool = True  # whether the sizes of the arguments may be unknown when it is traced
    saves: bool = True  # whether a graph with it can be saved

    def __str__(self) -> str:
        return self.name


def numbers(*shape: int) -> np.ndarray:
    size = int(np.prod(shape))
    return (((np.arange(size) * 7919) % 41 - 20) / 8 + 0.0625).astype(np.float32).reshape(shape)


def integers(*shape: int) -> np.ndarray:
    return ((np.arange(int(np.prod(shape))) * 31) % 13 - 6).astype(np.int32).reshape(shape)


def truths(*shape: int) -> np.ndarray:
    return ((np.arange(int(np.prod(shape))) * 5) % 3 == 0).reshape(shape)


def texts(*shape: int) -> StringArray:
    words = ["", "House", " apt 12 ", "naïve,café", "a\nb", "-3", "Ÿ", "0" * 70]
    size = int(np.prod(shape))
    return StringArray.of([words[(i * 3) % len(words)] for i in range(size)]).reshape(shape)


X, Y, POSITIVE, UNIT = numbers(2, 3), numbers(3) + 1.5, np.abs(numbers(2, 3)) + 0.5, numbers(2, 3) / 4
WIDE = np.array([[np.inf, -np.inf, np.nan], [0.0, -0.0, 1e30]], np.float32)
N, M = integers(2, 3), np.abs(integers(3)) + 1
LONG, DOUBLE = np.array([[2**40, -7, 0]]), np.array([0.1, -2.5, 1e-9])
T, U, S = truths(2, 3), truths(3), texts(2, 4)
EMPTY = np.zeros((0, 3), np.float32)
