"""What convolutions and poolings say about space: axes, windows, strides and padding, in the forms that programs use.

Sizes come as one number, as one for each spatial axis, or as one for each axis of
the input. Inside this room they are always one for each spatial axis, and arrays
have their channels last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError

Padding = str | tuple[tuple[int, int], ...]

_LAST = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
_FIRST = {1: "NCW", 2: "NCHW", 3: "NCDHW"}


def one_of(function: str, **given: Any) -> Any:
    """Returns the argument that was given, of those that are names of the same.

    Raises:
        InvalidArgumentError: none of them was given, or several were.
    """
    known = {name: value for name, value in given.items() if value is not None}
    if len(known) == 1:
        return next(iter(known.values()))
    names = " or ".join(f"{name}=" for name in given)
    if not known:
        raise InvalidArgumentError(f"{function} needs {names}")
    raise InvalidArgumentError(f"{function} takes only one of {names}; these are names of the same argument")


@dataclass(frozen=True)
class Space:
    """The axes of an input.

    Attributes:
        function: whose arguments they are, for errors.
        rank: how many spatial axes there are.
        channels_first: whether the channels stand before them.
    """

    function: str
    rank: int
    channels_first: bool

    @staticmethod
    def of(function: str, array: Any, rank: int | None, data_format: str | None) -> Space:
        """Makes the space of an input [batch, ...spatial..., channels], or in the format that is named."""
        found = array.ndim - 2
        if rank is not None and found != rank:
            raise InvalidArgumentError(
                f"{function} needs an input of {rank + 2} dimensions, {_LAST[rank]}; got shape {array.shape}"
            )
        if found not in _LAST:
            raise InvalidArgumentError(f"{function} needs an input of 3 to 5 dimensions; got shape {array.shape}")
        if data_format not in (None, "", _LAST[found], _FIRST[found]):
            raise InvalidArgumentError(
                f"{function} knows the data formats {_LAST[found]!r} and {_FIRST[found]!r}; got {data_format!r}"
            )
        return Space(function, found, data_format == _FIRST[found])

    def channels_last(self, array: Any) -> Any:
        """Returns the array with its channels last."""
        return jnp.moveaxis(array, 1, -1) if self.channels_first else array

    def as_given(self, array: Any) -> Any:
        """Returns an array whose channels are last in the format of the input."""
        return jnp.moveaxis(array, -1, 1) if self.channels_first else array

    def sizes(self, given: Any, argument: str) -> tuple[int, ...]:
        """Returns one number for each spatial axis.

        Raises:
            InvalidArgumentError: as many numbers as make no sense, or such for the batch or the channels.
        """
        if given is None:
            return (1,) * self.rank
        listed = [int(n) for n in np.atleast_1d(np.asarray(given)).tolist()]
        if len(listed) == 1:
            return tuple(listed * self.rank)
        if len(listed) == self.rank:
            return tuple(listed)
        if len(listed) == self.rank + 2:
            own = listed[2:] if self.channels_first else listed[1:-1]
            others = listed[:2] if self.channels_first else [listed[0], listed[-1]]
            if others != [1, 1]:
                raise InvalidArgumentError(
                    f"{self.function} needs {argument} of 1 for the batch and the channels; got {listed}"
                )
            return tuple(own)
        raise InvalidArgumentError(
            f"{self.function} needs {argument} of 1, {self.rank} or {self.rank + 2} numbers; got {listed}"
        )

    def padding(self, given: Any) -> Padding:
        """Returns 'SAME', 'VALID', or what is added before and after each spatial axis."""
        if isinstance(given, str):
            if given.upper() not in ("SAME", "VALID"):
                raise InvalidArgumentError(f"{self.function} needs padding 'SAME' or 'VALID', or a list; got {given!r}")
            return given.upper()
        pairs = tuple((int(a), int(b)) for a, b in given) if given is not None else ()
        if len(pairs) == self.rank + 2:
            return pairs[2:] if self.channels_first else pairs[1:-1]
        if len(pairs) == self.rank and pairs:
            return pairs
        raise InvalidArgumentError(
            f"{self.function} needs padding 'SAME' or 'VALID', or a pair of sizes for each of {self.rank + 2} axes; "
            f"got {given!r}"
        )


def widths(
    sizes: Sequence[Any], window: Sequence[int], strides: Sequence[int], dilations: Sequence[int], padding: Padding
) -> list[tuple[int, int]]:
    """Returns what padding adds before and after each spatial axis.

    'SAME' makes as many windows as there are strides in the axis, and adds the odd
    element behind.
    """
    if padding == "VALID":
        return [(0, 0)] * len(window)
    if not isinstance(padding, str):
        return list(padding)
    reach = [(w - 1) * d + 1 for w, d in zip(window, dilations, strict=True)]
    return list(jax.lax.padtype_to_pads(sizes, reach, strides, "SAME"))


def shifts(x: Any, window: Sequence[int], strides: Sequence[int], dilations: Sequence[int]) -> list[Any]:
    """Returns for each element of a window, row by row, what of a padded input [batch, ..., channels] it meets."""
    parts = []
    for place in np.ndindex(*window):
        cut = [slice(None)]
        for size, at, w, step, apart in zip(x.shape[1:-1], place, window, strides, dilations, strict=True):
            start = at * apart
            last = size - (w - 1) * apart + start
            cut.append(slice(start, last, step))
        parts.append(x[tuple(cut)])
    return parts
