"""The package's names under TensorFlow's compatibility spelling."""

from estimax.compat import v1

__all__ = ["v1"]
