"""`tensorflow.python.lib`: files."""

from estimax.python.lib import io

__all__ = ["io"]
