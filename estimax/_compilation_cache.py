"""Compiled programs that outlive the process: JAX's compilation cache, in a folder of the user's.

XLA takes seconds to compile a training step. A second run of the same program, the
next trial of a tuner or the next worker gets it from the cache in a fraction of that.

What is kept is machine code, so the folder must belong to the user alone, and there
is one for each kind of processor, as home folders are shared between machines.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import stat
from pathlib import Path

import jax
from jax.experimental.compilation_cache import compilation_cache

from estimax._base import _environment
from estimax._base._logger import logger

MOST_BYTES = 512 << 20
_FOLDER = "jax_compilation_cache_dir"
_LEAST_SECS = 0.1  # of compiling; what takes less is not worth a file


@functools.cache
def use_compilation_cache() -> None:
    """Has JAX keep what it compiles, unless the program or the user has decided where already, or that it shall not.

    ESTIMAX_CACHE names another folder than `~/.cache/estimax`; `off` turns the cache off.
    JAX's own setting, `jax_compilation_cache_dir`, goes before both.
    """
    given = _environment.variable("ESTIMAX_CACHE")
    if given.lower() in ("off", "0", "none") or getattr(jax.config, _FOLDER) is not None:
        return
    base = Path(given).expanduser() if given else _environment.cache_home() / "estimax"
    folder = base / f"xla-{_processor()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_own(folder):
            logger().warning("%s can be written by others; compiled programs are not kept there", folder)
            return
        discard_oldest(folder, MOST_BYTES)
    except OSError as error:  # no home, a full or a read-only disk: a program must run without its cache
        logger().debug("compiled programs are not kept: %s", error)
        return
    for name, value in ((_FOLDER, str(folder)), ("jax_persistent_cache_min_compile_time_secs", _LEAST_SECS)):
        jax.config.update(name, value)  # type: ignore[no-untyped-call]  # JAX leaves it so
    compilation_cache.reset_cache()  # or a program that has compiled something before would never look there


def discard_oldest(folder: Path, most_bytes: int) -> None:
    """Deletes the oldest files of a folder that takes more than `most_bytes`, until the others take half of that."""
    files = [(entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(folder)]
    total = sum(size for _, size, _ in files)
    if total <= most_bytes:
        return
    for _, size, path in sorted(files):
        if total <= most_bytes // 2:
            return
        Path(path).unlink(missing_ok=True)
        total -= size


def _is_own(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _processor() -> str:
    """Returns a short name that differs between processors that do not run each other's programs."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    known = {line.partition(":")[0].strip(): line for line in reversed(lines)}
    features = [known.get(name, "") for name in ("model name", "flags", "Features")]
    text = "\n".join([platform.machine(), platform.processor(), *features])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
