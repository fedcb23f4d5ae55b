"""`FeedFnHook`: refused, since nothing is fed to a run."""

from __future__ import annotations

from typing import Any

from estimax._base._errors import UnimplementedError
from estimax.train._session_run_hook import SessionRunHook


class FeedFnHook(SessionRunHook):
    """Would feed placeholders; there are none in a run, whose values all come from its input function.

    Args:
        feed_fn: what would return the values.

    Raises:
        UnimplementedError: always.
    """

    def __init__(self, feed_fn: Any) -> None:
        raise UnimplementedError(
            f"FeedFnHook({feed_fn!r}) cannot be: nothing is fed to a run. Let the input function give these values, "
            f"with Dataset.from_generator where Python code makes them"
        )
