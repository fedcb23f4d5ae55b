"""Which versions of a model a folder holds, and which to try next.

A version is a sub-folder whose name is a number. Everything else in the folder
(an export still being written as `temp-…`, hidden files) is ignored. Only names
found by listing are ever opened; nothing from a request becomes a path.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

Contents = tuple[tuple[str, int, int], ...]

# A saved model has some dozen files. What has more is not one, and need not be listed to the end.
_MAX_FILES = 10_000
_MAX_DIGITS = 18


@dataclass(frozen=True)
class Candidate:
    """A version that could be served, and its files (name, size, time) as they were when it was found."""

    version: int
    path: str
    contents: Contents


@dataclass(frozen=True)
class Found:
    """What one look at the folder gave: all versions in it, and those to try, best first."""

    versions: frozenset[int]
    candidates: tuple[Candidate, ...]


def parse_version(name: str) -> int | None:
    """Returns the number that a folder's name, or a part of a URL, stands for; None if it is no version.

    Example:
        >>> parse_version("1700000000"), parse_version("007"), parse_version("temp-5")
        (1700000000, None, None)
    """
    if not (name.isascii() and name.isdigit() and len(name) <= _MAX_DIGITS):
        return None
    return int(name) if str(int(name)) == name else None


def look(base_path: str, served: int | None, refused: Mapping[int, Contents]) -> Found:
    """Lists the versions of a folder, and those that are better than the one served.

    A higher version is better than a lower one, and any is better than none. A version that
    was refused is tried again only once its files have changed. Where the served version has
    been removed, lower ones are candidates too, so that removing a bad version takes it back.

    Raises:
        OSError: the folder cannot be read. One that does not exist has no versions.
    """
    try:
        with os.scandir(base_path) as entries:
            folders = {v: e.path for e in entries if (v := parse_version(e.name)) is not None and e.is_dir()}
    except FileNotFoundError:
        folders = {}
    candidates = []
    for version in sorted(folders, reverse=True):
        if version == served:
            break
        contents = list_files(folders[version])
        if contents and contents != refused.get(version):
            candidates.append(Candidate(version, folders[version], contents))
    return Found(frozenset(folders), tuple(candidates))


def list_files(folder: str) -> Contents:
    """Lists the files below a folder with their sizes and times: equal as long as nothing changes."""
    files = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            try:
                status = os.stat(path)
            except OSError:
                continue  # removed meanwhile, or a link to nothing
            files.append((os.path.relpath(path, folder), status.st_size, status.st_mtime_ns))
            if len(files) >= _MAX_FILES:
                return tuple(files)
    return tuple(sorted(files))
