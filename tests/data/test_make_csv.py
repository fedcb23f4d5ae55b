"""`make_csv_dataset`: what it finds out by itself, what it makes of it, and what it says of files that do not agree."""

import gzip

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax.data._make_csv import make_csv_dataset
from tests.data.reading import read

TEXT = b"b,a,c\n1,2.5,x\n2,3.5,y\n3,,z\n"


def written(folder, text, name="t.csv"):
    (folder / name).write_bytes(text)
    return str(folder / name)


def batches(file, size=2, **options):
    return read(make_csv_dataset(file, size, **{"num_epochs": 1, "shuffle": False, **options}))


def test_batches_are_dictionaries_in_the_order_of_the_file(tmp_path):
    found = batches(written(tmp_path, TEXT))
    assert found == [{"b": [1, 2], "a": [2.5, 3.5], "c": [b"x", b"y"]}, {"b": [3], "a": [0.0], "c": [b"z"]}]
    assert list(found[0]) == ["b", "a", "c"]


def test_batches_without_end_are_always_full(tmp_path):
    file = written(tmp_path, TEXT)
    for epochs, size in [(None, 2), (1, None)]:
        dataset = make_csv_dataset(file, 2, num_epochs=epochs, shuffle=False)
        types = {"b": tf.int32, "a": tf.float32, "c": tf.string}
        assert dataset.element_spec == {name: tf.TensorSpec([size], t) for name, t in types.items()}
    endless = make_csv_dataset(file, 2, shuffle=False).take(4)
    assert [batch["b"] for batch in read(endless)] == [[1, 2], [3, 1], [2, 3], [1, 2]]


def test_a_label_stands_beside_the_features(tmp_path):
    found = batches(written(tmp_path, TEXT), 3, label_name="a")
    assert found == [({"b": [1, 2, 3], "c": [b"x", b"y", b"z"]}, [2.5, 3.5, 0.0])]
    assert batches(written(tmp_path, b"a\n1\n2\n"), label_name="a") == [({}, [1, 2])]


@pytest.mark.parametrize("selected", [["c", "b"], [2, 0], [2, "b"]])
def test_columns_are_selected_by_name_or_position_and_keep_their_order(tmp_path, selected):
    found = batches(written(tmp_path, TEXT), 3, select_columns=selected)
    assert [(list(batch), batch) for batch in found] == [(["b", "c"], {"b": [1, 2, 3], "c": [b"x", b"y", b"z"]})]


def test_names_and_defaults_may_be_given(tmp_path):
    file = written(tmp_path, TEXT)
    assert list(batches(file, column_names=["x", "y", "z"])[0]) == ["x", "y", "z"]
    assert batches(written(tmp_path, b"1,2\n", "2"), column_names=["x", "y"], header=False) == [{"x": [1], "y": [2]}]
    assert batches(file, 3, column_defaults=[tf.int64, [7.0], [""]])[0]["a"] == [2.5, 3.5, 7.0]
    found = batches(file, 3, column_defaults=[[0], [7.0]], select_columns=["a", "b"])
    assert found == [{"b": [1, 2, 3], "a": [2.5, 3.5, 7.0]}]


# As the original, except where it says that a number is an integer or a finite float and then cannot read it so.
INFERRED = {
    b"1": "int32",
    b"2147483648": "int64",
    b"-2147483648": "int32",
    b"-2147483649": "int64",
    b"9223372036854775807": "int64",
    b"9223372036854775808": "float32",
    b"0" * 30 + b"7": "int32",
    b"1.5": "float32",
    b"1e39": "float64",
    b"-1e39": "float64",  # float32 in the original: minus infinity
    b"3.4028235e38": "float32",
    b"3.4028236e38": "float64",
    b"1e400": "string",
    b"inf": "string",
    b"nan": "string",
    b"abc": "string",
    b" 1": "int32",
    b"1 ": "int32",
    b" 1.5 ": "float32",
    b"+1": "float32",  # int32 in the original, which cannot read it
    b"1_000": "string",  # likewise
    "٣".encode(): "string",  # likewise
    b"0x10": "string",
    b"1E5": "float32",
    b"1.": "float32",
    b".5": "float32",
    b"": "string",
    b"True": "string",
    b'"5"': "int32",
    b"\xff": "string",
}


@pytest.mark.parametrize("value", INFERRED)
def test_the_type_of_a_column_is_the_first_that_holds_its_values(tmp_path, value):
    dataset = make_csv_dataset(written(tmp_path, b"a,b\n" + value + b",0\n"), 1, num_epochs=1)
    assert dataset.element_spec["a"].dtype.name == INFERRED[value]
    (found,) = dataset.as_numpy_iterator()
    if INFERRED[value] != "string":
        assert found["a"] == np.array([value.replace(b'"', b"").strip()]).astype(INFERRED[value])


@pytest.mark.parametrize(
    ("rows", "types"),
    [
        (b"1,1\n2147483648,x\n,\n", ["int64", "string"]),
        (b"1,1.5\n9223372036854775807,2147483648\n", ["int64", "float32"]),
        (b"9007199254740993,1.5\n1.5,1e39\n", ["float32", "float64"]),
        (b",\n,1\n", ["string", "int32"]),
        (b"NA,1.5\n3,NA\n", ["int32", "float32"]),
        (b"1,2\n" * 100 + b"1.5,x\n", ["int32", "int32"]),
    ],
)
def test_the_type_holds_all_values_of_the_first_hundred_rows(tmp_path, rows, types):
    dataset = make_csv_dataset(written(tmp_path, b"a,b\n" + rows), 1, na_value="NA")
    assert [spec.dtype.name for spec in dataset.element_spec.values()] == types


def test_more_rows_can_be_looked_at_over_all_files(tmp_path):
    files = [written(tmp_path, b"a\n1\n2\n", "1"), written(tmp_path, b"a\n1.5\nx\n", "2")]
    for rows, name in [(2, "int32"), (3, "float32"), (4, "string"), (None, "string")]:
        assert make_csv_dataset(files, 1, num_rows_for_inference=rows).element_spec["a"].dtype.name == name


def test_an_error_names_file_line_column_and_value(tmp_path):
    file = written(tmp_path, b"size,kind\n1,a\n1.5,b\n")
    with pytest.raises(InvalidArgumentError, match=r"t\.csv, line 3: field 0 \('size'\) must be .* int32; it is '1.5'"):
        batches(file, num_rows_for_inference=1)


def test_files_are_read_in_the_order_of_their_names_or_shuffled(tmp_path):
    for name in "cab":
        written(tmp_path, b"a,n\n%s,1\n%s,2\n" % (name.encode(), name.encode()), f"{name}.csv")
    found = batches(f"{tmp_path}/*.csv", 6)
    assert found == [{"a": [b"a", b"a", b"b", b"b", b"c", b"c"], "n": [1, 2] * 3}]
    assert batches([f"{tmp_path}/b.csv", tmp_path / "a.csv"], 4)[0]["a"] == [b"a", b"a", b"b", b"b"]
    for seed, fewest, most in [(None, 4, 90), (4, 1, 1)]:
        dataset = make_csv_dataset(f"{tmp_path}/*.csv", 6, num_epochs=1, shuffle_seed=seed)
        orders = {tuple(read(dataset, entropy=run)[0]["a"]) for run in range(30)}
        assert fewest <= len(orders) <= most


def test_rows_that_cannot_be_read_can_be_left_out(tmp_path):
    text = b'a,b\n1,2\nx,4\n5,6\n7\n8,9\n9,9,9\n10,"1"1\n10,11\n1,"2\n'
    found = batches(written(tmp_path, text), 9, ignore_errors=True, column_defaults=[[0], tf.string])
    assert found == [{"a": [1, 5, 8, 10], "b": [b"2", b"6", b"9", b"11"]}]


def test_rows_that_cannot_be_read_are_left_out_of_many(tmp_path):
    rows = [b"%d\n" % i if i % 97 else b"x%d\n" % i for i in range(5000)]
    found = batches(written(tmp_path, b"a\n" + b"".join(rows)), 9999, ignore_errors=True, column_defaults=[[0]])
    assert found == [{"a": [i for i in range(5000) if i % 97]}]


def test_compressed_files_and_other_delimiters_are_read(tmp_path):
    file = written(tmp_path, gzip.compress(TEXT.replace(b",", b";"), mtime=0))
    assert batches(file, 3, compression_type="GZIP", field_delim=";")[0]["b"] == [1, 2, 3]
    quotes = written(tmp_path, b'"a ""x""",b\r\n"1",2\r\n', "q")
    assert batches(quotes) == [{'a "x"': [1], "b": [2]}]
    assert batches(quotes, use_quote_delim=False) == [{'"a ""x"""': [b'"1"'], "b": [2]}]


def test_names_are_text_and_values_are_bytes(tmp_path):
    file = written(tmp_path, "é,b\n1,ü\n".encode("latin1"))
    assert batches(file, encoding="latin1") == [{"é": [1], "b": [b"\xfc"]}]
    with pytest.raises(InvalidArgumentError, match=r"t\.csv: the name of a column, b'\\xe9', is not utf-8"):
        batches(file)


WRONG = {
    "no names": (dict(header=False), "must be in a header or in column_names"),
    "label": (dict(label_name="aa"), r"label_name must be one of \['b', 'a', 'c'\]; got 'aa'; did you mean 'a'"),
    "label that is not selected": (dict(label_name="a", select_columns=["b"]), r"one of \['b'\]; got 'a'"),
    "column": (dict(select_columns=["q"]), r"select_columns must name columns of \['b', 'a', 'c'\]; got 'q'"),
    "position": (dict(select_columns=[7]), r"select_columns must lie in \[0, 3\); got 7"),
    "column twice": (dict(select_columns=["b", 0]), "each column once"),
    "defaults": (dict(column_defaults=[[0]]), "one entry for each of the 3 columns"),
    "names twice": (dict(column_names=["x", "x", "y"]), r"\['x'\] occur more than once"),
    "too few names": (dict(column_names=["x"]), "t.csv, line 2: expected 1 fields, got 3"),
    "batch size": (dict(batch_size=0), "batch_size must be at least 1"),
    "compression": (dict(compression_type="LZ4"), "compression_type must be"),
}


@pytest.mark.parametrize("case", WRONG)
def test_arguments_that_cannot_be_meant_are_refused_at_once(tmp_path, case):
    options, said = WRONG[case]
    with pytest.raises(InvalidArgumentError, match=said):
        make_csv_dataset(written(tmp_path, TEXT), **{"batch_size": 2, **options})


@pytest.mark.parametrize(
    ("texts", "error", "said"),
    [
        (
            [b"a,b\n1,2\n", b"a,c\n1,2\n"],
            InvalidArgumentError,
            r"all files must have the same columns; .*1 has \['a', 'c'\]",
        ),
        ([b"a,b\n1,2\n", b""], InvalidArgumentError, "1 must begin with the names of its columns"),
        ([b"a,a\n1,2\n"], InvalidArgumentError, r"\['a'\] occur more than once"),
        ([b"a,b\n1,2\n3\n"], InvalidArgumentError, "0, line 3: expected 2 fields, got 1"),
        ([b"a,b\n1,2\n\n3,4\n"], InvalidArgumentError, "0, line 3: expected 2 fields, got 0"),
        ([b"a,b\n1," + b"x" * 200_000 + b"\n"], InvalidArgumentError, "0, line 2: field larger than field limit"),
    ],
)
def test_files_that_do_not_agree_are_refused_at_once(tmp_path, texts, error, said):
    files = [written(tmp_path, text, str(i)) for i, text in enumerate(texts)]
    with pytest.raises(error, match=said):
        make_csv_dataset(files, 2)


def test_damaged_and_missing_files_are_named(tmp_path):
    rows = b"".join(b"%d\n" % (i * 7919 % 1009) for i in range(50))
    file = written(tmp_path, gzip.compress(b"a\n" + rows, mtime=0)[:-9])
    with pytest.raises(
        DataLossError, match=r"t\.csv cannot be read on from line .*: the compressed data ends too early"
    ):
        make_csv_dataset(file, 2, compression_type="GZIP")
    with pytest.raises(NotFoundError, match=r"no file matches '.*nope.*'; the folder .* has 't.csv'"):
        make_csv_dataset(f"{tmp_path}/nope*.csv", 2)
