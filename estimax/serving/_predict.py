"""The predict request and its answer, by row and by column.

`instances` is a list of rows and is answered by `predictions`; `inputs` is a
column for each input and is answered by `outputs`. Where there is one input or
one output, its name can be left out.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass

from estimax._base._lazy import did_you_mean
from estimax._base._signature_names import DEFAULT_SIGNATURE
from estimax.serving._errors import RequestError, bad_request
from estimax.serving._model import Array, Columns, Signature
from estimax.serving._tensor_reading import decode, is_base64, shown, to_array
from estimax.serving._tensor_writing import encode, is_finite, rows_to_json, to_json


@dataclass(frozen=True)
class ModelInput:
    """What one request asks of a model: a signature, its columns, and how many rows they have."""

    signature: Signature
    columns: Columns
    rows: int
    by_row: bool


def read_object(body: bytes) -> dict[str, object]:
    """Reads a body that must be a JSON object.

    Raises:
        RequestError: 400, if it is anything else.
    """
    request = decode(body)
    if not isinstance(request, dict):
        raise bad_request(f"the body must be a JSON object; got {shown(request)}")
    return request


def find_signature(request: Mapping[str, object], signatures: Mapping[str, Signature]) -> Signature:
    """Returns the signature that a request names, or `serving_default`.

    Raises:
        RequestError: 400, if the model has no such signature; the message lists those that it has.
    """
    name = request.get("signature_name") or DEFAULT_SIGNATURE
    if not isinstance(name, str):
        raise bad_request(f"'signature_name' must be a string; got {shown(name)}")
    if name not in signatures:
        known = ", ".join(repr(n) for n in sorted(signatures))
        hint = "name one with 'signature_name'" if "signature_name" not in request else "use one of them"
        raise bad_request(f"the model has no signature {reprlib.repr(name)}; it has {known}: {hint}")
    return signatures[name]


def check_rows(rows: int, max_rows: int) -> None:
    """Refuses a request of too many rows, or of none.

    Raises:
        RequestError: 413 or 400.
    """
    if rows > max_rows:
        raise RequestError(413, f"a request may have {max_rows} rows; got {rows}. Send several requests")
    if rows < 1:
        raise bad_request("a request must have at least one row; got an empty list")


def read_predict(body: bytes, signatures: Mapping[str, Signature], max_rows: int) -> ModelInput:
    """Reads the body of a predict request.

    Raises:
        RequestError: 400 or 413, naming the input, row and value that is wrong.
    """
    request = read_object(body)
    signature = find_signature(request, signatures)
    if ("instances" in request) == ("inputs" in request):
        given = "both" if "inputs" in request else f"an object with the keys {reprlib.repr(list(request))}"
        raise bad_request(f"the body must have either 'instances' (rows) or 'inputs' (columns); got {given}")
    if "inputs" in request:
        return _read_columns(request["inputs"], signature, max_rows)
    return _read_rows(request["instances"], signature, max_rows)


def _read_rows(instances: object, signature: Signature, max_rows: int) -> ModelInput:
    if not isinstance(instances, list):
        raise bad_request(f"'instances' must be a list of rows; got {shown(instances)}")
    check_rows(len(instances), max_rows)
    for info in signature.inputs.values():
        if not info.shape:
            raise bad_request(f"input {info.name!r} is one value for the whole request: send columns, as 'inputs'")
    names = signature.inputs.keys()
    if _is_bare(instances[0], signature):
        values = {next(iter(names)): instances}
    else:
        for row, instance in enumerate(instances):
            if not isinstance(instance, dict):
                raise bad_request(
                    f"'instances', row {row}: must be an object with the inputs {', '.join(map(repr, names))}; "
                    f"got {shown(instance)}"
                )
            if instance.keys() != names:
                _refuse_names(f"'instances', row {row}: ", instance, signature)
        values = {name: [instance[name] for instance in instances] for name in names}
    columns = _read_each(values, signature)
    return ModelInput(signature, columns, len(instances), by_row=True)


def _read_columns(inputs: object, signature: Signature, max_rows: int) -> ModelInput:
    if _is_bare(inputs, signature):
        values: Mapping[str, object] = {next(iter(signature.inputs)): inputs}
    elif isinstance(inputs, dict):
        values = inputs
        if values.keys() != signature.inputs.keys():
            _refuse_names("'inputs': ", values, signature)
    else:
        names = ", ".join(map(repr, signature.inputs))
        raise bad_request(f"'inputs' must be an object with the inputs {names}; got {shown(inputs)}")
    columns = _read_each(values, signature)
    lengths = {name: len(columns[name]) for name, info in signature.inputs.items() if info.shape[:1] == (None,)}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
        raise bad_request(f"'inputs': all columns must have one number of rows; {found}")
    rows = next(iter(lengths.values()), 1)
    check_rows(rows, max_rows)
    return ModelInput(signature, columns, rows, by_row=False)


def _is_bare(value: object, signature: Signature) -> bool:
    """Whether a value is that of the only input, without its name."""
    return len(signature.inputs) == 1 and (not isinstance(value, dict) or is_base64(value))


def _read_each(values: Mapping[str, object], signature: Signature) -> dict[str, Array]:
    return {name: to_array(values[name], info) for name, info in signature.inputs.items()}


def _refuse_names(where: str, given: Mapping[str, object], signature: Signature) -> None:
    known = signature.inputs.keys()
    for name in given:
        if name not in known:
            hint = did_you_mean(name[:80], known) or f"; the inputs are {', '.join(map(repr, known))}"
            raise bad_request(f"{where}{reprlib.repr(name)} is not an input of signature {signature.name!r}{hint}")
    missing = ", ".join(repr(name) for name in known if name not in given)
    raise bad_request(f"{where}must have every input of signature {signature.name!r}; {missing} is missing")


def write_predict(outputs: Columns, request: ModelInput) -> bytes:
    """Writes the answer to a predict request, in the form in which it was asked.

    Raises:
        RequestError: 400, if rows were asked for and an output has no rows.
    """
    finite = all(map(is_finite, outputs.values()))
    if not request.by_row:
        columns = {name: to_json(name, array) for name, array in outputs.items()}
        return encode({"outputs": _only(columns) if len(columns) == 1 else columns}, finite)
    for name, array in outputs.items():
        if array.shape[:1] != (request.rows,):
            raise bad_request(
                f"output {name!r} must have one value for each of {request.rows} rows to be answered by row; "
                f"its shape is {list(array.shape)}. Ask by column, with 'inputs'"
            )
    if len(outputs) == 1:
        predictions: object = _only({name: to_json(name, array) for name, array in outputs.items()})
    else:
        cells = [rows_to_json(name, array) for name, array in outputs.items()]
        predictions = [dict(zip(outputs, row, strict=True)) for row in zip(*cells, strict=True)]
    return encode({"predictions": predictions}, finite)


def _only(values: Mapping[str, object]) -> object:
    return next(iter(values.values()))
