"""The folder that is put before all others on the path of a program, and the environment that does so.

Python looks for `tensorflow` there first and finds a module that puts estimax in its
place. Nothing else happens at the start of a process, whatever else it is; and a
program starts others (workers of `multiprocessing`, `subprocess`, shell scripts)
with the same environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SHADOW = Path(__file__).parent / "shadow"
VERSION_VARIABLE = "ESTIMAX_AS_TENSORFLOW"


def environment(version: str, python: Path, environ: Mapping[str, str], separator: str) -> dict[str, str]:
    """Returns the environment of a program for which estimax is TensorFlow.

    Args:
        version: what `tf.__version__` says.
        python: the folder of the interpreter that `python` means in the program's own scripts.
        environ: the environment so far.
        separator: what stands between folders in a path.

    Example:
        >>> from pathlib import Path
        >>> from estimax._as_tensorflow._path import environment
        >>> made = environment("1.15", Path("/venv/bin"), {"PATH": "/bin", "PYTHONPATH": "/mine"}, ":")
        >>> made["PATH"], made["PYTHONPATH"].endswith("shadow:/mine"), made["ESTIMAX_AS_TENSORFLOW"]
        ('/venv/bin:/bin', True, '1.15')
    """
    first = {"PYTHONPATH": str(SHADOW), "PATH": str(python)}
    paths = {name: _first(folder, environ.get(name, ""), separator) for name, folder in first.items()}
    return {**environ, **paths, VERSION_VARIABLE: version}


def _first(folder: str, path: str, separator: str) -> str:
    others = [f for f in path.split(separator) if f and f != folder]
    return separator.join([folder, *others])
