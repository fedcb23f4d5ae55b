"""Requests that wait together are answered as if each had come alone."""

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax.serving._batching import Batching, kind, run_joined
from estimax.serving._errors import RequestError
from estimax.serving._worker import Worker
from tests.serving.toy import Info, signature, strings, toy_model

X, Y = Info("x", float32), Info("y", float32)
ROWS = st.lists(st.integers(0, 10), min_size=1, max_size=4)


def column(values):
    return {"x": np.array(values, np.float32)}


def alone(function, values):
    try:
        return function(**column(values))["y"].tolist()
    except (InvalidArgumentError, RuntimeError) as error:
        return repr(error)


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_joined_requests_are_answered_like_single_ones(requests):
    function = toy_model().signatures["serving_default"]
    answers = run_joined(function, [(column(values), len(values)) for values in requests])
    assert [a["y"].tolist() for a in answers] == [alone(function, values) for values in requests]


@given(st.lists(st.lists(st.sampled_from([-1, 1, 2, 13]), min_size=1, max_size=2), min_size=1, max_size=6))
def test_only_the_request_at_fault_gets_the_error(requests):
    function = toy_model().signatures["picky"]
    answers = run_joined(function, [(column(values), len(values)) for values in requests])
    given_ = [repr(a) if isinstance(a, Exception) else a["y"].tolist() for a in answers]
    assert given_ == [alone(function, values) for values in requests]


def test_a_model_that_does_not_keep_the_rows_is_run_for_each_request():
    total = signature("total", [X], [Y], lambda x: {"y": x.sum(keepdims=True)})
    answers = run_joined(total, [(column([1, 2]), 2), (column([3, 4]), 2)])
    assert [a["y"].tolist() for a in answers] == [[3.0], [7.0]]


def test_requests_that_differ_in_more_than_rows_are_of_different_kinds():
    model = toy_model()
    ragged, whole = model.signatures["ragged"], model.signatures["whole"]
    assert kind(ragged, {"v": np.zeros((1, 2))}) == kind(ragged, {"v": np.zeros((5, 2))})
    assert kind(ragged, {"v": np.zeros((1, 2))}) != kind(ragged, {"v": np.zeros((1, 3))})
    assert kind(whole, {"k": np.zeros(())}) is None
    assert kind(signature("f", [X], [Info("y", float32, (None, None))], None), column([1])) is None


def run_all(function, requests, max_rows=256, max_waiting=1024):
    """Asks all requests at once, and returns their answers or errors."""

    async def main():
        worker = Worker("test")
        batching = Batching(worker, max_rows, max_waiting)
        try:
            asked = [batching(f, columns, len(next(iter(columns.values())))) for f, columns in requests]
            return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 10)
        finally:
            worker.close()

    return asyncio.run(main())


@given(st.lists(st.tuples(st.sampled_from(["x", "s"]), ROWS), min_size=1, max_size=12), st.integers(1, 9))
def test_each_request_gets_its_own_answer_whatever_waits_with_it(asked, max_rows):
    model = toy_model()
    double, echo = model.signatures["serving_default"], model.signatures["echo"]
    texts = [[str(v).encode() for v in values] for _, values in asked]
    requests = [
        (double, column(values)) if which == "x" else (echo, {"s": strings(text)})
        for (which, values), text in zip(asked, texts)
    ]
    answers = run_all(model, requests, max_rows)
    for (which, values), text, answer in zip(asked, texts, answers):
        if which == "x":
            assert answer["y"].tolist() == [2.0 * v for v in values]
        else:
            assert answer["text"].tolist() == text
    assert all(rows <= max(max_rows, 4) for rows in double.calls + echo.calls)
    assert sum(double.calls) == sum(len(values) for which, values in asked if which == "x")


def test_requests_that_wait_together_are_run_together():
    function = toy_model().signatures["serving_default"]
    run_all(function, [(function, column([i])) for i in range(100)], max_rows=40)
    assert function.calls == [40, 40, 20]


def test_one_row_a_call_joins_nothing():
    function = toy_model().signatures["serving_default"]
    run_all(function, [(function, column([i])) for i in range(5)], max_rows=1)
    assert function.calls == [1] * 5


def test_more_requests_than_may_wait_are_refused_and_told_to_come_again():
    function = toy_model().signatures["serving_default"]
    answers = run_all(function, [(function, column([i])) for i in range(10)], max_waiting=4)
    assert [a["y"].tolist() for a in answers[:4]] == [[2.0 * i] for i in range(4)]
    for answer in answers[4:]:
        assert isinstance(answer, RequestError) and answer.status == 503
        assert dict(answer.headers)[b"retry-after"] == b"1"


def test_a_request_that_is_given_up_is_not_run():
    function = toy_model().signatures["serving_default"]

    async def main():
        worker = Worker("test")
        batching = Batching(worker, 256, 16)
        gone = asyncio.create_task(batching(function, column([1]), 1))
        kept = asyncio.create_task(batching(function, column([2]), 1))
        await asyncio.sleep(0)
        gone.cancel()
        answer = await asyncio.wait_for(kept, 10)
        worker.close()
        return answer["y"].tolist()

    assert asyncio.run(main()) == [4.0]
    assert function.calls == [1]


def test_a_worker_gives_results_and_errors_in_order():
    async def main():
        worker = Worker("test")
        results = await asyncio.gather(*(worker.run(lambda i=i: 6 // i) for i in (1, 2, 0, 3)), return_exceptions=True)
        worker.close()
        return results

    first, second, error, last = asyncio.run(main())
    assert (first, second, last) == (6, 3, 2)
    assert isinstance(error, ZeroDivisionError)


@pytest.mark.parametrize("rows", [0, 3])
def test_the_rows_of_an_answer_are_cut_where_requests_meet(rows):
    function = toy_model().signatures["serving_default"]
    answers = run_joined(function, [(column([9] * rows), rows), (column([1]), 1)])
    assert [a["y"].tolist() for a in answers] == [[18.0] * rows, [2.0]]
