"""Names under `compat.v1` mean what they meant in TensorFlow 1.x."""

import numpy as np

import estimax as tf


def test_names_are_those_of_the_root():
    assert tf.compat.v1.string_split is tf.string_split
    assert tf.compat.v1.strings.lower is tf.strings.lower
    assert tf.compat.v1.image.flip_left_right is tf.image.flip_left_right


def test_split_gives_a_sparse_tensor_there_and_a_ragged_one_at_the_root():
    assert isinstance(tf.compat.v1.strings.split(["a b"]), tf.SparseTensor)
    assert isinstance(tf.strings.split(["a b"]), tf.RaggedTensor)


def test_resize_takes_corners_there_and_centres_at_the_root():
    image = np.arange(4, dtype=np.float32).reshape(2, 2, 1)
    assert tf.compat.v1.image.resize(image, [4, 4]).numpy()[0, :, 0].tolist() == [0.0, 0.5, 1.0, 1.0]
    assert tf.image.resize(image, [4, 4]).numpy()[0, :, 0].tolist() == [0.0, 0.25, 0.75, 1.0]


def test_the_version_is_that_of_the_package():
    assert tf.compat.v1.__version__ == tf.__version__
