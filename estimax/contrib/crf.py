"""`tf.contrib.crf`: linear-chain conditional random fields."""

from estimax._base._lazy import lazy_attributes

_NAMES = (
    "crf_binary_score",
    "crf_decode",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_sequence_score",
    "crf_unary_score",
    "viterbi_decode",
)

_LAZY = {name: f"estimax.nn._crf:{name}" for name in _NAMES}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
