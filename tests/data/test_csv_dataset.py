"""Rows of CSV files: how text falls into records, what defaults stand for, and what is said of rows with errors."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax.data import Dataset
from estimax.data._csv_dataset import CsvDataset
from estimax.data._csv_text import cut, first_record, one_a_line, record_ends, split_records
from estimax.data._iterators import Reader
from tests.data.reading import elements_of, read


def written(folder, text, name="t.csv"):
    (folder / name).write_bytes(text)
    return str(folder / name)


def read_on(dataset, sizes=1000):
    """Reads on after errors; returns the elements, with the texts of errors among them."""
    reader, found = Reader(dataset.step, 1), []
    while True:
        try:
            chunk = reader.next(sizes)
        except (InvalidArgumentError, DataLossError) as error:
            found.append(str(error))
        else:
            if chunk is None:
                return found
            found += elements_of(chunk, dataset.element_spec)


# What the original gives for the same files.
TEXTS = {
    "quotes, missing values, CR LF": (b'1,2.5,"a\nb"\r\n2,,"x ""q"" y"\n', [(1, 2.5, b"a\nb"), (2, 0.5, b'x "q" y')]),
    "nothing": (b"", []),
    "no newline at the end": (b'1,1,"2"', [(1, 1.0, b"2")]),
    "CR alone ends a record": (b"1,2,a\r3,4,b\r\n5,6,c\r", [(1, 2.0, b"a"), (3, 4.0, b"b"), (5, 6.0, b"c")]),
    "line ends in quotes are kept": (b'1,,"a\r\nb"\r\n3,,"4\r5"', [(1, 0.5, b"a\r\nb"), (3, 0.5, b"4\r5")]),
    "blanks are part of strings": (b" 1, 2 , c \n", [(1, 2.0, b" c ")]),
    "an empty quoted field is missing": (b'"","",""', [(7, 0.5, b"none")]),
    "a byte order mark is text": (b"\xef\xbb\xbf1,2,x", None),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("block", [1, 4, 1 << 20])
def test_rows_are_those_that_the_original_reads(tmp_path, name, block):
    text, rows = TEXTS[name]
    dataset = CsvDataset(written(tmp_path, text), [[7], [0.5], ["none"]], buffer_size=block)
    if rows is None:
        with pytest.raises(InvalidArgumentError, match="field 0 must be a number of type int32"):
            read(dataset)
    else:
        assert read(dataset, (2,)) == rows


def test_the_element_is_a_tuple_whose_types_are_those_of_the_defaults(tmp_path):
    file = written(tmp_path, b"1,2,3,4,5\n")
    types = [tf.int32, tf.int64, tf.float32, tf.float64, tf.string]
    assert CsvDataset(file, types).element_spec == tuple(tf.TensorSpec((), t) for t in types)
    assert read(CsvDataset(file, types)) == [(1, 2, 3.0, 4.0, b"5")]
    assert CsvDataset(file, [[0]], select_cols=[0]).element_spec == (tf.TensorSpec((), tf.int32),)


fields = st.text(st.sampled_from('ab,"\n\r é;'), max_size=6).map(str.encode)
tables = st.integers(1, 3).flatmap(lambda width: st.lists(st.lists(fields, min_size=width, max_size=width), max_size=6))


def as_csv(rows, line_end, always_quoted, delimiter):
    def as_field(field):
        if always_quoted or not set(field).isdisjoint(b'"\r\n' + delimiter):
            return b'"' + field.replace(b'"', b'""') + b'"'
        return field

    return b"".join(delimiter.join(map(as_field, row)) + line_end for row in rows)


@given(
    tables,
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.booleans(),
    st.sampled_from([b",", b";"]),
    st.sampled_from([1, 3, 10, 1000]),
    st.booleans(),
)
def test_what_was_written_is_read_again(
    tmp_path_factory, rows, line_end, always_quoted, delimiter, block, is_compressed
):
    text = as_csv(rows, line_end, always_quoted, delimiter)
    file = written(tmp_path_factory.mktemp("csv"), gzip.compress(text, mtime=0) if is_compressed else text)
    width = len(rows[0]) if rows else 1
    dataset = CsvDataset(
        file, [["none"]] * width, "GZIP" if is_compressed else "", buffer_size=block, field_delim=delimiter.decode()
    )
    assert read(dataset, (2, 1)) == [tuple(field or b"none" for field in row) for row in rows]


@given(tables, st.sampled_from([1, 7, 1000]), st.sampled_from([1, 7, 1000]), st.integers(0, 7))
def test_reading_goes_on_at_the_row_whatever_the_blocks(tmp_path_factory, rows, before, after, taken):
    file = written(tmp_path_factory.mktemp("csv"), as_csv([[b"x"] * 9, *rows], b"\r\n", False, b","))
    width = len(rows[0]) if rows else 1
    first, second = (
        Reader(CsvDataset(file, [[""]] * width, header=True, buffer_size=b).step, 1) for b in (before, after)
    )
    for _ in range(taken):
        first.next(1)
    second.restore(first.state())
    left = []
    while chunk := second.next(2):
        left += [tuple(row) for row in zip(*(column.tolist() for column in chunk.columns))]
    assert left == [tuple(row) for row in rows[taken:]]


@given(st.binary(max_size=30) | st.text(st.sampled_from('a,"\n\r'), max_size=30).map(str.encode), st.booleans())
def test_cutting_anywhere_finds_the_same_records(text, quotes):
    whole = cut(text, ",", quotes, True)
    well_formed = text[: whole.end]
    ends = record_ends(well_formed, quotes).tolist() if well_formed else []
    assert not ends or ends[0] == first_record(well_formed, quotes)
    for size in range(len(text)):
        assert cut(text[:size], ",", quotes, False).end in [0, *ends]
    if well_formed:
        records, lines = split_records(well_formed, quotes)
        assert len(records) == len(lines) == len(ends)
        found = one_a_line(well_formed, quotes)
        assert len(found.text.removesuffix(b"\n").split(b"\n")) == len(ends)


def test_the_first_record_of_each_file_may_be_a_header(tmp_path):
    files = [
        written(tmp_path, b'"a\nb",c\n1,2\n', "1"),
        written(tmp_path, b"x,y\r\n", "2"),
        written(tmp_path, b"x,y\r3,4", "3"),
    ]
    assert read(CsvDataset(files, [[0], [0]], header=True)) == [(1, 2), (3, 4)]
    with pytest.raises(InvalidArgumentError, match="4 must begin with the names of its columns; it is empty"):
        read(CsvDataset([*files, written(tmp_path, b"", "4")], [[0], [0]], header=True))


def test_columns_may_be_selected_or_left_out(tmp_path):
    file = written(tmp_path, b"1,2,3\n4,5,6,7\n")
    assert read(CsvDataset(file, [[0], [""]], select_cols=[0, 2])) == [(1, b"3"), (4, b"6")]
    assert read(CsvDataset(file, [[0], [0]], select_cols=[0, 1])) == [(1, 2), (4, 5)]
    assert read(CsvDataset(file, [[0], [""]], exclude_cols=[1])) == [(1, b"3"), (4, b"6")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"select_cols": [1, 0]}, "select_cols must be increasing"),
        ({"select_cols": [0]}, "one position for each of the 2 record_defaults"),
        ({"select_cols": [0, 1], "exclude_cols": [2]}, "not both"),
        ({"exclude_cols": [3]}, r"exclude_cols must lie in \[0, 3\)"),
        ({"field_delim": "ab"}, "one ASCII character"),
        ({"compression_type": "LZ4"}, "compression_type must be"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused_at_once(options, said):
    with pytest.raises(ValueError, match=said):
        CsvDataset("x", [[0], [0]], **options)


def test_an_empty_line_is_an_empty_field_where_only_the_first_is_asked_for(tmp_path):
    file = written(tmp_path, b"\n1\r\n\r\n2\n\n")
    for quotes in [True, False]:
        rows = [(7,), (1,), (7,), (2,), (7,)]
        assert read(CsvDataset(file, [[7]], use_quote_delim=quotes)) == rows
        assert read(CsvDataset(file, [[7]], use_quote_delim=quotes, select_cols=[0], buffer_size=2)) == rows
    assert read(CsvDataset(written(tmp_path, b"\n\n"), [["x"]])) == [(b"x",), (b"x",)]
    required = CsvDataset(file, [tf.int32])
    assert read_on(required)[0].startswith(f"{file}, line 1: field 0 is required, but is empty")


# Each with the rows that the original reads before it fails, and where and why it does.
BAD = {
    "too many": (b"1,2\n1,2,3\n4,5\n", [(1, 2), "line 2: expected 2 fields, got 3; the record is '1,2,3'", (4, 5)]),
    "too few": (b"1,2\n1\n4,5\n", [(1, 2), "line 2: expected 2 fields, got 1", (4, 5)]),
    "empty line": (b"1,2\n\n4,5\n", [(1, 2), "line 2: expected 2 fields, got 0", (4, 5)]),
    "empty line at the end": (b"1,2\n\n", [(1, 2), "line 2: expected 2 fields, got 0"]),
    "overflow": (
        b"1,2\n1,99999999999\n4,5\n",
        [(1, 2), "line 2: field 1 must fit into int32; it is '99999999999'", (4, 5)],
    ),
    "not a number": (b"1,2\nx,4\n4,5\n", [(1, 2), "line 2: field 0 must be a number of type int32; it is 'x'", (4, 5)]),
    "missing": (b"1,2\n,4\n4,5\n", [(1, 2), "line 2: field 0 is required, but is empty", (4, 5)]),
    "after a long record": (
        b'1,"\n2\n"\n4,x\n5,6\n',
        [(1, 2), "line 4: field 1 must be a number of type int32; it is 'x'", (5, 6)],
    ),
    "quote in a field": (b'1,2\n3,4"5\n6,7\n', [(1, 2), "line 2: field 1 has a quote or a line end in it", (6, 7)]),
    "more after a quote": (b'1,2\n3,"4"5\n6,7\n', [(1, 2), "line 2: field 1 goes on after its closing quote", (6, 7)]),
    "open quote": (b'1,2\n3,"4\n6,7\n', [(1, 2), "line 2: field 1 has a quote or a line end in it"]),
    "first": (b"x,2\n3,4\n", ["line 1: field 0 must be a number", (3, 4)]),
    "two in a row": (b"1,2\nx,1\ny,2\n3,4", [(1, 2), "line 2: field 0 must", "line 3: field 0 must", (3, 4)]),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("block", [1, 1 << 20])
def test_rows_before_an_error_are_read_and_those_after_it_can_be(tmp_path, name, block):
    text, expected = BAD[name]
    file = written(tmp_path, text)
    for sizes in [1, 1000]:
        found = read_on(CsvDataset(file, [tf.int32, [0]], buffer_size=block), sizes)
        assert len(found) == len(expected)
        for value, wanted in zip(found, expected, strict=True):
            if isinstance(wanted, str):
                assert value.startswith(f"{file}, {wanted}")
            else:
                assert value == wanted


def test_an_error_beyond_what_is_selected_is_one_too(tmp_path):
    file = written(tmp_path, b'1,2"3\n4,5\n')
    assert read_on(CsvDataset(file, [[0]], select_cols=[0])) == [
        f"{file}, line 1: a quote stands within a field, or is not closed; the record begins '1,2\"3\\n'",
        (4,),
    ]


def test_a_quote_that_nothing_closes_is_not_looked_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("estimax.data._csv_files._LONGEST_RECORD", 100)
    file = written(tmp_path, b'1,2\n3,"' + b"4\n" * 1000)
    found = read_on(CsvDataset(file, [[0], [""]], buffer_size=10))
    assert found[0] == (1, 2) or found[0] == (1, b"2")
    assert found[1].startswith(f"{file}, line 2: field 1 has a quote or a line end in it")


def test_bytes_of_all_kinds_are_kept(tmp_path):
    every = bytes(b for b in range(256) if b != ord('"'))
    text = b'"' + every + b'",1\n"\xff\xfe",2\n'
    assert read(CsvDataset(written(tmp_path, text), [[""], [0]])) == [(every, 1), (b"\xff\xfe", 2)]


def test_damage_of_a_compressed_file_is_named_with_its_line(tmp_path):
    rows = [b"%d,%d\n" % (i, i * 7919 % 1009) for i in range(200)]
    file = written(tmp_path, gzip.compress(b"".join(rows), mtime=0)[:-9])
    found = read_on(CsvDataset(file, [[0], [0]], "GZIP", buffer_size=64))
    assert found[-1] == f"{file} cannot be read on from line {len(found)}: the compressed data ends too early"
    assert found[:-1] == [(i, i * 7919 % 1009) for i in range(len(found) - 1)]


def test_files_may_be_named_as_programs_name_them(tmp_path):
    file = written(tmp_path, b"1\n2\n")
    names = [file, tmp_path / "t.csv", file.encode(), [file], np.array([file]), tf.constant([file])]
    for name in [*names, Dataset.from_tensor_slices([file]), Dataset.list_files(str(tmp_path / "*.csv"))]:
        assert read(CsvDataset(name, [[0]])) == [(1,), (2,)]
    assert read(Dataset.from_tensor_slices([file]).flat_map(lambda f: CsvDataset(f, [[0]]))) == [(1,), (2,)]
    with pytest.raises(NotFoundError, match=r"there is no '.*\*\.csv'"):
        read(CsvDataset(str(tmp_path / "*.csv"), [[0]]))
    with pytest.raises(TypeError, match="filenames must be strings"):
        CsvDataset(tf.constant([1]), [[0]])


def test_columns_that_nothing_needs_are_not_decoded(tmp_path):
    file = written(tmp_path, b"1,a\n2,b\n")
    step = CsvDataset(file, [[0], [""]]).step.project((0,))
    assert len(step.decoder.outputs) == 1
    assert read(Dataset(step)) == [(1,), (2,)]


def test_the_header_is_passed_over_when_reading_goes_on_at_the_start(tmp_path):
    dataset = CsvDataset(written(tmp_path, b"a\n1\n2\n"), [[0]], header=True)
    first = Reader(dataset.step, 1)
    second = Reader(dataset.step, 1)
    second.restore(first.state())
    assert second.next(10).columns[0].tolist() == [1, 2]
    first.next(1)
    second.restore(first.state())
    assert second.next(10).columns[0].tolist() == [2]
