"""Images changed at random: by how much, for each element by itself, and again the same."""

import numpy as np
import pytest

import estimax as tf
from estimax import image

PICTURE = np.arange(2 * 3 * 3, dtype=np.float32).reshape(2, 3, 3) / 20


def through_a_dataset(call, count=40, batch=None):
    dataset = tf.data.Dataset.from_tensor_slices(np.stack([PICTURE] * count))
    dataset = dataset.batch(batch).map(call) if batch else dataset.map(call)
    return np.concatenate([np.asarray(x)[np.newaxis] if not batch else x for x in dataset.as_numpy_iterator()])


@pytest.mark.parametrize("batch", [None, 8])
@pytest.mark.parametrize("name", ["flip_left_right", "flip_up_down"])
def test_about_half_of_the_images_are_mirrored_each_by_itself(name, batch):
    out = through_a_dataset(lambda x: getattr(image, f"random_{name}")(x, seed=5), batch=batch)
    mirrored = getattr(image, name)(PICTURE).numpy()
    is_mirrored = np.array([(x == mirrored).all() for x in out])
    assert all((x == PICTURE).all() for x in out[~is_mirrored])
    assert 8 < is_mirrored.sum() < 32


def test_the_same_seed_draws_the_same():
    def call(x):
        return image.random_brightness(image.random_flip_left_right(x, seed=1), 0.3, seed=2)

    np.testing.assert_array_equal(through_a_dataset(call), through_a_dataset(call))


def test_each_element_gets_a_brightness_of_its_own_within_the_range():
    shift = through_a_dataset(lambda x: image.random_brightness(x, 0.25))[:, 0, 0, 0] - PICTURE[0, 0, 0]
    assert len(np.unique(shift)) > 30
    assert np.abs(shift).max() <= 0.25


def test_a_batch_gets_one_contrast_for_all_of_it():
    out = through_a_dataset(lambda x: image.random_contrast(x, 0.5, 1.5), batch=8).reshape(5, 8, *PICTURE.shape)
    assert (out == out[:, :1]).all()
    mean = PICTURE.mean((0, 1))
    factor = (out[:, 0, 0, 0, 0] - mean[0]) / (PICTURE[0, 0, 0] - mean[0])
    assert len(np.unique(factor)) == 5 and (factor >= 0.49).all() and (factor <= 1.51).all()


def test_hue_and_saturation_change_within_their_ranges():
    before = image.rgb_to_hsv(PICTURE).numpy()
    hue = through_a_dataset(lambda x: image.rgb_to_hsv(image.random_hue(x, 0.1)))[..., 0] - before[..., 0]
    assert np.abs((hue + 0.5) % 1 - 0.5).max() < 0.1001
    out = through_a_dataset(lambda x: image.rgb_to_hsv(image.random_saturation(x, 0.5, 0.9)))
    ratio = out[:, 1, 1, 1] / before[1, 1, 1]
    assert (ratio > 0.4999).all() and (ratio < 0.9001).all() and len(np.unique(ratio)) > 30


def test_every_place_of_a_cut_comes_up_and_holds_what_stood_there():
    out = through_a_dataset(lambda x: image.random_crop(x, [1, 2, 3]))
    places = {(i, j): PICTURE[i : i + 1, j : j + 2] for i in range(2) for j in range(2)}
    found = {key for x in out for key, want in places.items() if (x == want).all()}
    assert found == set(places)
    assert image.random_crop(PICTURE, [2, 3, 3]).numpy().tolist() == PICTURE.tolist()


def test_ranges_that_are_none_are_refused():
    for call, message in (
        (lambda: image.random_brightness(PICTURE, -0.1), "max_delta must not be negative"),
        (lambda: image.random_contrast(PICTURE, 0.5, 0.5), "0 <= lower < upper"),
        (lambda: image.random_saturation(PICTURE, -1, 2), "0 <= lower < upper"),
        (lambda: image.random_hue(PICTURE, 0.6), "from 0 to 0.5"),
        (lambda: image.random_crop(PICTURE, [3, 1, 1]), "sizes up to"),
        (lambda: image.random_crop(PICTURE, [1, 1]), "one size for each axis"),
        (lambda: image.random_flip_left_right(PICTURE[0]), "must be"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            call()
