"""The table of datasets that the laws are about: every source and every step, and programs made of them.

A row makes its dataset from a folder of files (`write_files`) and, where nothing is left to chance, says what the
elements are in plain Python. A new source or step is one row here.
"""

import gzip
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import estimax as tf
from estimax._base import _nest as nest
from estimax._base._string_array import StringArray
from estimax._graph._column import rows_of
from estimax.data import Dataset, TextLineDataset
from estimax.data._iterators import Reader

TEXTS = {
    "a.txt": b"1,one\r\n2,two\r\n\r\n3,three",
    "b.txt": b"",
    "c.txt": b"4,four\n5,five\n6,six\n\n" + b"7," + b"x" * 50 + b"\n8,\xc3\xa9\n",
    "d.txt": b"\n\r",
}
LINES = [
    [b"1,one", b"2,two", b"", b"3,three"],
    [],
    [b"4,four", b"5,five", b"6,six", b"", b"7," + b"x" * 50, b"8,\xc3\xa9"],
    [b""],
]
FLAT_LINES = list(itertools.chain(*LINES))
CSV = [b"%d,%s,%s" % (i, b"" if i % 5 == 0 else b"%d.5" % i, [b"apt", b'"a, ""b"""', b""][i % 3]) for i in range(23)]
DECODED = [(i, 0.25 if i % 5 == 0 else i + 0.5, [b"apt", b'a, "b"', b"none"][i % 3]) for i in range(23)]


def write_files(folder):
    """Writes the files that the rows of the table read."""
    for name, text in TEXTS.items():
        (folder / name).write_bytes(text)
        (folder / f"{name}.gz").write_bytes(gzip.compress(text))
    half = len(CSV) // 2
    (folder / "part.csv-0").write_bytes(b"\n".join(CSV[:half]))
    (folder / "part.csv-1").write_bytes(b"".join(line + b"\r\n" for line in CSV[half:]))


@dataclass(frozen=True)
class Source:
    make: Callable[[Any], Dataset]
    elements: list[Any] | None = None  # None where they, or their order, depend on chance


@dataclass(frozen=True)
class Step:
    apply: Callable[[Dataset], Dataset]
    plain: Callable[[list[Any]], list[Any]] | None = None  # the same on a list; None where it depends on chance
    fits: Callable[[list[Any]], bool] = lambda leaves: True  # by the specs of the leaves of the elements before it


def names(folder, *files):
    return [str(folder / f) for f in files]


def csv_files(folder, **options):
    return Dataset.list_files(str(folder / "part.csv-*"), **options)


def decode(line):
    number, x, word = tf.io.decode_csv(line, [[0], [0.25], ["none"]])
    return number, x, word


def ragged(size):
    return tf.fill([size], size)


SOURCES = {
    "range": Source(lambda _: Dataset.range(11), list(range(11))),
    "range with a step": Source(lambda _: Dataset.range(20, 3, -4), [20, 16, 12, 8, 4]),
    "nothing": Source(lambda _: Dataset.range(0), []),
    "one element": Source(lambda _: Dataset.from_tensors({"n": 7, "s": "x"}), [{"n": 7, "s": b"x"}]),
    "slices": Source(
        lambda _: Dataset.from_tensor_slices({"n": np.arange(7), "v": np.eye(7, 2), "s": list("abcdefg")}),
        [{"n": i, "v": np.eye(7, 2)[i].tolist(), "s": b"abcdefg"[i : i + 1]} for i in range(7)],
    ),
    "lines": Source(lambda f: TextLineDataset(names(f, *TEXTS)), FLAT_LINES),
    "lines in tiny blocks": Source(lambda f: TextLineDataset(names(f, *TEXTS), buffer_size=3), FLAT_LINES),
    "compressed lines": Source(
        lambda f: TextLineDataset(names(f, *(f"{n}.gz" for n in TEXTS)), "GZIP", buffer_size=9), FLAT_LINES
    ),
    "lines of listed files": Source(
        lambda f: Dataset.list_files(str(f / "?.txt"), shuffle=False).flat_map(TextLineDataset), FLAT_LINES
    ),
    "lines of shuffled files": Source(lambda f: Dataset.list_files(str(f / "?.txt")).flat_map(TextLineDataset)),
    "lines of a dataset of names": Source(
        lambda f: TextLineDataset(Dataset.from_tensor_slices(names(f, *TEXTS))), FLAT_LINES
    ),
    "decoded lines": Source(lambda f: csv_files(f, shuffle=False).flat_map(TextLineDataset).map(decode), DECODED),
    "different shapes": Source(lambda _: Dataset.range(6).map(ragged), [[i] * i for i in range(6)]),
}


def first(element):
    return nest.flatten(element)[0]


def whole(dataset, function):
    """Makes a function of an element one that a dataset can call, whether it unpacks its elements or not."""
    structure = dataset.element_spec
    return lambda *parts: function(nest.pack(structure, nest.flatten(parts)))


def is_kept(value):
    """The predicate of the table, on Tensors and on plain values."""
    if isinstance(value, tf.Tensor):
        return tf.not_equal(value, "5,five") if value.dtype == tf.string else tf.not_equal(value % 3, 1)
    return value != b"5,five" if isinstance(value, bytes) else value % 3 != 1


def are_alike(leaves):
    return all(leaf.shape.is_fully_defined() for leaf in leaves)


def batches(elements, size, drop=False):
    groups = [elements[i : i + size] for i in range(0, len(elements), size)]
    kept = [g for g in groups if len(g) == size or not drop]
    return [nest.map_leaves(lambda *values: list(values), *g) for g in kept]


def twice(elements):
    return [e for e in elements for _ in range(2)]


def enumerated(d):
    """Numbers two copies of each element, in an order left to chance: randomness within a flat_map."""
    return d.flat_map(whole(d, lambda e: Dataset.from_tensors(e).repeat(2).enumerate().shuffle(2)))


STEPS = {
    "map": Step(
        lambda d: d.map(whole(d, lambda e: {"same": e, "first": tf.identity(first(e))})),
        lambda es: [{"same": e, "first": first(e)} for e in es],
    ),
    "filter": Step(
        lambda d: d.filter(whole(d, lambda e: is_kept(first(e)))),
        lambda es: [e for e in es if is_kept(first(e))],
        lambda leaves: not leaves[0].shape,
    ),
    "filter all": Step(lambda d: d.filter(lambda *_: False), lambda es: []),
    "flat_map to copies": Step(lambda d: d.flat_map(whole(d, lambda e: Dataset.from_tensors(e).repeat(2))), twice),
    "flat_map to slices": Step(
        lambda d: d.flat_map(whole(d, lambda e: Dataset.from_tensor_slices(first(e)))),
        lambda es: [item for e in es for item in first(e)],
        lambda leaves: bool(leaves[0].shape),
    ),
    "flat_map to shuffles": Step(enumerated),
    "shuffle": Step(lambda d: d.shuffle(4)),
    "shuffle with a seed": Step(lambda d: d.shuffle(5, seed=3)),
    "shuffle once": Step(lambda d: d.shuffle(4, reshuffle_each_iteration=False).repeat(2)),
    "shuffle by one": Step(lambda d: d.shuffle(1), lambda es: es),
    "shuffle all": Step(lambda d: d.shuffle(1000)),
    "repeat": Step(lambda d: d.repeat(3), lambda es: es * 3),
    "repeat for ever": Step(lambda d: d.repeat().take(17), lambda es: (es * 17)[:17]),
    "repeat never": Step(lambda d: d.repeat(0), lambda es: []),
    "batch": Step(lambda d: d.batch(4), lambda es: batches(es, 4), are_alike),
    "batch without remainder": Step(
        lambda d: d.batch(3, drop_remainder=True), lambda es: batches(es, 3, True), are_alike
    ),
    "take": Step(lambda d: d.take(5), lambda es: es[:5]),
    "take all": Step(lambda d: d.take(-1), lambda es: es),
    "skip": Step(lambda d: d.skip(2), lambda es: es[2:]),
    "skip all": Step(lambda d: d.skip(-1), lambda es: []),
    "shard": Step(lambda d: d.shard(3, 1), lambda es: es[1::3]),
    "zip": Step(
        lambda d: Dataset.zip({"it": d, "next": d.skip(1)}),
        lambda es: [{"it": a, "next": b} for a, b in itertools.pairwise(es)],
    ),
    "concatenate": Step(lambda d: d.concatenate(d.take(2)), lambda es: es + es[:2]),
    "enumerate": Step(lambda d: d.enumerate(5), lambda es: list(enumerate(es, 5))),
    "cache": Step(lambda d: d.cache(), lambda es: es),
    "cache a shuffle": Step(lambda d: d.shuffle(4).cache().repeat(2)),
    "prefetch": Step(lambda d: d.prefetch(2), lambda es: es),
}

PROGRAMS = {
    "the usual input of training": lambda f: (
        csv_files(f).flat_map(TextLineDataset).map(decode).shuffle(8).repeat(3).batch(5)
    ),
    "batches decoded": lambda f: csv_files(f).flat_map(TextLineDataset).batch(4).map(decode).repeat(2),
    "lines shuffled before decoding": lambda f: csv_files(f).flat_map(TextLineDataset).shuffle(6).batch(3).map(decode),
    "headers skipped": lambda f: csv_files(f).flat_map(lambda n: TextLineDataset(n).skip(1)).map(decode).batch(4),
    "a dataset in a dataset": lambda f: Dataset.range(4).flat_map(
        lambda i: Dataset.range(3).flat_map(lambda j: Dataset.range(i).map(lambda k: (i, j, k)))
    ),
    "shuffled together": lambda f: Dataset.zip((Dataset.range(9).shuffle(4), Dataset.range(9).shuffle(4))).repeat(2),
    "different batches joined": lambda f: Dataset.range(6).batch(3, True).concatenate(Dataset.range(8).batch(4, True)),
    "a cache in every epoch": lambda f: Dataset.range(7).shuffle(3).cache().shuffle(3).repeat(3).batch(2),
}


def build(folder, source, *steps):
    """Makes a dataset of a source and steps, leaving out steps that cannot do with the elements before them.

    Returns it and its elements as plain values, None where they depend on chance.
    """
    made, elements = SOURCES[source].make(folder), SOURCES[source].elements
    for step in (STEPS[name] for name in steps):
        if step.fits(nest.flatten(made.element_spec)):
            made = step.apply(made)
            elements = step.plain(elements) if step.plain and elements is not None else None
    return made, elements


TABLE: dict[str, Callable[[Any], tuple[Dataset, list[Any] | None]]] = {
    **{source: lambda f, source=source: build(f, source) for source in SOURCES},
    **{f"{step} of lines": lambda f, step=step: build(f, "decoded lines", step) for step in STEPS},
    **{f"{step} of batches": lambda f, step=step: build(f, "slices", "batch", step) for step in STEPS},
    **{f"{step} of different shapes": lambda f, step=step: build(f, "different shapes", step) for step in STEPS},
    **{program: lambda f, make=make: (make(f), None) for program, make in PROGRAMS.items()},
}

pipelines = st.tuples(st.sampled_from(list(SOURCES)), st.lists(st.sampled_from(list(STEPS)), max_size=4)).map(
    lambda parts: (parts[0], *parts[1])
)


def plain(value):
    """Makes a host value comparable with `==`."""
    return value[()] if isinstance(value, StringArray) and value.ndim == 0 else value.tolist()


def elements_of(chunk, structure):
    columns = [rows_of(column) for column in chunk.columns]
    assert all(len(column) == chunk.size for column in columns)
    return [nest.pack(structure, map(plain, leaves)) for leaves in zip(*columns, strict=True)]


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
