"""`tf.keras.layers`: layers of Keras that estimator programs use in their model functions."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"DenseFeatures": "estimax.feature_column:DenseFeatures"} | {
    name: f"estimax.nn._recurrent_gates:{name}" for name in ("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells")
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
