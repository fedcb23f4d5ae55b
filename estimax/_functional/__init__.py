"""Functions of functions: `map_fn`, folds and loops over Tensors, and Python code between Tensor operations."""

from estimax._functional._folds import foldl, foldr, scan
from estimax._functional._mapping import map_fn, vectorized_map
from estimax._functional._python import numpy_function, py_func, py_function
from estimax._functional._while import while_loop
from estimax._graph._naming import keep_names

__all__ = [
    "foldl",
    "foldr",
    "map_fn",
    "numpy_function",
    "py_func",
    "py_function",
    "scan",
    "vectorized_map",
    "while_loop",
]

keep_names(globals(), __all__)
