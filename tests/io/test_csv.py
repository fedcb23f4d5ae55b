"""What `decode_csv` makes of single records and of columns of them, and what it says about bad ones.

The tables were taken down from the original.
"""

import math

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.io import decode_csv

REQUIRED = np.empty(0, np.int32)


def decoded(record, *defaults, **options):
    """Decodes one record; returns its values."""
    return [column.numpy().tolist()[0] for column in decode_csv([record], [[d] for d in defaults], **options)]


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("\t7\v", 7),
        ('"7"', 7),
        ('" 7 "', 7),
        ("-0", 0),
        ("007", 7),
        ('""', 5),
        ("-2147483648", -(2**31)),
        ("0" * 5000 + "7", 7),
        *[(field, None) for field in (" ", "+7", "0x10", "1_0", "1.0", "1e3", "7 7", "--7", "NA", "x", "٣", "7\0")],
        *[(field, None) for field in ("2147483648", "-2147483649", "9" * 30, "9" * 5000)],
    ],
)
def test_an_integer_field_is_read_as_by_the_original(field, number):
    if number is None:
        with pytest.raises(InvalidArgumentError, match="field 0 must"):
            decoded(field, 5)
    else:
        assert decoded(field, 5) == [number]


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("1.", 1.0),
        (".5", 0.5),
        ("+1.5", 1.5),
        ("+.5e1", 5.0),
        ("1.e5", 1e5),
        ("1E+5", 1e5),
        (" 1.5 ", 1.5),
        (" ", 0.0),
        ('""', 0.25),
        ("1e400", math.inf),
        ("-1e39", -math.inf),
        ("1e-46", 0.0),
        ("iNf", math.inf),
        ("-inf", -math.inf),
        ("NaN", math.nan),
        ("-nan", math.nan),
        ("16777217.0000000001", 16777218.0),  # rounded once, not by way of 64 bits
        *[(field, None) for field in (".", "-", "1e", "1d5", "1f", "1_0", "- 1", "+-1", "infinity", "nan(1)", "٣")],
    ],
)
def test_a_float_field_is_read_as_by_the_original(field, number):
    if number is None:
        with pytest.raises(InvalidArgumentError, match="field 0 must be a number of type float32"):
            decoded(field, 0.25)
    else:
        np.testing.assert_array_equal(decoded(field, 0.25), [number])


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ("a,b", [b"a", b"b"]),
        (" a , b ", [b" a ", b" b "]),
        (",", [b"d", b"e"]),
        ('a,"b,c"', [b"a", b"b,c"]),
        ('a,"b""c"', [b"a", b'b"c']),
        ('"""a""",""""', [b'"a"', b'"']),
        ('a,""', [b"a", b"e"]),
        ('a,"NA"', [b"a", b"e"]),
        ("NA, NA", [b"d", b" NA"]),
        ('a,"b\nc"', [b"a", b"b\nc"]),
        ('a,"b\rc"', [b"a", b"b\rc"]),
        ("a,\0b", [b"a", b"\0b"]),
        ("\r\na,\n\nb", [b"a", b"b"]),
        ("\ufeffa,b", [b"\xef\xbb\xbfa", b"b"]),
        (b"a,\xff\xfe", [b"a", b"\xff\xfe"]),
    ],
)
def test_string_fields_are_kept_as_they_stand(record, fields):
    assert decoded(record, "d", "e", na_value="NA") == fields


@pytest.mark.parametrize(
    "record",
    [
        *['a,b"', 'a,"b"c', 'a,"b" ', 'a, "b"', 'a,"', 'a,"b', 'a,"""', '"a"b,c', 'a"b,c', 'a""b,c', '"a,b', 'a;"b,c'],
        *["a,b\nc", "a,b\r", "a\r,b", "a,b\n", 'a,"b"\r\n', "\n"],
        *["", "a", "a,b,", ",,", "a,\n"],
    ],
)
def test_a_record_with_other_fields_or_stray_quotes_is_refused(record):
    with pytest.raises(InvalidArgumentError, match=r"record 1: (field|expected)"):
        decode_csv(["a,b", record], [["d"], ["e"]])


def test_quotes_mean_nothing_if_the_caller_says_so():
    assert decoded('"a,b"', "d", "e", use_quote_delim=False) == [b'"a', b'b"']
    assert decoded('a,""', "d", "e", use_quote_delim=False) == [b"a", b'""']
    with pytest.raises(InvalidArgumentError, match="line end"):
        decoded("a\n,b", "d", "e", use_quote_delim=False)


@pytest.mark.parametrize("delimiter", list("\t|; :5x"))
def test_any_single_character_separates_fields(delimiter):
    assert decoded(f"a{delimiter}{delimiter}4", "d", "e", 0, field_delim=delimiter) == [b"a", b"e", 4]


def test_selected_columns_need_no_more_of_a_record_than_they_reach():
    records = ["1,2,3", '4,5,"', "6,7"]
    assert [c.numpy().tolist() for c in decode_csv(records, [[0], [0]], select_cols=[0, 1])] == [[1, 4, 6], [2, 5, 7]]
    with pytest.raises(InvalidArgumentError, match=r"record 2: expected at least 3 fields, got 2; .* '6,7'"):
        decode_csv(["1,2,3", "4,5,6", "6,7"], [[0]], select_cols=[2])


@pytest.mark.parametrize("columns", [[1, 0], [1, 1], [-1, 0], [0], []])
def test_selected_columns_must_be_increasing_and_as_many_as_defaults(columns):
    with pytest.raises(ValueError, match="select_cols must be increasing"):
        decode_csv(["1,2"], [[0], [0]], select_cols=columns)


@pytest.mark.parametrize("default", [[], REQUIRED, tf.int32, int])
def test_a_column_without_a_default_is_required(default):
    _, column = decode_csv(["3,4"], [[0], default])
    assert column.numpy() == [4]
    for missing in ("3,", "3,NA"):
        with pytest.raises(InvalidArgumentError, match="record 1: field 1 is required, but is empty"):
            decode_csv(["3,4", missing], [[0], default], na_value="NA")


def test_defaults_may_be_scalars_and_say_the_type_of_their_column():
    defaults = [0, 0.0, "", np.int64(0), np.array([0.0]), tf.constant([1.5])]
    columns = decode_csv(["1,2,3,4,5,"], defaults)
    assert [c.dtype.name for c in columns] == ["int32", "float32", "string", "int64", "float64", "float32"]
    assert [c.numpy().tolist() for c in columns] == [[1], [2.0], [b"3"], [4], [5.0], [1.5]]


@pytest.mark.parametrize("default", [[True], [1, 2], tf.bool, np.zeros((2, 2))])
def test_a_default_must_be_one_number_or_string(default):
    with pytest.raises(TypeError, match=r"record_defaults\[1\] must be one number or string"):
        decode_csv(["1,2"], [[0], default])


def test_a_default_must_be_known_while_the_program_is_traced():
    with pytest.raises(TypeError, match=r"record_defaults\[0\] must be one number or string"):
        tf.data.Dataset.range(3).map(lambda i: decode_csv("1", [i]))


@pytest.mark.parametrize("options", [{"field_delim": d} for d in ("", "ab", "é", '"', "\n", "\r")])
def test_a_delimiter_must_be_one_character_that_can_separate(options):
    with pytest.raises(ValueError, match="field_delim must be one ASCII character"):
        decode_csv(["1,2"], [[0], [0]], **options)


def test_there_must_be_a_column():
    with pytest.raises(ValueError, match="record_defaults must have one entry for each column"):
        decode_csv(["1"], [])


def test_columns_have_the_shape_of_the_records():
    for records, shape in [("1,a", ()), (["1,a"], (1,)), ([["1,a", "2,b"], ["3,c", "4,d"]], (2, 2)), ([], (0,))]:
        numbers, words = decode_csv(records, [[0], [""]])
        assert numbers.shape == words.shape == shape
        assert np.asarray(words).shape == shape


def test_a_long_record_is_cut_short_in_the_message():
    with pytest.raises(InvalidArgumentError) as error:
        decode_csv(["x" * 1000], [[0]])
    assert len(str(error.value)) < 400
