"""Reading the body of a request within bounds, and sending an answer.

The predict route is served without a framework, as it is the one that counts;
this is the little that it needs of HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import final

from starlette.types import Receive, Scope, Send

from estimax.serving._errors import RequestError, bad_request, try_again
from estimax.serving._tensor_writing import encode

_MAX_MESSAGE = 2000


class ClientGoneError(Exception):
    """The client has hung up before its request was complete."""


@final
class BodyReader:
    """Reads bodies, with a bound on each and a bound on all that are held at one time.

    Args:
        max_bytes: A larger body is refused (413), by its declared length where it has one.
        max_held_bytes: While more than this is held, bodies are refused (503).
        timeout_secs: A body that takes longer to arrive is refused (408).
    """

    def __init__(self, max_bytes: int, max_held_bytes: int, timeout_secs: float) -> None:
        self._max_bytes = max_bytes
        self._max_held_bytes = max_held_bytes
        self._timeout_secs = timeout_secs
        self._held_bytes = 0

    @contextlib.asynccontextmanager
    async def read(self, scope: Scope, receive: Receive) -> AsyncIterator[bytes]:
        """Lends the body of a request; it counts as held while the context lasts.

        Raises:
            RequestError: 408, 413, 415 or 503.
            ClientGoneError: the client has hung up.
        """
        self._check_headers(scope)
        chunks: list[bytes] = []
        try:
            try:
                async with asyncio.timeout(self._timeout_secs):
                    await self._collect(receive, chunks)
            except TimeoutError:
                raise RequestError(408, f"the request's body did not arrive within {self._timeout_secs:g} s") from None
            yield b"".join(chunks) if len(chunks) != 1 else chunks[0]
        finally:
            self._held_bytes -= sum(map(len, chunks))

    def _check_headers(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value[:20]) > self._max_bytes:
                raise self._too_large()
            if name == b"content-encoding" and value.lower() != b"identity":
                raise RequestError(415, "the body must not be compressed: send it without content-encoding")

    async def _collect(self, receive: Receive, chunks: list[bytes]) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            chunk: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            if not chunk:
                continue
            chunks.append(chunk)
            size += len(chunk)
            self._held_bytes += len(chunk)
            if size > self._max_bytes:
                raise self._too_large()
            if self._held_bytes > self._max_held_bytes:
                raise try_again("the server holds as many requests as it may; try again later")
        if not size:
            raise bad_request("the request must have a body; got none")

    def _too_large(self) -> RequestError:
        return RequestError(413, f"a request may have {self._max_bytes} bytes. Send several requests")


async def reply(send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """Sends a JSON answer."""
    always = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*always, *headers]})
    await send({"type": "http.response.body", "body": body})


def error_body(message: str) -> bytes:
    """Returns the body of every answer that is an error."""
    # A message may quote the request, which can have lone surrogates in it, and any length.
    return encode({"error": message[:_MAX_MESSAGE].encode(errors="replace").decode()})
