"""Work on several threads: in order, the first error first, memory of its own for each."""

import os
import threading

import numpy as np
import pytest

from estimax.image import _threads
from estimax.image._threads import for_each, workspace


@pytest.fixture(params=[1, 2, 4])
def cores(request, monkeypatch):
    monkeypatch.setattr(_threads, "cores", lambda: request.param)
    _threads._pool.cache_clear()
    yield request.param
    _threads._pool(os.getpid()).shutdown()
    _threads._pool.cache_clear()


def test_results_stand_in_the_order_of_the_numbers(cores):
    assert for_each(lambda i: i * i, 100) == [i * i for i in range(100)]
    assert for_each(lambda i: i, 0) == []


def test_the_error_of_the_lowest_number_is_raised(cores):
    def work(i):
        if i in (7, 50, 51):
            raise ValueError(f"number {i}")
        return i

    for _ in range(20):
        with pytest.raises(ValueError, match="number 7"):
            for_each(work, 100)
    assert for_each(lambda i: i, 3) == [0, 1, 2]


def test_work_within_work_waits_for_nobody(cores):
    assert for_each(lambda i: sum(for_each(lambda j: i * j, 5)), 20) == [10 * i for i in range(20)]


def test_each_thread_has_memory_of_its_own_which_it_gets_again():
    first = workspace("a", (3, 4), np.float32)
    assert np.shares_memory(first, workspace("a", (2, 2), np.uint8))
    assert not np.shares_memory(first, workspace("b", (3, 4), np.float32))
    others = []
    thread = threading.Thread(target=lambda: others.append(workspace("a", (3, 4), np.float32)))
    thread.start()
    thread.join()
    assert not np.shares_memory(first, others[0])


def test_what_is_very_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(_threads, "_MOST_KEPT", 100)
    large = workspace("c", (101,), np.uint8)
    assert not np.shares_memory(large, workspace("c", (101,), np.uint8))
