"""Tables in memory: data frames of every library become columns, by one interface and without importing it."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import rows_of
from estimax._graph._op import as_tensor
from estimax._graph._varying import RaggedValue, SparseValue
from estimax.data import Dataset
from estimax.data._arrow_columns import Nulls
from estimax.data._iterators import Reader
from estimax.data._memory import FromSlices
from estimax.data._tables import as_columns, columns_of_table
from tests.data.reading import read

COLUMNS = {
    "a": [1, 2, 3],
    "b": [1.5, None, 2.5],
    "c": ["x", None, "z"],
    "d": [True, False, True],
    "e": [[1], [2, 3], []],
}
ROWS = [
    {"a": 1, "b": 1.5, "c": b"x", "d": True, "e": [1]},
    {"a": 2, "b": pytest.approx(np.nan, nan_ok=True), "c": b"", "d": False, "e": [2, 3]},
    {"a": 3, "b": 2.5, "c": b"z", "d": True, "e": []},
]


class Exported:
    """A table of a library that we know nothing of."""

    def __init__(self, table, method):
        setattr(type(self), method, lambda self, requested_schema=None: getattr(table, method)(requested_schema))


def pandas_frame():
    return pytest.importorskip("pandas").DataFrame(COLUMNS)


TABLES = {
    "pandas": pandas_frame,
    "rows of pandas": lambda: (
        pandas_frame().loc[[0, 1, 2]][lambda frame: frame["a"] > 0].set_index(np.array([7, 8, 9]))
    ),
    "polars": lambda: pytest.importorskip("polars").DataFrame(COLUMNS),
    "Arrow table": lambda: pa.table(COLUMNS),
    "Arrow table in pieces": lambda: pa.concat_tables([pa.table(COLUMNS)[:1], pa.table(COLUMNS)[1:]]),
    "Arrow batch": lambda: pa.record_batch(COLUMNS),
    "Arrow reader": lambda: pa.table(COLUMNS).to_reader(),
    "a stream": lambda: type("S", (Exported,), {})(pa.table(COLUMNS), "__arrow_c_stream__"),
    "an array": lambda: type("A", (Exported,), {})(pa.record_batch(COLUMNS), "__arrow_c_array__"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_becomes_a_dictionary_of_its_columns(name):
    found = as_columns(TABLES[name]())
    assert list(found) == list(COLUMNS)
    assert read(Dataset.from_tensor_slices(found)) == ROWS


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_of_data_frames_may_stand_where_arrays_may(library):
    frame = TABLES[library]()
    found = as_columns(({"c": frame["c"], "n": np.arange(3)}, frame["a"], [7, 8, 9]))
    assert read(Dataset.from_tensor_slices(found)) == [
        ({"c": b"x", "n": 0}, 1, 7),
        ({"c": b"", "n": 1}, 2, 8),
        ({"c": b"z", "n": 2}, 3, 9),
    ]


def test_pandas_own_types_are_understood():
    pandas = pytest.importorskip("pandas")
    found = as_columns(
        pandas.DataFrame(
            {
                "category": pandas.Categorical(["u", "v", None]),
                "nullable": pandas.array([1, None, 3], dtype="Int16"),
                "time": pandas.to_datetime(["1970-01-02", None, "1970-01-03"]).astype("datetime64[s]"),
                "small": np.array([1, 2, 3], np.int8),
            }
        )
    )
    assert found["category"].tolist() == [b"u", b"v", b""]
    assert (found["nullable"].tolist(), found["nullable"].dtype) == ([1, 0, 3], np.int16)
    assert found["time"].tolist() == [86400, 0, 172800]
    assert found["small"].dtype == np.int8


def test_numbers_in_one_piece_are_not_copied():
    array = np.arange(5)
    assert np.shares_memory(as_columns(pa.table({"a": array}))["a"], array)
    assert np.shares_memory(as_columns(pa.array(array)), array)


def test_what_is_no_table_is_left_as_it_is():
    given = ([1, 2], "text", np.eye(2), {"a": 3})
    found = as_columns(given)
    assert found[0] is given[0]
    assert found[2] is given[2]
    assert found == given


def test_missing_values_may_be_an_error():
    table = pa.table({"a": [1, None]})
    assert columns_of_table(table)["a"].tolist() == [1, 0]
    assert columns_of_table(table, Nulls({"a": 5}))["a"].tolist() == [1, 5]
    with pytest.raises(InvalidArgumentError, match="column 'a' has missing values"):
        columns_of_table(table, Nulls("error"))


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda _: pa.table([[1], [2]], names=["a", "a"]), InvalidArgumentError, r"\['a'\] occur more than once"),
        (lambda _: pa.table({}), InvalidArgumentError, "at least one column"),
        (lambda _: pa.table({"a": [{"x": 1}]}), InvalidArgumentError, "column 'a' is of Arrow's type struct"),
        (lambda _: pa.table({"a": [None]}), InvalidArgumentError, "column 'a' has no values, and no type"),
        (lambda p: p.DataFrame({"a": [1, "x"]}), TypeError, "must all be of one type.*column a"),
        (lambda p: p.Series([1, "x"], name="size"), TypeError, "the values of 'size' must all be of one type"),
    ],
)
def test_a_table_that_has_no_columns_of_tensors_is_refused(make, error, said):
    with pytest.raises(error, match=said):
        as_columns(make(pytest.importorskip("pandas")))


def test_pandas_is_not_imported_for_tables_of_others(tmp_path):
    with pa.ipc.new_stream(tmp_path / "t", pa.table(COLUMNS).schema) as stream:
        stream.write_table(pa.table(COLUMNS))
    code = (
        "import sys, pyarrow as pa; from estimax.data._tables import as_columns; "
        "as_columns(pa.ipc.open_stream(sys.argv[1])); print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "t")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_ragged_and_sparse_values_fall_into_their_rows():
    ragged = RaggedValue(np.arange(6), [np.array([0, 2, 2, 3]), np.array([0, 1, 4, 6])])
    indices = np.array([[0, 1], [2, 0], [2, 3]])
    sparse = SparseValue(indices, np.array([7, 8, 9]), np.array([3, 4]))
    chunk = Reader(FromSlices((None, None), (as_tensor(ragged), as_tensor(sparse))), 1).next(9)
    found = [
        (lists.to_list(), row.indices.tolist(), row.values.tolist(), row.shape)
        for lists, row in zip(*map(rows_of, chunk.columns))
    ]
    assert found == [
        ([[0], [1, 2, 3]], [[1]], [7], (4,)),
        ([], [], [], (4,)),
        ([[4, 5]], [[0], [3]], [8, 9], (4,)),
    ]


def test_values_whose_sizes_are_known_only_later_must_agree_then():
    def sliced(n):
        return Dataset.from_tensor_slices((tf.range(n), tf.range(n + 1)))

    with pytest.raises(InvalidArgumentError, match="the same number of rows; got 0: 2, 1: 3"):
        read(Dataset.range(2, 3).flat_map(sliced))
