"""The interfaces of feature columns.

A column describes how the raw features of an example become the input of a
model. It has a host half, graph nodes that turn raw features into ids or
numbers, and a device half, from there to dense arrays. A column is a frozen
description: it holds no values and no variables.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from estimax.feature_column._padding import padded, padded_together
from estimax.io._example_specs import ExampleSpec

MISSING = int(np.iinfo(np.int64).min)
"""Stands in the input of a cross where an example has no value; -1 is a value there."""


class FeatureColumn(ABC):
    """The interface of every column."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of the column, which orders the input layer and names the variables."""

    @property
    @abstractmethod
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        """The raw features it reads, as the parser of serialized examples is to read them."""

    @property
    def _fields(self) -> tuple[str, ...]:
        """The names of its attributes, as a named tuple has them."""
        described: Any = self
        return tuple(field.name for field in dataclasses.fields(described))

    def _asdict(self) -> dict[str, Any]:
        """Returns its attributes by name, as a named tuple does."""
        return {name: getattr(self, name) for name in self._fields}

    def _replace(self, **attributes: Any) -> Self:
        """Returns the column with other attributes, as a named tuple does; they are not checked."""
        described: Any = self
        changed: Self = dataclasses.replace(described, **attributes)
        return changed

    def __lt__(self, other: Any) -> bool:
        """Tells whether it comes first where columns are sorted, which is by what they show."""
        return str(self) < str(other) if isinstance(other, FeatureColumn) else NotImplemented

    @property
    def raw_keys(self) -> tuple[str, ...]:
        """The names of the raw features it reads."""
        return tuple(self.parse_example_spec)


class DenseColumn(FeatureColumn):
    """A column that gives the same count of numbers for every example."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many numbers it gives for an example."""

    @abstractmethod
    def host(self, features: Mapping[str, Any]) -> tuple[Any, ...]:
        """Builds the host half.

        Returns:
            Tensors [batch, k] for the device; or device arrays, where the model
            function computed the feature itself.
        """

    @abstractmethod
    def device(self, arrays: Sequence[Any], trainable: bool = True) -> Any:
        """Computes [batch, width] float32 from the device arrays of what `host` returned.

        Makes the variables of the column in the current scope, which is its own;
        `trainable=False` keeps them as they are.
        """


@dataclass(frozen=True, eq=False)
class Categories:
    """The categories of a batch.

    Attributes:
        ids: integers [batch, k], -1 where there is none; sparse or ragged where the feature is.
        weights: float32 [batch, k], or None where all count the same.
        column: name of the column, for errors.
    """

    ids: Any
    weights: Any = None
    column: str = ""

    @property
    def parts(self) -> tuple[Any, ...]:
        """The ids and, where there are some, the weights, as dense Tensors [batch, k]."""
        return (padded(self.ids, -1),) if self.weights is None else padded_together(self.ids, self.weights, self.column)


class CategoricalColumn(FeatureColumn):
    """A column that gives categories, numbered from 0."""

    @property
    @abstractmethod
    def num_buckets(self) -> int:
        """How many categories there are."""

    @abstractmethod
    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the nodes from the raw features to ids."""

    def row_ids(self, features: Mapping[str, Any]) -> Categories:
        """Builds the nodes to ids by which a table is read, where one that is out of range is an error."""
        return self.categories(features)


class CrossableColumn(CategoricalColumn):
    """A categorical column that can be crossed with others."""

    @abstractmethod
    def cross_ids(self, features: Mapping[str, Any]) -> Any:
        """Builds the nodes from the raw features to the integers that a cross hashes.

        They differ from the ids in what is out of vocabulary, which is a value of
        its own to a cross; only where the raw feature is '' or -1 they are `MISSING`.
        """
