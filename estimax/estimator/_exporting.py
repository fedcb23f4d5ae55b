"""Exporting: from a serving input function to a folder that a server loads."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax import logging, saved_model
from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._base._signature_names import DEFAULT_SIGNATURE
from estimax._graph._function import Function
from estimax._graph._tensor import Tensor
from estimax._graph._tracing import tracing
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Shapes, Traced
from estimax.estimator._prediction import device_results
from estimax.estimator._restored import initialized
from estimax.estimator._watching import references_of
from estimax.estimator.export._outputs import PredictOutput
from estimax.estimator.export._receivers import ServingInputReceiver, TensorServingInputReceiver

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator


def export(
    estimator: Estimator,
    base: str,
    receiver_fn: Callable[[], ServingInputReceiver],
    assets: Mapping[str, str] | None,
    checkpoint_path: str | None,
) -> bytes:
    """Exports a checkpoint; see `Estimator.export_saved_model`."""
    if estimator.latest_checkpoint() is None and checkpoint_path is None:
        raise ValueError(f"there is no trained model in {estimator.model_dir} to export; train it first")
    receiver = _call(receiver_fn)
    features = receiver.feature if isinstance(receiver, TensorServingInputReceiver) else receiver.features
    _check_complete(features, receiver)
    traced = estimator.model.trace(ModeKeys.PREDICT, features, None, Shapes(None))
    call = traced.program.call
    restored = estimator.restored(traced.program.specs, checkpoint_path)
    restored = initialized(restored, call.result, references_of(call, ModeKeys.PREDICT))
    variables = {name: np.asarray(v) for name, v in restored.values.items()}
    target, temporary = _new_folder(base)
    try:
        saved_model.save(temporary, _signatures(traced, receiver), variables)
        for name, source in (assets or {}).items():
            destination = os.path.join(temporary, "assets.extra", name)
            os.makedirs(os.path.dirname(destination), exist_ok=True)
            shutil.copyfile(source, destination)
        os.rename(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    logging.info("SavedModel written to: %s", target)
    return target.encode()


def _call(receiver_fn: Callable[[], ServingInputReceiver]) -> ServingInputReceiver:
    with tracing():
        receiver = receiver_fn()
    if not isinstance(receiver, ServingInputReceiver):
        raise ValueError(f"a serving input function must return a ServingInputReceiver; it returned {receiver!r}")
    return receiver


def _check_complete(features: Any, receiver: ServingInputReceiver) -> None:
    """Refuses features that are made of a placeholder which clients are not told to send."""
    inputs = list(receiver.receiver_tensors.values())
    for path, tensor in nest.flatten_with_paths(features):
        missing = Function(inputs, [tensor]).captures
        if missing:
            raise InvalidArgumentError(
                f"feature {'/'.join(path)!r} is made of the placeholder {missing[0]!r}, which is not among the "
                f"receiver_tensors {sorted(receiver.receiver_tensors)}"
            )


def _signatures(traced: Traced, receiver: ServingInputReceiver) -> dict[str, saved_model.SignatureParts]:
    """Makes the signatures: predict always; classification and regression where one string input is received.

    The default signature is the one that such a request is answered with, or predict,
    so that there always is one.
    """
    predictions, outputs = traced.outputs
    named: dict[str, tuple[str, Mapping[str, Tensor]]] = dict(outputs)
    if not named:
        named["predict"] = (PredictOutput.method_name, PredictOutput(predictions).outputs)
    takes_examples = _takes_serialized_examples(receiver)
    if not takes_examples:
        kept = {k: v for k, v in named.items() if v[0] == PredictOutput.method_name}
        named = kept or named
    default = DEFAULT_SIGNATURE
    if default not in named:
        order = ["classification", "regression", "predict"] if takes_examples else ["predict"]
        first = next((name for name in [*order, *named] if name in named), None)
        named[default] = named[first]  # type: ignore[index]  # there is at least one
    entries, exits = traced.program.entries, traced.program.exits
    device = partial(device_results, traced.program)
    return {
        name: saved_model.SignatureParts(
            method_name=method,
            inputs=dict(receiver.receiver_tensors),
            entries=entries,
            device=device,
            exits=exits,
            outputs=dict(tensors),
        )
        for name, (method, tensors) in named.items()
    }


def _takes_serialized_examples(receiver: ServingInputReceiver) -> bool:
    tensors = list(receiver.receiver_tensors.values())
    return len(tensors) == 1 and tensors[0].dtype.is_string


def _new_folder(base: str) -> tuple[str, str]:
    """Returns the path of the next export and a temporary one beside it, which exists; waits out collisions."""
    os.makedirs(base, exist_ok=True)
    while True:
        stamp = str(int(time.time()))
        target, temporary = os.path.join(base, stamp), os.path.join(base, f"temp-{stamp}")
        if not os.path.exists(target):
            try:
                os.mkdir(temporary)
            except FileExistsError:
                pass
            else:
                if not os.path.exists(target):
                    return target, temporary
                os.rmdir(temporary)  # another process finished an export of this second meanwhile
        time.sleep(0.2)


def delete_old_exports(base: str, keep: int | None) -> None:
    """Deletes all but the newest exports of a folder."""
    if keep is None:
        return
    for name in _timestamps(os.listdir(base))[: -keep or None]:
        shutil.rmtree(os.path.join(base, name), ignore_errors=True)


def _timestamps(names: Iterable[str]) -> list[str]:
    return sorted(n for n in names if n.isdigit() and len(n) == 10)
