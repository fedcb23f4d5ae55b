"""`HParams`: the hyperparameters of a model, by name, each of one type."""

from __future__ import annotations

import json
import numbers
from collections.abc import Mapping
from typing import Any

from estimax._base._lazy import did_you_mean
from estimax.contrib.training._parse_values import Indexed, parse_values


class HParams:
    """Hyperparameters as attributes, whose types are those of their first values.

    A value is a number, a text, a bool, a function or None, or a list of them that is
    not empty. A later value must be of the same type, or an int where it is a float.
    It may be the `params` of an Estimator.

    Args:
        hparam_def: must be None; TensorFlow takes a protocol buffer here.
        model_structure: anything that describes the model; kept as it is.
        **kwargs: name -> value.

    Example:
        >>> import estimax as tf
        >>> hparams = tf.contrib.training.HParams(learning_rate=0.1, hidden=[10, 20], activation="relu")
        >>> hparams.parse("learning_rate=0.3,hidden[1]=5").learning_rate, hparams.hidden
        (0.3, [10, 5])
        >>> "activation" in hparams, hparams.get("momentum", 0.9)
        (True, 0.9)
    """

    def __init__(self, hparam_def: None = None, model_structure: Any = None, **kwargs: Any) -> None:
        if hparam_def is not None:
            raise ValueError("hparam_def must be None: give the values by keyword, or a JSON text to parse_json")
        self._hparam_types: dict[str, tuple[type, bool]] = {}
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value: Any) -> None:
        """Adds a hyperparameter.

        Raises:
            ValueError: the name is taken, or the value is an empty list.
        """
        if getattr(self, name, None) is not None:
            raise ValueError(f"a hyperparameter must have a name that is free; {name!r} is taken")
        is_list = isinstance(value, list | tuple)
        if is_list and not value:
            raise ValueError(f"the list of hyperparameter {name!r} must not be empty: its type is that of its values")
        self._hparam_types[name] = (type(value[0] if is_list else value), is_list)
        setattr(self, name, list(value) if is_list else value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Sets a hyperparameter that there is.

        Raises:
            KeyError: there is none of that name.
            ValueError: the value is not of its type.
        """
        kind, is_list = self._type(name)
        if isinstance(value, list) and not is_list:
            raise ValueError(f"hyperparameter {name!r} must be one {kind.__name__}, not a list; got {value!r}")
        if is_list and not isinstance(value, list):
            raise ValueError(f"hyperparameter {name!r} must be a list of {kind.__name__}; got {value!r}")
        setattr(self, name, [_cast(name, kind, v) for v in value] if is_list else _cast(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Removes a hyperparameter, if there is one of that name."""
        if name in self._hparam_types:
            del self._hparam_types[name]
            delattr(self, name)

    def override_from_dict(self, values_dict: Mapping[str, Any]) -> HParams:
        """Sets hyperparameters from name -> value, and returns itself.

        Raises:
            KeyError: there is none of a name.
            ValueError: a value is not of its hyperparameter's type.
        """
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    def parse(self, values: str) -> HParams:
        """Sets hyperparameters from a text such as 'rate=0.1,hidden=[10,20],hidden[0]=5', and returns itself.

        Raises:
            ValueError: the text is not of that form, a name is unknown, or a value is not of its type.
        """
        parsed = parse_values(values, {name: kind for name, (kind, _) in self._hparam_types.items()})
        return self.override_from_dict({n: self._filled_in(n, v) for n, v in parsed.items()})

    def _filled_in(self, name: str, value: Any) -> Any:
        """Returns a value as it was parsed, or the present list with the elements that were given."""
        if not isinstance(value, Indexed):
            return value
        kind, is_list = self._type(name)
        if not is_list:
            raise ValueError(f"hyperparameter {name!r} must be one {kind.__name__}, not a list; got {name}[…]")
        present = list(getattr(self, name))
        for index, element in value.items():
            if index >= len(present):
                raise ValueError(f"hyperparameter {name!r} has {len(present)} values; there is no {name}[{index}]")
            present[index] = element
        return present

    def parse_json(self, values_json: str) -> HParams:
        """Sets hyperparameters from the JSON text of an object, and returns itself."""
        return self.override_from_dict(json.loads(values_json))

    def to_json(
        self, indent: int | None = None, separators: tuple[str, str] | None = None, sort_keys: bool = False
    ) -> str:
        """Returns the hyperparameters as the JSON text of an object, without those that are functions."""
        values = {name: value for name, value in self.values().items() if not callable(value)}
        return json.dumps(values, indent=indent, separators=separators, sort_keys=sort_keys)

    def values(self) -> dict[str, Any]:
        """Returns name -> value."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """Returns a hyperparameter, or `default` if there is none of that name.

        Raises:
            ValueError: the default is not of the hyperparameter's type.
        """
        if key not in self._hparam_types:
            return default
        kind, is_list = self._hparam_types[key]
        if default is not None:
            if isinstance(default, list) != is_list:
                raise ValueError(
                    f"the default of {key!r} must be {'a list' if is_list else 'one value'}; got {default!r}"
                )
            for value in default if is_list else [default]:
                _cast(key, kind, value)
        return getattr(self, key)

    def set_model_structure(self, model_structure: Any) -> None:
        """Keeps a description of the model."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """Returns the description of the model."""
        return self._model_structure

    def _type(self, name: str) -> tuple[type, bool]:
        if name not in self._hparam_types:
            raise KeyError(f"there is no hyperparameter {name!r}{did_you_mean(name, self._hparam_types)}")
        return self._hparam_types[name]

    def __contains__(self, key: object) -> bool:
        return key in self._hparam_types

    def __eq__(self, other: object) -> bool:
        return self.values() == other.values() if isinstance(other, HParams) else NotImplemented

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return str(sorted(self.values().items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


def _cast(name: str, kind: type, value: Any) -> Any:
    """Returns a value as one of a hyperparameter's type."""
    fits = (
        isinstance(value, str | bytes) == issubclass(kind, str | bytes)
        and isinstance(value, bool) == issubclass(kind, bool)
        and (isinstance(value, numbers.Integral) or not issubclass(kind, numbers.Integral))
        and (isinstance(value, numbers.Number) or not issubclass(kind, numbers.Number))
    )
    if kind is type(None) or (callable(value) and not issubclass(kind, str | numbers.Number)):
        return value
    if not fits:
        raise ValueError(f"hyperparameter {name!r} must be of type {kind.__name__}; got {value!r}")
    return kind(value)
