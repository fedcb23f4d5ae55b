"""Joining the requests that wait while the model runs.

A call of a compiled model on one row costs nearly as much as one on a hundred.
Nothing is delayed in the hope of more requests: what is waiting when the model
becomes free is run together. The bound on what may wait is here too, since a
queue without one only turns a slow model into late answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

from estimax.serving._errors import try_again
from estimax.serving._model import Columns, Signature
from estimax.serving._worker import Worker


@dataclass(frozen=True)
class _Waiting:
    signature: Signature
    columns: Columns
    rows: int
    kind: Hashable
    answer: asyncio.Future[Columns]


@final
class Batching:
    """Runs requests of one kind that wait at the same time as one.

    Requests are of one kind if they are for the same signature and agree in all but the
    number of rows. If the joined call fails, each is run by itself, so that only the
    request that is at fault gets its error.

    Args:
        worker: The thread in which the model runs.
        max_rows: Requests are joined up to this many rows.
        max_waiting: With more requests than this waiting, the next is refused (503).
    """

    def __init__(self, worker: Worker, max_rows: int, max_waiting: int) -> None:
        self._worker = worker
        self._max_rows = max_rows
        self._max_waiting = max_waiting
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, signature: Signature, columns: Columns, rows: int) -> Columns:
        if len(self._waiting) >= self._max_waiting:
            raise try_again(f"{len(self._waiting)} requests are waiting for the model, as many as may; try again later")
        answer: asyncio.Future[Columns] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(signature, columns, rows, kind(signature, columns), answer))
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        """Runs until nothing waits; starts after all requests of this turn of the loop have queued up."""
        try:
            while self._waiting:
                group = self._next_group()
                if group:
                    await self._run(group)
        finally:
            self._task = None

    def _next_group(self) -> list[_Waiting]:
        """Takes the longest waiting request, and those of its kind that fit."""
        group: list[_Waiting] = []
        others: deque[_Waiting] = deque()
        rows = 0
        while self._waiting:
            waiting = self._waiting.popleft()
            if waiting.answer.done():
                continue  # given up
            joins = waiting.kind is not None and group and waiting.kind == group[0].kind
            if not group or (joins and rows + waiting.rows <= self._max_rows):
                group.append(waiting)
                rows += waiting.rows
            else:
                others.append(waiting)
        self._waiting = others
        return group

    async def _run(self, group: list[_Waiting]) -> None:
        requests = [(w.columns, w.rows) for w in group]
        answers: Sequence[Columns | Exception]
        try:
            answers = await self._worker.run(partial(run_joined, group[0].signature, requests))
        except Exception as error:
            answers = [error] * len(group)
        for waiting, answer in zip(group, answers, strict=True):
            if waiting.answer.done():
                continue
            if isinstance(answer, Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)


def kind(signature: Signature, columns: Columns) -> Hashable:
    """Returns what requests that can be joined have in common, or None for one that cannot be.

    Inputs and outputs must have rows, and the length of an output's rows must not
    depend on which other rows are in the batch.
    """
    for info in signature.inputs.values():
        if info.shape[:1] != (None,):
            return None
    for info in signature.outputs.values():
        if info.shape[:1] != (None,) or None in info.shape[1:]:
            return None
    return (signature.name, *((name, column.shape[1:]) for name, column in sorted(columns.items())))


def run_joined(signature: Signature, requests: Sequence[tuple[Columns, int]]) -> list[Columns | Exception]:
    """Runs requests of one kind as one, and returns for each its own rows of the answer, or its error."""
    if len(requests) > 1:
        total = sum(rows for _, rows in requests)
        names = requests[0][0].keys()
        try:
            joined = signature(**{name: np.concatenate([columns[name] for columns, _ in requests]) for name in names})
        except Exception:
            joined = {}  # one of them is at fault: find out which
        if joined and all(array.shape[:1] == (total,) for array in joined.values()):
            return _cut(joined, [rows for _, rows in requests])
    return [_run_one(signature, columns) for columns, _ in requests]


def _cut(joined: Columns, lengths: Sequence[int]) -> list[Columns | Exception]:
    answers: list[Columns | Exception] = []
    start = 0
    for rows in lengths:
        answers.append({name: array[start : start + rows] for name, array in joined.items()})
        start += rows
    return answers


def _run_one(signature: Signature, columns: Columns) -> Columns | Exception:
    try:
        return signature(**columns)
    except Exception as error:
        return error
