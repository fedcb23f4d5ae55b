"""First values of variables that come from a checkpoint: as they are, or by the words of a vocabulary that changed.

They are initializers: what is read is read when a run starts without a checkpoint
of its own, and never otherwise.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax import logging
from estimax._base._array_files import open_arrays
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._base._tensor_file import TensorFile
from estimax.lookup._text_file import read_lines
from estimax.train._checkpoints import FORMAT
from estimax.train._our_names import our_names
from estimax.train._warm_start_settings import VocabInfo

Initial = Any
"""(shape, dtype, rng=...) -> first value."""


class Source:
    """A checkpoint to start from, whose variables go by our names and by those in the file."""

    def __init__(self, path: Any) -> None:
        files = ExitStack()
        self.path = str(path)
        self._file = files.enter_context(open_arrays(path))
        self._naming = our_names(self._file)
        weakref.finalize(self, files.close)

    @property
    def is_checkpoint(self) -> bool:
        """Whether this is a checkpoint of a model, and not any file of arrays."""
        return not isinstance(self._file, TensorFile) or self._file.metadata.get("format") == FORMAT

    @property
    def names(self) -> list[str]:
        """The names of the variables, ours."""
        return list(self._naming.taken)

    def __contains__(self, name: str) -> bool:
        return name in self._naming.taken or name in self._file.entries

    def shape(self, name: str) -> tuple[int, ...]:
        """Returns the shape of a variable.

        Raises:
            InvalidArgumentError: there is none of this name.
        """
        if name in self._naming.taken:
            return self._naming.taken[name].shape
        if name not in self:
            raise InvalidArgumentError(
                f"the checkpoint {self.path!r} has no variable {name!r}{did_you_mean(name, self.names)}; "
                f"it has {', '.join(self.names[:20])}"
            )
        return self._file.entries[name].shape

    def read(self, name: str) -> np.ndarray:
        """Reads a variable that is there."""
        return self._naming.read(self._file, name) if name in self._naming.taken else self._file.read(name)


@dataclass(frozen=True)
class LoadedValue:
    """The value of a variable of a checkpoint."""

    source: Source
    name: str

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Any = None) -> np.ndarray:
        logging.debug("Initialize a variable from %r in %s", self.name, self.source.path)
        value = self.source.read(self.name)
        return value if dtype is None else value.astype(dtype, copy=False)


@dataclass(frozen=True)
class RemappedValue:
    """The value of a variable of a checkpoint, its rows in the order of another vocabulary."""

    source: Source
    name: str
    info: VocabInfo

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Any = None) -> np.ndarray:
        old = self.source.read(self.name)
        places = old_places(self.info, shape[self.info.axis], old.shape[self.info.axis])
        new = self._backup(tuple(shape), old.dtype if dtype is None else dtype, rng)
        known = places >= 0
        if self.info.axis == 0:
            new[known] = old[places[known]]
        else:
            new[:, known] = old[:, places[known]]
        return new

    def _backup(self, shape: tuple[int, ...], dtype: Any, rng: Any) -> np.ndarray:
        initializer = self.info.backup_initializer
        if initializer is None:
            return np.zeros(shape, dtype)
        return np.array(initializer(shape, dtype, rng=rng), dtype)


def old_places(info: VocabInfo, size: int, old_size: int) -> np.ndarray:
    """Returns for each row of a variable where it stands in the old one, -1 where it does not.

    Args:
        info: the vocabularies.
        size: how many rows the new variable has.
        old_size: how many the old one has.

    Raises:
        NotFoundError: a vocabulary is missing.
        InvalidArgumentError: a vocabulary has fewer words than said, or more than the old variable has rows.
    """
    new_words = read_lines(info.new_vocab, info.new_vocab_size)
    old_words = read_lines(info.old_vocab, None if info.old_vocab_size == -1 else info.old_vocab_size)
    if len(old_words) > old_size:
        raise InvalidArgumentError(
            f"the old vocabulary {info.old_vocab} has {len(old_words)} words, and the variable in the checkpoint "
            f"{old_size} rows; give old_vocab_size={old_size} or less"
        )
    place = {word: number for number, word in enumerate(old_words.tolist())}
    places = np.full(size, -1)
    found = [place.get(word, -1) for word in new_words.tolist()[:size]]
    places[: len(found)] = found
    return places
