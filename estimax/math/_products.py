"""Sums of products over axes that are named by letters or numbers: `einsum` and `tensordot`."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op, as_argument
from estimax.math._rule import check_kind

_ROWS = "Z"  # the letter of the axis that rows stand along; a program does not use it


def _sides(equation: str) -> tuple[list[str], str]:
    """Returns the letters of each argument and of the result; without `->`, those that occur once, in order."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        letters = "".join(terms)
        right = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return terms, right


def _einsum_spec(*specs: TensorSpec, equation: str) -> TensorSpec:
    terms, result = _sides(equation)
    sizes: dict[str, int | None] = {}
    if len(terms) != len(specs):
        raise InvalidArgumentError(f"einsum {equation!r} is of {len(terms)} Tensors; got {len(specs)}")
    for term, spec in zip(terms, specs, strict=True):
        check_kind("einsum", spec, "numbers")
        if len(term) != len(spec.shape) or not set(term) <= set(string.ascii_letters):
            raise InvalidArgumentError(
                f"einsum {equation!r} needs a letter for each axis; got {term!r} for the shape {tuple(spec.shape)}"
            )
        for letter, size in zip(term, spec.shape, strict=True):
            known = sizes.get(letter)
            if None not in (known, size) and known != size:
                raise InvalidArgumentError(f"einsum {equation!r}: the axis {letter!r} is of size {known} and {size}")
            sizes[letter] = size if known is None else known
    if any(letter not in sizes for letter in result):
        raise InvalidArgumentError(f"einsum {equation!r}: a letter of the result is not among those of the arguments")
    return TensorSpec([sizes[letter] for letter in result], specs[0].dtype)


def _einsum(*values: Any, equation: str) -> Any:
    try:
        return np.asarray(np.einsum(equation, *values, optimize=len(values) > 1))
    except ValueError as error:
        raise InvalidArgumentError(f"einsum {equation!r}: {error}") from None


def _einsum_rows(*columns: Any, equation: str) -> Any:
    terms, result = _sides(equation)
    return _einsum(*columns, equation=",".join(_ROWS + t for t in terms) + "->" + _ROWS + result)


_EINSUM = Op(
    "Einsum",
    infer=_einsum_spec,
    host=_einsum,
    lift=leading_axis(_einsum_rows),
    device="estimax.math._device:einsum",
    same_dtype=True,
)


def einsum(equation: str, *inputs: Any, name: str | None = None) -> Any:
    """Multiplies elements whose axes of one letter agree, and adds up along the letters that the result has not.

    Args:
        equation: letters of the axes of each argument and of the result, such as
            "ij,jk->ik"; all but Z, and no `...`.
        inputs: as many Tensors, of one dtype.
        name: has no effect.

    Example:
        >>> from estimax import math
        >>> math.einsum("ij,j->i", [[1, 2], [3, 4]], [10, 1]).numpy()
        array([12, 34], dtype=int32)
    """
    terms, result = _sides(equation)
    if _ROWS in equation:
        raise InvalidArgumentError(f"einsum takes all letters but {_ROWS}; got {equation!r}")
    return _EINSUM(*inputs, equation=f"{','.join(terms)}->{result}")


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Any:
    """Multiplies and adds up along axes of both Tensors; the other axes of `a` and then of `b` are left.

    Args:
        a: a Tensor.
        b: a Tensor of the same dtype.
        axes: how many last axes of `a` go with as many first ones of `b`, or two lists
            of axes that go together.
        name: has no effect.

    Example:
        >>> from estimax import math
        >>> int(math.tensordot([1, 2, 3], [4, 5, 6], 1))
        32
    """
    first, second = as_argument(a), as_argument(b)
    ranks = len(first.shape), len(second.shape)
    if isinstance(axes, int):
        pairs = [list(range(ranks[0] - axes, ranks[0])), list(range(axes))]
    else:
        pairs = [np.atleast_1d(np.asarray(part)).tolist() for part in axes]
    letters = iter(string.ascii_lowercase)
    left = [next(letters) for _ in range(ranks[0])]
    right = [next(letters) for _ in range(ranks[1])]
    for x, y in zip(*pairs, strict=True):
        right[y] = left[x]
    shared = {left[x] for x in pairs[0]}
    result = [c for c in (*left, *right) if c not in shared]
    return _EINSUM(first, second, equation=f"{''.join(left)},{''.join(right)}->{''.join(result)}")
