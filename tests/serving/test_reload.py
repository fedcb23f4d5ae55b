"""Versions come and go while the server serves."""

import itertools
import logging
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from estimax._base._errors import FailedPreconditionError, InvalidArgumentError
from estimax.serving import ModelServer, ServingOptions
from tests.serving import toy

MODEL = "/v1/models/toy"


def eventually(condition, secs=10.0):
    """Waits until a condition holds."""
    end = time.monotonic() + secs
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def predict(client, signature="serving_default", x=1):
    return client.post(f"{MODEL}:predict", json={"signature_name": signature, "instances": [x]})


def states(client):
    response = client.get(MODEL)
    return {s["version"]: s["state"] for s in response.json().get("model_version_status", ())}


def test_a_new_version_is_taken_into_service_and_no_request_fails(base, start):
    _, client = start(base)
    answers, stop = [], threading.Event()

    def ask():
        with httpx.Client(base_url=client.base_url, timeout=10) as one:
            while not stop.is_set():
                answers.append(predict(one).json())

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        try:
            for version in (2, 3, 10):
                toy.export(base, version, factor=float(version))
                eventually(lambda version=version: states(client) == {str(version): "AVAILABLE"})
                assert predict(client).json() == {"predictions": [float(version)]}
        finally:
            stop.set()
    for task in asking:
        task.result()
    seen = [answer["predictions"][0] for answer in answers]
    assert set(seen) <= {2.0, 3.0, 10.0}  # version 1 doubles, too
    assert client.post(f"{MODEL}/versions/1:predict", json={"instances": [1]}).status_code == 404
    assert client.post(f"{MODEL}/versions/10:predict", json={"instances": [1]}).status_code == 200


def test_a_broken_version_is_refused_while_the_old_one_serves_on(base, start, caplog):
    loads = []

    def load(path):
        loads.append(path)
        return toy.load(path)

    with caplog.at_level(logging.ERROR, "estimax.serving"):
        _, client = start(base, load)
        folder = toy.export(base, 2, content="{broken")
        eventually(lambda: states(client).get("2") == "END")
        assert states(client) == {"1": "AVAILABLE", "2": "END"}
        assert predict(client).json() == {"predictions": [2.0]}
        status = client.get(f"{MODEL}/versions/2").json()["model_version_status"][0]["status"]
        assert status["error_code"] == "DATA_LOSS"
        assert "must be JSON" in status["error_message"]
        time.sleep(0.2)  # some ten looks at the folder
        assert len(loads) == 2
        assert len(caplog.records) == 1
        assert "version 2 cannot be served" in caplog.text and "version 1 serves on" in caplog.text
    (folder / "model.json").write_text('{"factor": 5}')
    eventually(lambda: states(client) == {"2": "AVAILABLE"})
    assert predict(client).json() == {"predictions": [5.0]}


def test_a_loader_that_fails_in_any_way_does_not_end_the_server(base, start):
    def load(path):
        if path.endswith("2"):
            raise MemoryError("no such model")
        return toy.ToyModel({}) if path.endswith("3") else toy.load(path)

    _, client = start(base, load)
    toy.export(base, 2)
    toy.export(base, 3)
    eventually(lambda: states(client) == {"1": "AVAILABLE", "2": "END", "3": "END"})
    assert predict(client).json() == {"predictions": [2.0]}
    shutil.rmtree(base / "2")
    eventually(lambda: states(client) == {"1": "AVAILABLE", "3": "END"})


def test_the_next_lower_version_serves_where_the_highest_never_did(base, start):
    toy.export(base, 2, content="{broken")
    _, client = start(base)
    assert states(client) == {"1": "AVAILABLE", "2": "END"}


def test_the_served_version_may_be_removed(base, start):
    _, client = start(base)
    shutil.rmtree(base / "1")
    time.sleep(0.1)
    assert predict(client).json() == {"predictions": [2.0]}
    shutil.rmtree(base)
    time.sleep(0.1)
    assert predict(client).json() == {"predictions": [2.0]}
    toy.export(base, 2, factor=3.0)
    eventually(lambda: states(client) == {"2": "AVAILABLE"})


def test_removing_a_bad_version_takes_it_back(base, start):
    toy.export(base, 2, factor=-1.0)
    _, client = start(base)
    assert predict(client).json() == {"predictions": [-1.0]}
    shutil.rmtree(base / "2")
    eventually(lambda: states(client) == {"1": "AVAILABLE"})
    assert predict(client).json() == {"predictions": [2.0]}
    toy.export(base, 2, factor=4.0)
    eventually(lambda: states(client) == {"2": "AVAILABLE"})
    assert predict(client).json() == {"predictions": [4.0]}


def test_a_server_without_a_version_says_so_and_waits(tmp_path, start, caplog):
    base = tmp_path / "later"
    with caplog.at_level(logging.WARNING, "estimax.serving"):
        server, client = start(base, wait=False)
        response = predict(client)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "1"
        assert "no version" in response.json()["error"]
        assert client.get(MODEL).status_code == 404
        assert client.get(f"{MODEL}/metadata").status_code == 503
        assert client.get("/health/live").status_code == 200
        assert client.get("/health/ready").status_code == 503
        eventually(lambda: caplog.records)
        time.sleep(0.1)
        assert len(caplog.records) == 1 and "no folder whose name is a number" in caplog.text
    with pytest.raises(FailedPreconditionError, match="in service"):
        server.wait_until_ready(0.01)
    toy.export(base, 1)
    server.wait_until_ready(10)
    assert predict(client).json() == {"predictions": [2.0]}
    assert client.get("/health/ready").status_code == 200


def test_requests_in_flight_finish_on_the_version_that_began_them(base, start, tmp_path):
    gate, started = tmp_path / "gate", tmp_path / "started"
    toy.export(base, 2, factor=2.0, wait_for=str(gate), started=str(started))
    _, client = start(base)
    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(predict, client, "patient")
        eventually(started.exists)
        toy.export(base, 3, factor=3.0)
        eventually(lambda: states(client) == {"2": "UNLOADING", "3": "AVAILABLE"})
        assert predict(client, "patient").json() == {"predictions": [3.0]}
        gate.touch()
        assert early.result(10).json() == {"predictions": [2.0]}
    eventually(lambda: states(client) == {"3": "AVAILABLE"})


def test_a_slow_model_gets_no_more_requests_than_may_wait(base, start, tmp_path):
    gate, started = tmp_path / "gate", tmp_path / "started"
    toy.export(base, 2, wait_for=str(gate), started=str(started))
    _, client = start(base, max_waiting=2)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(predict, client, "patient")
        eventually(started.exists)
        others = [pool.submit(predict, client, "serving_default", x) for x in range(5)]
        eventually(lambda: sum(task.done() for task in others) == 3)
        refused = [task.result() for task in others if task.done()]
        assert {(r.status_code, r.headers["retry-after"]) for r in refused} == {(503, "1")}
        assert client.get("/health/ready").status_code == 200
        gate.touch()
        answered = [task.result(10) for task in (first, *others) if task.result(10).status_code == 200]
        assert len(answered) == 3


def test_a_model_that_takes_too_long_is_not_waited_for(base, start, tmp_path):
    gate = tmp_path / "gate"
    toy.export(base, 2, wait_for=str(gate))
    _, client = start(base, request_timeout_secs=0.1)
    response = predict(client, "patient")
    assert response.status_code == 504
    assert "within 0.1 s" in response.json()["error"]
    gate.touch()
    eventually(lambda: predict(client, "patient").status_code == 200)


def test_concurrent_requests_are_answered_as_one_by_one(base, start):
    _, client = start(base, max_batch_rows=8)
    kinds = {
        "serving_default": lambda i: [i / 7, i],
        "echo": lambda i: [f"text {i}"],
        "matrix": lambda i: [[[i, 1], [2, i]]] * (i % 4 + 1),
        "picky": lambda i: [i - 3],
    }
    requests = [
        {"signature_name": name, "instances": rows(i)}
        for i, (name, rows) in itertools.product(range(20), kinds.items())
    ]

    def ask(request):
        response = client.post(f"{MODEL}:predict", json=request)
        return response.status_code, response.json()

    single = [ask(request) for request in requests]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, requests)) == single
    assert {status for status, _ in single} == {200, 400, 500}


def test_looking_once_takes_what_is_there_and_no_more(base, start):
    _, client = start(base, poll_wait_secs=0)
    toy.export(base, 2, factor=3.0)
    time.sleep(0.1)
    assert states(client) == {"1": "AVAILABLE"}


def test_a_port_that_is_taken_is_refused_at_once(base, start):
    server, _ = start(base)
    with pytest.raises(InvalidArgumentError, match="is not: Address already in use"):
        ModelServer(ServingOptions("toy", str(base), host="127.0.0.1", rest_api_port=server.port), toy.load)


def test_a_server_is_started_once(base, start):
    server, _ = start(base)
    with pytest.raises(FailedPreconditionError, match="once"):
        server.start()


@pytest.mark.parametrize(
    "wrong",
    [
        {"model_name": "a/b"},
        {"model_name": "a:b"},
        {"model_name": ""},
        {"model_base_path": ""},
        {"model_base_path": "gs://bucket/export"},
        {"rest_api_port": -1},
        {"rest_api_port": 65536},
        {"poll_wait_secs": -1.0},
        {"max_body_bytes": 0},
        {"max_batch_rows": 0},
        {"request_timeout_secs": 0.0},
        {"drain_secs": float("nan")},
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(InvalidArgumentError, match="file_system_poll_wait_seconds" if "poll" in name else name):
        ServingOptions(**{"model_name": "m", "model_base_path": "base", **wrong})
