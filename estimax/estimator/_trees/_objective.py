"""The loss of a head on all training rows, with its gradient and curvature for each logit.

Any head will do: JAX differentiates its loss. The rows' losses do not depend on
each other, so the derivative of all gradients in the direction of one logit of
every row is the diagonal of the Hessian.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.estimator._heads._multi_class import MultiClassHead

Loss = Callable[[Sequence[Any], Any], tuple[Any, Mapping[str, Any]]]

_OFF_KINK = 1e-6
"""Losses written with |x| or max(x, 0) have no second derivative at 0, where all logits begin; beside it they do."""
_MOST_CENTERING = 50
_MOST_HALVES = 30
_FLAT = 1e-6
"""Where the second derivative fell to this part of what it was, as for labels that are all the same, logits stop."""


@dataclass(frozen=True, eq=False)
class Slope:
    """A loss, and its first and second derivatives by each logit, float32 [rows, outputs].

    Attributes:
        curves: what else is shown of the rows, by tag.
    """

    loss: float
    gradients: np.ndarray
    hessians: np.ndarray
    curves: Mapping[str, np.ndarray]


class Objective:
    """The loss of all rows as a function of their logits.

    Args:
        loss: (entries, logits [rows, outputs]) -> the head's loss, one number, and what is shown beside it.
        entries: labels, weights and what else the loss depends on, of all rows.
        head: whose loss it is.
        rows: how many there are.
    """

    def __init__(self, loss: Loss, entries: Sequence[Any], head: Any, rows: int) -> None:
        self._entries = jax.device_put(list(entries))
        self._slope = jax.jit(lambda entries, logits: _slope(loss, entries, logits))
        self.outputs = int(head.logits_dimension)
        # Trees add up over rows, a mean does not: it is multiplied by their number, and so is what counts beside it.
        self.scale = 1.0 if str(getattr(head, "loss_reduction", "")).endswith("sum") else float(rows)
        # Friedman, "Greedy function approximation", 2001, section 4.6: logits of one softmax move together.
        classes = self.outputs if isinstance(head, MultiClassHead) and getattr(head, "loss_fn", None) is None else 0
        self._curvature = classes / (classes - 1) if classes > 1 else 1.0

    def at(self, logits: np.ndarray) -> Slope:
        """Computes the loss and its derivatives, times `scale`, at logits float32 [rows, outputs].

        Raises:
            InvalidArgumentError: the loss of a row is not a finite number, or has no curvature.
        """
        found = self._slope(self._entries, jnp.asarray(logits))
        loss, gradients, hessians, curves = jax.device_get(found)
        bad = ~(np.isfinite(gradients) & np.isfinite(hessians)).all(1)
        if bad.any():
            raise InvalidArgumentError(
                f"the loss of every row must be finite; that of training row {int(np.flatnonzero(bad)[0])} (and of "
                f"{int(bad.sum()) - 1} others) is not. Leave out rows whose label or weight is not a number"
            )
        if not (hessians > 0).any():
            raise InvalidArgumentError(
                "boosted trees need a loss with a second derivative above 0; that of the head's loss is 0 for all "
                "rows. Give the head a loss that is curved everywhere, such as log(cosh(x)) in place of absolute errors"
            )
        curvature = np.maximum(hessians, 0) * np.float32(self.scale * self._curvature)
        return Slope(float(loss), gradients * np.float32(self.scale), curvature, curves)

    def centered(self, rows: int) -> np.ndarray:
        """Finds the logits, the same for every row, at which the loss is least: float32 [outputs].

        Newton's method, with steps that are halved until the loss falls.
        """
        bias = np.zeros(self.outputs, np.float32)
        least = 0.0
        for _ in range(_MOST_CENTERING):
            slope = self.at(self._everywhere(bias, rows))
            total = slope.hessians.sum(0, dtype=np.float64)
            least = least or _FLAT * total.max()
            step = slope.gradients.sum(0, dtype=np.float64) / np.maximum(total, least)
            if total.max() <= least or np.abs(step).max() <= 1e-6 * max(1.0, np.abs(bias).max()):
                break
            most = slope.loss + 1e-6 * abs(slope.loss)  # near the bottom the loss is known no better
            after = next((b for b in _halved(bias, step) if self._loss(b, rows) <= most), None)
            if after is None:
                break
            bias = after
        return bias

    def _loss(self, bias: np.ndarray, rows: int) -> float:
        loss = float(self._slope(self._entries, jnp.asarray(self._everywhere(bias, rows)))[0])
        return loss if np.isfinite(loss) else np.inf

    def _everywhere(self, bias: np.ndarray, rows: int) -> np.ndarray:
        return np.broadcast_to(bias, (rows, self.outputs))


def _halved(bias: np.ndarray, step: np.ndarray) -> Iterator[np.ndarray]:
    """Goes through what a step leads to, and a half of it, a quarter, ..."""
    for number in range(_MOST_HALVES):
        yield (bias - step * 0.5**number).astype(np.float32)


def _slope(loss: Loss, entries: Sequence[Any], logits: Any) -> tuple[Any, Any, Any, Any]:
    def of(scores: Any) -> tuple[Any, Any]:
        value, curves = loss(entries, scores)
        return jnp.asarray(value, jnp.float32).reshape(()), curves

    (value, curves), gradients = jax.value_and_grad(of, has_aux=True)(logits)
    beside = jnp.where(jnp.abs(logits) < _OFF_KINK, _OFF_KINK, logits)
    diagonal = []
    for output in range(logits.shape[1]):
        direction = jnp.zeros_like(logits).at[:, output].set(1.0)
        _, change = jax.jvp(lambda scores: jax.grad(of, has_aux=True)(scores)[0], (beside,), (direction,))
        diagonal.append(change[:, output])
    return value, gradients, jnp.stack(diagonal, axis=1), curves
