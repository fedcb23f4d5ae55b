"""The classify and regress requests: examples in, labels with scores or numbers out.

They are answered by signatures of the methods of these names, whose only input
is a serialized `tf.train.Example` for each row.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from estimax._base._signature_names import CLASSIFY_METHOD, REGRESS_METHOD
from estimax.serving._errors import RequestError, bad_request
from estimax.serving._example import encode_example
from estimax.serving._model import Array, Columns, Signature
from estimax.serving._predict import ModelInput, check_rows, find_signature, read_object
from estimax.serving._tensor_reading import shown
from estimax.serving._tensor_writing import encode, is_finite, rows_to_json, to_json

_METHODS = {"classify": CLASSIFY_METHOD, "regress": REGRESS_METHOD}


def read_examples(body: bytes, verb: str, signatures: Mapping[str, Signature], max_rows: int) -> ModelInput:
    """Reads the body of a classify or regress request.

    Every feature of `context` is added to each of `examples` that has not its own.

    Raises:
        RequestError: 400 or 413, naming the example and feature that is wrong.
    """
    request = read_object(body)
    signature = find_signature(request, signatures)
    if signature.method_name != _METHODS[verb]:
        raise bad_request(
            f"signature {signature.name!r} must have the method {_METHODS[verb]} to be asked to {verb}; "
            f"it has {signature.method_name}. Name another with 'signature_name', or ask it to predict"
        )
    infos = list(signature.inputs.values())
    if len(infos) != 1 or not infos[0].dtype.is_string or len(infos[0].shape) != 1:
        raise bad_request(
            f"signature {signature.name!r} must take tf.train.Example records to be asked to {verb}: ask it to predict"
        )
    context = request.get("context", {})
    examples = request.get("examples")
    if not isinstance(context, dict):
        raise bad_request(f"'context' must be an object of features; got {shown(context)}")
    if not isinstance(examples, list):
        raise bad_request(f"the body must have 'examples', a list of objects; got {shown(examples)}")
    check_rows(len(examples), max_rows)
    records: Array = np.empty(len(examples), object)
    for row, example in enumerate(examples):
        if not isinstance(example, dict):
            raise bad_request(f"example {row}: must be an object of features; got {shown(example)}")
        records[row] = encode_example({**context, **example}, f"example {row}")
    return ModelInput(signature, {infos[0].name: records}, len(examples), by_row=True)


def write_results(outputs: Columns, verb: str, rows: int) -> bytes:
    """Writes the answer: for each row a list of [label, score], or a number.

    Raises:
        RequestError: 500, if the signature's outputs are not those of its method.
    """
    columns = {name: _table(name, array, rows) for name, array in outputs.items()}
    finite = all(map(is_finite, columns.values()))
    if verb == "regress":
        if "outputs" not in columns or columns["outputs"].shape[1] != 1:
            raise RequestError(500, f"the model must answer regress with one 'outputs'; it gave {', '.join(outputs)}")
        return encode({"results": to_json("outputs", columns["outputs"][:, 0])}, finite)
    if not columns.keys() & {"classes", "scores"}:
        found = ", ".join(outputs)
        raise RequestError(500, f"the model must answer classify with 'classes' or 'scores'; it gave {found}")
    shape = next(columns[name].shape for name in ("scores", "classes") if name in columns)
    labels = rows_to_json("classes", columns.get("classes", np.full(shape, b"", object)))
    scores = rows_to_json("scores", columns.get("scores", np.zeros(shape, np.float32)))
    results = [[[label, score] for label, score in zip(*row, strict=True)] for row in zip(labels, scores, strict=True)]
    return encode({"results": results}, finite)


def _table(name: str, array: Array, rows: int) -> Array:
    """Brings [n] and [n, k] to [n, k]."""
    if array.shape[:1] != (rows,) or array.ndim > 2:
        raise RequestError(500, f"output {name!r} must have shape [{rows}, k]; it has {list(array.shape)}")
    return array.reshape(rows, -1)
