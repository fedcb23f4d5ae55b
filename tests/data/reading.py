"""Reading a dataset in chunks of several sizes, and what chunks must be like."""

import itertools

from estimax._base import _nest as nest
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import rows_of, spec_of
from estimax._graph._varying import RaggedValue, SparseValue
from estimax.data import DatasetSpec
from estimax.data._chunk import Chunk
from estimax.data._iterators import Reader


def plain(value, spec):
    """Makes a host value comparable with `==`."""
    if isinstance(value, Chunk):
        return elements_of(value, spec.element_spec)
    if isinstance(value, RaggedValue):
        return value.to_list()
    if isinstance(value, SparseValue):
        return [value.indices.tolist(), value.values.tolist(), value.dense_shape.tolist()]
    return value[()] if isinstance(value, StringArray) and value.ndim == 0 else value.tolist()


def elements_of(chunk, structure):
    columns = [rows_of(column) for column in chunk.columns]
    specs = nest.flatten(structure)
    assert all(len(column) == chunk.size for column in columns)
    return [nest.pack(structure, map(plain, leaves, specs)) for leaves in zip(*columns, strict=True)]


def violations(chunk, specs):
    """Lists the values of a chunk of which their specs are not true."""
    found = []
    for spec, column in zip(specs, chunk.columns, strict=True):
        assert isinstance(spec, TensorSpec)
        for value in rows_of(column):
            if isinstance(spec, DatasetSpec):
                found += violations(value, nest.flatten(spec.element_spec))
            elif not spec.is_compatible_with(spec_of(value)):
                found.append(f"{value} is no {spec}")
    return found


def read(dataset, sizes=(1000,), entropy=1):
    """Reads all elements in chunks of the given sizes, over and over."""
    return [e for chunk in chunks(dataset.step, sizes, entropy) for e in elements_of(chunk, dataset.element_spec)]


def chunks(step, sizes=(1000,), entropy=1):
    reader = Reader(step, entropy)
    for size in itertools.cycle(sizes):
        chunk = reader.next(size)
        if chunk is None:
            assert reader.next(size) is None
            return
        assert 1 <= chunk.size <= size
        yield chunk
