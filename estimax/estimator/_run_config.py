"""`RunConfig`: where a run lives and how often it saves, logs and summarises."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from estimax._base._lazy import did_you_mean

_DEFAULT_SAVE_SECS = 600


class _Unset:
    def __repr__(self) -> str:
        return "<unset>"


_UNSET: Any = _Unset()


@dataclass(frozen=True)
class RunConfig:
    """How an Estimator runs.

    Args:
        model_dir: folder of checkpoints, event files and exports.
        tf_random_seed: seed of first values, shuffling and dropout; None for another in each run.
        save_summary_steps: steps between summaries; 0 or None for none.
        save_checkpoints_steps: steps between checkpoints; unsets `save_checkpoints_secs`.
        save_checkpoints_secs: seconds between checkpoints, 600 if neither is given;
            None for both: no checkpoints.
        keep_checkpoint_max: how many checkpoints are kept; 0 or None for all.
        keep_checkpoint_every_n_hours: one checkpoint of every so many hours is kept for good.
        log_step_count_steps: steps between log lines of loss and speed; 0 or None for none.
        profile_steps: (first, stop): the steps of each run of `train` from its `first` up to, but not with, its
            `stop`, counted from 0, are recorded by JAX's profiler, in `<model_dir>/plugins/profile/<time>/`; None
            for none.

    The other arguments are those of the original and have no effect here.

    Raises:
        ValueError: a number that is too small, both kinds of checkpoint interval, or `profile_steps` that are none.

    Example:
        >>> import estimax as tf
        >>> config = tf.estimator.RunConfig(model_dir="runs/1", save_checkpoints_steps=2000)
        >>> config.save_checkpoints_steps, config.save_checkpoints_secs
        (2000, None)
    """

    model_dir: str | None = None
    tf_random_seed: int | None = None
    save_summary_steps: int | None = 100
    save_checkpoints_steps: int | None = _UNSET
    save_checkpoints_secs: float | None = _UNSET
    session_config: Any = None
    keep_checkpoint_max: int | None = 5
    keep_checkpoint_every_n_hours: float = 10000
    log_step_count_steps: int | None = 100
    train_distribute: Any = None
    device_fn: Any = None
    protocol: Any = None
    eval_distribute: Any = None
    experimental_distribute: Any = None
    experimental_max_worker_delay_secs: Any = None
    session_creation_timeout_secs: int = 7200
    checkpoint_save_graph_def: bool = True
    profile_steps: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        steps, secs = self.save_checkpoints_steps, self.save_checkpoints_secs
        if steps is _UNSET and secs is _UNSET:
            steps, secs = None, _DEFAULT_SAVE_SECS
        steps, secs = (None if steps is _UNSET else steps), (None if secs is _UNSET else secs)
        if steps is not None and secs is not None:
            raise ValueError(f"give save_checkpoints_steps or save_checkpoints_secs, not both; got {steps} and {secs}")
        object.__setattr__(self, "save_checkpoints_steps", steps)
        object.__setattr__(self, "save_checkpoints_secs", secs)
        if self.model_dir is not None:
            object.__setattr__(self, "model_dir", os.fspath(self.model_dir))
            if not self.model_dir:
                raise ValueError("model_dir must not be empty; leave it out for a temporary folder")
        for name in ("save_checkpoints_steps", "save_checkpoints_secs"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be positive, or None for never; got {value}")
        for name in ("save_summary_steps", "log_step_count_steps", "keep_checkpoint_max"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative; got {value}")
        if self.tf_random_seed is not None:
            if not isinstance(self.tf_random_seed, Integral):
                raise ValueError(f"tf_random_seed must be an integer or None; got {self.tf_random_seed!r}")
            object.__setattr__(self, "tf_random_seed", int(self.tf_random_seed))
        if self.profile_steps is not None:
            object.__setattr__(self, "profile_steps", _checked_range(self.profile_steps))

    def replace(self, **changes: Any) -> RunConfig:
        """Returns a configuration with some values changed.

        Raises:
            ValueError: a name that is not one of the arguments.
        """
        names = [f.name for f in dataclasses.fields(self)]
        for name in changes:
            if name not in names:
                raise ValueError(f"RunConfig has no {name!r}{did_you_mean(name, names)}")
        if changes.get("save_checkpoints_steps") is not None:
            changes.setdefault("save_checkpoints_secs", None)
        elif changes.get("save_checkpoints_secs") is not None:
            changes.setdefault("save_checkpoints_steps", None)
        return dataclasses.replace(self, **changes)

    @property
    def is_chief(self) -> bool:
        return True

    @property
    def task_type(self) -> str:
        return "worker"

    @property
    def task_id(self) -> int:
        return 0

    @property
    def num_worker_replicas(self) -> int:
        return 1

    @property
    def num_ps_replicas(self) -> int:
        return 0

    @property
    def cluster_spec(self) -> dict[str, Any]:
        return {}

    @property
    def master(self) -> str:
        return ""


def _checked_range(given: Any) -> tuple[int, int]:
    """Returns the first step to record and the one after the last.

    Raises:
        ValueError: they are not two integers, or no steps.
    """
    is_pair = isinstance(given, Sequence) and len(given) == 2
    if not is_pair or not all(isinstance(step, Integral) for step in given) or not 0 <= given[0] < given[1]:
        raise ValueError(
            f"profile_steps must be (first, stop), two integers with 0 <= first < stop, such as (100, 110), or None; "
            f"got {given!r}"
        )
    return int(given[0]), int(given[1])
