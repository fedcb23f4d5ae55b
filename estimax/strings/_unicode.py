"""Text in the encodings of Unicode: to code points and characters, and back.

Valid UTF-8, which is nearly all that there is, is taken apart a whole column at a
time; strings with wrong bytes, and other encodings, one by one.
"""

from __future__ import annotations

import codecs
from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base._dtypes import int32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import dense_rows
from estimax._graph._columnwise import column_op, dense_splits
from estimax._graph._op import as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, Rows, as_rows
from estimax.strings._flat_bytes import bytes_of, character_starts, counts_between, strings_of
from estimax.strings._rule import each_string, pieces_op

_ERRORS = ("strict", "replace", "ignore")
_OUTPUT = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}
_SURROGATES = (0xD800, 0xDFFF)
_LAST = 0x10FFFF
_UNKNOWN = 0xFFFD


def _check(*, encoding: str, errors: str, replacement: int, control: bool, **params: Any) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise InvalidArgumentError(f"there is no encoding {encoding!r}; use UTF-8, UTF-16-BE or UTF-32-BE") from None
    _check_errors(errors, replacement)


def _check_errors(errors: str, replacement: int) -> None:
    if errors not in _ERRORS:
        raise InvalidArgumentError(f"errors must be one of {', '.join(_ERRORS)}; got {errors!r}")
    if not 0 <= replacement <= _LAST or _SURROGATES[0] <= replacement <= _SURROGATES[1]:
        raise InvalidArgumentError(f"replacement_char must be a code point of Unicode; got {replacement:#x}")


def _check_output(encoding: str) -> str:
    if encoding not in _OUTPUT:
        raise InvalidArgumentError(f"the encoding to write must be one of {', '.join(_OUTPUT)}; got {encoding!r}")
    return encoding


def _code_points(
    flat: pa.Array, *, encoding: str, errors: str, replacement: int, control: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the code points of all strings, how many each has, and at which of its bytes each code point begins."""
    codec = codecs.lookup(encoding).name
    data, offsets = bytes_of(flat)
    if codec == "utf-8" and _is_valid(flat):
        starts = character_starts(data)
        points = np.frombuffer(bytes(data).decode().encode("utf-32-le"), "<i4").astype(np.int32)
        counts = counts_between(starts, offsets)
        where = np.flatnonzero(starts) - np.repeat(offsets[:-1], counts)
    else:
        parts = [_decoded(text, codec, errors, replacement) for text in flat.to_pylist()]
        counts = np.array([len(p) for p, _ in parts], np.int64)
        points = np.array([point for p, _ in parts for point in p], np.int32)
        where = np.array([place for _, w in parts for place in w], np.int64)
    if control:
        points = np.where(points < 0x20, replacement, points).astype(np.int32)
    return points, counts, where


def _is_valid(flat: pa.Array) -> bool:
    try:
        flat.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _decoded(text: bytes, codec: str, errors: str, replacement: int) -> tuple[list[int], list[int]]:
    """Returns the code points of one string, and where each begins; every maximal wrong part is one error."""
    points: list[int] = []
    places: list[int] = []
    begin = 0
    while begin < len(text):
        try:
            good, end, wrong = text[begin:].decode(codec), len(text), 0
        except UnicodeDecodeError as error:
            end, wrong = begin + error.start, error.end - error.start
            if errors == "strict":
                raise InvalidArgumentError(f"{text!r} is not valid {codec.upper()} at byte {end}") from None
            good = text[begin:end].decode(codec)
        place = begin
        for character in good:
            points.append(ord(character))
            places.append(place)
            place += len(character.encode(codec))
        if wrong and errors == "replace":
            points.append(replacement)
            places.append(end)
        begin = end + wrong
    return points, places


def _encoded(points: np.ndarray, counts: np.ndarray, encoding: str) -> pa.Array:
    """Writes lists of code points, all of which are valid, as strings."""
    body = points.astype("<u4").tobytes().decode("utf-32-le").encode(_OUTPUT[encoding])
    if encoding == "UTF-32-BE":
        widths = np.full(len(points), 4)
    elif encoding == "UTF-16-BE":
        widths = np.where(points > 0xFFFF, 4, 2)
    else:
        widths = 1 + (points > 0x7F).astype(np.int64) + (points > 0x7FF) + (points > 0xFFFF)
    ends = splits_of(widths)[splits_of(counts)]
    return strings_of(np.frombuffer(body, np.uint8), np.diff(ends))


def _decode(flat: pa.Array, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    points, counts, _ = _code_points(flat, **options)
    return points, counts


def _places(flat: pa.Array, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    _, counts, places = _code_points(flat, **options)
    return places, counts


def _split(flat: pa.Array, *, encoding: str, **options: Any) -> tuple[pa.Array, np.ndarray]:
    points, counts, _ = _code_points(flat, encoding=encoding, **options)
    return _encoded(points, np.ones(len(points), np.int64), encoding), counts


def _transcode(flat: pa.Array, *, output: str, **options: Any) -> pa.Array:
    points, counts, _ = _code_points(flat, **options)
    return _encoded(points, counts, output)


def _encode_spec(x: TensorSpec, *, encoding: str, errors: str, replacement: int) -> TensorSpec:
    _check_errors(errors, replacement)
    if not x.dtype.is_integer:
        raise TypeError(f"code points are whole numbers; got {x.dtype.name}")
    if isinstance(x, RaggedTensorSpec):
        shape = TensorShape([x.shape[0] if x.shape.ndims else None, *[None] * (x.ragged_rank - 1)])
        return TensorSpec(shape, string) if x.ragged_rank == 1 else RaggedTensorSpec(shape, string, x.ragged_rank - 1)
    if not x.shape.ndims:
        raise InvalidArgumentError(f"unicode_encode takes lists of code points; got shape {x.shape}")
    return TensorSpec(x.shape[:-1], string)


def _encode(x: Any, *, encoding: str, errors: str, replacement: int) -> Any:
    if isinstance(x, RaggedValue):
        texts = StringArray(_texts(np.asarray(x.values), x.splits[-1], encoding, errors, replacement))
        rest = x.splits[:-1]
        return RaggedValue(texts, rest) if len(rest) > 1 else dense_rows(texts, np.diff(rest[0]))
    rows = as_rows(x)
    splits = dense_splits(rows, rows.rank)[-1]
    texts = StringArray(_texts(np.asarray(rows.flat), splits, encoding, errors, replacement))
    return Rows.of(texts, rows.shapes[:, :-1])


def _texts(points: np.ndarray, splits: np.ndarray, encoding: str, errors: str, replacement: int) -> pa.Array:
    """Writes lists of code points as strings; halves of surrogate pairs are always replaced."""
    surrogate = (points >= _SURROGATES[0]) & (points <= _SURROGATES[1])
    outside = (points < 0) | (points > _LAST)
    if errors == "strict" and (surrogate | outside).any():
        raise InvalidArgumentError(f"{int(points[surrogate | outside][0])} is no code point of Unicode")
    points = np.where(outside, replacement, np.where(surrogate, _UNKNOWN, points))
    counts = np.diff(splits)
    if errors == "ignore" and outside.any():
        points, counts = points[~outside], np.diff(splits_of(~outside)[splits])
    return _encoded(points, counts, encoding)


_DECODE = pieces_op("UnicodeDecode", _decode, int32, _check)
_PLACES = pieces_op("UnicodeOffsets", _places, int64, _check)
_SPLIT = pieces_op("UnicodeSplit", _split, string, _check)
_TRANSCODE = each_string("UnicodeTranscode", _transcode, check=_check)
_ENCODE = column_op("UnicodeEncode", _encode_spec, _encode, composite=True)


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _UNKNOWN,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """Gives the code points of each string.

    Args:
        input: strings.
        input_encoding: of the strings, such as "UTF-8".
        errors: what to do with wrong bytes: "replace" them, "ignore" them, or refuse them ("strict").
        replacement_char: what to put in place of wrong bytes.
        replace_control_characters: whether to put it also in place of the code points below 32.
        name: has no effect.

    Returns:
        int32 with one more, ragged, axis; of a single string, a vector.

    Raises:
        InvalidArgumentError: an unknown encoding, or wrong bytes where they are refused.

    Example:
        >>> import estimax as tf
        >>> tf.strings.unicode_decode(["né", ""], "UTF-8")
        <tf.RaggedTensor [[110, 233], []]>
    """
    return _DECODE(as_tensor(input), **_options(input_encoding, errors, replacement_char, replace_control_characters))


def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _UNKNOWN,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Gives the code points of each string, and at which byte each begins."""
    options = _options(input_encoding, errors, replacement_char, replace_control_characters)
    tensor = as_tensor(input)
    return _DECODE(tensor, **options), _PLACES(tensor, **options)


def unicode_split(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _UNKNOWN,
    name: str | None = None,
) -> Any:
    """Splits each string into its characters, in the same encoding.

    Raises:
        InvalidArgumentError: an encoding other than UTF-8, UTF-16-BE and UTF-32-BE, or wrong bytes
            where they are refused.

    Example:
        >>> import estimax as tf
        >>> tf.strings.unicode_split("né", "UTF-8").numpy().tolist()
        [b'n', b'\\xc3\\xa9']
    """
    return _SPLIT(as_tensor(input), **_options(_check_output(input_encoding), errors, replacement_char, False))


def unicode_split_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = _UNKNOWN,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Splits each string into its characters, and says at which byte each begins."""
    options = _options(_check_output(input_encoding), errors, replacement_char, False)
    tensor = as_tensor(input)
    return _SPLIT(tensor, **options), _PLACES(tensor, **options)


def unicode_encode(
    input: Any,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = _UNKNOWN,
    name: str | None = None,
) -> Any:
    """Writes each innermost list of code points as a string.

    Args:
        input: code points, ragged or dense, of at least one dimension.
        output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
        errors: what to do with numbers that are no code points: "replace", "ignore" or "strict".
        replacement_char: what to put in their place.
        name: has no effect.

    Raises:
        InvalidArgumentError: another encoding, or a number that is no code point where they are refused.

    Example:
        >>> import estimax as tf
        >>> tf.strings.unicode_encode([110, 233], "UTF-8").numpy().decode()
        'né'
    """
    return _ENCODE(
        as_tensor(input), encoding=_check_output(output_encoding), errors=errors, replacement=int(replacement_char)
    )


def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = _UNKNOWN,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """Brings each string from one encoding to another; from UTF-8 to UTF-8, it repairs wrong bytes.

    Example:
        >>> import estimax as tf
        >>> tf.strings.unicode_transcode(b"a\\xff", "UTF-8", "UTF-8", replacement_char=63).numpy()
        b'a?'
    """
    options = _options(input_encoding, errors, replacement_char, replace_control_characters)
    return _TRANSCODE(input, output=_check_output(output_encoding), **options)


def _options(encoding: str, errors: str, replacement: int, control: bool) -> dict[str, Any]:
    return {"encoding": str(encoding), "errors": errors, "replacement": int(replacement), "control": bool(control)}
