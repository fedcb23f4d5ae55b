"""A request that cannot be answered, with the HTTP status that says why."""

from __future__ import annotations


class RequestError(Exception):
    """An error whose message is for the client.

    `status` is the HTTP status; `headers` are sent along, such as `retry-after`.
    """

    def __init__(self, status: int, message: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


def bad_request(message: str) -> RequestError:
    """Makes the error for a request that can never succeed as it is."""
    return RequestError(400, message)


def try_again(message: str, after_secs: int = 1) -> RequestError:
    """Makes the error for a request that may succeed a little later."""
    return RequestError(503, message, ((b"retry-after", str(after_secs).encode()),))
