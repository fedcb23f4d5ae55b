"""Keras 3 on JAX, which the names of `tf.keras` come from that estimax has none of its own for.

It loads when one of these names is used, so that nobody else needs it or waits for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from estimax._base._environment import choose_keras_backend
from estimax._base._lazy import did_you_mean, lazy_attributes, resolve
from estimax._scope._frame import current_frame
from estimax._scope._libraries import enter_libraries


def keras3(namespace: str = "") -> Any:
    """Returns Keras 3, or one of its namespaces.

    Args:
        namespace: as `layers`; Keras itself if empty.

    Raises:
        ImportError: Keras is not installed, is older, or computes with something else than JAX.
    """
    loaded = "keras" in sys.modules
    choose_keras_backend("jax")
    try:
        library = resolve("keras")
    except ModuleNotFoundError as error:
        if error.name != "keras":
            raise ImportError(
                f"Keras does not load: {error}. Is KERAS_BACKEND set to something else than jax?"
            ) from error
        raise ImportError('this name of tf.keras comes from Keras 3: pip install "estimax[keras]"') from error
    if int(library.__version__.partition(".")[0]) < 3:
        raise ImportError(
            f'tf.keras needs Keras 3; Keras {library.__version__} is installed: pip install -U "keras>=3.10"'
        )
    backend = library.backend.backend()
    if backend != "jax":
        raise ImportError(
            f"tf.keras needs Keras on its JAX backend; it was imported with {backend!r}. Set KERAS_BACKEND=jax before "
            f"anything imports keras, or import estimax.keras first"
        )
    resolve("estimax.keras._compiling").accept_own(library)
    resolve("estimax.keras._model_inputs").add_input_names(library)
    if not loaded:
        _enter_running_call()
    return getattr(library, namespace) if namespace else library


def _enter_running_call() -> None:
    """Tells Keras of the model function that loads it."""
    active = current_frame.get()
    if active is not None and isinstance(active.at_end, ExitStack):
        enter_libraries(active)


def falling_back(module: str, paths: Mapping[str, str], namespace: str = "") -> Callable[[str], Any]:
    """Returns a module's `__getattr__`: names of estimax, and for others those of Keras 3."""
    own = lazy_attributes(module, paths)

    def getattr_(name: str) -> Any:
        if name in paths or name.startswith("_"):
            return own(name)
        theirs = keras3(namespace)
        if not hasattr(theirs, name):
            known = [n for n in {*paths, *dir(theirs)} if not n.startswith("_")]
            raise AttributeError(f"module {module!r} has no attribute {name!r}{did_you_mean(name, known)}")
        return getattr(theirs, name)

    return getattr_
