"""What a warm start takes from where: `WarmStartSettings` and `VocabInfo`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from estimax._base._errors import InvalidArgumentError


@dataclass(frozen=True)
class VocabInfo:
    """How the rows of a variable follow the words of a vocabulary that has changed.

    A row of a word that both vocabularies have is that of the old variable. The other
    rows, also those of out-of-vocabulary buckets, come from `backup_initializer`.

    Args:
        new_vocab: text file of the new vocabulary, one word on each line.
        new_vocab_size: how many of its words are used.
        num_oov_buckets: how many rows the variable has behind those of the words.
        old_vocab: text file of the vocabulary with which the old variable was trained.
        old_vocab_size: how many of its words were used; -1 for all.
        backup_initializer: of rows that the old variable does not have; zeros if None.
        axis: 0 where each word has a row (embeddings, weights of categories), 1 where
            each has a column (the last layer of a classifier).

    Raises:
        InvalidArgumentError: a size is negative, or the axis is neither 0 nor 1.

    Example:
        >>> import estimax as tf
        >>> info = tf.estimator.VocabInfo("new.txt", 100, 1, "old.txt", 80)
        >>> info.axis, info.old_vocab_size
        (0, 80)
    """

    new_vocab: Any
    new_vocab_size: int
    num_oov_buckets: int
    old_vocab: Any
    old_vocab_size: int = -1
    backup_initializer: Any = None
    axis: int = 0

    def __post_init__(self) -> None:
        if self.axis not in (0, 1):
            raise InvalidArgumentError(f"axis of a VocabInfo must be 0 or 1; got {self.axis}")
        if self.new_vocab_size < 0 or self.num_oov_buckets < 0 or self.old_vocab_size < -1:
            raise InvalidArgumentError(
                f"sizes of a VocabInfo must not be negative; got new_vocab_size={self.new_vocab_size}, "
                f"num_oov_buckets={self.num_oov_buckets}, old_vocab_size={self.old_vocab_size}"
            )


@dataclass(frozen=True)
class WarmStartSettings:
    """From which checkpoint the variables of a new model start, and which of them.

    Args:
        ckpt_to_initialize_from: a checkpoint, a folder of checkpoints, or a saved model, ours or TensorFlow's.
        vars_to_warm_start: a regular expression that names of trainable variables must match
            at the start; or a list of such, for all variables, also those that are not
            trained; or a list of variables; or None for those of `var_name_to_vocab_info` alone.
        var_name_to_vocab_info: the name of a variable -> its `VocabInfo`.
        var_name_to_prev_var_name: the name of a variable -> what it is called in the checkpoint.

    Raises:
        InvalidArgumentError: there is no checkpoint to start from.

    Example:
        >>> import estimax as tf
        >>> settings = tf.estimator.WarmStartSettings("old_model", vars_to_warm_start="dnn/hiddenlayer_0.*")
        >>> estimator = tf.estimator.DNNRegressor(
        ...     [8], [tf.feature_column.numeric_column("x")], "/tmp/new_model", warm_start_from=settings
        ... )
    """

    ckpt_to_initialize_from: Any
    vars_to_warm_start: Any = ".*"
    var_name_to_vocab_info: Mapping[str, VocabInfo] = field(default_factory=dict)
    var_name_to_prev_var_name: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.ckpt_to_initialize_from, str | os.PathLike) or not os.fspath(
            self.ckpt_to_initialize_from
        ):
            raise InvalidArgumentError(
                f"ckpt_to_initialize_from must be the path of a checkpoint or of a folder of checkpoints; "
                f"got {self.ckpt_to_initialize_from!r}"
            )
        for name in ("var_name_to_vocab_info", "var_name_to_prev_var_name"):
            given = getattr(self, name)
            if given is not None and not isinstance(given, Mapping):
                raise InvalidArgumentError(f"{name} must map names of variables; got {given!r}")
            object.__setattr__(self, name, dict(given or {}))


def checked_start(warm_start_from: Any) -> str | WarmStartSettings | None:
    """Returns what an estimator starts from: a path, settings, or None.

    Raises:
        InvalidArgumentError: it is something else.
    """
    if warm_start_from is None or isinstance(warm_start_from, WarmStartSettings):
        return warm_start_from
    if isinstance(warm_start_from, str | os.PathLike):
        return os.fspath(warm_start_from)
    raise InvalidArgumentError(
        f"warm_start_from must be the path of a checkpoint or a tf.estimator.WarmStartSettings; got {warm_start_from!r}"
    )


def start_path(warm_start_from: str | WarmStartSettings) -> str:
    """Returns the path of what an estimator starts from."""
    if isinstance(warm_start_from, WarmStartSettings):
        return str(os.fspath(warm_start_from.ckpt_to_initialize_from))
    return warm_start_from
