"""`tensorflow.python.lib.io.file_io`: files, under the names that they had before `tf.gfile`."""

from __future__ import annotations

import os

from estimax import gfile
from estimax.gfile import GFile as FileIO
from estimax.gfile import copy as copy
from estimax.gfile import exists as file_exists
from estimax.gfile import glob as get_matching_files
from estimax.gfile import isdir as is_directory
from estimax.gfile import join as join
from estimax.gfile import listdir as list_directory
from estimax.gfile import makedirs as recursive_create_dir
from estimax.gfile import mkdir as create_dir
from estimax.gfile import remove as delete_file
from estimax.gfile import rename as rename
from estimax.gfile import rmtree as delete_recursively
from estimax.gfile import stat as stat
from estimax.gfile import walk as walk_v2

walk = gfile.Walk
copy_v2 = copy
create_dir_v2 = create_dir
delete_file_v2 = delete_file
delete_recursively_v2 = delete_recursively
file_exists_v2 = file_exists
get_matching_files_v2 = get_matching_files
is_directory_v2 = is_directory
list_directory_v2 = list_directory
recursive_create_dir_v2 = recursive_create_dir
rename_v2 = rename
stat_v2 = stat

__all__ = [
    "FileIO",
    "atomic_write_string_to_file",
    "copy",
    "create_dir",
    "delete_file",
    "delete_recursively",
    "file_exists",
    "get_matching_files",
    "is_directory",
    "join",
    "list_directory",
    "read_file_to_string",
    "recursive_create_dir",
    "rename",
    "stat",
    "walk",
    "walk_v2",
    "write_string_to_file",
]


def read_file_to_string(filename: str | os.PathLike[str], binary_mode: bool = False) -> str | bytes:
    """Returns what a file holds, as a text or as bytes.

    Raises:
        NotFoundError: there is no such file.
    """
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        content: str | bytes = file.read()
    return content


def write_string_to_file(filename: str | os.PathLike[str], file_content: str | bytes) -> None:
    """Writes a file that holds a text or bytes, in place of one that is there.

    Example:
        >>> import os, tempfile
        >>> from estimax.python.lib.io import file_io
        >>> path = os.path.join(tempfile.mkdtemp(), "a.txt")
        >>> file_io.write_string_to_file(path, "hello")
        >>> file_io.read_file_to_string(path), file_io.file_exists(path)
        ('hello', True)
    """
    with FileIO(filename, "wb" if isinstance(file_content, bytes) else "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(
    filename: str | os.PathLike[str], contents: str | bytes, overwrite: bool = True
) -> None:
    """Writes a file so that it is there whole or not at all.

    Raises:
        AlreadyExistsError: the file exists, and `overwrite` is False.
    """
    passing = f"{os.fspath(filename)}.tmp"
    write_string_to_file(passing, contents)
    try:
        gfile.rename(passing, filename, overwrite)
    except Exception:
        gfile.remove(passing)
        raise
