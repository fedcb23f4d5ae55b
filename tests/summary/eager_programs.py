"""Programs that write summaries outside of model functions, as TensorFlow 2 does: `program(tf, folder) -> returned`.

`tf` is TensorFlow 2.15 or estimax. What they return, and what stands in the event files, is compared.
"""

import os

import numpy as np

ROWS = np.sin(np.arange(24, dtype=np.float32)).reshape(4, 6)
PICTURES = np.linspace(0, 1, 5 * 4 * 3 * 3, dtype=np.float32).reshape(5, 4, 3, 3)
SOUNDS = np.sin(np.linspace(0, 20, 4 * 10, dtype=np.float32)).reshape(4, 10, 1)


def refusal(call):
    try:
        call()
    except Exception:
        return "refused"
    return "done"


def scalars(tf, folder):
    writer = tf.summary.create_file_writer(folder)
    with writer.as_default():
        wrote = [tf.summary.scalar("loss", 1.0 / (step + 1), step=step) for step in range(3)]
        wrote.append(tf.summary.scalar("int", 3, 7))
        wrote.append(tf.summary.scalar("bool", True, 8, "described"))
        wrote.append(tf.summary.scalar("array", np.float64(2.5), step=np.int64(9)))
        wrote.append(tf.summary.scalar("tensor", tf.constant(2.5), step=tf.constant(9, tf.int64)))
        wrote.append(tf.summary.scalar("nan", float("nan"), step=9))
        wrote.append(tf.summary.scalar("a b/ü:0", 1, step=9))
        wrote.append(tf.summary.scalar("repeated", 1, step=9))
        wrote.append(tf.summary.scalar("repeated", 1, step=9))
    writer.flush()
    return [bool(w) for w in wrote]


def steps(tf, folder):
    writer = tf.summary.create_file_writer(folder)
    seen = [tf.summary.experimental.get_step()]
    with writer.as_default(step=5):
        seen.append(tf.summary.experimental.get_step())
        tf.summary.scalar("a", 1)
        tf.summary.experimental.set_step(6)
        tf.summary.scalar("a", 1)
        tf.summary.scalar("a", 1, step=100)
        seen.append(tf.summary.experimental.get_step())
    seen.append(tf.summary.experimental.get_step())
    tf.summary.experimental.set_step(8)
    with writer.as_default():
        tf.summary.scalar("a", 1)
    seen.append(tf.summary.experimental.get_step())
    tf.summary.experimental.set_step(None)
    writer.close()
    return [None if s is None else int(s) for s in seen]


def without_a_step(tf, folder):
    with tf.summary.create_file_writer(folder).as_default():
        return refusal(lambda: tf.summary.scalar("a", 1))


def conditions(tf, folder):
    found = [bool(tf.summary.should_record_summaries())]
    with tf.summary.create_file_writer(folder).as_default():
        found.append(bool(tf.summary.should_record_summaries()))
        with tf.summary.record_if(False):
            found.append(bool(tf.summary.should_record_summaries()))
            found.append(bool(tf.summary.scalar("no", 1, step=1)))
            with tf.summary.record_if(True):
                found.append(bool(tf.summary.scalar("inner", 1, step=1)))
        for step in range(4):
            with tf.summary.record_if(lambda: step % 2 == 0):  # noqa: B023
                found.append(bool(tf.summary.scalar("even", 1, step=step)))
        found.append(bool(tf.summary.should_record_summaries()))
    with tf.summary.create_noop_writer().as_default():
        found.append(bool(tf.summary.should_record_summaries()))
        found.append(bool(tf.summary.scalar("nowhere", 1, step=1)))
    return found


def nested_writers(tf, folder):
    one = tf.summary.create_file_writer(folder + "/one")
    two = tf.summary.create_file_writer(folder + "/two")
    with one.as_default():
        tf.summary.scalar("a", 1, step=1)
        with two.as_default(step=3):
            tf.summary.scalar("b", 1)
        tf.summary.scalar("c", 1, step=2)
    one.close()
    two.close()
    return []


def set_for_good(tf, folder):
    writer = tf.summary.create_file_writer(folder)
    writer.set_as_default(step=4)
    wrote = bool(tf.summary.scalar("a", 1))
    tf.summary.flush()
    tf.summary.experimental.set_step(None)
    tf.summary.create_noop_writer().set_as_default()
    writer.close()
    return [wrote]


def histograms(tf, folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        found = [bool(tf.summary.histogram("plain", ROWS))]
        tf.summary.histogram("buckets", ROWS, buckets=5)
        tf.summary.histogram("step_and_buckets", ROWS, 2, 4, "described")
        tf.summary.histogram("empty", np.zeros([0], np.float32))
        tf.summary.histogram("one value", np.full([4], 3.0, np.float32))
        tf.summary.histogram("number", 2.0)
        tf.summary.histogram("ints", np.arange(10))
        tf.summary.histogram("one bucket", ROWS, buckets=1)
        tf.summary.histogram("no buckets", ROWS, buckets=0)
        tf.summary.histogram("edges", np.array([0.0, 1, 2, 3, 4, 5], np.float32), buckets=5)
    return found


def images(tf, folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        found = [bool(tf.summary.image("rgb", PICTURES))]
        tf.summary.image("one", PICTURES, 2, 1, "described")
        tf.summary.image("grey", PICTURES[..., :1], max_outputs=9)
        tf.summary.image("bytes", (PICTURES * 255).astype(np.uint8), max_outputs=2)
        tf.summary.image("outside", PICTURES * 4 - 1, max_outputs=1)
        tf.summary.image("none", PICTURES[:0])
    return found


def sounds(tf, folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        found = [bool(tf.summary.audio("sounds", SOUNDS, 100))]
        tf.summary.audio("wav", SOUNDS, 100, 2, 1, "wav", "described")
        tf.summary.audio("stereo", np.concatenate([SOUNDS, -SOUNDS], 2), 8000, max_outputs=2)
    return found


def texts(tf, folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        found = [bool(tf.summary.text("one", "in **bold**"))]
        tf.summary.text("list", ["a", "b"], 2, "described")
        tf.summary.text("table", [["a", "b"], ["c", "é"]])
        tf.summary.text("tensor", tf.constant("words"))
    return found


def written_by_hand(tf, folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        found = [bool(tf.summary.write("numbers", ROWS[:2, :2]))]
        tf.summary.write("strings", np.array([b"a", b"b"]), step=2)
        tf.summary.write("int", 5, step=3)
        tf.summary.write("double", np.arange(3.0), step=3)
    return found


def name_scopes(tf, folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        with tf.name_scope("outer"):
            tf.summary.scalar("a", 1)
            with tf.name_scope("inner"):
                tf.summary.histogram("b", [1.0])
        tf.summary.scalar("a", 1)
        with tf.name_scope("outer"):
            tf.summary.scalar("a", 1, step=2)
            with tf.summary.experimental.summary_scope("x", values=[1]) as (tag, scope):
                found = [tag, scope]
    return found


def of_version_one(tf, folder):
    v1 = tf.compat.v1.summary
    with tf.summary.create_file_writer(folder).as_default(step=3):
        v1.scalar("a b", 1.0)
        v1.scalar("c", 1.0, family="f g")
        v1.histogram("h", ROWS, family="f")
        v1.image("i", PICTURES, 2)
        v1.audio("s", tf.constant(SOUNDS), 100, 1)
        v1.text("t", tf.constant(["a", "b"]))
    return []


def suffixes(tf, folder):
    writer = tf.summary.create_file_writer(folder, max_queue=1, flush_millis=1000, filename_suffix=".mine", name="w")
    with writer.as_default(step=1):
        tf.summary.scalar("a", 1)
    writer.close()
    return [name.rpartition(".")[2] for name in os.listdir(folder)]


def closed(tf, folder):
    writer = tf.summary.create_file_writer(folder)
    with writer.as_default(step=1):
        tf.summary.scalar("a", 1)
    writer.close()
    writer.close()
    return refusal(lambda: writer.as_default(step=1).__enter__())


def bad_values(tf, folder):
    tries = {
        "scalar of two": lambda: tf.summary.scalar("a", [1.0, 2.0]),
        "scalar of text": lambda: tf.summary.scalar("a", "text"),
        "image of rank 3": lambda: tf.summary.image("a", PICTURES[0]),
        "audio of rank 1": lambda: tf.summary.audio("a", SOUNDS[0, :, 0], 10),
        "no outputs": lambda: tf.summary.image("a", PICTURES, max_outputs=-1),
        "name": lambda: tf.summary.scalar(5, 1.0),
        "step": lambda: tf.summary.scalar("a", 1.0, step=1.5),
        "text of number": lambda: tf.summary.text("a", 5),
        "encoding": lambda: tf.summary.audio("a", SOUNDS, 10, encoding="mp3"),
        "histogram of text": lambda: tf.summary.histogram("a", "text"),
    }
    with tf.summary.create_file_writer(folder).as_default(step=1):
        return [f"{name}: {refusal(made)}" for name, made in tries.items()]


PROGRAMS = {name: made for name, made in vars().items() if callable(made) and name != "refusal"}
