"""`tf.contrib.training`: hyperparameters, and what helps to write a training step by hand."""

from estimax._base._lazy import lazy_attributes

_TRAIN_OP = (
    "add_gradients_summaries",
    "clip_gradient_norms",
    "clip_gradient_norms_fn",
    "create_train_op",
    "multiply_gradients",
)

_LAZY = {
    **{name: f"estimax.contrib.training._train_op:{name}" for name in _TRAIN_OP},
    "HParams": "estimax.contrib.training._hparams:HParams",
    "parse_values": "estimax.contrib.training._parse_values:parse_values",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
