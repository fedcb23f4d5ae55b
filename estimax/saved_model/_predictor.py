"""`Predictor`: one signature of a saved model, called with a dictionary, as `tf.contrib.predictor` gives it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._files import Path, as_path
from estimax._base._lazy import did_you_mean
from estimax.saved_model._load import load
from estimax.saved_model._parts import TensorInfo
from estimax.saved_model._signature import Signature
from estimax.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY


class Predictor:
    """A function from a dictionary of arrays, or lists, to a dictionary of arrays.

    Args:
        signature: what it computes.
        output_names: the outputs to give, None for all.
    """

    def __init__(self, signature: Signature, output_names: Mapping[str, Any] | None = None) -> None:
        self._signature = signature
        self._outputs = list(signature.outputs if output_names is None else output_names)

    @property
    def feed_tensors(self) -> Mapping[str, TensorInfo]:
        """Name, type and shape of each input."""
        return self._signature.inputs

    @property
    def fetch_tensors(self) -> Mapping[str, TensorInfo]:
        """Name, type and shape of each output."""
        return {name: self._signature.outputs[name] for name in self._outputs}

    def __call__(self, input_dict: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Computes the outputs for inputs by name.

        Raises:
            InvalidArgumentError: an input is missing, unknown, or of the wrong type or shape.
        """
        results = self._signature(**input_dict)
        return {name: results[name] for name in self._outputs}

    def __repr__(self) -> str:
        return f"<Predictor {self._signature.name}: {', '.join(self.feed_tensors)} -> {', '.join(self._outputs)}>"


def from_saved_model(
    export_dir: Path,
    signature_def_key: str | None = None,
    signature_def: Any = None,
    input_names: Mapping[str, str] | None = None,
    output_names: Mapping[str, str] | None = None,
    tags: Any = None,
    graph: Any = None,
    config: Any = None,
) -> Predictor:
    """Loads one signature of a saved model.

    Args:
        export_dir: the folder of one export.
        signature_def_key: which signature, 'serving_default' if it is None.
        signature_def: must be None, as must `input_names`: a signature knows its inputs.
        input_names: see there.
        output_names: the outputs to give, by name; all if it is None.
        tags: of no effect.
        graph: of no effect.
        config: of no effect.

    Raises:
        InvalidArgumentError: there is no such signature or output.
        NotFoundError: there is no saved model in the folder.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> import estimax as tf
        >>> x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
        >>> double = tf.saved_model.SignatureParts(
        ...     "tensorflow/serving/predict", {"x": x}, [x], lambda v, entries: [entries[0] * v["w"]], [y], {"y": y}
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tf.saved_model.save(f"{folder}/1", {"double": double}, {"w": np.float32(2)})
        ...     predict_fn = tf.contrib.predictor.from_saved_model(f"{folder}/1", "double")
        ...     predict_fn({"x": [1.0, 2.5]})
        {'y': array([2., 5.], dtype=float32)}
    """
    if signature_def is not None or input_names is not None:
        raise InvalidArgumentError("signature_def and input_names must be None; name a signature by signature_def_key")
    signatures = load(export_dir).signatures
    key = signature_def_key or DEFAULT_SERVING_SIGNATURE_DEF_KEY
    if key not in signatures:
        hint = did_you_mean(key, signatures) or f"; the signatures are {', '.join(sorted(signatures))}"
        raise InvalidArgumentError(f"there is no signature {key!r} in {as_path(export_dir)}{hint}")
    unknown = sorted(set(output_names or ()) - set(signatures[key].outputs))
    if unknown:
        raise InvalidArgumentError(
            f"signature {key!r} has no outputs {unknown}; it has {list(signatures[key].outputs)}"
        )
    return Predictor(signatures[key], output_names)


def from_estimator(
    estimator: Any,
    serving_input_receiver_fn: Callable[[], Any],
    output_key: str | None = None,
    graph: Any = None,
    config: Any = None,
) -> Predictor:
    """Returns what an estimator would serve: it is exported to a folder that goes when it is loaded.

    Args:
        estimator: a trained estimator.
        serving_input_receiver_fn: returns a `ServingInputReceiver`.
        output_key: which signature, 'serving_default' if it is None.
        graph: of no effect.
        config: of no effect.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = estimator.export_saved_model(folder, serving_input_receiver_fn)
        return from_saved_model(path.decode() if isinstance(path, bytes) else path, output_key)
