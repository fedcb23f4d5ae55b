"""`tf.contrib.seq2seq`: the loss of sequences."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"sequence_loss": "estimax.nn._sequence_loss:sequence_loss"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
