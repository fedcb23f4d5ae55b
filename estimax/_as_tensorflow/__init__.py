"""estimax in TensorFlow's place: programs that say `import tensorflow as tf` run as they are.

`_finder.py` answers `import`, `_view.py` is what a program gets, `_places.py` says
where inner modules stand, and `shadow/` is the folder that `estimax run` puts on the
path of a program and of the processes that it starts.
"""

from __future__ import annotations

from estimax._as_tensorflow._finder import DEFAULT_VERSION, install
from estimax._as_tensorflow._path import SHADOW

__all__ = ["DEFAULT_VERSION", "SHADOW", "install_as_tensorflow"]


def install_as_tensorflow(version: str | None = None) -> None:
    """Makes `import tensorflow` give estimax from here on, in this process.

    For a notebook; a program that is a file needs no call: `estimax run --as-tensorflow
    -- python program.py` does it for the program and for the processes that it starts.
    An installed TensorFlow is not touched, only not found any more.

    Args:
        version: what `tf.__version__` says, '2.15.1' if it is None. With a version of
            1.x, such as '1.15', `tf` is `estimax.compat.v1`: the names that are in both
            have the defaults of TensorFlow 1.

    Raises:
        FailedPreconditionError: TensorFlow is imported already.
        InvalidArgumentError: the version is neither one of 1.x nor of 2.x.

    Example:
        >>> import estimax
        >>> estimax.install_as_tensorflow()  # doctest: +SKIP
        >>> import tensorflow as tf  # doctest: +SKIP
        >>> tf.__version__, tf.estimator.LinearRegressor.__module__  # doctest: +SKIP
        ('2.15.1', 'estimax.estimator._canned._linear')
    """
    install(DEFAULT_VERSION if version is None else version)
