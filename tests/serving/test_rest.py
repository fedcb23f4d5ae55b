"""The REST interface over a real socket: what is answered, in which form, and what is refused."""

import base64
import json

import httpx
import pytest

MODEL = "/v1/models/toy"
LATIN = base64.b64encode(b"caf\xe9").decode()

# (signature, what is asked, what must be answered)
ANSWERS = [
    ("serving_default", {"instances": [1, 2.5]}, {"predictions": [2.0, 5.0]}),
    ("serving_default", {"instances": [{"x": 1}, {"x": 2.5}]}, {"predictions": [2.0, 5.0]}),
    ("serving_default", {"inputs": [1, 2.5]}, {"outputs": [2.0, 5.0]}),
    ("serving_default", {"inputs": {"x": [1]}}, {"outputs": [2.0]}),
    (
        "named",
        {"instances": [{"a": 1, "b": ["x"], "c": True}, {"a": 2, "b": ["é"], "c": False}]},
        {
            "predictions": [
                {"a": 1, "half": 0.5, "b": ["x"], "c": True},
                {"a": 2, "half": 1.0, "b": ["é"], "c": False},
            ]
        },
    ),
    (
        "named",
        {"inputs": {"a": [1, 2], "b": [["x"], ["y"]], "c": [True, False]}},
        {"outputs": {"a": [1, 2], "half": [0.5, 1.0], "b": [["x"], ["y"]], "c": [True, False]}},
    ),
    ("matrix", {"instances": [[[1, 2], [3, 4]]]}, {"predictions": [{"t": [[1.0, 3.0], [2.0, 4.0]], "trace": 5.0}]}),
    ("ragged", {"instances": [{"v": [1, 5, 2]}, {"v": [9, 8, 7]}]}, {"predictions": [1, 0]}),
    ("tiny", {"instances": [0, 255]}, {"predictions": [0, 255]}),
    ("whole", {"inputs": {"k": 1.5}}, {"outputs": 3.0}),
    ("echo", {"instances": ["a", {"b64": "Yg=="}]}, {"predictions": ["a", "b"]}),
    ("echo", {"instances": [{"b64": LATIN}, {"s": "b"}]}, None),  # rows are named or bare, not both
    ("echo", {"instances": [{"b64": LATIN}]}, {"predictions": [{"b64": LATIN}]}),
    ("echo", {"instances": [{"s": {"b64": LATIN}}]}, {"predictions": [{"b64": LATIN}]}),
    ("echo", {"inputs": {"b64": "Yg=="}}, None),  # a column is a list
    ("bytes", {"instances": ["b"]}, {"predictions": [{"b64": "Yg=="}]}),
    ("bytes", {"inputs": ["b"]}, {"outputs": [{"b64": "Yg=="}]}),
]


@pytest.mark.parametrize(("name", "request_", "answer"), [case for case in ANSWERS if case[2] is not None])
def test_a_request_is_answered_in_the_form_in_which_it_was_asked(client, name, request_, answer):
    for path in (":predict", "/versions/1:predict"):
        response = client.post(MODEL + path, json={"signature_name": name, **request_})
        assert response.json() == answer
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"


def test_the_default_signature_needs_no_name(client):
    assert client.post(f"{MODEL}:predict", json={"instances": [1]}).json() == {"predictions": [2.0]}


def test_floats_keep_a_fraction_and_no_more_digits_than_they_have(client):
    assert (
        client.post(f"{MODEL}:predict", json={"instances": [0.05, 1, 1e10]}).text
        == '{"predictions":[0.1,2.0,20000000000.0]}'
    )
    request = {"signature_name": "matrix", "instances": [[[0.1, 0], [0, 0]]]}
    assert '"trace":0.1}' in client.post(f"{MODEL}:predict", json=request).text


def test_nan_and_infinity_are_bare_words_both_ways(client):
    answer = client.post(f"{MODEL}:predict", content=b'{"instances": [NaN, Infinity, -Infinity, 0.05, 1]}')
    assert answer.text == '{"predictions": [NaN, Infinity, -Infinity, 0.1, 2.0]}'
    rows = client.post(f"{MODEL}:predict", content=b'{"signature_name": "matrix", "instances": [[[NaN, 0.1], [0, 1]]]}')
    assert json.loads(rows.text, parse_constant=str) == {
        "predictions": [{"t": [["NaN", 0.0], [0.1, 1.0]], "trace": "NaN"}]
    }


def test_many_rows_are_answered_like_few(client):
    rows = [i / 7 for i in range(1000)]
    many = client.post(f"{MODEL}:predict", json={"instances": rows}).json()["predictions"]
    assert (
        many
        == [client.post(f"{MODEL}:predict", json={"inputs": [r]}).json()["outputs"][0] for r in rows[:20]] + many[20:]
    )
    assert len(many) == 1000


# (what is asked, status, what the message must say)
BAD_BODIES = {
    "empty": (b"", 400, "body"),
    "not JSON": (b"{", 400, "JSON"),
    "not UTF-8": (b'{"instances": ["\xff"]}', 400, "JSON"),
    "too deep": (b'{"instances": ' + b"[" * 3000 + b"]" * 3000 + b"}", 400, "JSON"),
    "too deep, and NaN": (b'{"instances": [NaN' + b"[" * 30000 + b"]" * 30000 + b"]}", 400, "JSON"),
    "number too large for any type": (b'{"instances": [1e999]}', 400, "JSON"),
    "very long number": (b'{"instances": [NaN, 1' + b"0" * 5000 + b"]}", 400, ""),
    "no object": (b"[1]", 400, "must be a JSON object; got [1] (a list)"),
    "null": (b"null", 400, "must be a JSON object; got null"),
    "neither": (b"{}", 400, "'instances'"),
    "misspelled": (
        b'{"instance": [1]}',
        400,
        "'instances' (rows) or 'inputs' (columns); got an object with the keys ['instance']",
    ),
    "both": (b'{"instances": [1], "inputs": [1]}', 400, "got both"),
    "no list": (b'{"instances": 1}', 400, "'instances' must be a list of rows; got 1"),
    "no rows": (b'{"instances": []}', 400, "at least one row"),
    "no rows by column": (b'{"inputs": []}', 400, "at least one row"),
    "signature": (b'{"signature_name": "nope", "instances": [1]}', 400, "'serving_default'"),
    "signature's type": (b'{"signature_name": 3, "instances": [1]}', 400, "'signature_name' must be a string"),
    "long signature": (b'{"signature_name": "%s", "instances": [1]}' % (b"x" * 90_000), 400, "xxx...xxx"),
    "long key": (b'{"%s": 1}' % (b"x" * 90_000), 400, "xxx...xxx"),
    "long input": (b'{"inputs": {"%s": 1}}' % (b"x" * 90_000), 400, "xxx...xxx"),
    "lone surrogate": (rb'{"instances": [NaN, "\ud800"]}', 400, "row 1"),
    "string for a number": (b'{"instances": [1, "2"]}', 400, "input 'x', row 1: must be a number without quotes"),
    "bool for a number": (b'{"instances": [true]}', 400, "row 0: must be a number without quotes (float32); got true"),
    "null for a number": (b'{"instances": [1, 2, null]}', 400, "input 'x', row 2"),
    "list for a number": (b'{"instances": [[1]]}', 400, "must be a single value; got [1] (a list)"),
    "number too large": (b'{"instances": [1e39]}', 400, "float32"),
    "integer too large": (b'{"instances": [1' + b"0" * 60 + b"]}", 400, "float32"),
    "unknown input": (b'{"instances": [{"z": 1}]}', 400, "row 0: 'z' is not an input"),
    "missing input": (b'{"instances": [{"x": 1}, {}]}', 400, "row 1: must have every input"),
    "named and bare": (b'{"instances": [{"x": 1}, 2]}', 400, "row 1: must be an object"),
    "bare and named": (b'{"instances": [2, {"x": 1}]}', 400, "row 1: must be a number"),
    "column that is none": (b'{"inputs": 3}', 400, "must be a list with one value for each row; got 3"),
    "object for a column": (b'{"inputs": {"x": {"a": 1}}}', 400, "input 'x': must be a list"),
    "too many rows": (b'{"instances": [%s1]}' % (b"1," * 1000), 413, "1000 rows; got 1001"),
    "too many rows by column": (b'{"inputs": [%s1]}' % (b"1," * 1000), 413, "1000 rows"),
    "too large": (b" " * 100_001, 413, "100000 bytes"),
}
NAMED = {
    "fraction for an integer": ({"a": 1.0, "b": ["x"], "c": True}, "input 'a', row 1: must be a whole number"),
    "bool for an integer": ({"a": True, "b": ["x"], "c": True}, "input 'a', row 1: must be a whole number"),
    "integer out of range": ({"a": 2**63, "b": ["x"], "c": True}, "from -9223372036854775808 to"),
    "number for a bool": ({"a": 1, "b": ["x"], "c": 1}, "input 'c', row 1: must be true or false; got 1"),
    "scalar for a list": ({"a": 1, "b": "x", "c": True}, "input 'b', row 1: must be a list (each row has shape [1])"),
    "long list": ({"a": 1, "b": ["x", "y"], "c": True}, "input 'b', row 1: must be a list of 1 "),
    "short list": ({"a": 1, "b": [], "c": True}, "input 'b', row 1: must be a list of 1 "),
    "number for a string": ({"a": 1, "b": [1], "c": True}, "input 'b', row 1, item [0]: must be a string"),
    "bad base64": ({"a": 1, "b": [{"b64": "?"}], "c": True}, "input 'b', row 1, item [0]: must be {\"b64\""),
    "object": ({"a": 1, "b": [{"c": "?"}], "c": True}, "input 'b', row 1, item [0]: must be {\"b64\""),
    "near miss": ({"a": 1, "b": ["x"], "C": True}, "row 1: 'C' is not an input"),
}
OTHER = {
    "ragged rows": ({"signature_name": "ragged", "instances": [[1, 2], [3]]}, 400, "row 1: must be a list of 2 items"),
    "small integer": ({"signature_name": "tiny", "instances": [256]}, 400, "from 0 to 255 (uint8); got 256"),
    "negative": ({"signature_name": "tiny", "instances": [-1]}, 400, "from 0 to 255 (uint8); got -1"),
    "rows of a scalar": ({"signature_name": "whole", "instances": [1]}, 400, "send columns"),
    "uneven columns": (
        {"signature_name": "named", "inputs": {"a": [1, 2], "b": [["x"]], "c": [True]}},
        400,
        "'a' has 2, 'b' has 1, 'c' has 1",
    ),
    "long value": ({"instances": ["x" * 10_000]}, 400, "..."),
    "the model refuses": ({"signature_name": "picky", "instances": [-2]}, 400, "x must be 0 or more; got -2"),
    "the model fails": ({"signature_name": "picky", "instances": [13]}, 500, "log"),
}


def assert_refused(response, status, message):
    assert response.status_code == status, response.text
    error = response.json()
    assert list(error) == ["error"]
    assert message in error["error"]
    assert len(error["error"]) < 500
    assert "secret" not in error["error"]


@pytest.mark.parametrize("case", BAD_BODIES)
def test_a_bad_body_gets_its_error_and_the_server_goes_on(client, case):
    body, status, message = BAD_BODIES[case]
    assert_refused(client.post(f"{MODEL}:predict", content=body), status, message)
    assert client.post(f"{MODEL}:predict", json={"instances": [1]}).json() == {"predictions": [2.0]}


@pytest.mark.parametrize("case", NAMED)
def test_a_bad_row_is_named_with_its_input_and_value(client, case):
    row, message = NAMED[case]
    request = {"signature_name": "named", "instances": [{"a": 1, "b": ["x"], "c": True}, row]}
    assert_refused(client.post(f"{MODEL}:predict", json=request), 400, message)


@pytest.mark.parametrize("case", OTHER)
def test_a_request_that_the_model_cannot_answer_gets_its_error(client, case):
    request, status, message = OTHER[case]
    assert_refused(client.post(f"{MODEL}:predict", json=request), status, message)


@pytest.mark.parametrize(("name", "request_"), [case[:2] for case in ANSWERS if case[2] is None])
def test_what_looks_nearly_right_is_refused(client, name, request_):
    assert_refused(client.post(f"{MODEL}:predict", json={"signature_name": name, **request_}), 400, "")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/models/toy:predict", 405),
        ("DELETE", "/v1/models/toy", 405),
        ("POST", "/v1/models/toy:explain", 404),
        ("POST", "/v1/models/other:predict", 404),
        ("POST", "/v1/models/toy/versions/2:predict", 404),
        ("POST", "/v1/models/toy/versions/01:predict", 404),
        ("POST", "/v1/models/toy/versions/x:predict", 404),
        ("POST", "/v1/models/toy/versions/-1:predict", 404),
        ("POST", "/v1/models/toy/versions/" + "9" * 5000 + ":predict", 404),
        ("POST", "/v1/models/toy/versions/..%2f..%2fetc:predict", 404),
        ("POST", "/v1/models/..%2ftoy:predict", 404),
        ("GET", "/v1/models/other", 404),
        ("GET", "/v1/models/other/metadata", 404),
        ("GET", "/v1/models/..", 404),
        ("GET", "/v1/models/%2e%2e%2ftoy", 404),
        ("GET", "/v1/models/toy/versions/2", 404),
        ("GET", "/v1/models/toy/versions/2/metadata", 404),
        ("GET", "/v1/models/toy/versions/" + "9" * 5000, 404),
        ("GET", "/v1/models/toy/versions/x", 404),
        ("GET", "/", 404),
        ("GET", "/v1/models/toy/nothing", 404),
    ],
)
def test_what_is_not_there_is_refused_in_json(client, method, path, status):
    url = client.base_url.copy_with(raw_path=path.encode())
    response = client.request(method, url, json={"instances": [1]})
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    if status == 405:
        assert response.headers["allow"]


def test_a_compressed_body_is_refused(client):
    response = client.post(f"{MODEL}:predict", content=b"x", headers={"content-encoding": "gzip"})
    assert_refused(response, 415, "compressed")


def test_a_body_without_a_length_is_bounded_too(client):
    response = client.post(f"{MODEL}:predict", content=(b" " * 1000 for _ in range(200)))
    assert_refused(response, 413, "100000 bytes")
    chunks = iter([b'{"instances"', b": [1,", b" 2]}"])
    assert client.post(f"{MODEL}:predict", content=chunks).json() == {"predictions": [2.0, 4.0]}


def test_the_model_describes_itself(client):
    status = {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    for path in ("", "/versions/1"):
        assert client.get(MODEL + path).json() == {"model_version_status": [status]}
    for path in ("/metadata", "/versions/1/metadata"):
        metadata = client.get(MODEL + path).json()
        assert metadata["model_spec"] == {"name": "toy", "signature_name": "", "version": "1"}
        signatures = metadata["metadata"]["signature_def"]["signature_def"]
        assert signatures["named"]["method_name"] == "tensorflow/serving/predict"
        assert signatures["named"]["inputs"]["b"] == {
            "dtype": "DT_STRING",
            "tensor_shape": {"dim": [{"size": "-1", "name": ""}, {"size": "1", "name": ""}], "unknown_rank": False},
            "name": "b:0",
        }
        assert signatures["named"]["outputs"]["half"]["dtype"] == "DT_FLOAT"
        assert signatures["ragged"]["inputs"]["v"]["dtype"] == "DT_DOUBLE"


def test_health_is_told_to_whoever_asks(client):
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").json() == {"ready": True}


def test_examples_are_classified_and_regressed(client):
    examples = [{"age": [30], "city": "Oslo"}, {"age": 40, "weight": [1.5, 2]}]
    request = {"signature_name": "classify", "context": {"country": "NO"}, "examples": examples}
    results = client.post(f"{MODEL}:classify", json=request).json()["results"]
    assert [[label for label, _ in row] for row in results] == [["long", "short"]] * 2
    assert [row[1][1] for row in results] == [0.5, 0.5]
    longer = results[0][0][1]
    del request["context"]
    assert client.post(f"{MODEL}:classify", json=request).json()["results"][0][0][1] < longer
    regressed = client.post(f"{MODEL}:regress", json={**request, "signature_name": "regress"}).json()
    assert list(regressed) == ["results"]
    assert all(type(value) is float for value in regressed["results"])


@pytest.mark.parametrize(
    ("verb", "request_", "message"),
    [
        ("classify", {"examples": [{"a": 1}]}, "tensorflow/serving/classify"),
        ("regress", {"signature_name": "classify", "examples": [{"a": 1}]}, "tensorflow/serving/regress"),
        ("classify", {"signature_name": "classify"}, "'examples'"),
        ("classify", {"signature_name": "classify", "examples": []}, "at least one row"),
        ("classify", {"signature_name": "classify", "examples": [1]}, "example 0: must be an object"),
        ("classify", {"signature_name": "classify", "examples": [{}], "context": []}, "'context'"),
        ("classify", {"signature_name": "classify", "examples": [{}, {"a": [1, "x"]}]}, "example 1, feature 'a'"),
        ("classify", {"signature_name": "classify", "examples": [{"a": {"b64": "?"}}]}, "feature 'a'"),
        ("classify", {"signature_name": "classify", "examples": [{"a": 2**63}]}, "feature 'a'"),
        ("classify", {"signature_name": "classify", "examples": [{"a": [0.5, 1e300]}]}, "feature 'a'"),
        ("classify", {"signature_name": "classify", "examples": [{"a": None}]}, "feature 'a'"),
        ("classify", {"signature_name": "classify", "examples": [{"a": [[1]]}]}, "feature 'a'"),
    ],
)
def test_bad_examples_are_refused(client, verb, request_, message):
    assert_refused(client.post(f"{MODEL}:{verb}", json=request_), 400, message)


def test_a_connection_serves_many_requests_after_an_error(client):
    with httpx.Client(base_url=client.base_url, limits=httpx.Limits(max_connections=1)) as one:
        for _ in range(3):
            assert one.post(f"{MODEL}:predict", content=b"nonsense").status_code == 400
            assert one.post(f"{MODEL}:predict", content=b" " * 200_000).status_code == 413
            assert one.post(f"{MODEL}:predict", json={"instances": [1]}).status_code == 200
