"""Whether somebody trains in a model folder, as the lock of its run tells.

Who trains holds a lock of the operating system on the file `.run.lock`, says in it who
it is, and empties it at the end. So a file that says something, on which no lock is, is
of a run that was killed or that failed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

LOCK_FILE = ".run.lock"  # as in train/_run_lock.py, which would load JAX


@dataclass(frozen=True)
class RunState:
    """What is known of a run.

    Attributes:
        word: 'running', 'interrupted', 'finished', or '' where nothing tells.
        holder: who trains, or did last: `pid`, `host`, `since`, `command`; may be empty.
    """

    word: str
    holder: dict[str, Any]


def run_state(model_dir: str) -> RunState:
    """Finds out whether somebody trains in a folder; never keeps anybody from it who does.

    Example:
        >>> from estimax.cli._show_state import run_state
        >>> run_state("/nowhere")
        RunState(word='', holder={})
    """
    try:
        with open(os.path.join(model_dir, LOCK_FILE), "rb") as file:
            said = file.read(1 << 16)
            if not said.strip():
                return RunState("finished", {})
            return RunState(_word(file.fileno()), _holder(said))
    except OSError:
        return RunState("", {})


def _word(handle: int) -> str:
    if fcntl is None:
        return ""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return "running"
    except OSError:  # a file system without locks
        return ""
    fcntl.flock(handle, fcntl.LOCK_UN)
    return "interrupted"


def _holder(said: bytes) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    names = ("pid", "host", "since", "command")
    return {n: found[n] for n in names if isinstance(found.get(n), str | int)} if isinstance(found, dict) else {}
