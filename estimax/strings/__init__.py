"""`tf.strings`: operations on whole columns of strings, in Arrow."""

from estimax._base._lazy import explain_missing
from estimax._graph._naming import keep_names
from estimax.strings._conversion import as_string, to_number
from estimax.strings._format import format
from estimax.strings._hashing import to_hash_bucket, to_hash_bucket_fast, to_hash_bucket_strong
from estimax.strings._ngrams import ngrams
from estimax.strings._reducing import reduce_join, unsorted_segment_join
from estimax.strings._regex import regex_full_match, regex_replace
from estimax.strings._splitting import bytes_split, split, split_v1, string_split
from estimax.strings._text import join, length, lower, strip, substr, upper
from estimax.strings._unicode import (
    unicode_decode,
    unicode_decode_with_offsets,
    unicode_encode,
    unicode_split,
    unicode_split_with_offsets,
    unicode_transcode,
)

__all__ = [
    "as_string",
    "bytes_split",
    "format",
    "join",
    "length",
    "lower",
    "ngrams",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "split_v1",
    "string_split",
    "strip",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "to_number",
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_encode",
    "unicode_split",
    "unicode_split_with_offsets",
    "unicode_transcode",
    "unsorted_segment_join",
    "upper",
]

keep_names(globals(), __all__)

explain_missing(__name__)
