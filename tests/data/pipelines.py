"""The table of datasets that the laws are about: every source and every step, and programs made of them.

A row makes its dataset from a folder of files (`write_files`) and, where nothing is left to chance, says what the
elements are in plain Python: lists for arrays, and for the datasets that windows are. A new source or step is one row
here.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

import estimax as tf
from estimax._base import _nest as nest
from estimax.data import Dataset, DatasetSpec, TextLineDataset
from estimax.data.experimental import Reducer
from estimax.random import uniform
from tests.data.pipeline_sources import ALL_SOURCES, SOURCES, Step, csv_files, decode, interleaved, new_folder


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


def are_dense(leaves):
    return all(leaf.is_dense for leaf in leaves)


def are_alike(leaves):
    return are_dense(leaves) and all(leaf.shape.is_fully_defined() for leaf in leaves)


def are_no_datasets(leaves):
    return not any(isinstance(leaf, DatasetSpec) for leaf in leaves)


def is_scalar(leaves):
    return leaves[0].is_dense and leaves[0].shape.ndims == 0


def is_scalar_number(leaves):
    return is_scalar(leaves) and leaves[0].dtype.is_integer


def has_rank(ranks):
    return lambda leaves: are_dense(leaves) and all(leaf.shape.ndims in ranks for leaf in leaves)


def are_slices(leaves):
    """Whether all values have first axes of one size."""
    shapes = [leaf.shape for leaf in leaves]
    if not are_dense(leaves) or not all(shape.ndims for shape in shapes):
        return False
    return len(leaves) == 1 or (len({shape[0] for shape in shapes}) == 1 and shapes[0][0] is not None)


def is_list(leaves):
    return len(leaves) == 1 and has_rank([1])(leaves)


def batches(elements, size, drop=False):
    groups = [elements[i : i + size] for i in range(0, len(elements), size)]
    return [stacked(g) for g in groups if len(g) == size or not drop]


def stacked(elements):
    return nest.map_leaves(lambda *values: list(values), *elements)


def padded(values, longest=None):
    """Fills lists up to the longest of them."""
    if not isinstance(values[0], list):
        return values
    longest = longest or max(map(len, values))
    filling = b"" if any(isinstance(item, bytes) for v in values for item in v) else 0
    return [v + [filling] * (longest - len(v)) for v in values]


def padded_batches(elements, size, drop=False):
    groups = [elements[i : i + size] for i in range(0, len(elements), size)]
    return [nest.map_leaves(lambda *v: padded(list(v)), *g) for g in groups if len(g) == size or not drop]


def windows(elements, size, shift, stride=1, drop=False):
    found = [elements[i : i + (size - 1) * stride + 1 : stride] for i in range(0, len(elements), shift)]
    return [stacked(w) for w in found if len(w) == size or not drop]


def unbatched(elements):
    return [nest.pack(e, row) for e in elements for row in zip(*nest.flatten(e), strict=True)]


def groups(keys, elements, size):
    """Gathers elements by key; gives each group when it has `size(key)` of them, and at the end what is left."""
    held, found = {}, []
    for key, element in zip(keys, elements):
        held.setdefault(key, []).append(element)
        if len(held[key]) == size(key):
            found.append((key, held.pop(key)))
    return found + sorted(held.items(), key=lambda group: group[0])


def by_number(d, window):
    """Groups elements by their number."""
    return d.enumerate().group_by_window(lambda i, _: i % 3, window, window_size_func=lambda key: key + 2)


def numbered_groups(elements):
    return groups([i % 3 for i in range(len(elements))], list(enumerate(elements)), lambda key: key + 2)


def only_leaf(element):
    (leaf,) = nest.flatten(element)
    return leaf


def buckets(elements):
    lengths = [sum(n >= b for b in (2, 4)) for n in map(len, elements)]
    found = groups(lengths, elements, lambda bucket: bucket + 1)
    return [padded(g) for _, g in found]


def chosen(inputs, choices, stops):
    iterators, ended, found = [iter(i) for i in inputs], set(), []
    for choice in choices:
        element = next(iterators[choice], None)
        if element is not None:
            found.append(element)
        elif stops:
            break
        else:
            ended.add(choice)
            if len(ended) == len(inputs):
                break
    return found


def twice(elements):
    return [e for e in elements for _ in range(2)]


def enumerated(d):
    """Numbers two copies of each element, in an order left to chance: randomness within a flat_map."""
    return d.flat_map(whole(d, lambda e: Dataset.from_tensors(e).repeat(2).enumerate().shuffle(2)))


def some_copies(d, join):
    """Makes datasets of different length, some of them empty."""
    return join(d.enumerate(), lambda i, e: Dataset.from_tensors((i, e)).repeat(i % 4))


def lists_of_copies(elements):
    return [[(i, e)] * (i % 4) for i, e in enumerate(elements)]


def with_errors(d):
    """Makes every third element, from the second on, one that cannot be computed."""

    def fails(i, e):
        return tf.strings.to_number(tf.where(tf.equal(i % 3, 1), "no number", "1"), tf.int64) * i, e

    return d.enumerate().map(fails)


def with_errors_left_out(elements):
    return [(i, e) for i, e in enumerate(elements) if i % 3 != 1]


STEPS = {
    "map": Step(
        lambda d: d.map(whole(d, lambda e: {"same": e, "first": tf.identity(first(e))})),
        lambda es: [{"same": e, "first": first(e)} for e in es],
        are_dense,
    ),
    "map to itself": Step(lambda d: d.map(whole(d, lambda e: {"same": e})), lambda es: [{"same": e} for e in es]),
    "map to datasets": Step(
        lambda d: d.map(whole(d, lambda e: (Dataset.from_tensors(e).repeat(2), Dataset.range(2)))),
        lambda es: [([e, e], [0, 1]) for e in es],
        are_dense,
    ),
    "filter": Step(
        lambda d: d.filter(whole(d, lambda e: is_kept(first(e)))),
        lambda es: [e for e in es if is_kept(first(e))],
        is_scalar,
    ),
    "filter all": Step(lambda d: d.filter(lambda *_: False), lambda es: []),
    "flat_map to copies": Step(
        lambda d: d.flat_map(whole(d, lambda e: Dataset.from_tensors(e).repeat(2))), twice, are_dense
    ),
    "flat_map to some copies": Step(
        lambda d: some_copies(d, Dataset.flat_map), lambda es: list(itertools.chain(*lists_of_copies(es))), are_dense
    ),
    "flat_map to slices": Step(
        lambda d: d.flat_map(whole(d, lambda e: Dataset.from_tensor_slices(first(e)))),
        lambda es: [item for e in es for item in first(e)],
        lambda leaves: leaves[0].is_dense and bool(leaves[0].shape.ndims),
    ),
    "flat_map to shuffles": Step(enumerated, None, are_dense),
    "interleave": Step(
        lambda d: some_copies(d, lambda d, f: d.interleave(f, 3, 2)),
        lambda es: interleaved(lists_of_copies(es), 3, 2),
        are_dense,
    ),
    "interleave one by one": Step(
        lambda d: some_copies(d, lambda d, f: d.interleave(f, 2)),
        lambda es: interleaved(lists_of_copies(es), 2, 1),
        are_dense,
    ),
    "interleave shuffles": Step(
        lambda d: some_copies(d, lambda d, f: d.interleave(lambda *e: f(*e).shuffle(2), 4, 1)), None, are_dense
    ),
    "take_while": Step(
        lambda d: d.take_while(whole(d, lambda e: is_kept(first(e)))),
        lambda es: list(itertools.takewhile(lambda e: is_kept(first(e)), es)),
        is_scalar,
    ),
    "scan": Step(
        lambda d: d.scan((np.int64(0), ""), lambda s, e: ((s[0] + 2, s[1] + "x"), (e, s))),
        lambda es: [(e, (2 * i, b"x" * i)) for i, e in enumerate(es)],
        are_dense,
    ),
    "scan a growing state": Step(
        lambda d: d.scan(
            tf.constant([], tf.int64), lambda s, e: (tf.concat([s, [tf.cast(tf.size(s), tf.int64)]], 0), s)
        ),
        lambda es: [list(range(i)) for i in range(len(es))],
        are_dense,
    ),
    "unique": Step(
        lambda d: d.unique(),
        lambda es: [e for i, e in enumerate(es) if e not in es[:i]],
        lambda leaves: len(leaves) == 1 and are_dense(leaves) and leaves[0].dtype in (tf.int32, tf.int64, tf.string),
    ),
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
    "padded_batch": Step(lambda d: d.padded_batch(3), lambda es: padded_batches(es, 3), has_rank([0, 1])),
    "padded_batch without remainder": Step(
        lambda d: d.padded_batch(2, drop_remainder=True), lambda es: padded_batches(es, 2, True), has_rank([0, 1])
    ),
    "ragged_batch": Step(lambda d: d.ragged_batch(3), lambda es: batches(es, 3), has_rank([0, 1, 2])),
    "unbatch": Step(lambda d: d.unbatch(), unbatched, are_slices),
    "rebatch": Step(lambda d: d.batch(4).rebatch(3), lambda es: batches(unbatched(batches(es, 4)), 3), are_alike),
    "window": Step(lambda d: d.window(3, 2), lambda es: windows(es, 3, 2)),
    "window of some": Step(lambda d: d.window(2, 4, 3, True), lambda es: windows(es, 2, 4, 3, True)),
    "sliding window": Step(
        lambda d: d.window(3, 1, drop_remainder=True).flat_map(
            lambda *w: Dataset.zip(nest.map_leaves(lambda leaf: leaf.batch(3), w if len(w) > 1 else w[0]))
        ),
        lambda es: windows(es, 3, 1, 1, True),
        are_alike,
    ),
    "reduced windows": Step(
        lambda d: d.window(3).map(lambda *w: first(w).reduce(np.int64(0), lambda n, _: n + 1)),
        lambda es: [len(first(w)) for w in windows(es, 3, 3)],
    ),
    "group_by_window": Step(
        lambda d: by_number(d, lambda key, w: w.map(lambda i, _: (key, i))),
        lambda es: [(key, i) for key, group in numbered_groups(es) for i, _ in group],
        are_no_datasets,
    ),
    "group_by_window to batches": Step(
        lambda d: by_number(d, lambda _, w: w.batch(2)),
        lambda es: [b for _, group in numbered_groups(es) for b in batches(group, 2)],
        are_alike,
    ),
    "group_by_reducer": Step(
        lambda d: d.enumerate().group_by_reducer(
            lambda i, _: i % 3, Reducer(lambda key: key * 100, lambda s, e: s + e[0], lambda s: (s, -s))
        ),
        lambda es: [(100 * k + s, -100 * k - s) for k in range(3) if k < len(es) for s in [sum(range(k, len(es), 3))]],
        are_no_datasets,
    ),
    "bucket_by_sequence_length": Step(
        lambda d: d.map(whole(d, only_leaf)).bucket_by_sequence_length(tf.size, [2, 4], [1, 2, 3]),
        lambda es: buckets(list(map(only_leaf, es))),
        is_list,
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
    "choose": Step(
        lambda d: Dataset.choose_from_datasets([d, d.skip(2)], Dataset.range(9).map(lambda i: i % 3 % 2)),
        lambda es: chosen([es, es[2:]], [i % 3 % 2 for i in range(9)], True),
    ),
    "choose to the end": Step(
        lambda d: Dataset.choose_from_datasets([d.take(2), d], Dataset.range(40).map(lambda i: i % 2), False),
        lambda es: chosen([es[:2], es], [i % 2 for i in range(40)], False),
    ),
    "sample": Step(lambda d: Dataset.sample_from_datasets([d, d.skip(1)], [0.2, 0.8])),
    "sample with a seed": Step(
        lambda d: Dataset.sample_from_datasets([d, d.skip(1)], seed=1, stop_on_empty_dataset=True).repeat(2)
    ),
    "ignore_errors": Step(lambda d: d.ignore_errors(), lambda es: es),
    "ignore_errors of map": Step(lambda d: with_errors(d).ignore_errors(), with_errors_left_out, are_no_datasets),
    "ignore_errors of filter": Step(
        lambda d: with_errors(d).filter(lambda *_: True).ignore_errors(), with_errors_left_out, are_no_datasets
    ),
    "enumerate": Step(lambda d: d.enumerate(5), lambda es: list(enumerate(es, 5))),
    "cache": Step(lambda d: d.cache(), lambda es: es),
    "cache a shuffle": Step(lambda d: d.shuffle(4).cache().repeat(2)),
    "cache in a file": Step(lambda d: d.cache(f"{new_folder()}/elements").repeat(2), lambda es: es * 2),
    "prefetch": Step(lambda d: d.prefetch(2), lambda es: es),
    "with_options": Step(lambda d: d.with_options(tf.data.Options()), lambda es: es),
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
    "files in turn": lambda f: csv_files(f).interleave(lambda n: TextLineDataset(n).skip(1), 2, 3).map(decode).batch(4),
    "windows in windows": lambda f: Dataset.range(9).window(4, 2).map(lambda w: w.window(2, 1)).shuffle(3),
    "windows shuffled": lambda f: (
        Dataset.range(30).window(5, 1).shuffle(8).interleave(lambda w: w.shuffle(3), 3, 2).batch(4)
    ),
    "random numbers in functions": lambda f: Dataset.range(5).flat_map(
        lambda i: Dataset.range(i).map(lambda j: (j, uniform([2])))
    ),
    "counted": lambda f: Dataset.range(7).shuffle(3).assert_cardinality(7),
}


def build(folder, source, *steps):
    """Makes a dataset of a source and steps, leaving out steps that cannot do with the elements before them.

    Returns it and its elements as plain values, None where they depend on chance.
    """
    made, elements = ALL_SOURCES[source].make(folder), ALL_SOURCES[source].elements
    for step in (STEPS[name] for name in steps):
        if step.fits(nest.flatten(made.element_spec)):
            made = step.apply(made)
            elements = step.plain(elements) if step.plain and elements is not None else None
    return made, elements


def of(name, *parts):
    """Makes a row for each step that can do with the elements before it, which need no files."""
    leaves = nest.flatten(build(None, *parts)[0].element_spec)
    return {
        f"{step} of {name}": lambda f, step=step: build(f, *parts, step) for step in STEPS if STEPS[step].fits(leaves)
    }


TABLE: dict[str, Callable[[Any], tuple[Dataset, list[Any] | None]]] = {
    **{source: lambda f, source=source: build(f, source) for source in SOURCES},
    **of("rows", "slices"),
    **of("batches", "slices", "batch"),
    **of("different shapes", "different shapes"),
    **of("windows", "slices", "window"),
    **of("ragged values", "ragged values"),
    **of("sparse values", "sparse values"),
    **{program: lambda f, make=make: (make(f), None) for program, make in PROGRAMS.items()},
}

pipelines = st.tuples(st.sampled_from(list(ALL_SOURCES)), st.lists(st.sampled_from(list(STEPS)), max_size=4)).map(
    lambda parts: (parts[0], *parts[1])
)
