"""What is loaded answers as what was saved, for any number of rows."""

import threading

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimax import math, saved_model
from estimax._base._dtypes import float32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._graph._tensor import as_concrete
from estimax.saved_model import TensorInfo, signature_constants, tag_constants
from estimax.saved_model._device_run import MAX_ROWS
from tests.saved_model import houses


def assert_equal(found, wanted):
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        assert isinstance(found[name], np.ndarray)
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape), name
        if array.dtype == object:
            assert found[name].tolist() == array.tolist(), name
        else:
            np.testing.assert_allclose(found[name], array, rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("rows", [1, 6])
@pytest.mark.parametrize("name", houses.MODELS)
def test_a_loaded_model_answers_as_its_parts_do(name, rows, loaded):
    model, found = loaded(name)
    request = model.request(np.random.default_rng(rows), rows)
    wanted = houses.run_directly(model, request)
    for signature in found.signatures.values():
        assert_equal(signature(**request), wanted)


@pytest.mark.parametrize("name", [name for name in houses.MODELS if name != "centred"])
def test_any_number_of_rows_is_answered_row_by_row(name, loaded):
    model, found = loaded(name)
    signature = found.signatures["predict"]
    by_row = [n for n, info in signature.outputs.items() if info.shape[:1] == (None,)]
    request = model.request(np.random.default_rng(0), 40)
    wanted = houses.run_directly(model, request)
    for rows in range(41):
        answer = signature(**{n: v[:rows] if np.ndim(v) else v for n, v in request.items()})
        assert_equal({n: answer[n] for n in by_row}, {n: wanted[n][:rows] for n in by_row})


@pytest.mark.parametrize("rows", [MAX_ROWS, MAX_ROWS + 1, 2 * MAX_ROWS + 5])
def test_a_long_request_is_answered_in_slices(rows, loaded):
    model, found = loaded("classifier")
    request = model.request(np.random.default_rng(rows), rows)
    assert_equal(found.signatures["predict"](**request), houses.run_directly(model, request))


@settings(max_examples=30)
@given(
    rows=st.lists(
        st.tuples(st.floats(allow_nan=True, width=32), st.one_of(st.binary(max_size=9), st.sampled_from(houses.WORDS))),
        max_size=20,
    )
)
def test_any_numbers_and_bytes_are_answered(loaded, rows):
    model, found = loaded("classifier")
    kinds = np.empty(len(rows), object)
    kinds[:] = [kind for _, kind in rows]
    request = {"sqft": np.array([area for area, _ in rows], np.float32), "type": kinds}
    answer = found.signatures["predict"](**request)
    assert answer["type"].tolist() == kinds.tolist()
    padded = houses.run_directly(model, {n: np.resize(v, 20) for n, v in request.items()}) if rows else {}
    for name, column in padded.items():
        assert_equal({name: answer[name]}, {name: column[: len(rows)]})


def test_a_model_that_mixes_rows_is_saved_with_a_warning_and_runs_without_filling_up(tmp_path, caplog):
    model = houses.centred()
    saved_model.save(tmp_path / "1", {"predict": model.parts}, {})
    assert "depend on the other rows" in caplog.text
    signature = saved_model.load(tmp_path / "1").signatures["predict"]
    assert signature(x=[1.0, 2.0, 6.0])["y"].tolist() == [-2, -1, 3]
    assert signature(x=[1.0, 2.0, 6.0])["number"] == 3
    with pytest.raises(InvalidArgumentError, match="need at least one"):
        signature(x=[])


def test_signatures_of_one_model_share_device_program_graph_and_variables(tmp_path):
    model = houses.classifier()
    outputs = model.parts.outputs
    classify = saved_model.SignatureParts(
        signature_constants.CLASSIFY_METHOD_NAME,
        {"inputs": model.parts.inputs["type"], "area": model.parts.inputs["sqft"]},
        model.parts.entries,
        model.parts.device,
        model.parts.exits,
        {"scores": outputs["probabilities"]},
    )
    saved_model.save(tmp_path / "1", {"predict": model.parts, "classify": classify}, model.variables)
    assert [f.name for f in (tmp_path / "1" / "device").iterdir()] == ["0.stablehlo"]
    found = saved_model.load(tmp_path / "1").signatures
    assert found["predict"]._device is found["classify"]._device
    assert found["classify"].method_name == "tensorflow/serving/classify"
    request = model.request(np.random.default_rng(0), 5)
    scores = found["classify"](inputs=request["type"], area=request["sqft"])["scores"]
    np.testing.assert_array_equal(scores, found["predict"](**request)["probabilities"])


def test_what_goes_past_the_device_is_computed_once(tmp_path, count_calls):
    counted, calls = count_calls
    x, y = houses.given("x", "float32", None), houses.given("y", "float32", None)
    parsed = counted(x)
    parts = houses.parts(
        [x], [parsed], lambda v, entries: [entries[0] * 2], [y], {"y": math.add(y, parsed), "parsed": parsed}
    )
    saved_model.save(tmp_path / "1", {"predict": parts}, {})
    calls.clear()
    answer = saved_model.load(tmp_path / "1").signatures["predict"](x=[1.0, 2.0])
    assert {n: a.tolist() for n, a in answer.items()} == {"y": [3, 6], "parsed": [1, 2]}
    assert len(calls) == 1


def test_a_signature_says_what_it_takes_and_gives(loaded):
    _, found = loaded("classifier")
    assert list(found.signatures) == ["predict", "serving_default"]
    signature = found.signatures["serving_default"]
    assert (signature.name, signature.method_name) == ("serving_default", "tensorflow/serving/predict")
    assert signature.inputs == {
        "sqft": TensorInfo("sqft", float32, (None,)),
        "type": TensorInfo("type", string, (None,)),
    }
    assert list(signature.outputs) == ["probabilities", "class_ids", "classes", "type"]
    assert signature.outputs["probabilities"] == TensorInfo("probabilities", float32, (None, 2))
    assert signature.outputs["class_ids"] == TensorInfo("class_ids", int64, (None,))
    assert (signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY, tag_constants.SERVING) == (
        "serving_default",
        "serve",
    )


def test_variables_are_read_by_name(loaded):
    model, found = loaded("classifier")
    assert set(found.variables) == set(model.variables)
    for name, value in model.variables.items():
        assert found.variables[name].dtype == value.dtype
        np.testing.assert_array_equal(found.variables[name], value)
    with pytest.raises(KeyError, match="did you mean 'bias'"):
        found.variables["bia"]


def test_assets_are_kept(tmp_path):
    (tmp_path / "words.txt").write_bytes(b"house\n")
    model = houses.host_only()
    assets = {"words.txt": str(tmp_path / "words.txt"), "deep/er/words.txt": tmp_path / "words.txt"}
    saved_model.save(tmp_path / "1", {"predict": model.parts}, {}, assets=assets)
    (tmp_path / "1").rename(tmp_path / "2")
    found = saved_model.load(tmp_path / "2").assets
    assert set(found) == set(assets)
    for path in found.values():
        with open(path, "rb") as file:
            assert file.read() == b"house\n"


def test_an_answer_can_be_changed_without_changing_the_model(loaded):
    model, found = loaded("constant")
    request = model.request(np.random.default_rng(0), 3)
    first = found.signatures["predict"](**request)
    for name in ("y", "weights", "xy"):
        first[name][...] = 7
    assert_equal(found.signatures["predict"](**request), houses.run_directly(model, request))


def test_two_exports_of_a_model_have_equal_files_and_tell_no_path(saved, tmp_path):
    model, path = saved("classifier")
    saved_model.save(tmp_path / "1", {"predict": model.parts, "serving_default": model.parts}, model.variables)
    for file in sorted((tmp_path / "1").rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            with open(f"{path}/{file.relative_to(tmp_path / '1')}", "rb") as other:
                assert data == other.read(), file
            assert b"houses.py" not in data


@pytest.mark.parametrize("name", houses.MODELS)
def test_a_warm_model_compiles_nothing_for_requests_of_that_size(name, saved, jax_compilations):
    model, path = saved(name)
    found = saved_model.load(path)
    found.warm_up((1, 3, 4))
    before = len(jax_compilations)
    rng = np.random.default_rng(0)
    for rows in (1, 3, 4):
        request = model.request(rng, rows)
        if name != "any_width" or request["values"].shape[1] == 1:
            found.signatures["serving_default"](**request)
    assert jax_compilations[before:] == []


def test_few_sizes_are_compiled(saved, jax_compilations):
    model, path = saved("classifier")
    signature = saved_model.load(path).signatures["predict"]
    before = len(jax_compilations)
    for rows in range(1, 65):
        signature(**model.request(np.random.default_rng(rows), rows))
    assert len(jax_compilations[before:]) == 7  # 1, 2, 4, 8, 16, 32, 64


def test_many_threads_get_the_answers_of_one(saved):
    model, path = saved("classifier")
    rng = np.random.default_rng(5)
    requests = [model.request(rng, int(rows)) for rows in rng.integers(0, 30, 64)]
    one_by_one = saved_model.load(path).signatures["predict"]
    wanted = [one_by_one(**request) for request in requests]
    signature = saved_model.load(path).signatures["predict"]
    found: list = [None] * len(requests)
    start = threading.Barrier(8)

    def work(first):
        start.wait()
        for i in range(first, len(requests), 8):
            found[i] = signature(**requests[i])

    threads = [threading.Thread(target=work, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer, expected in zip(found, wanted, strict=True):
        for name, array in expected.items():
            np.testing.assert_array_equal(answer[name], array)


def test_a_device_function_without_entries_answers_the_same_every_time(tmp_path):
    y = houses.given("y", "float32", 2)
    parts = houses.parts([], [], lambda v, entries: [v["w"] * 2], [y], {"y": math.add(y, as_concrete(np.float32(1)))})
    saved_model.save(tmp_path / "1", {"predict": parts}, {"w": jnp.array([1.0, 2.0])})
    assert saved_model.load(tmp_path / "1").signatures["predict"]()["y"].tolist() == [3, 5]
