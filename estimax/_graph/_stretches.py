"""Parts of a flat array, one after the other: where they begin, and what positions they take."""

from __future__ import annotations

import numpy as np


def splits_of(lengths: np.ndarray) -> np.ndarray:
    """Returns where parts of the given lengths begin, and where the last one ends."""
    splits = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=splits[1:])
    return splits


def spans(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Returns the positions of stretches of the given starts and lengths, one after the other.

    Example:
        >>> import numpy as np
        >>> from estimax._graph._stretches import spans
        >>> spans(np.array([5, 0]), np.array([2, 3])).tolist()
        [5, 6, 0, 1, 2]
    """
    ends = splits_of(lengths)
    positions: np.ndarray = np.arange(ends[-1]) + np.repeat(starts - ends[:-1], lengths)
    return positions


def segments(splits: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the positions of all that the given rows hold, and their splits.

    Example:
        >>> import numpy as np
        >>> from estimax._graph._stretches import segments
        >>> index, splits = segments(np.array([0, 2, 2, 5]), np.array([2, 0]))
        >>> index.tolist(), splits.tolist()
        ([2, 3, 4, 0, 1], [0, 3, 5])
    """
    starts = splits[rows]
    lengths = splits[rows + 1] - starts
    return spans(starts, lengths), splits_of(lengths)
