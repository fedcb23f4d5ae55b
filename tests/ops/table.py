"""Every op, how to call it, and sample arguments: the laws of `test_laws.py` hold for each row.

The `ROWS` of the files `*_rows.py` here, and of the files `op_rows.py` beside the
tests of other rooms, are the table. A sample is a tuple of arrays or lists of
strings. For the laws about rows, rows are made of a sample by reordering the elements
of each argument, so a sample must stay valid when that is done.
"""

import importlib
import pathlib

from tests.ops.samples import Row

TESTS = pathlib.Path(__file__).parent.parent
FILES = sorted([*TESTS.glob("ops/*_rows.py"), *TESTS.glob("*/op_rows.py")])
ROWS: tuple[Row, ...] = tuple(
    row for file in FILES for row in importlib.import_module(f"tests.{file.parent.name}.{file.stem}").ROWS
)
