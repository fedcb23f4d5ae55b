"""What every other room stands on, and what knows nothing of them.

Dtypes, shapes, nested structures, arrays of strings, errors, files and record
formats. NumPy and Arrow only: no JAX, no graph.
"""
