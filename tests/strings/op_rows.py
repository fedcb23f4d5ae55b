"""The operations of `tf.strings` that give several strings, or one, of one or several, and the hashes, as rows."""

import numpy as np

import estimax as tf
from estimax import ragged, sparse, strings
from estimax._base._string_array import StringArray
from tests.ops.samples import Row, S, texts

V = texts(8)
TEXTS = StringArray.of(["a|b", "", "|c||d", "e f|", "naïve", "|"])
NUMBERS = StringArray.of(["1|2.5", "-3", "4|5|6"])
BROKEN = StringArray.of([b"a\xffb", b"\xc3(", b"", "né".encode(), b"\xe2\x82"])
POINTS = np.array([[97, 233], [0x20AC, 0x1F600], [98, 0]], np.int32)


def words(x):
    return strings.split(x, " ")


SPLITTING = (
    Row("string_split", lambda x: strings.string_split(x, "|"), ((TEXTS,), (V,))),
    Row("string_split at any of several", lambda x: strings.string_split(x, "| ", skip_empty=False), ((TEXTS,), (V,))),
    Row("string_split into bytes", lambda x: strings.string_split(x, ""), ((TEXTS,),)),
    Row("string_split into lists", lambda x: strings.string_split(x, "|", result_type="RaggedTensor"), ((TEXTS,),)),
    Row("string_split of one", lambda x: strings.string_split([x], "|").values, ((StringArray.of("a||b|c"),),)),
    Row(
        "string_split and to_dense",
        lambda x: sparse.to_dense(strings.string_split(x, "|"), default_value="-"),
        ((TEXTS,),),
    ),
    Row(
        "string_split and to_number",
        lambda x: strings.to_number(strings.string_split(x, "|").values),
        ((NUMBERS,),),
    ),
    Row("split", strings.split, ((V,), (S,), (StringArray.of("a b  c "),))),
    Row("split at a string", lambda x: strings.split(x, "||"), ((TEXTS,),)),
    Row("split at a byte", lambda x: strings.split(x, "|"), ((TEXTS,), (S,))),
    Row("split once", lambda x: [strings.split(x, "|", 1), strings.split(x, None, 1)], ((TEXTS,), (V,))),
    Row("split never", lambda x: strings.split(x, "|", 0), ((TEXTS,),)),
    Row("split into a sparse Tensor", lambda x: strings.split_v1(x, "|"), ((TEXTS,), (S,), (StringArray.of("a|b"),))),
    Row("split of lists", lambda x: strings.split(words(x), "a"), ((V,), (S,))),
    Row("split of lists into a sparse Tensor", lambda x: strings.split_v1(words(x), "a"), ((V,),)),
    Row("bytes_split", strings.bytes_split, ((V,), (S,), (StringArray.of("né"),))),
    Row("strings of lists", lambda x: strings.upper(strings.strip(words(x))), ((V,), (S,))),
    Row("strings of a sparse Tensor", lambda x: strings.length(strings.string_split(x, "|")), ((TEXTS,),)),
)

JOINING = (
    Row("reduce_join", lambda x: strings.reduce_join(x, separator="-"), ((S,), (V,), (StringArray.of("a"),))),
    Row("reduce_join keeping axes", lambda x: strings.reduce_join(x, keep_dims=True), ((S,), (V,))),
    Row("reduce_join along axis 0", lambda x: strings.reduce_join(x, 0, separator=", "), ((S,), (V,))),
    Row("reduce_join along axis 1", lambda x: strings.reduce_join(x, [1], True), ((S,), (texts(2, 3, 2),))),
    Row("reduce_join along two axes", lambda x: strings.reduce_join(x, [0, -1]), ((S,), (texts(2, 3, 2),))),
    Row("reduce_join of lists", lambda x: strings.reduce_join(words(x), -1, separator="+"), ((V,), (S,))),
    Row("reduce_join across lists", lambda x: strings.reduce_join(words(x), 0, separator="+"), ((V,), (S,))),
    Row("reduce_join of all lists", lambda x: strings.reduce_join(words(x), separator="+"), ((V,), (S,))),
    Row(
        "unsorted_segment_join",
        lambda x, i: strings.unsorted_segment_join(x, i, 3, "-"),
        ((texts(4), np.array([1, 0, 1, 2])), (S, np.array([2, 0])), (S, np.array([[0, 0, 1, 1], [2, 0, 0, 0]]))),
        False,
    ),
    Row("ngrams", lambda x: strings.ngrams(x, 2), ((V,), (S,))),
    Row("ngrams of several widths", lambda x: strings.ngrams(words(x), [1, 3], "_", ("<", ">")), ((V,), (S,))),
    Row(
        "ngrams of short lists",
        lambda x: strings.ngrams(words(x), 4, "_", "*", 1, preserve_short_sequences=True),
        ((V,), (S,)),
    ),
    Row(
        "format",
        lambda x, n: strings.format("{} is {}", (x, n)),
        ((V, np.float32(0.1)), (StringArray.of("a"), np.array([[True]]))),
        False,
    ),
)

UNICODE = (
    Row("unicode_split", lambda x: strings.unicode_split(x, "UTF-8"), ((V,), (S,), (BROKEN,), (StringArray.of("né"),))),
    Row(
        "unicode_split_with_offsets", lambda x: list(strings.unicode_split_with_offsets(x, "UTF-8")), ((V,), (BROKEN,))
    ),
    Row("unicode_decode", lambda x: strings.unicode_decode(x, "UTF-8"), ((V,), (S,), (BROKEN,))),
    Row(
        "unicode_decode with options",
        lambda x: list(strings.unicode_decode_with_offsets(x, "UTF-8", "ignore", 63, True)),
        ((V,), (BROKEN,)),
    ),
    Row("unicode_decode of bytes", lambda x: strings.unicode_decode(x, "ISO-8859-1"), ((BROKEN,),)),
    Row("unicode_encode", lambda x: strings.unicode_encode(x, "UTF-8"), ((POINTS,), (POINTS[0],)), False),
    Row("unicode_encode in UTF-16", lambda x: strings.unicode_encode(x, "UTF-16-BE"), ((POINTS,),), False),
    Row(
        "unicode_encode of lists",
        lambda x: strings.unicode_encode(strings.unicode_decode(x, "UTF-8"), "UTF-32-BE"),
        ((V,), (S,)),
    ),
    Row("unicode_transcode", lambda x: strings.unicode_transcode(x, "UTF-8", "UTF-16-BE"), ((V,), (S,), (BROKEN,))),
    Row("substr of characters", lambda x: strings.substr(x, -1, 2, unit="UTF8_CHAR"), ((texts(8)[1:8:2],),)),
)

HASHES = (
    Row("to_hash_bucket", lambda x: strings.to_hash_bucket(x, 1000), ((S,),)),
    Row("to_hash_bucket_strong", lambda x: strings.to_hash_bucket_strong(x, 1000, [1, -2]), ((S,),)),
    Row("to_hash_bucket_fast of lists", lambda x: strings.to_hash_bucket_fast(words(x), 1000), ((V,),)),
)

BESIDE = (
    Row("join of lists and a string", lambda x: strings.join([words(x), "!"]), ((V,),)),
    Row("join of lists", lambda x: strings.join([words(x), strings.upper(words(x))], "="), ((V,),)),
    Row("lists of single strings", lambda x: ragged.stack([x, tf.constant(["end"])]), ((V,),)),
)

ROWS = (*SPLITTING, *JOINING, *UNICODE, *HASHES, *BESIDE)
