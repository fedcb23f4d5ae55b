"""`tf.keras.initializers`: those of `tf.initializers`, with the defaults of Keras."""

from estimax.keras._keras3 import falling_back

_OF_KERAS = (
    *("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"),
    *("RandomNormal", "RandomUniform", "TruncatedNormal", "get"),
)
_SAME = (
    *("Constant", "Identity", "Initializer", "Ones", "Orthogonal", "VarianceScaling", "Zeros"),
    *("constant", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity"),
    *("lecun_normal", "lecun_uniform", "ones", "orthogonal", "variance_scaling", "zeros"),
)
_OLDER = {
    "normal": "RandomNormal",
    "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal",
    "uniform": "RandomUniform",
}

_LAZY = {name: f"estimax.initializers:{name}" for name in (*_OF_KERAS, *_SAME)}
_LAZY |= {name: f"estimax.initializers:{own}" for name, own in _OLDER.items()}

__getattr__ = falling_back(__name__, _LAZY, "initializers")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
