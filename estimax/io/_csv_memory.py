"""What a CSV decoder remembers: the columns of blocks of lines that it decoded before.

The lines of a block may be asked for in any order and in pieces; the block is
parsed once; while some are used, those read after them are parsed in a thread. A
training run reads the same small files once an epoch: a block whose bytes are those of an
earlier one is not parsed again either.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from estimax._base._line_array import LineBlock

MOST_BYTES = 16 << 20
_FEWEST_ROWS = 256
_WORTH_A_THREAD = 1 << 17  # bytes of text

Key = tuple[Any, ...]
Columns = tuple[Any, ...]
Parse = Callable[[bytes, int], Columns | None]


class DecodedBlocks:
    """Columns by block of lines; after the block is gone, of the first `MOST_BYTES` of text that were decoded."""

    def __init__(self) -> None:
        self._blocks: dict[Key, tuple[bytes, Columns]] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._process = 0

    def columns(self, block: LineBlock, needed: tuple[bool, ...], parse: Parse) -> Columns | None:
        """Returns the columns of a block, or None where it cannot be parsed as a whole."""
        key = (self, needed)
        if key not in block.made:
            block.made[key] = self._made(block, needed, parse)
        if key not in block.watchers:
            block.watchers[key] = lambda following: self._begin(following, needed, parse)
        found: Columns | Future[Columns | None] | None = block.made[key]
        if isinstance(found, Future):
            found = block.made[key] = found.result()
        return found

    def _begin(self, block: LineBlock, needed: tuple[bool, ...], parse: Parse) -> None:
        if len(block.text) >= _WORTH_A_THREAD:
            block.made[(self, needed)] = self._worker().submit(self._made, block, needed, parse)

    def _worker(self) -> ThreadPoolExecutor:
        if self._thread is None or self._process != os.getpid():  # threads do not survive a fork
            self._thread, self._process = ThreadPoolExecutor(1, "estimax-csv"), os.getpid()
        return self._thread

    def _made(self, block: LineBlock, needed: tuple[bool, ...], parse: Parse) -> Columns | None:
        columns = self._find(block, needed)
        if columns is None:
            columns = parse(block.text, block.count)
            if columns is not None:
                self._keep(block, needed, columns)
        return columns

    def _find(self, block: LineBlock, needed: tuple[bool, ...]) -> Columns | None:
        known, columns = self._blocks.get(_key(block, needed), (b"", None))
        return columns if known == block.text else None

    def _keep(self, block: LineBlock, needed: tuple[bool, ...], columns: Columns) -> None:
        if block.count < _FEWEST_ROWS:
            return
        key = _key(block, needed)
        with self._lock:
            added = 0 if key in self._blocks else len(block.text)
            if self._bytes + added <= MOST_BYTES:
                self._blocks[key] = (block.text, columns)
                self._bytes += added


def _key(block: LineBlock, needed: tuple[bool, ...]) -> Key:
    return (block.file, block.first_line, block.count, len(block.text), needed)
