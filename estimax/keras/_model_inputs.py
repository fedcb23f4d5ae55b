"""How features, labels and outputs of an estimator become those of a Keras model, and what names these have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from estimax._base._lazy import did_you_mean
from estimax._scope._crossing import to_device


def taken_apart(features: Any) -> tuple[Any, Any]:
    """Returns features and weights of examples: of `{"features": ..., "sample_weights": ...}`; else no weights."""
    if isinstance(features, Mapping) and set(features) == {"features", "sample_weights"}:
        return features["features"], to_device(features["sample_weights"])
    return features, None


def inputs_of(model: Any, features: Any) -> Any:
    """Returns what the model is called with.

    Raises:
        KeyError: an input of the model is not among the features.
    """
    names = input_names(model)
    if not isinstance(features, Mapping):
        listed = [to_device(f) for f in features] if isinstance(features, list | tuple) else [to_device(features)]
        if names and len(listed) != len(names):
            raise KeyError(f"the model has the inputs {names}; got {len(listed)} features")
        return listed[0] if len(listed) == 1 else listed
    if len(names) <= 1:
        return to_device(features[_only_key(model, names, features)])
    missing = [name for name in names if name not in features]
    if missing:
        raise KeyError(
            f"the model has the inputs {names}; the features {sorted(features)} lack {missing}"
            f"{did_you_mean(missing[0], features)}"
        )
    found = {name: to_device(features[name]) for name in names}
    structure = getattr(model, "_inputs_struct", None)
    return found if isinstance(structure, dict) and set(structure) == set(names) else list(found.values())


def _only_key(model: Any, names: Sequence[str], features: Mapping[str, Any]) -> str:
    """Returns the feature of a model with one input: by its name, or as older versions of Keras named it."""
    layers: list[str] = [layer.name for layer in model.layers if type(layer).__name__ != "InputLayer"]
    accepted = [*names, *(f"{name}_input" for name in layers[:1]), *layers[:1]]
    for key in accepted:
        if key in features:
            return key
    if len(features) == 1:
        return str(next(iter(features)))
    raise KeyError(f"the model has one input, {accepted[0]!r}; the features are {sorted(features)}")


def input_names(model: Any) -> list[str]:
    """Returns the names of a model's inputs; none where the model has not been built and cannot tell."""
    inputs = getattr(model, "inputs", None) or []
    return [tensor.name for tensor in inputs]


def names_of(model: Any) -> dict[int, str]:
    """Returns the names of a model's variables by their identity: their paths without the names of `Sequential`s.

    Older versions of Keras named the variables of a `Sequential` by its layers alone.
    """
    sequential = {layer.name for layer in model._flatten_layers() if type(layer).__name__ == "Sequential"}
    steps = {id(v): v.path.split("/") for v in model.variables}
    return {key: "/".join([s for s in path[:-1] if s not in sequential] + path[-1:]) for key, path in steps.items()}


def add_input_names(keras: Any) -> None:
    """Gives Keras models the property `input_names` of older versions, which programs ask for names of features."""
    if not hasattr(keras.Model, "input_names"):
        keras.Model.input_names = property(input_names)


def output_names(model: Any, outputs: Any) -> list[str]:
    """Returns the names of a model's outputs: the keys of a dictionary, or the names of the layers that give them."""
    if isinstance(outputs, dict):
        return [str(name) for name in outputs]
    count = len(outputs) if isinstance(outputs, list | tuple) else 1
    names = list(getattr(model, "output_names", None) or [])
    if len(names) != count or len(set(names)) != count:
        last = [model.layers[-1].name] if count == 1 and model.layers else []
        names = last or [f"output_{i + 1}" for i in range(count)]
    return names


def targets_of(labels: Any, outputs: Any, names: Sequence[str]) -> Any:
    """Returns labels in the structure of the outputs.

    Raises:
        KeyError: an output has no label.
    """
    if not isinstance(labels, Mapping):
        return [to_device(v) for v in labels] if isinstance(labels, list | tuple) else to_device(labels)
    given = dict(labels)
    if len(names) == 1 and len(given) == 1:
        given = {names[0]: next(iter(given.values()))}
    missing = [name for name in names if name not in given]
    if missing:
        raise KeyError(f"the model has the outputs {list(names)}; the labels {sorted(labels)} lack {missing}")
    found = {name: to_device(given[name]) for name in names}
    if isinstance(outputs, dict):
        return found
    listed = list(found.values())
    return listed if isinstance(outputs, list | tuple) else listed[0]
