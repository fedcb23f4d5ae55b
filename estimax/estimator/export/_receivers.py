"""Receivers: what clients send, and the features that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from estimax._base._shapes import TensorSpec
from estimax._graph._function import placeholder_for
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor


@dataclass(frozen=True)
class ServingInputReceiver:
    """What a serving input function returns.

    Args:
        features: what the model gets: a Tensor or a dictionary of Tensors.
        receiver_tensors: what clients send: a placeholder, named 'input', or a
            dictionary of placeholders.
        receiver_tensors_alternatives: accepted; requests are fed by the receiver tensors.

    Raises:
        ValueError: a receiver tensor that is not a placeholder, or no features.

    Example:
        >>> import estimax as tf
        >>> size = tf.placeholder(tf.float32, [None])
        >>> receiver = tf.estimator.export.ServingInputReceiver({"size": size * 2.0}, {"size": size})
        >>> sorted(receiver.receiver_tensors)
        ['size']
    """

    features: Any
    receiver_tensors: Any
    receiver_tensors_alternatives: Any = None

    def __post_init__(self) -> None:
        features = self.features if isinstance(self.features, Mapping) else {"feature": self.features}
        object.__setattr__(self, "features", {str(k): as_tensor(v) for k, v in features.items()})
        given = (
            self.receiver_tensors if isinstance(self.receiver_tensors, Mapping) else {"input": self.receiver_tensors}
        )
        for name, tensor in given.items():
            if not isinstance(tensor, Tensor) or tensor.node is None or tensor.node.inputs:
                raise ValueError(f"receiver tensor {name!r} must be a tf.placeholder; got {tensor!r}")
        object.__setattr__(self, "receiver_tensors", dict(given))


class TensorServingInputReceiver(ServingInputReceiver):
    """A `ServingInputReceiver` whose model gets one Tensor instead of a dictionary."""

    @property
    def feature(self) -> Tensor:
        """The Tensor that the model gets."""
        (tensor,) = self.features.values()
        return tensor  # type: ignore[no-any-return]  # features holds Tensors


def build_raw_serving_input_receiver_fn(
    features: Mapping[str, Any], default_batch_size: int | None = None
) -> Callable[[], ServingInputReceiver]:
    """Makes a serving input function whose clients send the features as they are.

    Args:
        features: name -> a Tensor or `TensorSpec` of the shape and type that clients send.
        default_batch_size: the first dimension; None for any.
    """

    def serving_input_receiver_fn() -> ServingInputReceiver:
        receivers = {}
        for name, like in features.items():
            shape = (default_batch_size, *like.shape[1:])
            receivers[name] = placeholder_for(TensorSpec(shape, like.dtype, name))
        return ServingInputReceiver(dict(receivers), receivers)

    return serving_input_receiver_fn
