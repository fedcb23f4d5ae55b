"""A server with the toy model behind it, on a free port, and a client for it."""

import httpx
import pytest

from estimax.serving import ModelServer, ServingOptions
from tests.serving import toy


@pytest.fixture
def base(tmp_path):
    """The folder of versions, with version 1 in it."""
    toy.export(tmp_path / "base", 1)
    return tmp_path / "base"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A client of a server that all tests of a module share."""
    base = tmp_path_factory.mktemp("base")
    toy.export(base, 1)
    options = ServingOptions(
        "toy", str(base), host="127.0.0.1", rest_api_port=0, max_body_bytes=100_000, max_rows=1000, drain_secs=5
    )
    with (
        ModelServer(options, toy.load) as server,
        httpx.Client(base_url=httpx.URL(server.url).join("/"), timeout=10) as client,
    ):
        server.wait_until_ready(10)
        yield client


@pytest.fixture
def start(tmp_path):
    """Starts servers that end with the test: `start(base, **options)` gives one that is ready, with its client."""
    running = []

    def start_one(base, load=toy.load, wait=True, **options):
        settings = {"host": "127.0.0.1", "rest_api_port": 0, "poll_wait_secs": 0.02, "drain_secs": 5, **options}
        server = ModelServer(ServingOptions("toy", str(base), **settings), load)
        server.start()
        client = httpx.Client(base_url=httpx.URL(server.url).join("/"), timeout=10)
        running.append((server, client))
        if wait:
            server.wait_until_ready(10)
        return server, client

    yield start_one
    for server, client in running:
        client.close()
        server.stop()
