"""What the Keras-style optimizers have in common: clipping, decay, names in checkpoints."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.math import clip_by_value
from estimax.optimizers.schedules import LearningRateSchedule, deserialize
from estimax.train._clipping import clip_by_global_norm, clip_by_norm
from estimax.train._compute_gradients import gradients
from estimax.train._global_step import get_or_create_global_step
from estimax.train._gradients import Gradient, merge_all
from estimax.train._learning_rate import LearningRate, Number, check_rate, rate_now
from estimax.train._optimizer import Key, TrainOp, Update, require_at_least_zero
from estimax.train._rule import Rule


@dataclass(eq=False)
class Optimizer(Rule):
    """The interface of every Keras-style optimizer.

    Their numbers are those of `tf.keras.optimizers.legacy`, the only ones that the
    original's estimators take. Hyper-parameters are saved in checkpoints for those who
    read them; a run that goes on uses those of its program. Steps are counted by the
    global step.

    Attributes:
        clipnorm: the greatest norm of each gradient; None for any.
        clipvalue: the greatest absolute value of an element of a gradient; None for any.
        global_clipnorm: the greatest norm of all gradients together; None for any.
        decay: the learning rate of step `t` is divided by `1 + decay * t`.
        lr: another name of `learning_rate`.
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ()
    """The attributes that stand in checkpoints beside learning rate and decay."""

    clipnorm: float | None = field(default=None, kw_only=True)
    clipvalue: float | None = field(default=None, kw_only=True)
    global_clipnorm: float | None = field(default=None, kw_only=True)
    decay: float = field(default=0.0, kw_only=True)
    lr: LearningRate | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.lr is not None:
            self.learning_rate, self.lr = self.lr, None
        kind = type(self).__name__
        check_rate(kind, self.learning_rate)
        limits = {"clipnorm": self.clipnorm, "clipvalue": self.clipvalue, "global_clipnorm": self.global_clipnorm}
        require_at_least_zero(kind, decay=self.decay, **{n: v for n, v in limits.items() if v is not None})
        if self.clipnorm is not None and self.global_clipnorm is not None:
            raise InvalidArgumentError(
                f"{kind} takes clipnorm or global_clipnorm, not both; got {self.clipnorm} and {self.global_clipnorm}"
            )

    @property
    def clips(self) -> bool:
        """Whether gradients are made smaller before they are used."""
        return not (self.clipnorm is None and self.clipvalue is None and self.global_clipnorm is None)

    @property
    def reads_rows(self) -> bool:
        return self.keeps_other_rows or self.clips

    @property
    def iterations(self) -> Any:
        """The number of steps done, the global step. It may be set to that, as programs do; that has no effect."""
        return get_or_create_global_step()

    @iterations.setter
    def iterations(self, step: Any) -> None:
        pass

    def current_learning_rate(self) -> jax.Array:
        """Returns the learning rate with its decay, as a float32 scalar."""
        rate = rate_now(self.learning_rate)
        if not self.decay:
            return rate
        steps = jnp.asarray(get_or_create_global_step(), jnp.float32)
        return jnp.divide(rate, 1 + jnp.float32(self.decay) * steps)

    @abstractmethod
    def update(
        self,
        param: jax.Array,
        slots: Mapping[str, jax.Array],
        gradient: jax.Array,
        scalars: Mapping[str, jax.Array],
        learning_rate: Number,
        step: Number,
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Returns the parameter and the slots after one step."""

    def scalars(self) -> dict[str, float]:
        """Returns the hyper-parameters that are numbers."""
        named = {name: getattr(self, name) for name in ("learning_rate", "decay", *self.hyperparameters)}
        return {name: float(v) for name, v in named.items() if isinstance(v, int | float | np.generic)}

    def update_scalars(self, scalars: Mapping[str, jax.Array], step: Number) -> dict[str, jax.Array]:
        """Returns the hyper-parameters of this program, whatever a checkpoint had."""
        return {name: jnp.float32(value) for name, value in self.scalars().items()}

    def saved_name(self, key: Key, copy: int) -> str:
        """Returns `training/<name>/<variable>/<slot>`, or `training/<name>/<hyper-parameter>`."""
        return "/".join(["training", f"{self.name}_{copy}" if copy else self.name, *filter(None, key)])

    def apply(self, update: Update) -> Update:
        """Clips the gradients and applies the rule."""
        return super().apply(self._clipped(update) if self.clips else update)

    def _clipped(self, update: Update) -> Update:
        once, scratch = merge_all(update.gradients, update.scratch)
        if self.clipvalue is not None:
            once = {n: clip_by_value(g, -self.clipvalue, self.clipvalue) for n, g in once.items()}
        if self.clipnorm is not None:
            once = {n: clip_by_norm(g, self.clipnorm) for n, g in once.items()}
        if self.global_clipnorm is not None:
            listed, _ = clip_by_global_norm(list(once.values()), self.global_clipnorm)
            once = dict(zip(once, listed, strict=True))
        return replace(update, gradients=once, scratch=scratch)

    def minimize(  # type: ignore[override]  # Keras has the variables in second place
        self, loss: Any, var_list: Any = None, grad_loss: Any = None, name: str | None = None, tape: Any = None
    ) -> TrainOp:
        """Declares that `loss` is minimised with this optimizer; the training loop carries it out.

        Args:
            loss: a scalar.
            var_list: the variables to train, their names, or a function that returns them; all trainable ones if None.
            grad_loss: a factor of the gradients; 1 if None.
            name: accepted for programs that pass it; it has no effect.
            tape: has no effect.

        Raises:
            InvalidArgumentError: there is no loss, it is not one number, or a variable is unknown.
        """
        variables = var_list() if callable(var_list) else var_list
        return super().minimize(loss, var_list=variables, grad_loss=grad_loss)

    def apply_gradients(  # type: ignore[override]  # Keras has no global step
        self,
        grads_and_vars: Iterable[tuple[Gradient | None, Any]],
        name: str | None = None,
        experimental_aggregate_gradients: bool = True,
        **_: Any,
    ) -> TrainOp:
        """Declares that variables are changed by these gradients; the training loop carries it out.

        Raises:
            InvalidArgumentError: no variable has a gradient, or one stands there twice.
        """
        return super().apply_gradients(grads_and_vars)

    def get_gradients(self, loss: Any, params: Any) -> list[Gradient | None]:
        """Returns the gradients of a loss with respect to variables of the model function."""
        return gradients(loss, params)

    def get_updates(self, loss: Any, params: Any) -> list[TrainOp]:
        """Returns what `minimize` returns, in a list."""
        return [self.minimize(loss, params)]

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make this optimizer again, a schedule as a description of it."""
        config: dict[str, Any] = {}
        for argument in fields(self):
            value = getattr(self, argument.name)
            is_unset = argument.kw_only and argument.name != "decay" and value is None
            if not is_unset:
                config[argument.name] = value.description() if isinstance(value, LearningRateSchedule) else value
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """Makes an optimizer of what `get_config` returned.

        Raises:
            InvalidArgumentError: the class has no such argument.
        """
        arguments = dict(config)
        rate = arguments.get("learning_rate")
        if isinstance(rate, Mapping):
            arguments["learning_rate"] = deserialize(rate)
        known = [f.name for f in fields(cls)]
        unknown = [name for name in arguments if name not in known]
        missing = [f.name for f in fields(cls) if f.default is MISSING and f.name not in arguments]
        if unknown or missing:
            raise InvalidArgumentError(f"{cls.__name__} takes {known}; got {unknown or f'no {missing}'}")
        return cls(**arguments)
