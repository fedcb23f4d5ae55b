"""A thread that computes for an event loop.

One thread for each model keeps its calls in order and off the loop. It is a
daemon: a model that never returns must not keep the process from ending.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar, final

T = TypeVar("T")


@final
class Worker:
    """Runs functions one after the other in a thread of its own.

    Example:
        >>> async def main():
        ...     worker = Worker("adder")
        ...     try:
        ...         return await worker.run(lambda: 1 + 1)
        ...     finally:
        ...         worker.close()
        >>> asyncio.run(main())
        2
    """

    def __init__(self, name: str) -> None:
        self._tasks: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def run(self, function: Callable[[], T]) -> T:
        """Returns what the function returns, or raises what it raises."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._tasks.put((function, future))
        return await future

    def close(self) -> None:
        """Ends the thread once all that was asked of it is done."""
        self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            function, future = task
            try:
                result, error = function(), None
            except Exception as e:
                result, error = None, e
            try:
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more
            del task, function, future, result, error  # or an idle thread would keep the last request alive


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return  # given up
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
