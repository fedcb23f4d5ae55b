"""The server as a process of its own: its first line, and its end."""

import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

from tests.serving import toy

ROOT = pathlib.Path(__file__).parents[2]
LINE = re.compile(r"Serving model 'toy' version (\d+) at (http://127\.0\.0\.1:\d+/v1/models/toy):predict\n")


@pytest.fixture
def process(base):
    """Starts the toy server as a program: `process(**options)` gives it and the address of its model."""
    running = []

    def start(**options):
        settings = {"model_name": "toy", "model_base_path": str(base), "host": "127.0.0.1", "rest_api_port": 0}
        arguments = [f"{name}={json.dumps(value)}" for name, value in {**settings, **options}.items()]
        command = [sys.executable, "-m", "tests.serving.toy", *arguments]
        one = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(one)
        threading.Timer(30, one.kill).start()  # so that a line that never comes ends the test
        return one, LINE.fullmatch(one.stdout.readline())[2]

    timers = set(threading.enumerate())
    yield start
    for one in running:
        one.kill()
        one.communicate()
    for timer in set(threading.enumerate()) - timers:
        timer.cancel()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_once_the_request_in_flight_is_answered(process, base, tmp_path, number):
    gate, started = tmp_path / "gate", tmp_path / "started"
    toy.export(base, 2, factor=3.0, wait_for=str(gate), started=str(started))
    server, url = process()
    answer = {}

    def ask():
        answer["response"] = httpx.post(
            f"{url}:predict", json={"signature_name": "patient", "instances": [2]}, timeout=20
        )

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(1000):
        if started.exists():
            break
        time.sleep(0.01)
    server.send_signal(number)
    time.sleep(0.2)
    assert server.poll() is None  # it waits for the request
    gate.touch()
    asking.join(20)
    assert answer["response"].json() == {"predictions": [6.0]}
    assert server.wait(20) == 0
    assert server.stderr.read() == ""


def test_a_request_that_never_ends_does_not_keep_the_server_from_ending(process, base, tmp_path):
    started = tmp_path / "started"
    toy.export(base, 2, wait_for=str(tmp_path / "never"), started=str(started))
    server, url = process(drain_secs=0.2)
    body = b'{"signature_name": "patient", "instances": [2]}'
    with socket.create_connection(("127.0.0.1", int(url.split(":")[2].split("/")[0]))) as connection:
        head = f"POST /v1/models/toy:predict HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        for _ in range(1000):
            if started.exists():
                break
            time.sleep(0.01)
        server.terminate()
        assert server.wait(20) == 0


def test_idle_connections_do_not_keep_the_server_from_ending(process):
    server, url = process()
    with httpx.Client() as client, socket.create_connection(("127.0.0.1", httpx.URL(url).port)):
        assert client.get(url).status_code == 200
        server.terminate()
        assert server.wait(20) == 0


def test_the_server_starts_without_jax(base):
    code = (
        "import sys, estimax.serving; print(*(m for m in ('jax', 'pandas', 'estimax.estimator') if m in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
