"""What an operator can set, and its limits."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from estimax._base._errors import InvalidArgumentError

_MODEL_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,255}")


@dataclass(frozen=True)
class ServingOptions:
    """What to serve, where, and within which bounds.

    Args:
        model_name: The name in the URL: letters, digits, `_`, `-` and `.`.
        model_base_path: The folder whose numeric sub-folders are the versions.
        host: The address to listen on; `127.0.0.1` keeps the server to this machine.
        rest_api_port: The port; 0 takes a free one.
        poll_wait_secs: How often the folder is looked at; 0 looks only once.
        max_body_bytes: A larger request is refused (413).
        max_rows: More rows in one request are refused (413).
        max_batch_rows: Waiting requests are joined up to this many rows; 1 joins none.
        max_waiting: More requests than this waiting for the model are refused (503).
        request_timeout_secs: A request is given up after this time (408 or 504).
        drain_secs: How long requests in flight may take when the server stops.
        access_log: Whether each request is logged.

    Raises:
        InvalidArgumentError: a value that makes no sense.

    Example:
        >>> from estimax.serving import ServingOptions
        >>> ServingOptions(model_name="census", model_base_path="export/exporter").max_rows
        100000
    """

    model_name: str
    model_base_path: str
    host: str = "0.0.0.0"
    rest_api_port: int = 8501
    poll_wait_secs: float = 1.0
    max_body_bytes: int = 32 * 1024 * 1024
    max_rows: int = 100_000
    max_batch_rows: int = 256
    max_waiting: int = 1024
    request_timeout_secs: float = 30.0
    drain_secs: float = 30.0
    access_log: bool = False

    def __post_init__(self) -> None:
        if not _MODEL_NAME.fullmatch(self.model_name):
            raise InvalidArgumentError(
                f"model_name must be letters, digits, '_', '-' and '.', as it is part of a URL; got {self.model_name!r}"
            )
        if not self.model_base_path:
            raise InvalidArgumentError("model_base_path must name the folder that holds the versions; got ''")
        if "://" in self.model_base_path:
            raise InvalidArgumentError(
                f"model_base_path must be a folder of this machine, for now; got {self.model_base_path!r}. Copy it here"
            )
        if not 0 <= self.rest_api_port <= 65535:
            raise InvalidArgumentError(f"rest_api_port must be from 0 to 65535; got {self.rest_api_port}")
        if not 0 <= self.poll_wait_secs < math.inf:
            raise InvalidArgumentError(
                f"file_system_poll_wait_seconds must be 0 (look once) or more; got {self.poll_wait_secs}"
            )
        for name in ("max_body_bytes", "max_rows", "max_batch_rows", "max_waiting"):
            if getattr(self, name) < 1:
                raise InvalidArgumentError(f"{name} must be at least 1; got {getattr(self, name)}")
        for name in ("request_timeout_secs", "drain_secs"):
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidArgumentError(f"{name} must be more than 0 and finite; got {getattr(self, name)}")
