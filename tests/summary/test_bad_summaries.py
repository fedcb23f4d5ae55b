"""What cannot be shown is refused where it is declared; what only turns out later is left out, and training goes on."""

import pathlib

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboardX.proto.graph_pb2 import GraphDef

import estimax as tf
from estimax.errors import InvalidArgumentError
from estimax.summary import DeclaredSummary, Summary, summary_values

v1 = tf.compat.v1.summary
f4 = np.float32

REFUSED = {
    "scalar of several": (
        lambda s: s.scalar("bad", np.zeros(8, f4)),
        r"shows one number; got an array of shape \(8,\)",
    ),
    "scalar of none": (lambda s: s.scalar("bad", np.zeros((0, 1), f4)), "shows one number"),
    "scalar of text": (lambda s: s.scalar("bad", "text"), "shows real numbers; got text. For text"),
    "complex scalar": (lambda s: s.scalar("bad", 1j), "shows real numbers; got complex"),
    "histogram of text": (lambda s: s.histogram("bad", ["a"]), "shows real numbers; got text"),
    "complex histogram": (lambda s: s.histogram("bad", np.ones(2, np.complex64)), "shows real numbers"),
    "image of rank 3": (lambda s: s.image("bad", np.zeros((8, 8, 3), f4)), r"needs \[batch, height, width, 1, 3 or 4"),
    "image of rank 5": (lambda s: s.image("bad", np.zeros((1, 1, 8, 8, 3), f4)), "needs .batch, height"),
    "image of two channels": (lambda s: s.image("bad", np.zeros((1, 8, 8, 2), f4)), r"1, 3 or 4 .* \(1, 8, 8, 2\)"),
    "image without pixels": (lambda s: s.image("bad", np.zeros((1, 0, 8, 1), f4)), "at least one pixel"),
    "image of text": (lambda s: s.image("bad", np.full((1, 1, 1, 1), "a")), "shows real numbers"),
    "no images": (
        lambda s: s.image("bad", np.zeros((1, 2, 2, 1), f4), max_outputs=0),
        "max_outputs of at least 1; got 0",
    ),
    "audio of rank 1": (lambda s: s.audio("bad", np.zeros(8, f4), 10), r"needs \[batch, frames\]"),
    "audio of rank 4": (lambda s: s.audio("bad", np.zeros((1, 1, 8, 1), f4), 10), r"needs \[batch, frames\]"),
    "audio without channels": (lambda s: s.audio("bad", np.zeros((1, 8, 0), f4), 10), r"needs \[batch, frames\]"),
    "audio without a rate": (lambda s: s.audio("bad", np.zeros((1, 8), f4), 0), "positive number of frames a second"),
    "text of numbers": (lambda s: s.text("bad", 5), "shows text; got 5"),
    "empty name": (lambda s: s.scalar("", 1.0), "needs a name"),
    "name of slashes": (lambda s: s.scalar("//", 1.0), "needs a name"),
    "name that is no text": (lambda s: s.scalar(5, 1.0), "must be a string; got 5"),
    "family that is no text": (lambda s: s.scalar("bad", 1.0, family=5), "must be a string; got 5"),
    "nothing merged": (lambda s: s.merge([]), "at least one summary"),
    "no summaries merged": (lambda s: s.merge([1.0]), "at least one summary"),
    "no list merged": (lambda s: s.merge(None), "at least one summary"),
}


def trained(folder, declare, steps=3, every=1):
    """Trains with a model function that declares summaries of its features."""

    def model_fn(features, labels, mode):
        declare(features)
        w = tf.get_variable("w", [], initializer=tf.ones_initializer())
        step = tf.train.GradientDescentOptimizer(0.1).minimize(w * w, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=w * w, train_op=step)

    config = tf.estimator.RunConfig(str(folder), save_summary_steps=every, log_step_count_steps=0)
    rows = tf.data.Dataset.from_tensors({"x": np.ones((2, 3), f4), "word": ["a", "b"]}).repeat()
    return tf.estimator.Estimator(model_fn, config=config).train(lambda: rows, steps=steps)


def shown(folder):
    board = EventAccumulator(str(folder))
    board.Reload()
    return board


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_shown_is_refused(name):
    call, message = REFUSED[name]
    for namespace in v1, tf.summary:
        with pytest.raises((InvalidArgumentError, TypeError), match=message):
            call(namespace)
    with tf.summary.create_noop_writer().as_default(step=1):
        if "family" not in name:
            with pytest.raises((InvalidArgumentError, TypeError), match=r"bad|name|at least one summary"):
                call(v1)


@pytest.mark.parametrize("name", ["scalar of several", "image of two channels", "audio of rank 1", "text of numbers"])
def test_what_cannot_be_shown_is_refused_where_the_model_function_declares_it(name, tmp_path):
    call, message = REFUSED[name]
    with pytest.raises(InvalidArgumentError, match=message) as raised:
        trained(tmp_path, lambda features: call(tf.summary))
    assert any(entry.path == pathlib.Path(__file__) for entry in raised.traceback)


def test_arrays_of_the_step_are_refused_by_their_shapes(tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"the scalar summary 'x' shows one number; .* \(2, 3\)"):
        trained(tmp_path, lambda features: tf.summary.scalar("x", features["x"]))
    with pytest.raises(InvalidArgumentError, match=r"the image summary 'x' needs \[batch"):
        trained(tmp_path, lambda features: tf.summary.image("x", features["x"]))


def test_text_of_features_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(InvalidArgumentError, match=r"text summary 'word' shows text that is known .* in a hook"):
        trained(tmp_path, lambda features: tf.summary.text("word", features["word"]))


def test_a_writer_in_a_model_function_is_told_what_to_do(tmp_path):
    def declare(features):
        tf.summary.FileWriter(str(tmp_path)).add_summary(tf.summary.scalar("x", 1.0), 1)

    with pytest.raises(InvalidArgumentError, match=r"'x' has no value while .* SummarySaverHook"):
        trained(tmp_path / "model", declare)


def odd(features):
    """Declares what is odd, and can be shown, or not be shown, without harm."""
    x = features["x"]
    nothing = x[:0]
    tf.summary.scalar("nan", x[0, 0] * np.nan)
    tf.summary.scalar("inf", x[0, 0] * np.inf)
    tf.summary.scalar("one of one", x[:1, :1])
    tf.summary.scalar("flag", x[0, 0] > 0)
    tf.summary.scalar("python", True)
    tf.summary.scalar("numpy", np.float64(1e300))
    tf.summary.histogram("nans", x * np.nan)
    tf.summary.histogram("some_nans", x / np.array([0.0, 1.0, 1.0], f4))
    tf.summary.histogram("empty", nothing)
    tf.summary.histogram("flags", x > 0)
    tf.summary.image("nan_image", tf.reshape(x * np.nan, [2, 3, 1, 1]), 1)
    tf.summary.image("infinite_image", tf.reshape(x * np.inf, [2, 3, 1, 1]), 1)
    tf.summary.image("empty_image", tf.reshape(nothing, [0, 3, 1, 1]), 1)
    tf.summary.image("whole_image", tf.cast(tf.reshape(x, [2, 3, 1, 1]), tf.int32), 1)
    tf.summary.image("image_of_flags", tf.reshape(x, [2, 3, 1, 1]) > 0, 1)
    tf.summary.audio("nan_audio", x * np.nan, 10, 1)
    tf.summary.audio("loud_audio", x * 1e30, 0.5, 1)
    tf.summary.audio("empty_audio", nothing, 10, 1)
    tf.summary.audio("short_audio", x[:, :0], 10, 1)
    tf.summary.text("bytes", b"\xff\xfe")
    tf.summary.text("surrogate", "\ud800")
    tf.summary.text("no texts", np.array([], object))
    tf.summary.text("ein Name mit Umlaut: ü", "é")
    v1.tensor_summary("tensor", x[:0])
    for _ in range(2):
        tf.summary.scalar("twice", 1.0)


def test_odd_values_keep_no_run_from_going_on_and_the_file_is_whole(tmp_path, caplog):
    trained(tmp_path, odd)
    board = shown(tmp_path)
    tags = {tag for kind in ("scalars", "histograms", "images", "audio", "tensors") for tag in board.Tags()[kind]}
    expected = {"nan", "inf", "one_of_one", "flag", "python", "numpy", "some_nans", "flags", "nan_image/image"}
    expected |= {"infinite_image/image", "whole_image/image", "image_of_flags/image", "nan_audio/audio"}
    expected |= {"loud_audio/audio", "short_audio/audio", "bytes", "surrogate", "no_texts", "ein_Name_mit_Umlaut__ü"}
    assert expected | {"tensor", "twice", "twice_1"} <= tags
    assert not {"nans", "empty", "empty_image/image", "empty_audio/audio"} & tags
    assert [event.step for event in board.Scalars("nan")] == [1, 2, 3]
    assert np.isnan(board.Scalars("nan")[0].value) and board.Scalars("inf")[0].value == np.inf
    assert board.Scalars("numpy")[0].value == np.inf
    assert board.Histograms("some_nans")[0].histogram_value.num == 4
    assert board.Tensors("bytes")[0].tensor_proto.string_val[0] == b"\xff\xfe"
    assert not [record for record in caplog.records if record.name == "tensorflow" and record.levelname == "WARNING"]


def test_what_cannot_be_made_gives_one_warning_and_nothing_else(caplog):
    declared = DeclaredSummary("image", "unmakeable", None, {"max_outputs": 1})
    for _ in range(3):
        assert summary_values(declared, np.zeros((1, 2, 2, 7), f4)) == []
    assert [r.getMessage()[:38] for r in caplog.records] == ["The summary 'unmakeable' cannot be wri"]


@given(st.text(max_size=8))
def test_every_name_that_is_taken_gives_a_tag_that_can_be_written(name):
    try:
        data = v1.scalar(name, 1.0)
    except InvalidArgumentError:
        assert not name.strip("/")
        return
    (value,) = Summary.FromString(data).value
    assert value.tag and not value.tag.startswith("/")


@given(npst.arrays(st.sampled_from([np.float32, np.float16, np.uint8, np.int32, bool]), st.tuples(
    st.integers(0, 3), st.integers(1, 3), st.integers(1, 3), st.sampled_from([1, 3, 4])
)))  # fmt: skip
def test_every_batch_of_images_can_be_shown(images):
    made = Summary.FromString(v1.image("x", images, max_outputs=2)).value
    assert len(made) == min(2, len(images))
    for value, image in zip(made, images, strict=False):
        pixels = tf.io.decode_png(value.image.encoded_image_string).numpy()
        assert pixels.shape == image.shape
        if image.dtype == np.uint8:
            np.testing.assert_array_equal(pixels, image)


def in_a_loop(x):
    def body(i, total):
        tf.summary.scalar("inside", total)
        return i + 1, total + 1.0

    return tf.while_loop(lambda i, total: i < 3, body, [0, 0.0])


def in_a_mapped_function(x):
    return tf.map_fn(lambda row: (tf.summary.histogram("inside", row), row)[1], x)


def in_a_compiled_function(x):
    return jax.jit(lambda a: (tf.summary.scalar("inside", a[0, 0]), a)[1])(x)


@pytest.mark.parametrize("made", [in_a_loop, in_a_mapped_function, in_a_compiled_function])
def test_inside_of_a_loop_a_summary_is_refused_with_what_to_do(made, tmp_path):
    with pytest.raises(InvalidArgumentError, match="'inside' is declared in the body of a loop"):
        trained(tmp_path, lambda features: made(features["x"]))


def test_in_a_branch_and_a_scope_a_summary_is_written(tmp_path):
    def declare(features):
        def positive():
            tf.summary.scalar("positive", total)
            return total

        total = tf.reduce_sum(features["x"])
        with tf.name_scope("scope"):
            tf.cond(total > 0, positive, lambda: -total)

    trained(tmp_path, declare, steps=1)
    assert "scope/positive" in shown(tmp_path).Tags()["scalars"]


def test_a_name_that_is_changed_is_told_once(tmp_path, caplog):
    caplog.set_level("INFO", "tensorflow")
    trained(tmp_path, lambda features: tf.summary.scalar("w:0 of a layer", 1.0), steps=1)
    told = [r.getMessage() for r in caplog.records if "illegal" in r.getMessage()]
    assert told == ["Summary name w:0 of a layer is illegal; using w_0_of_a_layer instead."]


def test_collections_hold_summaries_by_their_names(tmp_path):
    def declare(features):
        with tf.name_scope("a"):
            one = tf.summary.scalar("one", 1.0, family="f")
            two = tf.compat.v1.summary.histogram("two", features["x"], ["mine"])
        assert (one.name, one.tag, two.tag) == ("a/f/one", "f/a/f/one", "a/two")
        assert tf.get_collection(tf.GraphKeys.SUMMARIES) == [one]
        assert tf.get_collection("mine", "a/") == [two]
        assert [part.tag for part in tf.summary.merge_all("mine").parts()] == ["a/two"]
        assert tf.summary.merge_all(scope="b") is None and tf.summary.merge_all("nothing") is None
        assert tf.summary.merge_all(scope="a/f").parts() == [one]
        raise StopIteration

    with pytest.raises(StopIteration):
        trained(tmp_path, declare)


def test_raw_values_and_graphs_go_to_the_default_writer(tmp_path):
    point = Summary(value=[Summary.Value(tag="raw", simple_value=2.0)]).SerializeToString()
    assert not tf.summary.experimental.write_raw_pb(point, step=1) and not tf.summary.graph(b"")
    with tf.summary.create_file_writer(tmp_path).as_default(step=4):
        assert tf.summary.experimental.write_raw_pb(point)
        assert tf.summary.graph(GraphDef(node=[{"name": "a", "op": "Const"}]))
    board = shown(tmp_path)
    assert [(e.step, e.value) for e in board.Scalars("raw")] == [(4, 2.0)]
    assert [node.name for node in board.Graph().node] == ["a"]


def test_arguments_of_both_versions_are_told_apart(tmp_path):
    pictures, sounds = np.zeros((5, 2, 2, 1), f4), np.zeros((5, 4), f4)
    tags = lambda data: [value.tag for value in Summary.FromString(data).value]  # noqa: E731
    assert tags(tf.summary.image("i", pictures, 2)) == ["i/image/0", "i/image/1"]
    assert tags(tf.summary.image("i", pictures, 1, None, "f")) == ["f/f/i/image"]
    assert tags(tf.summary.audio("s", sounds, 10, 2)) == ["s/audio/0", "s/audio/1"]
    assert tags(tf.summary.scalar("a", 1.0, [], "f")) == ["f/f/a"]
    assert tags(tf.summary.histogram("a", [1.0], ["b"], "f")) == ["f/f/a"]
    assert tags(tf.summary.scalar("a", tensor=1.0, family="f")) == ["f/f/a"]
    assert tf.summary.scalar("a", 1.0, 5) is False and tf.summary.image("i", pictures, step=2) is False

    def declare(features):
        step = tf.train.get_global_step()
        tf.summary.scalar("s", 1.0, step, "described")
        tf.summary.image("i", pictures, step, 2)
        tf.summary.image("j", pictures, step=step, max_outputs=1)
        tf.summary.histogram("h", features["x"], step, 10, "described")
        tf.summary.audio("a", sounds, 10, step=step, encoding="wav", max_outputs=1)
        tf.summary.text("t", "x", step)

    trained(tmp_path, declare, steps=1)
    tags = shown(tmp_path).Tags()
    assert {"i/image/0", "i/image/1", "j/image"} <= set(tags["images"]) and "a/audio" in tags["audio"]
    assert "s" in tags["scalars"] and "h" in tags["histograms"] and "t" in tags["tensors"]
