"""Resizing: what holds for any image and any size, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax import image
from estimax._graph._column import rows_of, stack_rows
from estimax._graph._function import trace
from estimax.image._resizing import METHODS
from tests.image.table import BRIGHT, PHOTO

sizes = st.integers(1, 40)
methods = st.sampled_from(METHODS)


def picture(height, width, channels=3, dtype=np.uint8):
    return np.random.default_rng(height * 50 + width).integers(0, 256, (height, width, channels)).astype(dtype)


@given(sizes, sizes, sizes, sizes, methods, st.booleans())
def test_an_image_of_one_colour_stays_so(height, width, high, wide, method, antialias):
    plain = np.full((height, width, 2), 77.0, np.float32)
    out = image.resize(plain, [high, wide], method, antialias=antialias).numpy()
    assert out.shape == (high, wide, 2)
    np.testing.assert_allclose(out, 77, rtol=2e-5)


@given(sizes, sizes, sizes, sizes, st.sampled_from(["bilinear", "nearest", "area"]))
def test_no_new_colours_come_up(height, width, high, wide, method):
    given_ = picture(height, width)
    out = image.resize(given_, [high, wide], method).numpy()
    rounding = 255 * 2e-5  # the weights of a pixel are float32 and sum to one only so far
    assert out.min() >= given_.min() - rounding
    assert out.max() <= given_.max() + rounding


@given(sizes, sizes, methods)
def test_the_same_size_gives_the_same_image(height, width, method):
    given_ = picture(height, width)
    out = image.resize(given_, [height, width], method).numpy()
    if method not in ("gaussian", "mitchellcubic"):  # these blur
        np.testing.assert_allclose(out, given_, atol=1e-3)
    assert out.dtype == (np.uint8 if method == "nearest" else np.float32)


@given(sizes, sizes, sizes, sizes, st.sampled_from(["bilinear", "area", "bicubic"]), st.booleans())
def test_a_mirrored_image_becomes_the_mirrored_result(height, width, high, wide, method, antialias):
    given_ = picture(height, width)
    one = image.resize(image.flip_left_right(given_), [high, wide], method, antialias=antialias).numpy()
    other = image.flip_left_right(image.resize(given_, [high, wide], method, antialias=antialias)).numpy()
    # Positions are float32, so that the nearest step of a table may be another one.
    np.testing.assert_allclose(one, other, atol=0.6 if method == "bicubic" else 0.05)


@given(sizes, sizes, st.integers(1, 5), st.integers(1, 5))
def test_the_area_of_whole_blocks_is_their_mean(height, width, down, across):
    given_ = picture(height * down, width * across, 2)
    want = given_.reshape(height, down, width, across, 2).mean((1, 3))
    np.testing.assert_allclose(image.resize_area(given_, [height, width]).numpy(), want, rtol=1e-4, atol=1e-3)


@given(sizes, sizes, sizes, sizes)
def test_linear_interpolation_is_that_of_its_definition(height, width, high, wide):
    given_ = picture(height, width).astype(np.float64)

    def along(old, new):
        at = ((np.arange(new) + 0.5) * old / new - 0.5).clip(0, old - 1)
        low = np.floor(at).astype(int)
        return low, np.minimum(low + 1, old - 1), at - low

    (top, bottom, down), (left, right, across) = along(height, high), along(width, wide)
    rows = given_[top] * (1 - down)[:, None, None] + given_[bottom] * down[:, None, None]
    want = rows[:, left] * (1 - across)[:, None] + rows[:, right] * across[:, None]
    np.testing.assert_allclose(image.resize(given_, [high, wide]).numpy(), want, atol=2e-3)


@given(st.lists(st.tuples(sizes, sizes), min_size=2, max_size=5), sizes, sizes, methods)
def test_images_of_different_sizes_are_resized_as_each_alone(shapes, high, wide, method):
    pictures = [picture(*s) for s in shapes]
    function, _ = trace(
        lambda x: image.resize(x, [high, wide], method), (tf.TensorSpec([None, None, 3], "uint8"),), True
    )
    (column,) = function.over_rows([stack_rows(pictures, tf.uint8)], len(pictures))
    for row, given_ in zip(column, pictures):
        np.testing.assert_array_equal(row, image.resize(given_, [high, wide], method).numpy())


def test_batches_of_a_column_are_resized_image_by_image():
    pictures = np.stack([[picture(6, 7), picture(6, 7)[::-1]], [picture(6, 7) // 2, picture(6, 7) // 3]])
    function, out = trace(lambda x: image.resize(x, [3, 4]), (tf.TensorSpec([2, 6, 7, 3], "uint8"),), True)
    assert out.shape.as_list() == [2, 3, 4, 3]
    (column,) = function.over_rows([pictures], 2)
    for i, j in np.ndindex(2, 2):
        np.testing.assert_array_equal(column[i, j], image.resize(pictures[i, j], [3, 4]).numpy())


def test_a_size_may_come_from_the_image_itself():
    def half(x):
        shape = tf.shape(x)
        return image.resize(x, [shape[0] // 2, shape[1] // 2])

    function, out = trace(half, (tf.TensorSpec([None, None, 3], "uint8"),), True)
    assert out.shape.as_list() == [None, None, 3]
    pictures = [picture(8, 6), picture(4, 10)]
    (column,) = function.over_rows([stack_rows(pictures, tf.uint8)], 2)
    assert [row.shape for row in rows_of(column)] == [(4, 3, 3), (2, 5, 3)]


def test_a_size_in_one_tensor_of_unknown_length_is_two_numbers():
    function, out = trace(image.resize, (tf.TensorSpec([4, 5, 3], "uint8"), tf.TensorSpec([None], "int32")), True)
    assert out.shape.as_list() == [None, None, 3]
    assert function([PHOTO, np.array([2, 3], np.int32)])[0].shape == (2, 3, 3)


def test_images_that_have_the_size_come_back_from_the_old_function_as_they_are():
    assert image.resize_images(PHOTO, [4, 5]).dtype == tf.uint8
    assert image.resize(PHOTO, [4, 5]).dtype == tf.float32
    assert image.resize_images(PHOTO, [4, 9], preserve_aspect_ratio=True).dtype == tf.uint8


def test_the_numbers_of_the_methods_are_those_of_the_original():
    for number, name in enumerate(("bilinear", "nearest", "bicubic", "area")):
        one, other = (image.resize_images(BRIGHT, [3, 3], m).numpy() for m in (number, name))
        np.testing.assert_array_equal(one, other)
    assert image.ResizeMethod.AREA == "area"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: image.resize(PHOTO, [3]), ValueError, "two numbers, the height and the width"),
        (lambda: image.resize(PHOTO, [3, 0]), ValueError, "size must be positive"),
        (lambda: image.resize(PHOTO, [3.5, 2]), TypeError, "whole number"),
        (lambda: image.resize(PHOTO, np.array([3.0, 2.0])), ValueError, "size must be int32"),
        (lambda: image.resize(PHOTO, [3, 3], "cubic"), ValueError, "method must be one of bilinear, nearest"),
        (lambda: image.resize_images(PHOTO, [3, 3], "lanczos3"), ValueError, "method must be one of"),
        (lambda: image.resize(PHOTO[0], [3, 3]), ValueError, r"\[height, width, channels\] or a batch of them"),
        (lambda: image.resize(PHOTO > 3, [3, 3]), TypeError, "needs one of uint8"),
        (lambda: image.resize(["a"], [3, 3]), TypeError, "Decode them"),
        (lambda: image.resize(PHOTO[:0], [3, 3]), ValueError, "at least one pixel"),
        (lambda: image.resize_bilinear(PHOTO, [3, 3], True, half_pixel_centers=True), ValueError, "exclude each other"),
        (lambda: image.crop_to_bounding_box(PHOTO, 3, 0, 2, 2), ValueError, "must stay within the image of 4 x 5"),
        (lambda: image.crop_to_bounding_box(PHOTO, 0, 0, [1, 2], 2), ValueError, "one whole number"),
        (lambda: image.pad_to_bounding_box(PHOTO, 0, 0, 3, 9), ValueError, "needs room for the image of 4 x 5"),
        (lambda: image.resize_with_crop_or_pad(PHOTO, 0, 3), ValueError, "must be positive"),
        (lambda: image.resize_with_pad(PHOTO, 0, 3), ValueError, "must be positive"),
        (lambda: image.central_crop(PHOTO, 0.0), ValueError, "more than 0 and not more than 1"),
        (
            lambda: image.crop_and_resize(BRIGHT, [[0, 0, 1, 1]], [0], [2, 2]),
            ValueError,
            r"\[height, width, channels\]",
        ),
        (lambda: image.crop_and_resize(BRIGHT[None], [[0, 0, 1, 1]], [1], [2, 2]), ValueError, "index of one of 1"),
        (
            lambda: image.crop_and_resize(BRIGHT[None], [[0, 0, 1, 1]], [0]),
            ValueError,
            "needs box_indices and crop_size",
        ),
        (lambda: image.crop_and_resize(BRIGHT[None], [[0, 0, 1]], [0], [2, 2]), ValueError, "boxes"),
        (lambda: image.rot90(PHOTO, [1, 2]), ValueError, "one whole number"),
        (lambda: image.rgb_to_hsv(PHOTO), TypeError, "convert_image_dtype"),
        (lambda: image.rgb_to_grayscale(PHOTO[..., :2]), ValueError, "images of 3 channels"),
        (lambda: image.grayscale_to_rgb(PHOTO), ValueError, "images of 1 channels"),
        (lambda: image.adjust_gamma(PHOTO, -1.0), ValueError, "must not be negative"),
        (lambda: image.adjust_hue(PHOTO, [0.1, 0.2]), ValueError, "one number besides the image"),
        (lambda: image.total_variation(PHOTO), TypeError, "signed numbers"),
        (lambda: image.convert_image_dtype(PHOTO, "string"), TypeError, "converts between numbers"),
    ],
)
def test_what_cannot_be_done_is_refused_with_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_size_that_does_not_fit_is_refused_when_the_program_is_traced():
    spec = (tf.TensorSpec([4, 5, 3], "uint8"),)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must stay within"):
        trace(lambda x: image.crop_to_bounding_box(x, 3, 3, 3, 3), spec, unpack=True)
    with pytest.raises(tf.errors.InvalidArgumentError, match="random_crop needs sizes up to"):
        trace(lambda x: image.random_crop(x, [5, 5, 3]), spec, unpack=True)
