"""Optimizers by name and by description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax.optimizers._adadelta import Adadelta
from estimax.optimizers._adagrad import Adagrad
from estimax.optimizers._adam import Adam, Adamax
from estimax.optimizers._ftrl import Ftrl
from estimax.optimizers._nadam import Nadam
from estimax.optimizers._optimizer import Optimizer
from estimax.optimizers._rmsprop import RMSprop
from estimax.optimizers._sgd import SGD
from estimax.train._as_optimizer import as_optimizer
from estimax.train._optimizer import Optimizer as AnyOptimizer

_CLASSES: tuple[type[Optimizer], ...] = (Adadelta, Adagrad, Adam, Adamax, Ftrl, Nadam, RMSprop, SGD)
_BY_NAME = {c.__name__.lower(): c for c in _CLASSES}


def get(identifier: Any) -> AnyOptimizer:
    """Returns an optimizer.

    Args:
        identifier: an optimizer, an optax transformation, a name in any case, or a description as
            `serialize` returns it.

    Raises:
        InvalidArgumentError: it is none of these, or an unknown name.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.get("adam").learning_rate
        0.001
    """
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier, "config": {}})
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    return as_optimizer(identifier)


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Returns the name of the class of an optimizer and its arguments.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.serialize(tf.optimizers.SGD(0.1))["class_name"]
        'SGD'
    """
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


def deserialize(config: Mapping[str, Any], custom_objects: Any = None) -> Optimizer:
    """Makes an optimizer of what `serialize` returned.

    Raises:
        InvalidArgumentError: there is no optimizer of that name, or it has no such argument.
    """
    name = str(config.get("class_name"))
    if name.lower() not in _BY_NAME:
        known = sorted(c.__name__ for c in _CLASSES)
        raise InvalidArgumentError(f"{name!r} is not one of the optimizers {known}{did_you_mean(name, known)}")
    return _BY_NAME[name.lower()].from_config(config.get("config", {}))
