"""The whole way of a row: CSV files, training, an export, and a server in a process of its own that answers."""

import json
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest

import estimax as tf

WORDS = ["red", "green", "blue"]


def write_rows(path: pathlib.Path, seed: int, count: int = 400):
    random = np.random.RandomState(seed)
    rows = []
    for _ in range(count):
        size, word, town = random.uniform(0, 4), random.choice(WORDS), f"town{random.randint(30)}"
        late = size + (word == "red") * 2 + (town in ("town1", "town2")) > 2.5
        rows.append(f"{size:.3f},{word},{town},{int(late)}\n")
    path.write_text("".join(rows))


def input_fn(pattern, epochs, shuffle):
    def decode(line):
        size, word, town, label = tf.decode_csv(line, [[0.0], [""], [""], [0]])
        return {"size": size, "word": word, "town": town}, label

    def make():
        rows = tf.data.Dataset.list_files(str(pattern)).flat_map(tf.data.TextLineDataset).map(decode)
        return (rows.shuffle(1000) if shuffle else rows).repeat(epochs).batch(50)

    return make


def serving_input_fn():
    received = {
        "size": tf.placeholder(tf.float32, [None]),
        "word": tf.placeholder(tf.string, [None]),
        "town": tf.placeholder(tf.string, [None]),
    }
    return tf.estimator.export.ServingInputReceiver(received, received)


def make_estimator(folder):
    fc = tf.feature_column
    size = fc.numeric_column("size")
    sizes = fc.bucketized_column(size, [1.0, 2.0, 3.0])
    word = fc.categorical_column_with_vocabulary_list("word", WORDS)
    town = fc.categorical_column_with_hash_bucket("town", 50)
    return tf.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=[sizes, word, town, fc.crossed_column([sizes, "word"], 40)],
        dnn_feature_columns=[size, fc.indicator_column(word), fc.embedding_column(town, 4)],
        dnn_hidden_units=[8],
        dnn_optimizer="Adam",
        linear_optimizer=tf.train.FtrlOptimizer(0.1),
        config=tf.estimator.RunConfig(model_dir=str(folder), tf_random_seed=3, save_checkpoints_steps=30),
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole_way")
    for shard in range(3):
        write_rows(folder / f"train-{shard}.csv", shard)
    write_rows(folder / "eval.csv", 9)
    estimator = make_estimator(folder / "model")
    metrics, exports = tf.estimator.train_and_evaluate(
        estimator,
        tf.estimator.TrainSpec(input_fn(folder / "train-*.csv", None, True), max_steps=60),
        tf.estimator.EvalSpec(
            input_fn(folder / "eval.csv", 1, False),
            steps=None,
            throttle_secs=0,
            exporters=tf.estimator.LatestExporter("exporter", serving_input_fn),
        ),
    )
    return folder, estimator, metrics, exports


def post(url, body):
    request = urllib.request.Request(url, body if isinstance(body, bytes) else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def server(trained):
    base = trained[0] / "model" / "export" / "exporter"
    command = [sys.executable, "-m", "estimax", "serve", "--model_name=m", f"--model_base_path={base}"]
    process = subprocess.Popen(
        [*command, "--rest_api_port=0", "--host=127.0.0.1", "--file_system_poll_wait_seconds=0.2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "http://" in line:
            break
    url = "http" + "".join(lines).split("http", 1)[1].split("/v1")[0].strip()
    yield f"{url}/v1/models/m", process
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    process.stdout.close()


ROWS = {"size": [0.5, 3.5, 2.0], "word": ["blue", "red", "unheard of"], "town": ["town1", "town7", ""]}


def instances():
    return [dict(zip(ROWS, values)) for values in zip(*ROWS.values())]


def test_training_learns_and_its_evaluation_says_so(trained):
    metrics = trained[2]
    assert metrics["global_step"] == 60
    assert metrics["accuracy"] > metrics["accuracy_baseline"] + 0.1
    assert metrics["auc"] > 0.8


def test_the_event_files_hold_the_loss_the_speed_and_the_metrics(trained):
    folder = trained[0] / "model"
    training = {e.tag for e in tf.summary.read_events(str(folder))}
    assert {"loss"} <= training
    evaluation = {(e.step, e.tag) for e in tf.summary.read_events(str(folder / "eval"))}
    assert {(30, "accuracy"), (60, "accuracy"), (60, "auc")} <= evaluation


def test_what_is_predicted_is_what_is_exported_and_served(trained, server):
    _, estimator, _, exports = trained
    predicted = list(estimator.predict(lambda: {k: tf.constant(v) for k, v in ROWS.items()}))
    exported = tf.saved_model.load(exports[0].decode()).signatures["serving_default"](**ROWS)
    status, answer = post(f"{server[0]}:predict", {"instances": instances()})
    assert status == 200, answer
    status, by_column = post(f"{server[0]}:predict", {"inputs": ROWS})
    assert status == 200, by_column
    for i, row in enumerate(predicted):
        np.testing.assert_allclose(exported["probabilities"][i], row["probabilities"], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(
            answer["predictions"][i]["probabilities"], row["probabilities"], rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose(by_column["outputs"]["probabilities"][i], row["probabilities"], rtol=1e-5, atol=1e-6)
        assert answer["predictions"][i]["classes"] == [row["classes"][0].decode()]
        assert answer["predictions"][i]["class_ids"] == row["class_ids"].tolist()


def test_the_server_tells_its_version_and_state(trained, server):
    state = get(server[0])["model_version_status"][0]
    assert state["state"] == "AVAILABLE"
    assert (trained[0] / "model" / "export" / "exporter" / state["version"]).is_dir()


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {"instances": []},
        {"instances": [{"size": 1.0}]},
        {"instances": [{"size": "wide", "word": "red", "town": "t"}]},
        {"instances": [{"size": 1.0, "word": 7, "town": "t"}]},
        {"inputs": {"size": [1.0, 2.0], "word": ["red"], "town": ["t"]}},
        {"signature_name": "none", "instances": [{"size": 1.0, "word": "red", "town": "t"}]},
    ],
    ids=str,
)
def test_a_malformed_request_is_answered_with_400_and_a_message(server, body):
    status, answer = post(f"{server[0]}:predict", body)
    assert status == 400
    assert isinstance(answer["error"], str) and answer["error"]


def test_a_new_export_is_taken_into_service_without_a_restart(trained, server):
    folder, estimator, _, _ = trained
    before = get(server[0])["model_version_status"][0]["version"]
    path = estimator.export_saved_model(str(folder / "model" / "export" / "exporter"), serving_input_fn).decode()
    newest = pathlib.Path(path).name
    assert newest > before
    for _ in range(300):
        states = {s["version"]: s["state"] for s in get(server[0])["model_version_status"]}
        if states.get(newest) == "AVAILABLE":
            break
        time.sleep(0.1)
    assert states.get(newest) == "AVAILABLE"
    assert post(f"{server[0]}:predict", {"instances": instances()})[0] == 200
    assert server[1].poll() is None
