"""What the server says about a model: the state of its versions and its signatures.

The forms are those of TensorFlow Serving's `GetModelStatusResponse` and
`GetModelMetadataResponse`, written as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from estimax.serving._model import Signature, TensorInfo
from estimax.serving._model_host import VersionStatus

_DTYPE_NAMES = {
    "float16": "DT_HALF",
    "float32": "DT_FLOAT",
    "float64": "DT_DOUBLE",
}


def status_body(statuses: Iterable[VersionStatus]) -> dict[str, Any]:
    """Describes the states of versions.

    Example:
        >>> status_body([VersionStatus(3, "AVAILABLE")])["model_version_status"][0]["state"]
        'AVAILABLE'
    """
    return {
        "model_version_status": [
            {
                "version": str(status.version),
                "state": status.state,
                "status": {"error_code": status.error_code, "error_message": status.error_message},
            }
            for status in statuses
        ]
    }


def metadata_body(model_name: str, version: int, signatures: Mapping[str, Signature]) -> dict[str, Any]:
    """Describes the signatures of a version."""
    return {
        "model_spec": {"name": model_name, "signature_name": "", "version": str(version)},
        "metadata": {"signature_def": {"signature_def": {n: _signature(s) for n, s in sorted(signatures.items())}}},
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "inputs": {name: _tensor(name, info) for name, info in sorted(signature.inputs.items())},
        "outputs": {name: _tensor(name, info) for name, info in sorted(signature.outputs.items())},
        "method_name": signature.method_name,
    }


def _tensor(name: str, info: TensorInfo) -> dict[str, Any]:
    dims = [{"size": "-1" if length is None else str(length), "name": ""} for length in info.shape]
    dtype = _DTYPE_NAMES.get(info.dtype.name, f"DT_{info.dtype.name.upper()}")
    return {"dtype": dtype, "tensor_shape": {"dim": dims, "unknown_rank": False}, "name": f"{name}:0"}
