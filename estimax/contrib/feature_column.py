"""`tf.contrib.feature_column`: sequence columns, which moved to `tf.feature_column` later."""

from estimax._base._lazy import lazy_attributes

_NAMES = (
    "concatenate_context_input",
    "sequence_categorical_column_with_hash_bucket",
    "sequence_categorical_column_with_identity",
    "sequence_categorical_column_with_vocabulary_file",
    "sequence_categorical_column_with_vocabulary_list",
    "sequence_input_layer",
    "sequence_numeric_column",
)

_LAZY = {name: f"estimax.feature_column:{name}" for name in _NAMES}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
