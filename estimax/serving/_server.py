"""The server as a process, or as a thread of one: port, signals, start and end."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import final

import uvicorn
from starlette.types import ASGIApp

from estimax._base._errors import FailedPreconditionError, InvalidArgumentError
from estimax.serving._access_log import AccessLog
from estimax.serving._application import Application
from estimax.serving._model import Loader
from estimax.serving._model_host import ModelHost
from estimax.serving._options import ServingOptions

_BACKLOG = 2048


def serve(options: ServingOptions, load: Loader, announce: Callable[[str], None] | None = None) -> None:
    """Serves a model until SIGTERM or SIGINT, then finishes the requests in flight and returns.

    Args:
        options: What to serve, where, and within which bounds.
        load: Makes a model of a version's folder, such as `estimax.saved_model.load`.
        announce: Called with a line for each version that comes into service; prints it by default.

    Raises:
        InvalidArgumentError: the address cannot be listened on.
    """
    ModelServer(options, load, announce or _print_line).run()


@final
class ModelServer:
    """A model server that listens from its construction on.

    `run` serves in this thread; as a context, it serves in one of its own.

    Args:
        options: What to serve, where, and within which bounds.
        load: Makes a model of a version's folder, such as `estimax.saved_model.load`.
        announce: Called with a line for each version that comes into service.

    Raises:
        InvalidArgumentError: the address cannot be listened on.
    """

    def __init__(self, options: ServingOptions, load: Loader, announce: Callable[[str], None] | None = None) -> None:
        self._options = options
        self._announce = announce
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._socket = _listen(options.host, options.rest_api_port)
        self.port = int(self._socket.getsockname()[1])
        application: ASGIApp = Application(ModelHost(options, load, self._on_available), options)
        if options.access_log:
            application = AccessLog(application, time.perf_counter)
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                interface="asgi3",
                lifespan="on",
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=math.ceil(options.drain_secs),
            )
        )

    @property
    def url(self) -> str:
        """The address of the model, without a verb: `http://127.0.0.1:8501/v1/models/census`."""
        wildcard = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
        host = wildcard.get(self._options.host, self._options.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/v1/models/{self._options.model_name}"

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT (or `stop`), then finishes the requests in flight."""
        with self._ending_quietly():
            self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Starts to serve in a thread."""
        if self._thread:
            raise FailedPreconditionError("a model server can be started once; make another one")
        self._thread = threading.Thread(target=self.run, name="model-server", daemon=True)
        self._thread.start()

    def wait_until_ready(self, timeout_secs: float = 60.0) -> None:
        """Waits until a version is in service.

        Raises:
            FailedPreconditionError: none is after this time.
        """
        if not self._ready.wait(timeout_secs):
            raise FailedPreconditionError(
                f"no version in {self._options.model_base_path} was in service after {timeout_secs:g} s; "
                f"{self.url} and the log say why"
            )

    def stop(self) -> None:
        """Ends the server, having finished the requests in flight."""
        self._server.should_exit = True
        if self._thread:
            self._thread.join(2 * self._options.drain_secs + 5)
        self._socket.close()

    def __enter__(self) -> ModelServer:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _on_available(self, version: int) -> None:
        self._ready.set()
        if self._announce:
            self._announce(f"Serving model {self._options.model_name!r} version {version} at {self.url}:predict")

    @contextlib.contextmanager
    def _ending_quietly(self) -> Iterator[None]:
        """Makes a signal that ended the server end no more than that.

        Uvicorn raises the signals that it got once more when it is done, for whoever handled them before it.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {sig: signal.signal(sig, self._server.handle_exit) for sig in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if isinstance(error.errno, int) and error.errno > 0 else str(error)
        raise InvalidArgumentError(
            f"host and rest_api_port must be an address that is free on this machine; "
            f"{host}:{port} is not: {reason}. Port 0 takes a free one"
        ) from error


def _print_line(line: str) -> None:
    print(line, flush=True)
