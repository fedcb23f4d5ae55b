"""The outputs of an exported signature: what a request is answered with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from estimax._base._signature_names import CLASSIFY_METHOD, PREDICT_METHOD, REGRESS_METHOD


class ExportOutput(ABC):
    """The outputs of one signature."""

    method_name: ClassVar[str]

    @property
    @abstractmethod
    def outputs(self) -> Mapping[str, Any]:
        """The Tensors by the name under which they are answered."""


class PredictOutput(ExportOutput):
    """Answers of any kind: a Tensor, which is named 'output', or a dictionary of Tensors."""

    method_name: ClassVar[str] = PREDICT_METHOD

    def __init__(self, outputs: Any) -> None:
        self._outputs = outputs if isinstance(outputs, Mapping) else {"output": outputs}

    @property
    def outputs(self) -> Mapping[str, Any]:
        return self._outputs


@dataclass(frozen=True)
class ClassificationOutput(ExportOutput):
    """Scores [batch, classes], or names of classes [batch, classes], or both.

    Raises:
        ValueError: neither is given.
    """

    method_name: ClassVar[str] = CLASSIFY_METHOD
    scores: Any = None
    classes: Any = None

    def __post_init__(self) -> None:
        if self.scores is None and self.classes is None:
            raise ValueError("a ClassificationOutput needs scores or classes")

    @property
    def outputs(self) -> Mapping[str, Any]:
        return {k: v for k, v in (("scores", self.scores), ("classes", self.classes)) if v is not None}


@dataclass(frozen=True)
class RegressionOutput(ExportOutput):
    """Predicted numbers [batch, labels]."""

    method_name: ClassVar[str] = REGRESS_METHOD
    value: Any

    @property
    def outputs(self) -> Mapping[str, Any]:
        return {"outputs": self.value}
