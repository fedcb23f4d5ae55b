"""Summaries that a model function declares with one line are in the event file, with the values of their steps."""

import io
import wave

import numpy as np
import pytest
from PIL import Image
from tensorboardX.proto.event_pb2 import Event

import estimax as tf
from estimax.summary import Summary

IMAGES = np.linspace(0, 1, 2 * 4 * 4, dtype=np.float32).reshape(2, 4, 4, 1)
SOUND = np.sin(np.linspace(0, 20, 2 * 100, dtype=np.float32)).reshape(2, 100)


def events_of(folder):
    """Reads the summaries of an event file: (step, value) pairs."""
    (path,) = folder.glob("events.out.tfevents.*")
    data = path.read_bytes()
    records, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 8], "little")
        records.append(Event.FromString(data[place + 12 : place + 12 + size]))
        place += 12 + size + 4
    return [(event.step, value) for event in records for value in event.summary.value]


def model_fn(features, labels, mode):
    w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    loss = tf.square(w - 1.0)
    with tf.name_scope("shown"):
        tf.summary.scalar("w", w)
        tf.summary.histogram("x", features["x"] + w)
        tf.summary.image("image", features["image"], max_outputs=1)
        tf.summary.audio("sound", features["sound"], 100, max_outputs=2)
    tf.summary.text("remark", "in **bold**")
    tf.summary.scalar("w", w * 2.0, family="doubled")
    train_op = tf.train.GradientDescentOptimizer(0.25).minimize(loss, tf.train.get_global_step())
    hooks = [tf.train.SummarySaverHook(2, output_dir=labels, summary_op=tf.summary.merge_all())] if labels else []
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=hooks)


def rows():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    return tf.data.Dataset.from_tensors({"x": x, "image": IMAGES, "sound": SOUND}).repeat()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("summaries")
    config = tf.estimator.RunConfig(str(folder), save_summary_steps=2, log_step_count_steps=0)
    tf.estimator.Estimator(lambda features, mode: model_fn(features, None, mode), config=config).train(rows, steps=4)
    return events_of(folder)


def test_curves_have_the_values_of_their_steps(written):
    points = {(value.tag, step): value.simple_value for step, value in written if value.HasField("simple_value")}
    assert points == {
        ("loss", 1): 1.0,
        ("shown/w", 1): 0.0,
        ("doubled/doubled/w", 1): 0.0,
        ("loss", 3): pytest.approx(1 / 16),
        ("shown/w", 3): pytest.approx(0.75),
        ("doubled/doubled/w", 3): pytest.approx(1.5),
    }


def test_what_is_no_curve_is_written_at_the_same_steps(written):
    tags = {(value.tag, step) for step, value in written if step and not value.HasField("simple_value")}
    once = ["shown/x", "shown/image/image", "shown/sound/audio/0", "shown/sound/audio/1", "remark"]
    assert tags == {(tag, step) for tag in once for step in (1, 3)}


def test_histograms_images_sounds_and_texts_hold_what_was_given(written):
    values = {value.tag: value for step, value in written if step == 3}
    histogram = values["shown/x"].histo
    assert (histogram.num, histogram.min, histogram.max) == (6, pytest.approx(0.75), pytest.approx(5.75))
    shown = values["shown/image/image"].image
    assert (shown.height, shown.width, shown.colorspace) == (4, 4, 1)
    pixels = np.asarray(Image.open(io.BytesIO(shown.encoded_image_string)))
    np.testing.assert_allclose(pixels, IMAGES[0, ..., 0] * 255 / IMAGES[0].max(), atol=1)
    with wave.open(io.BytesIO(values["shown/sound/audio/1"].audio.encoded_audio_string)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (100, 1, 100)
        frames = np.frombuffer(sound.readframes(100), "<i2") / 32767
    np.testing.assert_allclose(frames, SOUND[1], atol=1e-4)
    assert values["remark"].tensor.string_val[0] == b"in **bold**"


def test_merged_summaries_are_written_by_a_hook(tmp_path, monkeypatch):
    def with_hook(features, mode):
        return model_fn(features, str(tmp_path / "mine"), mode)

    config = tf.estimator.RunConfig(str(tmp_path / "model"), save_summary_steps=0, log_step_count_steps=0)
    tf.estimator.Estimator(with_hook, config=config).train(rows, steps=3)
    tags = {(value.tag, step) for step, value in events_of(tmp_path / "mine")}
    assert {("shown/w", 1), ("shown/x", 1), ("doubled/doubled/w", 3), ("shown/image/image", 3)} <= tags


def test_outside_of_a_model_function_they_are_protocol_buffers():
    (value,) = Summary.FromString(tf.summary.scalar("x", 2.0)).value
    assert (value.tag, value.simple_value) == ("x", 2.0)
    merged = tf.summary.histogram("h", [1.0, 2.0])
    assert Summary.FromString(merged).value[0].histo.num == 2
    assert tf.summary.merge_all() is None
