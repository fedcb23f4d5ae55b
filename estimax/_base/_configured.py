"""Frozen descriptions as Keras saves them: a dictionary of their arguments, and back."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

from estimax._base._dtypes import DType


class Configured:
    """What is made of its fields, in the form in which Keras saves the objects that its layers hold."""

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal object, as JSON can hold them."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # of subclasses, which are dataclasses
        values = {field.name: getattr(self, field.name) for field in fields}
        return {name: value.name if isinstance(value, DType) else value for name, value in values.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the object of what `get_config` returned."""
        return cls(**config)
