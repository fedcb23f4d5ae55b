"""A line in the log for each request: an application around an application."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("estimax.serving.access")


@final
class AccessLog:
    """Logs method, path, status and duration of each request that an application answers.

    Args:
        application: The application that answers.
        clock: Gives seconds, such as `time.perf_counter`.
    """

    def __init__(self, application: ASGIApp, clock: Callable[[], float]) -> None:
        self._application = application
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        begun = self._clock()
        status = 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._application(scope, receive, note)
        finally:
            # The path as it was sent: what is encoded in it, such as an end of line, must not enter the log.
            path = scope["raw_path"].decode("ascii", "replace")
            client = scope["client"][0] if scope["client"] else "-"
            millis = 1000 * (self._clock() - begun)
            _log.info("%s %s %s %d %.1f ms", client, scope["method"], path, status, millis)
