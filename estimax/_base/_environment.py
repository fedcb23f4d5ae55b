"""The only place that reads environment variables.

Everything else gets what it needs by argument, so that a test, a notebook with
two models, or a launcher of many processes can say something else to each.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estimax._base._errors import InvalidArgumentError


def variable(name: str, default: str = "", environ: Mapping[str, str] | None = None) -> str:
    """Returns an environment variable without surrounding blanks, or `default` if it is unset or blank.

    Example:
        >>> from estimax._base._environment import variable
        >>> variable("MODE", "fast", environ={"MODE": " slow "}), variable("MODE", "fast", environ={})
        ('slow', 'fast')
    """
    value = (os.environ if environ is None else environ).get(name, "").strip()
    return value or default


def inherited() -> dict[str, str]:
    """Returns a copy of the whole environment, to change and hand to a process that is started."""
    return dict(os.environ)


def cache_home(environ: Mapping[str, str] | None = None) -> Path:
    """Returns the folder for what can be made again: XDG_CACHE_HOME, or `~/.cache`.

    Example:
        >>> from estimax._base._environment import cache_home
        >>> cache_home({"XDG_CACHE_HOME": "/var/cache/me"}).as_posix()
        '/var/cache/me'
    """
    given = variable("XDG_CACHE_HOME", environ=environ)
    return Path(given) if given else Path("~/.cache").expanduser()


def choose_keras_backend(name: str) -> None:
    """Sets KERAS_BACKEND, which Keras reads when it is imported, unless it is set.

    Example:
        >>> from estimax._base._environment import choose_keras_backend, variable
        >>> choose_keras_backend("jax")
        >>> variable("KERAS_BACKEND")
        'jax'
    """
    os.environ.setdefault("KERAS_BACKEND", name)


def tf_config(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Returns what TF_CONFIG says: the cluster, the task of this process, the trial; {} if it is unset.

    Raises:
        InvalidArgumentError: TF_CONFIG is not the JSON text of an object.

    Example:
        >>> from estimax._base._environment import tf_config
        >>> tf_config({"TF_CONFIG": '{"task": {"type": "worker", "index": 0}}'})
        {'task': {'type': 'worker', 'index': 0}}
    """
    text = variable("TF_CONFIG", environ=environ)
    if not text:
        return {}
    try:
        config = json.loads(text)
    except ValueError as error:
        raise InvalidArgumentError(f"TF_CONFIG must be JSON ({error}); got {text[:200]!r}") from None
    if not isinstance(config, dict):
        raise InvalidArgumentError(f'TF_CONFIG must be a JSON object such as {{"cluster": …}}; got {text[:200]!r}')
    return config
