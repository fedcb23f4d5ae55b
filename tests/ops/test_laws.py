"""What must hold for every op of the table."""

import itertools
import json

import jax.numpy as jnp
import numpy as np
import pytest

from estimax import _array, _functional, math, strings  # noqa: F401  # the ops are registered by importing them
from estimax._base._dtypes import as_dtype, string
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import empty_column, rows_of, spec_of, stack_rows
from estimax._graph._function import Function, trace
from estimax._graph._op import OPS, as_tensor
from estimax._graph._saving import function_from_json, function_to_json
from estimax._graph._varying import SparseValue, Varying
from tests.ops.table import ROWS

ROW_COUNT = 3


def every_op(law):
    """Makes a test for each op of a law about an op and one of its samples; called with a sample, it is about that."""

    @pytest.mark.parametrize("row", ROWS, ids=str)
    def test(row, *chosen):
        for number, sample in enumerate(chosen[:1] or row.samples):
            try:
                law(row, sample)
            except Exception as error:
                error.add_note(f"sample {number} of {row}: {sample}")
                raise

    test.__doc__ = law.__doc__
    return test


def values_of(sample):
    return [v if isinstance(v, StringArray) else np.asarray(v) for v in sample]


def eagerly(row, values):
    out = row.call(*(as_tensor(v) for v in values))
    out = out if isinstance(out, list) else [out]
    if any(t.is_symbolic for t in out):  # of a placeholder
        return Function([], out)([])
    return [t.value for t in out]


def traced(row, specs) -> Function:
    function, _ = trace(row.call, tuple(specs), unpack=True)
    return function


def closed_specs(values):
    return [spec_of(v) for v in values]


def open_specs(values):
    return [TensorSpec([None] * v.ndim, spec_of(v).dtype) for v in values]


def specs_for(row, values):
    return [closed_specs(values), open_specs(values)] if row.open_sizes else [closed_specs(values)]


def variants(value):
    """The same value with its elements in other orders: one for each row."""
    order = np.arange(value.size)
    orders = [order, order[::-1], np.roll(order, 1)]
    if isinstance(value, StringArray):
        return [value.reshape(-1).gather(o).reshape(value.shape) for o in orders]
    return [value.ravel()[o].reshape(value.shape) for o in orders]


def same(a, b):
    if isinstance(a, Varying) or isinstance(b, Varying):
        assert type(a) is type(b)
        for x, y in zip(a.rows(), b.rows(), strict=True):
            same(x, y)
        return
    if isinstance(a, SparseValue):
        same(a.indices, b.indices)
        same(a.values, b.values)
        same(a.dense_shape, b.dense_shape)
        return
    assert isinstance(a, StringArray) == isinstance(b, StringArray)
    assert a.shape == b.shape
    if isinstance(a, StringArray):
        assert a.tolist() == b.tolist()
    else:
        assert isinstance(a, np.ndarray), f"a kernel must give arrays, not {type(a).__name__}"
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, 1e-6, 1e-7) if a.dtype.kind == "f" else np.testing.assert_array_equal(a, b)


@every_op
def test_traced_ops_compute_what_eager_ones_do(row, sample):
    values = values_of(sample)
    expected = eagerly(row, values)
    for specs in specs_for(row, values):
        for got, want in zip(traced(row, specs)(values), expected, strict=True):
            same(got, want)


@every_op
def test_inferred_specs_fit_what_is_computed(row, sample):
    values = values_of(sample)
    for specs in specs_for(row, values):
        function = traced(row, specs)
        for tensor, value in zip(function.outputs, function(values), strict=True):
            assert tensor.spec.is_compatible_with(spec_of(value)), f"{tensor.spec} but {spec_of(value)}"


@every_op
def test_rows_at_once_are_what_they_are_one_by_one(row, sample):
    """Over all choices of which arguments are columns and which are the same for every row."""
    values = values_of(sample)
    columns = [variants(v) for v in values]
    for specs in specs_for(row, values):
        for lifted in itertools.product([True, False], repeat=len(values)):
            if any(lifted):
                check_rows(row, specs, values, columns, lifted)


def check_rows(row, specs, values, columns, lifted):
    fixed = [as_tensor(v) for v in values]

    def call(*tensors):
        given = iter(tensors)
        return row.call(*(next(given) if is_column else f for is_column, f in zip(lifted, fixed, strict=True)))

    chosen = [i for i, is_column in enumerate(lifted) if is_column]
    function, _ = trace(call, tuple(specs[i] for i in chosen), unpack=True)
    one_by_one = [function([columns[i][r] for i in chosen]) for r in range(ROW_COUNT)]
    stacked = [stack_rows(columns[i], specs[i].dtype) for i in chosen]
    at_once = function.over_rows(stacked, ROW_COUNT)
    for column, tensor, rows in zip(at_once, function.outputs, zip(*one_by_one, strict=True), strict=True):
        assert len(column) == ROW_COUNT
        for got, want in zip(rows_of(column), rows, strict=True):
            same(got, want)
        assert tensor.dtype == (string if isinstance(rows[0], StringArray) else as_dtype(rows[0].dtype))


@every_op
def test_rows_of_different_shapes_at_once_are_what_they_are_one_by_one(row, sample):
    """Rows are cut short along an axis; where an op refuses some rows one by one it does so at once."""
    if row.open_sizes and any(np.ndim(v) for v in sample):
        function = traced(row, open_specs(values_of(sample)))
        for cut in ("all", "the first", "second axes"):
            check_uneven_rows(function, [cut_short(values_of(sample), cut, size) for size in (2, 3, 1, 0, 3)])


def check_uneven_rows(function, rows):
    kept, one_by_one = [], []
    for values in rows:
        try:
            one_by_one.append(function(values))
            kept.append(values)
        except (ValueError, TypeError):
            continue
    if len({tuple(v.shape for v in values) for values in kept}) < 2:
        return
    for column, results in zip(over_rows(function, kept), zip(*one_by_one, strict=True), strict=True):
        assert len(column) == len(kept)
        for got, want in zip(rows_of(column), results, strict=True):
            same(got, want)
    if len(kept) < len(rows):
        with pytest.raises((ValueError, TypeError)):
            over_rows(function, rows)


def over_rows(function, rows):
    dtypes = [spec_of(v).dtype for v in rows[0]]
    columns = [stack_rows(list(column), dtype) for column, dtype in zip(zip(*rows), dtypes, strict=True)]
    return function.over_rows(columns, len(rows))


def cut_short(values, cut, size):
    """Shortens an axis of the arguments, or of one of them."""
    axis = 1 if cut == "second axes" else 0
    wide = [i for i, v in enumerate(values) if v.ndim > axis]
    chosen = wide[:1] if cut == "the first" else wide
    return [v[(slice(None),) * axis + (slice(0, size),)] if i in chosen else v for i, v in enumerate(values)]


@every_op
def test_no_rows_give_no_rows(row, sample):
    values = values_of(sample)
    function = traced(row, closed_specs(values))
    columns = function.over_rows([empty_column(spec_of(v)) for v in values], 0)
    for column, tensor in zip(columns, function.outputs, strict=True):
        assert len(column) == 0
        if not isinstance(column, Varying):
            assert spec_of(column).dtype == tensor.dtype
            assert tensor.shape.ndims in (column.ndim - 1, None)


@every_op
def test_a_saved_function_computes_the_same_when_loaded(row, sample):
    if not row.saves:
        return
    values = values_of(sample)
    function = traced(row, closed_specs(values))
    document, arrays = function_to_json(function)
    loaded = function_from_json(json.loads(json.dumps(document, allow_nan=False)), arrays)
    assert [t.spec for t in loaded.outputs] == [t.spec for t in function.outputs]
    for got, want in zip(loaded(values), function(values), strict=True):
        same(got, want)
    columns = [stack_rows(variants(v), spec_of(v).dtype) for v in values]
    for got, want in zip(loaded.over_rows(columns, ROW_COUNT), function.over_rows(columns, ROW_COUNT), strict=True):
        same(got, want)


# JAX compiles for each shape and dtype, so that `make test` tries one sample of each op only.
ON_DEVICE = [
    pytest.param(row, sample, id=f"{row}-{i}", marks=[pytest.mark.slow] if i else [])
    for row in ROWS
    for i, sample in enumerate(row.samples)
    if row.device and not any(isinstance(v, StringArray) for v in sample)
]


@pytest.mark.parametrize(("row", "sample"), ON_DEVICE)
def test_the_device_computes_what_the_host_does(row, sample):
    values = values_of(sample)
    if any(v.dtype.itemsize == 8 and v.dtype.kind == "i" and (abs(v) > 2**31).any() for v in values):
        pytest.skip("the device has 32 bits")
    expected = eagerly(row, values)
    for on_device in {(True,) * len(values), (True,) + (False,) * (len(values) - 1)}:
        args = [
            jnp.asarray(v) if there else as_tensor(_device_sized(v)) for v, there in zip(values, on_device, strict=True)
        ]
        out = row.call(*args)
        for got, want in zip(out if isinstance(out, list | tuple) else [out], expected, strict=True):
            assert got.shape == want.shape
            assert np.asarray(got).dtype.kind == want.dtype.kind
            np.testing.assert_allclose(np.asarray(got), want, 2e-5, 2e-6)


def _device_sized(value):
    return value.astype({"f8": "f4", "i8": "i4"}.get(value.dtype.str[1:], value.dtype))


def test_every_op_of_these_rooms_is_in_the_table():
    names = ("_array", "math", "_functional", "strings", "sparse", "ragged", "lookup")
    rooms = tuple(f"estimax.{name}" for name in names)
    expected = {name for name, op in OPS.items() if op.infer.__module__.startswith(rooms)}
    used = set()
    for row in ROWS:
        for sample in row.samples:
            for specs in specs_for(row, values_of(sample)):
                used |= {node.op.name for node in traced(row, specs).order}
    drawing = {name for name in expected if OPS[name].random}  # these are in tests/random and tests/functional
    assert expected - drawing - used == set()
