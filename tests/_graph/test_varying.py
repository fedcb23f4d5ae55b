"""Columns whose rows differ: whatever is done to the whole is what is done to each row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._state_tree import pack, unpack
from estimax._base._string_array import StringArray
from estimax._graph._column import (
    batch_rows,
    concatenate_rows,
    empty_column,
    repeat_value,
    rows_of,
    spec_of,
    stack_rows,
    take_rows,
    unbatch_rows,
)
from estimax._graph._tensor import as_numpy
from estimax._graph._varying import (
    RaggedValue,
    Rows,
    SparseValue,
    dtype_of,
    varying_from_state,
    varying_state,
)

numbers = st.lists(st.integers(-9, 9), max_size=4).map(lambda v: np.array(v, np.int64))
words = st.lists(st.sampled_from(["", "a", "bc"]), max_size=4).map(lambda v: StringArray.of(v).reshape(len(v)))
matrices = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda s: np.arange(s[0] * s[1]).reshape(s))


@st.composite
def sparse_values(draw):
    shape = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    places = sorted(draw(st.sets(st.tuples(st.integers(0, shape[0] - 1), st.integers(0, shape[1] - 1)), max_size=4)))
    indices = np.array(places, np.int64).reshape(-1, 2)
    return SparseValue(indices, np.arange(len(places)), np.array(shape, np.int64))


ragged_values = st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=3).map(
    lambda lists: RaggedValue(
        np.array([v for row in lists for v in row], np.int64), [np.cumsum([0, *(len(row) for row in lists)])]
    )
)
kinds = st.sampled_from([numbers, words, matrices, sparse_values(), ragged_values])
columns = kinds.flatmap(lambda kind: st.lists(kind, min_size=1, max_size=7))


def column_of(values):
    first = values[0]
    return stack_rows(values, dtype_of(first) if not hasattr(first, "values") else first.dtype)


def plain(value):
    """The value as nested lists, with its shape."""
    found = as_numpy(value)
    if isinstance(value, SparseValue):
        return found.indices.tolist(), found.values.tolist(), found.dense_shape.tolist()
    if isinstance(value, RaggedValue):
        return value.to_list()
    return value.shape, value.tolist()


def plain_rows(column):
    return [plain(row) for row in rows_of(column)]


@given(columns)
def test_the_rows_of_a_column_are_the_values_it_was_made_of(values):
    column = column_of(values)
    assert len(column) == len(values)
    assert plain_rows(column) == [plain(v) for v in values]


@given(columns, st.data())
def test_rows_are_chosen_cut_and_joined_as_in_a_list(values, data):
    column = column_of(values)
    order = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=6))
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(values)), st.integers(0, len(values)))))
    expected = [plain(v) for v in values]
    assert plain_rows(take_rows(column, np.array(order, np.int64))) == [expected[i] for i in order]
    assert plain_rows(column[start:stop]) == expected[start:stop]
    assert plain_rows(concatenate_rows([column[:start], column[start:], column])) == expected * 2


@given(columns)
def test_a_column_survives_a_checkpoint(values):
    column = column_of(values)
    if isinstance(column, np.ndarray | StringArray):
        return
    text, arrays = pack(varying_state(column))
    assert plain_rows(varying_from_state(unpack(text, arrays))) == plain_rows(column)


@given(columns, st.integers(1, 3))
def test_what_is_batched_and_taken_apart_again_is_as_it_was(values, size):
    values = values * size
    if not hasattr(values[0], "values"):  # the rows of a dense batch must agree
        values = [v for v in values if v.shape == values[0].shape]
        values = values[: len(values) // size * size] or values[:1] * size
    column = column_of(values)
    batches = batch_rows(column, size, 0)
    assert len(batches) == len(values) // size
    rows, sizes = unbatch_rows(batches)
    assert sizes.tolist() == [size] * len(batches)
    if isinstance(values[0], SparseValue):  # sizes grow to the largest of the batch
        assert [p[:2] for p in plain_rows(rows)] == [plain(v)[:2] for v in values]
    else:
        assert plain_rows(rows) == [plain(v) for v in values]


@given(columns)
def test_a_repeated_value_is_a_column_of_equal_rows(values):
    assert plain_rows(repeat_value(values[0], 3)) == [plain(values[0])] * 3


@pytest.mark.parametrize(
    "spec",
    [
        TensorSpec([None, 2], "int32"),
        TensorSpec(None, "string"),
        SparseTensorSpec([None, 3], "string"),
        RaggedTensorSpec([None, None], "float32"),
        RaggedTensorSpec([2, None, None], "string", 2),
    ],
    ids=str,
)
def test_an_empty_column_has_the_type_of_its_spec(spec):
    column = empty_column(spec)
    assert len(column) == 0
    assert rows_of(column) == []
    dtype = dtype_of(column) if isinstance(column, np.ndarray | StringArray) else column.dtype
    assert dtype == spec.dtype


def test_the_specs_of_sparse_and_ragged_values_say_their_shapes():
    sparse = SparseValue(np.array([[0, 1]]), np.array([5.0], np.float32), np.array([2, 3]))
    assert spec_of(sparse) == SparseTensorSpec([2, 3], "float32")
    ragged = RaggedValue(StringArray.of(["a", "b", "c"]), [np.array([0, 1, 3])])
    assert spec_of(ragged) == RaggedTensorSpec([2, None], "string")
    assert SparseTensorSpec([2], "int32") != TensorSpec([2], "int32")


def test_rows_of_several_ranks_are_refused():
    with pytest.raises(InvalidArgumentError, match=r"ranks \[1, 2\]"):
        Rows.from_values([np.zeros(2), np.zeros((1, 2))], dtype_of(np.zeros(1)))


def test_a_batch_of_rows_that_differ_names_the_component_and_the_element():
    column = Rows.from_values([np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(3)], dtype_of(np.zeros(1)))
    with pytest.raises(InvalidArgumentError, match=r"component 4 of the first element has shape \[2\]"):
        batch_rows(column, 2, 4)
