"""Compiled programs that outlive the process."""

import os
import subprocess
import sys
from pathlib import Path

from estimax._compilation_cache import discard_oldest

PROGRAM = """
import sys
import jax, jax.numpy as jnp
from jax import monitoring

events = []
monitoring.register_event_listener(lambda name, **_: events.append(name.rpartition("/")[2]))
jax.jit(lambda x: x + 1)(jnp.ones(3))  # a program that has compiled something before
from estimax._compilation_cache import use_compilation_cache
use_compilation_cache()
if jax.config.jax_compilation_cache_dir:
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)

@jax.jit
def slow(x):
    for _ in range(20):
        x = jnp.sin(x @ x) + jnp.cumsum(jnp.sort(x, axis=0), axis=1)
    return x

slow(jnp.ones((20, 20)))
print("hits", events.count("cache_hits"), "in", jax.config.jax_compilation_cache_dir)
"""


def run(cache, **environ):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ESTIMAX_", "JAX_COMPILATION"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=inherited | {"ESTIMAX_CACHE": str(cache), **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    _, hits, _, folder = done.stdout.split()
    return int(hits), folder, done.stderr


def test_a_second_process_takes_what_the_first_compiled(tmp_path):
    cache = tmp_path / "cache"
    hits, folder, _ = run(cache)
    assert hits == 0
    assert Path(folder).parent == cache
    assert list(Path(folder).glob("*-cache"))
    assert Path(folder).stat().st_mode & 0o077 == 0
    hits, _, _ = run(cache)
    assert hits > 0


def test_a_damaged_entry_is_compiled_anew(tmp_path):
    _, folder, _ = run(tmp_path)
    for entry in Path(folder).glob("*-cache"):
        entry.write_bytes(entry.read_bytes()[:100])
    assert run(tmp_path)[1] == folder


def test_the_cache_can_be_turned_off(tmp_path):
    assert run("off")[1] == "None"
    own = str(tmp_path / "own")
    assert run(tmp_path, JAX_COMPILATION_CACHE_DIR=own)[1] == own


def test_a_folder_that_others_can_write_is_not_used(tmp_path):
    _, folder, _ = run(tmp_path)
    Path(folder).chmod(0o777)
    _, used, said = run(tmp_path)
    assert used == "None"
    assert "can be written by others" in said


def test_a_folder_that_cannot_be_made_does_not_stop_a_program(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert run(file)[1] == "None"


def test_the_oldest_files_go_first(tmp_path):
    for number in range(10):
        path = tmp_path / str(number)
        path.write_bytes(bytes(100))
        os.utime(path, (number, number))
    discard_oldest(tmp_path, 1000)
    assert len(list(tmp_path.iterdir())) == 10
    discard_oldest(tmp_path, 999)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["6", "7", "8", "9"]
