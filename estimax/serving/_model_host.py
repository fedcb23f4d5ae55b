"""The model in service: loading its versions, putting one in the place of another, and letting go.

A new version is loaded and warmed up beside the one that serves, and takes its
place between two requests; the old one finishes what it has begun. A version
that cannot be loaded is refused, and what is served stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import final

from estimax._base._errors import InvalidArgumentError, OpError
from estimax.serving._batching import Batching
from estimax.serving._errors import RequestError, try_again
from estimax.serving._model import Loader, Model
from estimax.serving._options import ServingOptions
from estimax.serving._versions import Candidate, Contents, look
from estimax.serving._worker import Worker

_log = logging.getLogger("estimax.serving")


@dataclass(frozen=True)
class VersionStatus:
    """The state of one version, in TensorFlow Serving's words: LOADING, AVAILABLE, UNLOADING or END."""

    version: int
    state: str
    error_code: str = "OK"
    error_message: str = ""


@final
class ServedVersion:
    """A loaded model with the thread that runs it and a count of the requests that use it."""

    def __init__(self, version: int, model: Model, options: ServingOptions) -> None:
        self.version = version
        self.model = model
        self._worker = Worker(f"model-{version}")
        self.run = Batching(self._worker, options.max_batch_rows, options.max_waiting)
        self._users = 0
        self._unused = asyncio.Event()
        self._unused.set()

    @contextlib.contextmanager
    def in_use(self) -> Iterator[ServedVersion]:
        """Keeps the version alive for one request."""
        self._users += 1
        self._unused.clear()
        try:
            yield self
        finally:
            self._users -= 1
            if not self._users:
                self._unused.set()

    async def retire(self) -> None:
        """Waits for the requests that use it and ends its thread."""
        await self._unused.wait()
        self._worker.close()


@final
class ModelHost:
    """Keeps the best version of a model in service.

    Args:
        options: What to serve and within which bounds.
        load: Makes a model of a version's folder; runs in a thread of its own.
        on_available: Called with each version that has come into service.
    """

    def __init__(self, options: ServingOptions, load: Loader, on_available: Callable[[int], None]) -> None:
        self._options = options
        self._load = load
        self._on_available = on_available
        self._served: ServedVersion | None = None
        self._refused: dict[int, Contents] = {}
        self._statuses: dict[int, VersionStatus] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._trouble = ""

    @property
    def is_ready(self) -> bool:
        return self._served is not None

    def statuses(self) -> list[VersionStatus]:
        """Lists the versions that are served, coming, going or refused, the highest first."""
        return [self._statuses[version] for version in sorted(self._statuses, reverse=True)]

    def use(self, version: int | None = None) -> contextlib.AbstractContextManager[ServedVersion]:
        """Lends the served version for the time of one request.

        Raises:
            RequestError: 503 while nothing is served, 404 if it is not the version asked for.
        """
        served = self._served
        if served is None:
            raise try_again(f"model {self._options.model_name!r} has no version in service yet; see its status")
        if version is not None and version != served.version:
            raise RequestError(
                404, f"version {version} of model {self._options.model_name!r} is not served; {served.version} is"
            )
        return served.in_use()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Watches the folder while the context lasts, then lets running requests finish."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            await self._close()

    async def _watch(self) -> None:
        worker = Worker("model-loader")
        try:
            while True:
                try:
                    await self._look(worker)
                except OSError as error:
                    self._report(f"cannot read {self._options.model_base_path}: {error}")
                except Exception:
                    _log.exception("looking for new versions failed; looking again later")
                if self._options.poll_wait_secs == 0:
                    return
                await asyncio.sleep(self._options.poll_wait_secs)
        finally:
            worker.close()

    async def _look(self, worker: Worker) -> None:
        """Looks at the folder once and takes the best version there into service."""
        served = self._served.version if self._served else None
        found = await worker.run(partial(look, self._options.model_base_path, served, dict(self._refused)))
        for version in self._refused.keys() - found.versions:
            del self._refused[version], self._statuses[version]
        for candidate in found.candidates:
            if await self._take(worker, candidate):
                break
        if self._served:
            self._trouble = ""
        elif found.versions:
            self._report(f"no version in {self._options.model_base_path} can be served yet")
        else:
            self._report(
                f"waiting for a version of model {self._options.model_name!r}: {self._options.model_base_path} "
                "has no folder whose name is a number, such as 1700000000"
            )

    async def _take(self, worker: Worker, candidate: Candidate) -> bool:
        """Loads a version and puts it into service; says whether it could."""
        version = candidate.version
        self._statuses[version] = VersionStatus(version, "LOADING")
        _log.info("loading version %d from %s", version, candidate.path)
        try:
            model = await worker.run(partial(_load_warm, self._load, candidate.path))
        except Exception as error:
            self._refused[version] = candidate.contents
            message = f"{type(error).__name__}: {error}"
            self._statuses[version] = VersionStatus(version, "END", _error_code(error), message)
            still = f"version {self._served.version} serves on" if self._served else "nothing is served yet"
            # Our own errors say what is wrong; of others the way to them is wanted too.
            trace = None if isinstance(error, OpError) else error
            refusal = "version %d cannot be served and is not tried again until its files change; %s. %s"
            _log.error(refusal, version, still, message, exc_info=trace)
            return False
        self._refused.pop(version, None)
        self._swap(ServedVersion(version, model, self._options))
        return True

    def _swap(self, new: ServedVersion) -> None:
        old, self._served = self._served, new
        self._statuses[new.version] = VersionStatus(new.version, "AVAILABLE")
        if old:
            task = asyncio.create_task(self._retire(old))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)
        self._on_available(new.version)

    async def _retire(self, old: ServedVersion) -> None:
        status = self._statuses[old.version] = VersionStatus(old.version, "UNLOADING")
        await old.retire()
        if self._statuses.get(old.version) is status:  # and not that of the same version, come back
            del self._statuses[old.version]
        _log.info("version %d has been let go", old.version)

    async def _close(self) -> None:
        served, self._served = self._served, None
        leaving = [*self._retiring, *([asyncio.create_task(self._retire(served))] if served else [])]
        if leaving:
            await asyncio.wait(leaving, timeout=self._options.drain_secs)

    def _report(self, trouble: str) -> None:
        """Logs what keeps the model from being served: once, not at every look."""
        if trouble != self._trouble:
            _log.warning("%s", trouble)
        self._trouble = trouble


def _load_warm(load: Loader, path: str) -> Model:
    model = load(path)
    if not model.signatures:
        raise InvalidArgumentError(f"a saved model must have a signature to be served; {path} has none")
    model.warm_up()
    return model


def _error_code(error: Exception) -> str:
    """Returns TensorFlow's code for an error: DATA_LOSS for a DataLossError."""
    if not isinstance(error, OpError):
        return "UNKNOWN"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__.removesuffix("Error")).upper()
