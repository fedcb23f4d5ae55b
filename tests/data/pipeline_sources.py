"""The sources of the table of datasets, the files that they read, and what is in these."""

import gzip
import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import estimax as tf
from estimax._graph._composite import SparseTensor
from estimax.data import Dataset, TextLineDataset
from estimax.ragged import constant
from tests.data import file_sources

SCRATCH = tempfile.TemporaryDirectory()  # goes with the process
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
    file_sources.write_files(folder)
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


def new_folder():
    return tempfile.mkdtemp(dir=SCRATCH.name)


def names(folder, *files):
    return [str(folder / f) for f in files]


def csv_files(folder, **options):
    return Dataset.list_files(str(folder / "part.csv-*"), **options)


def decode(line):
    number, x, word = tf.io.decode_csv(line, [[0], [0.25], ["none"]])
    return number, x, word


def ragged(size):
    return tf.fill([size], size)


def interleaved(datasets, cycle_length, block_length):
    """Takes turns between datasets as the original's documents describe it, one element at a time."""
    waiting, slots, found = iter(datasets), [None] * cycle_length, []
    place, done, has_more = 0, 0, True
    while has_more or any(slot is not None for slot in slots):
        if slots[place] is None and has_more:
            made = next(waiting, None)
            has_more = made is not None
            slots[place] = iter(made) if has_more else None
            continue
        element = next(slots[place], None) if slots[place] is not None else None
        if element is not None:
            found.append(element)
            done += 1
        else:
            slots[place] = None
        if element is None or done == block_length:
            place, done = (place + 1) % cycle_length, 0
    return found


SOURCES = {
    "range": Source(lambda _: Dataset.range(11), list(range(11))),
    "range with a step": Source(lambda _: Dataset.range(20, 3, -4), [20, 16, 12, 8, 4]),
    "count": Source(lambda _: Dataset.counter(3, -2).take(6), [3, 1, -1, -3, -5, -7]),
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
    "lines of files in turn": Source(
        lambda f: Dataset.list_files(str(f / "?.txt"), shuffle=False).interleave(TextLineDataset, 3, 2),
        interleaved(LINES, 3, 2),
    ),
    "lines of a dataset of names": Source(
        lambda f: TextLineDataset(Dataset.from_tensor_slices(names(f, *TEXTS))), FLAT_LINES
    ),
    "decoded lines": Source(lambda f: csv_files(f, shuffle=False).flat_map(TextLineDataset).map(decode), DECODED),
    "different shapes": Source(lambda _: Dataset.range(6).map(ragged), [[i] * i for i in range(6)]),
    "ragged values": Source(
        lambda _: Dataset.from_tensor_slices(constant([[[1], []], [[2, 3]], [], [[4], [5, 6], []]])),
        [[[1], []], [[2, 3]], [], [[4], [5, 6], []]],
    ),
    "sparse values": Source(
        lambda _: Dataset.from_tensor_slices(SparseTensor([[0, 0], [0, 2], [2, 1], [3, 0]], list("abcd"), [4, 3])),
        [[[[0], [2]], [b"a", b"b"], [3]], [[], [], [3]], [[[1]], [b"c"], [3]], [[[0]], [b"d"], [3]]],
    ),
    "random numbers": Source(lambda _: Dataset.random().take(9)),
    "random numbers with a seed": Source(lambda _: Dataset.random(3).map(lambda i: i % 5).take(9)),
    "saved elements": Source(lambda _: saved(Dataset.range(5).batch(2)), [[0, 1], [2, 3], [4]]),
}


# What is in a table of its own is part of random pipelines too.
ALL_SOURCES = SOURCES | {name: Source(make, elements) for name, (make, elements) in file_sources.SOURCES.items()}


def saved(dataset):
    folder = new_folder()
    dataset.save(folder)
    return Dataset.load(folder)
