"""Parquet and Arrow files: every type of column, what is read of a file, and what is said of files that do not fit."""

import datetime
import decimal

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import DataLossError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax._base._shapes import RaggedTensorSpec
from estimax._graph._column import rows_of, spec_of
from estimax.data import Dataset
from estimax.data._arrow_columns import Nulls, column_of, spec_of_type
from estimax.data._arrow_files import ArrowDataset
from estimax.data._iterators import Reader
from estimax.data._parquet import ParquetDataset
from tests.data.reading import read

DAY = datetime.date(1970, 1, 3)

# An array, the shape and type of a row, the rows. The third value, where there is one, is missing.
COLUMNS = {
    "int64": (pa.array([1, -2, None]), (), "int64", [1, -2, 0]),
    "uint8": (pa.array([1, 255, None], pa.uint8()), (), "uint8", [1, 255, 0]),
    "float16": (pa.array([1.5, 2, None], pa.float16()), (), "float16", [1.5, 2.0, np.nan]),
    "float32": (pa.array([1.5, 2, None], pa.float32()), (), "float32", [1.5, 2.0, np.nan]),
    "bool": (pa.array([True, False, None]), (), "bool", [True, False, False]),
    "string": (pa.array(["a", "é", None]), (), "string", [b"a", "é".encode(), b""]),
    "large_string": (pa.array(["a", "b", None], pa.large_string()), (), "string", [b"a", b"b", b""]),
    "string_view": (pa.array(["a", "b" * 20, None], pa.string_view()), (), "string", [b"a", b"b" * 20, b""]),
    "binary": (pa.array([b"\xff", b"\0", None]), (), "string", [b"\xff", b"\0", b""]),
    "fixed binary": (pa.array([b"ab", b"cd", None], pa.binary(2)), (), "string", [b"ab", b"cd", b""]),
    "dictionary": (pa.array(["a", "b", None]).dictionary_encode(), (), "string", [b"a", b"b", b""]),
    "dictionary of numbers": (pa.array([7, 8, None]).dictionary_encode(), (), "int64", [7, 8, 0]),
    "date32": (pa.array([DAY, DAY, None], pa.date32()), (), "int64", [2, 2, 0]),
    "date64": (pa.array([DAY, DAY, None], pa.date64()), (), "int64", [172_800_000, 172_800_000, 0]),
    "timestamp": (pa.array([5, 6, None], pa.timestamp("us", "Europe/Berlin")), (), "int64", [5, 6, 0]),
    "time32": (pa.array([5, 6, None], pa.time32("s")), (), "int64", [5, 6, 0]),
    "time64": (pa.array([5, 6, None], pa.time64("ns")), (), "int64", [5, 6, 0]),
    "duration": (pa.array([5, 6, None], pa.duration("ms")), (), "int64", [5, 6, 0]),
    "decimal": (pa.array([decimal.Decimal("1.25"), decimal.Decimal(-2), None]), (), "float64", [1.25, -2.0, np.nan]),
    "list": (pa.array([[1, 2], [None], None]), (None,), "int64", [[1, 2], [0], []]),
    "list of one length": (pa.array([[1, 2], [3, 4]]), (None,), "int64", [[1, 2], [3, 4]]),
    "large list": (pa.array([["a"], [], None], pa.large_list(pa.string())), (None,), "string", [[b"a"], [], []]),
    "list view": (pa.array([[1], [2, 3], None], pa.list_view(pa.int32())), (None,), "int32", [[1], [2, 3], []]),
    "fixed list": (pa.array([[1, 2], [3, None], None], pa.list_(pa.int8(), 2)), (2,), "int8", [[1, 2], [3, 0], [0, 0]]),
    "fixed list of fixed lists": (
        pa.array([[[1, 2]], [[3, 4]]], pa.list_(pa.list_(pa.int64(), 2), 1)),
        (1, 2),
        "int64",
        [[[1, 2]], [[3, 4]]],
    ),
    "list of fixed lists": (
        pa.array([[[1, 2], [3, 4]], [], None], pa.list_(pa.list_(pa.int64(), 2))),
        (None, 2),
        "int64",
        [[[1, 2], [3, 4]], [], []],
    ),
    "list of lists": (pa.array([[[1], [2, 3]], [], None]), (None, None), "int64", [[[1], [2, 3]], [], []]),
    "list of lists of lists": (pa.array([[[[1]], []], []]), (None, None, None), "int64", [[[[1]], []], []]),
    "run ends": (pa.RunEndEncodedArray.from_arrays([2, 3], [5, None]), (), "int64", [5, 5, 0]),
    "no rows": (pa.array([], pa.list_(pa.int64())), (None,), "int64", []),
}
# Parquet has no such types, or keeps another unit for them.
NOT_IN_PARQUET = {"list view", "run ends", "fixed list of fixed lists", "date64", "time32"}


def plain(value):
    return value.to_list() if hasattr(value, "to_list") else value.tolist()


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_any_type_has_the_rows_that_its_spec_says(name):
    array, shape, dtype, rows = COLUMNS[name]
    spec = spec_of_type(array.type, "x")
    assert (tuple(spec.shape), spec.dtype.name) == (shape, dtype)
    assert isinstance(spec, RaggedTensorSpec) == name.startswith("list of lists")
    for start in range(len(rows) + 1):
        found = rows_of(column_of(array[start:], "x", Nulls()))
        assert all(spec.is_compatible_with(spec_of(row)) for row in found)
        np.testing.assert_equal([plain(row) for row in found], rows[start:])


@pytest.mark.parametrize("name", sorted(set(COLUMNS) - NOT_IN_PARQUET))
def test_a_column_of_any_type_is_read_from_a_file(tmp_path, name):
    array, shape, dtype, rows = COLUMNS[name]
    parquet.write_table(pa.table({"x": array}), tmp_path / "t.parquet", row_group_size=2)
    dataset = ParquetDataset(tmp_path / "t.parquet")
    assert (tuple(dataset.element_spec["x"].shape), dataset.element_spec["x"].dtype.name) == (shape, dtype)
    found = []
    reader = Reader(dataset.step, 1)
    while chunk := reader.next(100):
        found += [plain(row) for row in rows_of(chunk.columns[0])]
    np.testing.assert_equal(found, rows)


def test_numbers_and_strings_are_not_copied():
    array = pa.array(np.arange(5))
    assert np.shares_memory(column_of(array, "x", Nulls()), array.to_numpy())
    words = pa.array(["a", "b"])
    assert column_of(words, "x", Nulls()).flat.buffers()[2].address == words.buffers()[2].address


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (pa.struct({"a": pa.int64()}), "struct<a: int64>, which no Tensor can hold; leave it out"),
        (pa.list_(pa.struct({"a": pa.int64()})), "struct"),
        (pa.map_(pa.string(), pa.int64()), "map<string, int64>"),
        (pa.list_(pa.list_(pa.int64()), 2), "fixed_size_list"),
        (pa.null(), "column 'x' has no values, and no type"),
    ],
)
def test_a_column_that_no_tensor_can_hold_is_named(tmp_path, kind, said):
    feather.write_feather(pa.table({"x": pa.nulls(1, kind), "y": [1]}), str(tmp_path / "t"), compression="uncompressed")
    with pytest.raises(InvalidArgumentError, match=said):
        ArrowDataset(tmp_path / "t")
    assert read(ArrowDataset(tmp_path / "t", ["y"])) == [{"y": 1}]


def test_missing_values_are_what_is_said_or_an_error(tmp_path):
    table = pa.table(
        {"n": [1, None], "s": ["a", None], "l": pa.array([[None], None], pa.list_(pa.int64())), "whole": [1, 2]}
    )
    parquet.write_table(table, tmp_path / "t")
    assert read(ParquetDataset(tmp_path / "t"))[1] == {"n": 0, "s": b"", "l": [], "whole": 2}
    nulls = {"n": -1, "s": "none", "l": 9}
    rows = read(ParquetDataset(tmp_path / "t", nulls=nulls))
    assert rows == [{"n": 1, "s": b"a", "l": [9], "whole": 1}, {"n": -1, "s": b"none", "l": [], "whole": 2}]
    assert read(ParquetDataset(tmp_path / "t", ["whole"], nulls="error")) == [{"whole": 1}, {"whole": 2}]
    for rule, said in [
        ("error", "t: column 'l' has missing values; say what stands for them"),
        ({"n": 1.5}, "what stands for missing values of column 'n' must be of type int64; got 1.5"),
        ({"m": 1}, r"nulls must name columns that are read, .*; got 'm'"),
        ("zero", "nulls must be 'default', 'error' or a dictionary"),
    ]:
        with pytest.raises(InvalidArgumentError, match=said):
            read(ParquetDataset(tmp_path / "t", nulls=rule))


def test_only_the_columns_that_are_needed_are_decoded(tmp_path):
    table = pa.table({"a": list(range(100)), "b": ["x" * 1000] * 100})
    parquet.write_table(table, tmp_path / "t.parquet", use_dictionary=False)
    data = bytearray((tmp_path / "t.parquet").read_bytes())
    at = parquet.ParquetFile(tmp_path / "t.parquet").metadata.row_group(0).column(1).data_page_offset
    data[at : at + 40] = bytes(40)
    (tmp_path / "t.parquet").write_bytes(data)
    whole = ParquetDataset(tmp_path / "t.parquet")
    with pytest.raises(DataLossError, match=r"t\.parquet cannot be read on from row 1"):
        read(whole)
    assert [row for (row,) in read(Dataset(whole.step.project((0,))))] == list(range(100))


def test_the_index_of_a_data_frame_is_no_column_unless_it_is_asked_for(tmp_path):
    pandas = pytest.importorskip("pandas")
    pandas.DataFrame({"a": [1, 2]}, index=[5, 6]).to_parquet(tmp_path / "t")
    assert read(ParquetDataset(tmp_path / "t")) == [{"a": 1}, {"a": 2}]
    assert read(ParquetDataset(tmp_path / "t", ["__index_level_0__"]))[0] == {"__index_level_0__": 5}


def test_a_stream_is_told_from_a_file(tmp_path):
    table = pa.table({"a": [1, 2, 3]})
    with pa.ipc.new_stream(tmp_path / "stream", table.schema) as stream:
        stream.write_table(table)
    feather.write_feather(table, str(tmp_path / "file"))
    assert read(ArrowDataset([tmp_path / "stream", tmp_path / "file"])) == [{"a": i} for i in (1, 2, 3, 1, 2, 3)]


def test_numbers_of_other_types_than_in_the_first_file_are_converted_if_none_changes(tmp_path):
    def written(name, values, kind):
        parquet.write_table(pa.table({"a": pa.array(values, kind)}), tmp_path / name)
        return tmp_path / name

    floats = written("floats", [1.5, 2.0], pa.float64())
    small = written("small", [3, None], pa.int16())
    assert read(ParquetDataset([floats, small])) == [{"a": a} for a in (1.5, 2.0, 3.0)] + [
        {"a": pytest.approx(np.nan, nan_ok=True)}
    ]
    with pytest.raises(InvalidArgumentError, match=r"floats: column 'a' must be of type int16: .*1.5"):
        read(ParquetDataset([small, floats]))
    with pytest.raises(
        InvalidArgumentError, match=r"words: column 'a' must be .*float64.*, as in the first file; it is"
    ):
        read(ParquetDataset([floats, written("words", ["x"], pa.string())]))
    as_float32 = {"a": tf.TensorSpec([], tf.float32)}
    assert ParquetDataset([small], element_spec=as_float32).element_spec == as_float32
    assert read(ParquetDataset([floats], element_spec=as_float32)) == [{"a": 1.5}, {"a": 2.0}]


def test_files_may_be_named_as_programs_name_them(tmp_path):
    file = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": [1]}), file)
    spec = {"a": tf.TensorSpec([], tf.int64)}
    for name in [file, str(file), [file], tf.constant(str(file)), Dataset.list_files(str(tmp_path / "*"))]:
        assert read(ParquetDataset(name)) == [{"a": 1}]
    names = Dataset.from_tensor_slices([str(file)])
    assert read(names.flat_map(lambda name: ParquetDataset(name, element_spec=spec))) == [{"a": 1}]
    with pytest.raises(InvalidArgumentError, match="give element_spec, or make one dataset of a dataset of names"):
        names.flat_map(ParquetDataset)
    with pytest.raises(InvalidArgumentError, match="give the name of at least one file"):
        ParquetDataset([])
    assert read(ParquetDataset([], element_spec=spec)) == []


def test_columns_that_are_not_there_are_named(tmp_path):
    parquet.write_table(pa.table({"size": [1]}), tmp_path / "1")
    parquet.write_table(pa.table({"kind": [1]}), tmp_path / "2")
    with pytest.raises(InvalidArgumentError, match=r"\['size'\]; got 'sise'; did you mean 'size'"):
        ParquetDataset(tmp_path / "1", ["sise"])
    with pytest.raises(InvalidArgumentError, match=r"2 has no column 'size'; it has \['kind'\]"):
        read(ParquetDataset([tmp_path / "1", tmp_path / "2"]))


@pytest.mark.parametrize("kind", [ParquetDataset, ArrowDataset])
def test_what_is_no_such_file_is_named(tmp_path, kind):
    for text in [b"", b"hello", b"PAR1ARROW1" + bytes(100)]:
        (tmp_path / "bad").write_bytes(text)
        with pytest.raises(DataLossError, match=r"bad is no (Parquet|Arrow IPC) file"):
            kind(tmp_path / "bad")
    with pytest.raises(NotFoundError, match=r"there is no '.*nope'; the folder .* has 'bad'"):
        kind(tmp_path / "nope")
    with pytest.raises(FailedPreconditionError, match="must be a file; it is a folder"):
        kind(tmp_path)


def test_a_stream_that_is_cut_short_is_read_up_to_there(tmp_path):
    table = pa.table({"a": list(range(100))})
    with pa.ipc.new_stream(tmp_path / "t", table.schema) as stream:
        stream.write_table(table, max_chunksize=10)
    (tmp_path / "t").write_bytes((tmp_path / "t").read_bytes()[:-200])
    reader = Reader(ArrowDataset(tmp_path / "t").step, 1)
    rows = [a for _ in range(9) for a in reader.next(1000).columns[0].tolist()]
    assert rows == list(range(90))
    with pytest.raises(DataLossError, match="t cannot be read on from row 91"):
        reader.next(1000)
    assert reader.next(1000) is None


@pytest.mark.parametrize("kind", [ParquetDataset, ArrowDataset])
def test_a_file_that_has_become_shorter_cannot_be_continued(tmp_path, kind):
    def write(rows):
        table = pa.table({"a": list(range(rows))})
        if kind is ParquetDataset:
            parquet.write_table(table, tmp_path / "t", row_group_size=3)
        else:
            feather.write_feather(table, str(tmp_path / "t"), chunksize=3)

    for taken in [6, 8]:
        write(10)
        reader = Reader(kind(tmp_path / "t").step, 1)
        for _ in range(taken):
            reader.next(1)
        state = reader.state()
        write(5)
        with pytest.raises(DataLossError, match="is shorter than when the checkpoint was written"):
            go_on(Reader(kind(tmp_path / "t").step, 1), state)


def go_on(reader, state):
    reader.restore(state)
    return reader.next(1)


@given(st.integers(0, 20), st.integers(1, 7), st.integers(1, 7), st.integers(0, 21), st.sampled_from([1, 3, 100]))
def test_reading_goes_on_at_the_row_whatever_the_batches(tmp_path_factory, rows, group, other, taken, batch_rows):
    folder = tmp_path_factory.mktemp("t")
    table = pa.table({"a": np.arange(rows)})
    parquet.write_table(table, folder / "p", row_group_size=group)
    feather.write_feather(table, str(folder / "f"), chunksize=other)
    for kind, name in [(ParquetDataset, "p"), (ArrowDataset, "f")]:
        first = Reader(kind(folder / name, batch_rows=2).step, 1)
        for _ in range(taken):
            first.next(1)
        second = Reader(kind(folder / name, batch_rows=batch_rows).step, 1)
        second.restore(first.state())
        left = []
        while chunk := second.next(4):
            left += chunk.columns[0].tolist()
        assert left == list(range(taken, rows))


def test_files_are_closed_when_their_reader_is_dropped(tmp_path):
    parquet.write_table(pa.table({"a": [1, 2]}), tmp_path / "p")
    reader = Reader(ParquetDataset(tmp_path / "p", batch_rows=1).step, 1)
    reader.next(1)
    source = reader._iterator._file._source
    assert not source.closed
    del reader
    assert source.closed
