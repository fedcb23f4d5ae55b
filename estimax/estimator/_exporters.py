"""Exporters: what decides when an evaluated checkpoint is exported."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from estimax import logging
from estimax.estimator._estimator import Estimator
from estimax.estimator._exporting import delete_old_exports


class Exporter(ABC):
    """Something that may export a model after it was evaluated."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The folder under `export/`."""

    @abstractmethod
    def export(
        self,
        estimator: Estimator,
        export_path: str,
        checkpoint_path: str | None,
        eval_result: Mapping[str, Any],
        is_the_final_export: bool,
    ) -> bytes | None:
        """Exports to a folder under `export_path` and returns it, or None where nothing was exported."""


class LatestExporter(Exporter):
    """Exports after every evaluation and keeps the newest exports.

    Args:
        name: the exports go to `<model_dir>/export/<name>/<unix seconds>`.
        serving_input_receiver_fn: returns a `ServingInputReceiver`.
        assets_extra: name -> file to be copied into the exports.
        as_text: of no effect.
        exports_to_keep: how many; None for all.

    Raises:
        ValueError: `exports_to_keep` is not positive.
    """

    def __init__(
        self,
        name: str = "exporter",
        serving_input_receiver_fn: Callable[[], Any] | None = None,
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        if serving_input_receiver_fn is None:
            raise ValueError("LatestExporter needs a serving_input_receiver_fn")
        if exports_to_keep is not None and exports_to_keep < 1:
            raise ValueError(f"exports_to_keep must be positive, or None for all; got {exports_to_keep}")
        self._name = name
        self._receiver_fn = serving_input_receiver_fn
        self._assets_extra = assets_extra
        self._exports_to_keep = exports_to_keep

    @property
    def name(self) -> str:
        return self._name

    def export(
        self,
        estimator: Estimator,
        export_path: str,
        checkpoint_path: str | None,
        eval_result: Mapping[str, Any],
        is_the_final_export: bool,
    ) -> bytes | None:
        path = estimator.export_saved_model(
            export_path, self._receiver_fn, assets_extra=self._assets_extra, checkpoint_path=checkpoint_path
        )
        delete_old_exports(export_path, self._exports_to_keep)
        return path


class FinalExporter(LatestExporter):
    """Exports once, after the last evaluation of a run that reached its `max_steps`."""

    def __init__(
        self,
        name: str,
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
    ) -> None:
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text, exports_to_keep=None)

    def export(
        self,
        estimator: Estimator,
        export_path: str,
        checkpoint_path: str | None,
        eval_result: Mapping[str, Any],
        is_the_final_export: bool,
    ) -> bytes | None:
        if not is_the_final_export:
            return None
        logging.info("Performing the final export in the end of training.")
        return super().export(estimator, export_path, checkpoint_path, eval_result, is_the_final_export)


def export_all(
    exporters: tuple[Exporter, ...], estimator: Estimator, eval_result: Mapping[str, Any], is_final: bool
) -> list[bytes | None]:
    """Offers an evaluated checkpoint to every exporter; returns what each exported."""
    checkpoint = estimator.latest_checkpoint()
    base = os.path.join(estimator.model_dir, "export")
    return [e.export(estimator, os.path.join(base, e.name), checkpoint, eval_result, is_final) for e in exporters]
