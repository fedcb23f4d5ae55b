"""The routes that run the model: `:predict`, `:classify` and `:regress`.

A raw ASGI application: read the body, lend the served version, make columns,
let the model run, write the answer. What goes wrong becomes an answer too.
"""

from __future__ import annotations

import asyncio
import logging
import re
import reprlib
from functools import partial
from typing import final

from starlette.types import Receive, Scope, Send

from estimax._base._errors import InvalidArgumentError, OutOfRangeError
from estimax.serving._body import BodyReader, ClientGoneError, error_body, reply
from estimax.serving._classify import read_examples, write_results
from estimax.serving._errors import RequestError, bad_request
from estimax.serving._model import Columns
from estimax.serving._model_host import ModelHost, ServedVersion
from estimax.serving._options import ServingOptions
from estimax.serving._predict import ModelInput, read_predict, write_predict
from estimax.serving._versions import parse_version

PATH = re.compile(r"/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>[^/:]+))?:(?P<verb>[A-Za-z]+)")

# JSON above this size is read and written in a thread, so that other requests go on meanwhile.
_LARGE_BYTES = 64 * 1024
_LARGE_ROWS = 256

# The bodies of all requests that are being read or answered at one time.
_HELD_BYTES = 256 * 1024 * 1024

_log = logging.getLogger("estimax.serving")


@final
class Inference:
    """Answers the requests for a model's predictions.

    Args:
        host: Where the model in service is.
        options: The model's name and the bounds.
    """

    def __init__(self, host: ModelHost, options: ServingOptions) -> None:
        self._host = host
        self._options = options
        held_bytes = max(_HELD_BYTES, 8 * options.max_body_bytes)
        self._bodies = BodyReader(options.max_body_bytes, held_bytes, options.request_timeout_secs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, match: re.Match[str]) -> None:
        """Answers one request; `match` is what `PATH` found in its path."""
        try:
            answer = await self._answer(scope, receive, match)
        except ClientGoneError:
            return
        except RequestError as error:
            await reply(send, error.status, error_body(str(error)), error.headers)
        except Exception:
            _log.exception("%s failed", scope["path"])
            await reply(send, 500, error_body("the model failed on this request; the server's log says why"))
        else:
            await reply(send, 200, answer)

    async def _answer(self, scope: Scope, receive: Receive, match: re.Match[str]) -> bytes:
        verb = match["verb"]
        if verb not in ("predict", "classify", "regress"):
            raise RequestError(404, f"there is no ':{verb[:40]}'; there are ':predict', ':classify' and ':regress'")
        if scope["method"] != "POST":
            raise RequestError(405, f"':{verb}' must be asked with POST; got {scope['method']}", ((b"allow", b"POST"),))
        if match["name"] != self._options.model_name:
            raise unknown_model(match["name"])
        version = required_version(match["version"]) if match["version"] else None
        async with self._bodies.read(scope, receive) as body:
            with self._host.use(version) as served:
                return await self._run(served, verb, body)

    async def _run(self, served: ServedVersion, verb: str, body: bytes) -> bytes:
        signatures, max_rows = served.model.signatures, self._options.max_rows
        if verb == "predict":
            read = partial(read_predict, body, signatures, max_rows)
        else:
            read = partial(read_examples, body, verb, signatures, max_rows)
        request = await asyncio.to_thread(read) if len(body) > _LARGE_BYTES else read()
        outputs = await self._outputs(served, request)
        if verb == "predict":
            write = partial(write_predict, outputs, request)
        else:
            write = partial(write_results, outputs, verb, request.rows)
        return await asyncio.to_thread(write) if request.rows > _LARGE_ROWS else write()

    async def _outputs(self, served: ServedVersion, request: ModelInput) -> Columns:
        try:
            async with asyncio.timeout(self._options.request_timeout_secs):
                return await served.run(request.signature, request.columns, request.rows)
        except TimeoutError:
            secs = self._options.request_timeout_secs
            raise RequestError(504, f"the model did not answer within {secs:g} s") from None
        except (InvalidArgumentError, OutOfRangeError) as error:
            raise bad_request(str(error)) from error


def unknown_model(name: str) -> RequestError:
    """Makes the error for a model that is not here."""
    return RequestError(404, f"there is no model {reprlib.repr(name)} on this server")


def required_version(name: str) -> int:
    """Reads the version in a URL.

    Raises:
        RequestError: 404, if it is no number.
    """
    version = parse_version(name)
    if version is None:
        raise RequestError(404, f"a version must be a number such as 1700000000; got {reprlib.repr(name)}")
    return version
