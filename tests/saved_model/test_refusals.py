"""What cannot be saved, and what is not loaded though its checksums are right."""

import json
import logging
import pathlib
import re
import zlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export

from estimax import math, saved_model
from estimax._base._errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
)
from estimax._graph._op import OPS
from estimax.saved_model._manifest import MANIFEST, FolderReader, FolderWriter
from tests.saved_model import houses


def rewritten(folder: pathlib.Path, target: pathlib.Path, change) -> pathlib.Path:
    """Writes a saved model anew with right checksums: `change(files, contents)` may change all but those."""
    reader = FolderReader(str(folder))
    files = {name: reader.read(name) for name in reader.names}
    contents = {k: v for k, v in reader.contents.items() if k in ("signatures", "device")}
    change(files, contents)
    writer = FolderWriter(str(target))
    for name, data in files.items():
        writer.write(name, data)
    writer.finish(contents)
    return target


def x_to_y(device, entries=None, **outputs):
    x, y = houses.given("x", "float32", None), houses.given("y", "float32", None)
    return houses.parts([x], [x] if entries is None else entries, device, [y], outputs or {"y": y})


def save(tmp_path, parts, variables=None, **options):
    saved_model.save(tmp_path / "1", {"predict": parts}, variables or {}, **options)
    return tmp_path / "1"


def test_a_device_function_that_calls_back_into_python_cannot_be_saved(tmp_path):
    def device(variables, entries):
        result = jax.ShapeDtypeStruct(entries[0].shape, entries[0].dtype)
        return [jax.pure_callback(lambda v: v, result, entries[0])]

    with pytest.raises(InvalidArgumentError, match="'predict'"):
        save(tmp_path, x_to_y(device))
    assert not (tmp_path / "1").exists()


def test_a_device_function_that_prints_cannot_be_saved(tmp_path):
    def device(variables, entries):
        jax.debug.print("{}", entries[0])
        return [entries[0]]

    with pytest.raises(InvalidArgumentError, match="'predict'"):
        save(tmp_path, x_to_y(device))


def test_a_program_that_calls_back_into_the_process_is_not_loaded(tmp_path):
    """Such a file cannot be made by `save`, but by hand, checksums and all."""
    (rows,) = export.symbolic_shape("b")

    def device(variables, entries):
        result = jax.ShapeDtypeStruct(entries[0].shape, entries[0].dtype)
        return (jax.ffi.ffi_call("system_of_somebody", result)(entries[0]),)

    foreign = export.export(
        jax.jit(device),
        platforms=("cpu",),
        disabled_checks=[export.DisabledSafetyCheck.custom_call("system_of_somebody")],
    )((), (jax.ShapeDtypeStruct((rows,), "float32"),))

    def change(files, contents):
        files["device/0.stablehlo"] = bytes(foreign.serialize())

    folder = save(tmp_path, x_to_y(lambda v, e: [e[0] * 2]))
    with pytest.raises(InvalidArgumentError, match="calls system_of_somebody"):
        saved_model.load(rewritten(folder, tmp_path / "2", change))


def test_an_op_that_is_not_known_is_named(tmp_path, count_calls):
    counted, _ = count_calls
    x = houses.given("x", "float32", None)
    folder = save(tmp_path, houses.parts([x], [], lambda v, e: [], [], {"y": counted(x)}))
    del OPS[counted.name]
    with pytest.raises(OpError, match="OfOneTest"):
        saved_model.load(folder)


def test_a_later_format_is_refused_with_the_versions(tmp_path):
    folder = save(tmp_path, x_to_y(lambda v, e: [e[0] * 2]))
    with pytest.raises(FailedPreconditionError, match=r"format 2.*estimax"):
        saved_model.load(rewritten(folder, tmp_path / "2", lambda files, contents: contents.update(format=2)))


def drop_file(name):
    return lambda files, contents: files.pop(name)


def set_part(*path, value):
    def change(files, contents):
        for key in path[:-1]:
            contents = contents[key]
        contents[path[-1]] = value

    return change


SENSELESS = {
    "no host graph": drop_file("host_graph.json"),
    "no program": drop_file("device/0.stablehlo"),
    "no variables": drop_file("variables.safetensors"),
    "no signatures": set_part("signatures", value=None),
    "an input that is not there": set_part("signatures", "predict", "inputs", value={"x": 99}),
    "an output that is not there": set_part("signatures", "predict", "outputs", value={"y": 99}),
    "a program that is not there": set_part("signatures", "predict", "device", value=7),
    "no exits": set_part("signatures", "predict", "exits", value="none"),
    "a variable that is not there": set_part("device", 0, "variables", value=["v"]),
    "too many entries": set_part("device", 0, "by_row", value=[True, True]),
    "a graph that is none": lambda files, contents: files.update({"host_graph.json": b"[]"}),
    "a graph that is not JSON": lambda files, contents: files.update({"host_graph.json": b"\xff"}),
    "a program that is none": lambda files, contents: files.update({"device/0.stablehlo": b"no program at all"}),
    "arrays that are none": lambda files, contents: files.update({"graph_arrays.safetensors": b"none"}),
}


@pytest.mark.parametrize("name", SENSELESS)
def test_files_that_do_not_fit_together_are_refused(name, tmp_path):
    folder = save(tmp_path, x_to_y(lambda v, e: [e[0] * v["w"]]), {"w": np.float32(2)})
    with pytest.raises(OpError):
        saved_model.load(rewritten(folder, tmp_path / "2", SENSELESS[name]))


def test_a_path_never_leads_out_of_the_folder(tmp_path):
    (tmp_path / "secret").write_text("secret")
    folder = save(tmp_path, x_to_y(lambda v, e: [e[0] * 2]), assets={"words.txt": str(tmp_path / "secret")})
    manifest = (folder / MANIFEST).read_bytes()
    for name in ("assets/../../secret", "/secret", "assets\\..\\..\\secret"):
        body = re.sub(rb',\n "crc32": "[0-9a-f]{8}"\n}\n\Z', b"", manifest)
        contents = json.loads(body + b"}")
        contents["files"][name] = contents["files"]["assets/words.txt"]
        body = json.dumps(contents, indent=1).encode().removesuffix(b"\n}")
        (folder / MANIFEST).write_bytes(body + b',\n "crc32": "%08x"\n}\n' % zlib.crc32(body))
        with pytest.raises(OpError, match="missing"):
            saved_model.load(folder)


@pytest.mark.parametrize(
    "name", ["", "/etc/words.txt", "../words.txt", "a/../../words.txt", "a//b", ".", "C:/words", "a\\b"]
)
def test_an_asset_stays_in_its_folder(name, tmp_path):
    (tmp_path / "words.txt").touch()
    with pytest.raises(InvalidArgumentError, match="relative path"):
        save(tmp_path, x_to_y(lambda v, e: [e[0]]), assets={name: str(tmp_path / "words.txt")})


def test_an_asset_must_be_there(tmp_path):
    with pytest.raises(NotFoundError, match=r"words\.txt"):
        save(tmp_path, x_to_y(lambda v, e: [e[0]]), assets={"words.txt": str(tmp_path / "words.txt")})
    with pytest.raises(NotFoundError):
        saved_model.load(tmp_path / "1")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "1").mkdir()
    save(tmp_path, x_to_y(lambda v, e: [e[0]]))
    with pytest.raises(AlreadyExistsError, match="not empty"):
        save(tmp_path, x_to_y(lambda v, e: [e[0] * 2]))
    assert saved_model.load(tmp_path / "1").signatures["predict"](x=[3.0])["y"] == [3]


def wrong_parts():
    x, y, z = (houses.given(name, "float32", None) for name in "xyz")
    word, eight = houses.given("word", "string", None), houses.given("y", "float32", 8)
    double = [lambda v, e: [e[0] * 2]]
    return {
        "an entry of a placeholder that is no input": (
            houses.parts([x], [math.add(x, z)], *double, [y], {"y": y}),
            "'z:0'",
        ),
        "an output of a placeholder that is no input": (
            houses.parts([x], [x], *double, [y], {"z": math.add(y, z)}),
            "'z:0'",
        ),
        "an entry of an exit": (houses.parts([x], [math.add(x, y)], *double, [y], {"y": y}), "'y:0'"),
        "strings for the device": (houses.parts([word], [word], *double, [y], {"y": y}), "holds strings"),
        "too few results": (houses.parts([x], [x], *double, [y, z], {"y": y}), "must give 2 arrays"),
        "too many results": (houses.parts([x], [x], lambda v, e: [e[0], e[0]], [y], {"y": y}), "it gave 2"),
        "another type": (houses.parts([x], [x], lambda v, e: [e[0] > 0], [y], {"y": y}), "it is bool"),
        "another shape": (houses.parts([x], [x], lambda v, e: [e[0][:, None]], [y], {"y": y}), "shape (None, 1)"),
        "rows where a number of them was promised": (
            houses.parts([x], [x], *double, [eight], {"y": eight}),
            "shape (8,)",
        ),
    }


@pytest.mark.parametrize("name", wrong_parts())
def test_parts_that_do_not_fit_together_are_refused(name, tmp_path):
    parts, message = wrong_parts()[name]
    with pytest.raises(InvalidArgumentError, match=re.escape(message)) as error:
        save(tmp_path, parts)
    assert "'predict'" in str(error.value)
    assert not (tmp_path / "1").exists()


def test_a_model_without_signatures_is_refused(tmp_path):
    with pytest.raises(InvalidArgumentError, match="at least one signature"):
        saved_model.save(tmp_path / "1", {}, {})


def test_an_error_of_the_device_function_is_raised_as_it_is(tmp_path):
    def device(variables, entries):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine") as error:
        save(tmp_path, x_to_y(device))
    assert any("signature 'predict'" in note for note in error.value.__notes__)


def test_a_platform_that_lacks_an_operation_is_left_out_with_a_warning(tmp_path, caplog):
    def device(variables, entries):
        eigenvalues = jnp.linalg.eigvals(variables["w"])  # which JAX has not for TPUs
        return [entries[0] * eigenvalues.real.max()]

    with caplog.at_level(logging.WARNING):
        folder = save(tmp_path, x_to_y(device), {"w": np.diag([2.0, 3.0])}, platforms=("cpu", "tpu"))
    assert "cannot be exported for tpu" in caplog.text
    assert FolderReader(str(folder)).contents["device"][0]["platforms"] == ["cpu"]
    assert saved_model.load(folder).signatures["predict"](x=[2.0])["y"].tolist() == [6]


def test_a_model_for_other_devices_only_is_refused(tmp_path):
    folder = save(tmp_path, x_to_y(lambda v, e: [e[0]]), platforms=("tpu",))
    with pytest.raises(InvalidArgumentError, match="exported for tpu"):
        saved_model.load(folder)
