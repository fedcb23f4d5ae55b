"""`tf.strings`: operations on whole columns of strings, in Arrow."""

from estimax.strings._conversion import as_string, to_number
from estimax.strings._hashing import to_hash_bucket, to_hash_bucket_fast
from estimax.strings._regex import regex_full_match, regex_replace
from estimax.strings._text import join, length, lower, strip, substr, upper

__all__ = [
    "as_string",
    "join",
    "length",
    "lower",
    "regex_full_match",
    "regex_replace",
    "strip",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_number",
    "upper",
]
