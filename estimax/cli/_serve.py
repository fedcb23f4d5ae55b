"""`estimax serve`: a saved model over REST, with the flags of `tensorflow_model_server`."""

from __future__ import annotations

import logging
import os
from typing import Annotated

import typer

from estimax._base._errors import OpError
from estimax.cli._flag import flag


def serve(
    model_base_path: Annotated[str, flag("model_base_path", "The folder whose numeric sub-folders are the versions.")],
    model_name: Annotated[str, flag("model_name", "The name of the model in the URL.")] = "default",
    rest_api_port: Annotated[int, flag("rest_api_port", "The port; 0 takes a free one.")] = 8501,
    host: Annotated[str, flag("host", "The address to listen on; 127.0.0.1 for this machine only.")] = "0.0.0.0",
    file_system_poll_wait_seconds: Annotated[
        float, flag("file_system_poll_wait_seconds", "How often to look for new versions; 0 looks only once.")
    ] = 1.0,
    rest_api_timeout_in_ms: Annotated[int, flag("rest_api_timeout_in_ms", "How long a request may take.")] = 30_000,
    max_body_bytes: Annotated[int, flag("max_body_bytes", "A larger request is refused.")] = 32 * 1024 * 1024,
    max_rows: Annotated[int, flag("max_rows", "A request of more rows is refused.")] = 100_000,
    max_batch_rows: Annotated[
        int, flag("max_batch_rows", "Join waiting requests up to so many rows; 1 joins none.")
    ] = 256,
    max_waiting: Annotated[int, flag("max_waiting", "Refuse requests while so many wait for the model.")] = 1024,
    access_log: Annotated[bool, flag("access_log", "Log each request.", is_flag=True)] = False,
    port: Annotated[int | None, flag("port", "The port for gRPC, which is not served yet: ignored.")] = None,
) -> None:
    """Serve a saved model over REST, as TensorFlow Serving does.

    The highest version in the folder is served, and a new one is taken into service without a restart.
    """
    from estimax.serving import ServingOptions
    from estimax.serving import serve as serve_until_signal

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("jax").setLevel(logging.WARNING)  # it tells which accelerators are not there
    if port is not None:
        logging.warning("gRPC is not served yet: --port=%d is ignored, REST is on --rest_api_port", port)
    try:
        options = ServingOptions(
            model_name=model_name,
            model_base_path=os.path.expanduser(model_base_path),
            host=host,
            rest_api_port=rest_api_port,
            poll_wait_secs=file_system_poll_wait_seconds,
            request_timeout_secs=rest_api_timeout_in_ms / 1000,
            max_body_bytes=max_body_bytes,
            max_rows=max_rows,
            max_batch_rows=max_batch_rows,
            max_waiting=max_waiting,
            access_log=access_log,
        )
        from estimax.saved_model import load  # after the flags are known to be right: it takes a second or two

        serve_until_signal(options, load)
    except OpError as error:
        typer.echo(f"estimax serve: {error}", err=True)
        raise typer.Exit(1) from None
