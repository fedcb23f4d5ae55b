"""`tf.contrib.cloud`: Google Cloud Storage, which is read and written without being set up."""

from __future__ import annotations

from typing import Any


def configure_gcs(session: Any = None, credentials: Any = None, block_cache: Any = None, device: Any = None) -> None:
    """Does nothing: addresses `gs://…` are opened with the credentials that the environment names."""
