"""The rows of the census files as arrays: numbers, and the buckets of every category and cross.

What somebody writes by hand who knows the model and the file: Arrow reads the strings as dictionaries, so that
each distinct word is hashed once and each cross is a look-up in a small table. The buckets are those of the feature
columns of the program that is compared, bit for bit.
"""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Sequence

import farmhash
import numpy as np
import pyarrow as pa
from pyarrow import csv

COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education_num",
    "marital_status",
    "occupation",
    "relationship",
    "race",
    "gender",
    "capital_gain",
    "capital_loss",
    "hours_per_week",
    "native_country",
    "income_bracket",
)
HASHED = {
    "workclass": 100,
    "education": 100,
    "marital_status": 100,
    "occupation": 1000,
    "relationship": 100,
    "race": 100,
    "native_country": 1000,
}
NUMBERS = ("age", "education_num", "capital_gain", "capital_loss", "hours_per_week")
GENDERS = ("Female", "Male")
AGES = (18, 25, 30, 35, 40, 45, 50, 55, 60, 65)
CROSSES = (("education", "occupation"), ("age", "race", "occupation"), ("native_country", "occupation"))
WORDS = (*HASHED, "gender")
SMALL_SIZES = (*HASHED.values(), len(GENDERS), len(AGES) + 1)
"""Categories of the hashed columns, the gender and the age, which stand in one table one after the other."""
SMALL_OFFSETS = np.cumsum((0, *SMALL_SIZES[:-1])).astype(np.int32)

_TYPES = {name: pa.float32() for name in NUMBERS} | {
    name: pa.dictionary(pa.int32(), pa.string()) for name in (*WORDS, "income_bracket")
}


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows of the census.

    Attributes:
        numbers: float32 [n, 5].
        small: int32 [n, 9], rows of the table of all hashed columns, the gender and the age.
        crosses: int32 [n, 3], rows of the table of all crosses.
        labels: float32 [n].
    """

    numbers: np.ndarray
    small: np.ndarray
    crosses: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        return self.numbers, self.small, self.crosses, self.labels


def read(path: pathlib.Path, buckets: int) -> Rows:
    """Reads a file and computes all buckets; `buckets` is the number of each cross."""
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=COLUMNS),
        convert_options=csv.ConvertOptions(column_types=_TYPES, include_columns=list(_TYPES)),
    ).unify_dictionaries()
    codes, words = {}, {}
    for name in (*WORDS, "income_bracket"):
        column = table[name].combine_chunks()
        column = column if isinstance(column, pa.DictionaryArray) else column.chunk(0)
        codes[name], words[name] = column.indices.to_numpy(), tuple(column.dictionary.to_pylist())
    numbers = np.stack([table[name].to_numpy() for name in NUMBERS], axis=1)
    ages = np.searchsorted(np.array(AGES, np.float32), numbers[:, 0], side="right").astype(np.int32)
    hashed = [_buckets(words[name], size)[codes[name]] for name, size in HASHED.items()]
    gender = np.array([GENDERS.index(w) for w in words["gender"]], np.int32)[codes["gender"]]
    small = np.stack([*hashed, gender, ages], axis=1) + SMALL_OFFSETS
    crosses = [_cross(keys, codes, words, ages, buckets) for keys in CROSSES]
    offsets = np.arange(len(CROSSES), dtype=np.int32) * buckets
    rich = np.array([w == ">50K" for w in words["income_bracket"]], np.float32)
    return Rows(numbers, small, np.stack(crosses, axis=1) + offsets, rich[codes["income_bracket"]])


def _buckets(words: Sequence[str], size: int) -> np.ndarray:
    return np.array([farmhash.fingerprint64(word) % size for word in words], np.int32)


def _cross(
    keys: Sequence[str],
    codes: dict[str, np.ndarray],
    words: dict[str, tuple[str, ...]],
    ages: np.ndarray,
    buckets: int,
) -> np.ndarray:
    """Looks the combinations of an example up among those of all words."""
    table = _combinations(tuple(None if key == "age" else words[key] for key in keys), buckets)
    return table[tuple(ages if key == "age" else codes[key] for key in keys)]


@functools.lru_cache
def _combinations(inputs: tuple[tuple[str, ...] | None, ...], buckets: int) -> np.ndarray:
    """Returns the buckets of all combinations of some words; None stands for the intervals of age."""
    mixed = np.full((1,) * len(inputs), 0xDECAFCAFFE, np.uint64)
    for axis, words in enumerate(inputs):
        values = range(len(AGES) + 1) if words is None else [farmhash.fingerprint64(word) for word in words]
        shape = [1] * len(inputs)
        shape[axis] = -1
        mixed = _mix(mixed, np.array(values, np.uint64).reshape(shape))
    return (mixed % np.uint64(buckets)).astype(np.int32)


def _mix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Combines two fingerprints as TensorFlow's crosses do."""
    factor = np.uint64(0xC6A4A7935BD1E995)
    mixed = (a ^ factor) ^ (_fold(b * factor) * factor)
    return _fold(_fold(mixed * factor) * factor)


def _fold(value: np.ndarray) -> np.ndarray:
    return value ^ (value >> np.uint64(47))
