"""The whole server as an ASGI application: the model's routes, its description, and health.

The routes that run the model bypass the framework; all others are plain.
"""

from __future__ import annotations

import contextlib
import reprlib
from collections.abc import AsyncIterator
from typing import Any, final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from estimax.serving._body import error_body
from estimax.serving._description import metadata_body, status_body
from estimax.serving._errors import RequestError
from estimax.serving._inference import PATH, Inference, required_version, unknown_model
from estimax.serving._model_host import ModelHost
from estimax.serving._options import ServingOptions
from estimax.serving._tensor_writing import encode


@final
class Application:
    """The ASGI application of one served model.

    Args:
        host: Keeps the model in service; it works while the application's lifespan lasts.
        options: The model's name and the bounds.
    """

    def __init__(self, host: ModelHost, options: ServingOptions) -> None:
        self._host = host
        self._model_name = options.model_name
        self._inference = Inference(host, options)
        model = "/v1/models/{name}"
        self._plain = Starlette(
            routes=[
                Route(model, self._status),
                Route(f"{model}/metadata", self._metadata),
                Route(f"{model}/versions/{{version}}", self._status),
                Route(f"{model}/versions/{{version}}/metadata", self._metadata),
                Route("/health/live", self._live),
                Route("/health/ready", self._ready),
            ],
            exception_handlers={HTTPException: _http_error, RequestError: _request_error, Exception: _server_error},
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if match:
            await self._inference(scope, receive, send, match)
        else:
            await self._plain(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with self._host.serving():
            yield

    async def _status(self, request: Request) -> Response:
        name = self._known_model(request)
        statuses = self._host.statuses()
        if "version" in request.path_params:
            version = required_version(request.path_params["version"])
            statuses = [status for status in statuses if status.version == version]
            if not statuses:
                raise RequestError(404, f"there is no version {version} of model {name!r}")
        if not statuses:
            raise RequestError(404, f"there is no version of model {name!r} yet; the server is waiting for one")
        return _json(status_body(statuses))

    async def _metadata(self, request: Request) -> Response:
        name = self._known_model(request)
        given = request.path_params.get("version")
        with self._host.use(required_version(given) if given else None) as served:
            return _json(metadata_body(name, served.version, served.model.signatures))

    async def _live(self, request: Request) -> Response:
        return _json({"live": True})

    async def _ready(self, request: Request) -> Response:
        ready = self._host.is_ready
        return _json({"ready": ready}, 200 if ready else 503)

    def _known_model(self, request: Request) -> str:
        name = str(request.path_params["name"])
        if name != self._model_name:
            raise unknown_model(name)
        return name


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(encode(content), status, media_type="application/json")


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return Response(error_body(message), status, headers, media_type="application/json")


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return await _server_error(request, error)
    method, path = request.method, reprlib.repr(request.url.path)
    messages = {404: f"there is no {path} on this server", 405: f"{path} must not be asked with {method}"}
    headers = dict(error.headers) if error.headers else None
    return _error(error.status_code, messages.get(error.status_code, error.detail), headers)


async def _request_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestError):
        return await _server_error(request, error)
    return _error(error.status, str(error), {name.decode(): value.decode() for name, value in error.headers})


async def _server_error(request: Request, error: Exception) -> Response:
    return _error(500, "the server failed on this request; its log says why")
