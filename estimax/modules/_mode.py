"""Whether a module is to behave as in training."""

from __future__ import annotations

from typing import Any

from estimax._base._errors import InvalidArgumentError


def is_training(mode: Any) -> bool:
    """Returns whether a mode is that of training.

    Args:
        mode: 'train', 'eval' or 'infer', as a model function gets it; or a boolean.

    Raises:
        InvalidArgumentError: it is none of these.

    Example:
        >>> is_training("train"), is_training("infer"), is_training(True)
        (True, False, True)
    """
    if isinstance(mode, bool):
        return mode
    if mode not in ("train", "eval", "infer"):
        raise InvalidArgumentError(
            f"mode must be the mode that the model function got, or whether to train (True, False); got {mode!r}"
        )
    return bool(mode == "train")
