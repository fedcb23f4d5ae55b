"""Code points and characters: the results of the original, and Python's codecs on any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax import ragged, strings
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray

ANY = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=5)
BROKEN = [b"a\xffb", b"\xc3(", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80x", b"\xc0\xaf", "né".encode()]
REPLACED = [[97, 65533, 98], [65533, 40], [65533], [65533], [65533, 65533, 65533, 120], [65533, 65533], [110, 233]]


def tensor(texts):
    return tf.constant(StringArray.of(texts))


@given(ANY, st.sampled_from(["UTF-8", "UTF-16-BE", "UTF-32-BE"]))
def test_text_is_taken_apart_and_put_together(texts, encoding):
    encoded = [t.encode(encoding) for t in texts]
    points = strings.unicode_decode(tensor(encoded), encoding)
    assert points.to_list() == [[ord(c) for c in t] for t in texts]
    assert strings.unicode_encode(points, encoding).numpy().tolist() == encoded
    assert strings.unicode_split(tensor(encoded), encoding).to_list() == [
        [c.encode(encoding) for c in t] for t in texts
    ]
    transcoded = strings.unicode_transcode(tensor(encoded), encoding, "UTF-8").numpy().tolist()
    assert transcoded == [t.encode() for t in texts]


@given(ANY)
def test_offsets_say_where_characters_begin(texts):
    _, offsets = strings.unicode_split_with_offsets(tensor(texts), "UTF-8")
    assert offsets.to_list() == [[len(t[:i].encode()) for i in range(len(t))] for t in texts]


@given(st.lists(st.binary(max_size=8), max_size=5))
def test_wrong_bytes_are_replaced_as_python_replaces_them(texts):
    points = strings.unicode_decode(tensor(texts), "UTF-8").to_list()
    assert points == [[ord(c) for c in t.decode(errors="replace")] for t in texts]


@given(ANY, st.integers(0, 3), st.integers(0, 4))
def test_substrings_are_of_characters(texts, begin, count):
    long = [t + "é" * begin for t in texts]
    cut = strings.substr(tensor(long), begin, count, unit="UTF8_CHAR").numpy().tolist()
    assert cut == [t[begin : begin + count].encode() for t in long]
    ends = strings.substr(tensor(long), -begin, count, unit="UTF8_CHAR").numpy().tolist()
    assert ends == [t[len(t) - begin if begin else 0 :][:count].encode() for t in long]


@given(ANY)
def test_letters_change_case_as_in_python(texts):
    assert strings.upper(tensor(texts), "utf-8").numpy().tolist() == [t.upper().encode() for t in texts]
    assert strings.lower(tensor(texts), "utf-8").numpy().tolist() == [t.lower().encode() for t in texts]


def test_wrong_bytes_are_treated_as_the_original_treats_them():
    given_ = tensor(BROKEN)
    assert strings.unicode_decode(given_, "UTF-8").to_list() == REPLACED
    ignored = strings.unicode_decode(given_, "UTF-8", errors="ignore").to_list()
    assert ignored == [[97, 98], [40], [], [], [120], [], [110, 233]]
    marked = strings.unicode_decode(given_, "UTF-8", replacement_char=63).to_list()
    assert marked == [[63 if p == 65533 else p for p in row] for row in REPLACED]
    _, offsets = strings.unicode_decode_with_offsets(tensor([b"a\xffb\xe2\x82c"]), "UTF-8", errors="ignore")
    assert offsets.to_list() == [[0, 2, 5]]
    with pytest.raises(InvalidArgumentError, match=r"b'a\\xffb' is not valid UTF-8 at byte 1"):
        strings.unicode_decode(given_, "UTF-8", errors="strict")


def test_control_characters_are_replaced_on_request():
    points = strings.unicode_decode("a\n\x01b", "UTF-8", replace_control_characters=True)
    assert points.numpy().tolist() == [97, 65533, 65533, 98]


def test_numbers_that_are_no_code_points_are_treated_as_the_original_treats_them():
    numbers = [97, 0x110000, -1, 0xD800]
    assert strings.unicode_encode(numbers, "UTF-8").numpy().decode() == "a\ufffd\ufffd\ufffd"
    assert strings.unicode_encode(numbers, "UTF-8", errors="ignore").numpy().decode() == "a\ufffd"
    assert strings.unicode_encode(numbers[:2], "UTF-8", replacement_char=63).numpy() == b"a?"
    nested = ragged.constant([[[97], [98, 99]], []])
    assert strings.unicode_encode(nested, "UTF-8").to_list() == [[b"a", b"bc"], []]
    with pytest.raises(InvalidArgumentError, match="1114112 is no code point"):
        strings.unicode_encode(numbers, "UTF-8", errors="strict")


REFUSED = {
    "an unknown encoding": (lambda: strings.unicode_decode("a", "UTF-9"), InvalidArgumentError, "UTF-9"),
    "an encoding to write": (lambda: strings.unicode_encode([97], "latin1"), InvalidArgumentError, "UTF-16-BE"),
    "an encoding of characters": (lambda: strings.unicode_split("a", "ASCII"), InvalidArgumentError, "UTF-16-BE"),
    "an unknown treatment": (
        lambda: strings.unicode_decode("a", "UTF-8", "skip"),
        InvalidArgumentError,
        "strict, replace",
    ),
    "half a character": (
        lambda: strings.unicode_decode("a", "UTF-8", replacement_char=0xD800),
        InvalidArgumentError,
        "0xd800",
    ),
    "a single code point": (lambda: strings.unicode_encode(97, "UTF-8"), InvalidArgumentError, "takes lists"),
    "strings as code points": (lambda: strings.unicode_encode(["a"], "UTF-8"), TypeError, "whole numbers"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_text_is_refused_with_advice(what):
    program, error, message = REFUSED[what]
    with pytest.raises(error, match=message):
        program()
