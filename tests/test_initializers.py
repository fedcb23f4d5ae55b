"""Initializers: the right shapes, types, moments and limits, and the same values for the same seed."""

import math

import numpy as np
import pytest

import estimax as tf
import estimax.initializers as initializers
from estimax._base._dtypes import DType, float32
from estimax._base._errors import InvalidArgumentError

SHAPE = (200, 300)

DRAWN = {
    "random_normal": lambda seed=None: initializers.random_normal(seed=seed),
    "truncated_normal": lambda seed=None: initializers.truncated_normal(seed=seed),
    "random_uniform": lambda seed=None: initializers.random_uniform(seed=seed),
    "variance_scaling": lambda seed=None: initializers.variance_scaling(seed=seed),
    "orthogonal": lambda seed=None: initializers.orthogonal(seed=seed),
    "glorot_uniform": initializers.glorot_uniform,
    "glorot_normal": initializers.glorot_normal,
    "he_normal": initializers.he_normal,
    "he_uniform": initializers.he_uniform,
    "lecun_normal": initializers.lecun_normal,
    "lecun_uniform": initializers.lecun_uniform,
}
every_drawn = pytest.mark.parametrize("make", DRAWN.values(), ids=DRAWN)


@every_drawn
def test_the_same_seed_gives_the_same_values(make):
    first, second = make(seed=3)([4, 5]), make(seed=3)([4, 5])
    np.testing.assert_array_equal(first, second)
    assert (first != make(seed=4)([4, 5])).any()


@every_drawn
def test_an_own_seed_wins_over_the_generator(make):
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(make(seed=3)([4, 5], rng=rng), make(seed=3)([4, 5]))


@every_drawn
def test_a_generator_is_drawn_from_anew_for_every_variable(make):
    rng = np.random.default_rng(0)
    first, second = make()([4, 5], rng=rng), make()([4, 5], rng=rng)
    assert (first != second).any()
    np.testing.assert_array_equal(first, make()([4, 5], rng=np.random.default_rng(0)))


@every_drawn
@pytest.mark.parametrize("dtype", [np.float32, "float64", float32, np.float16])
def test_values_have_the_shape_and_type_asked_for(make, dtype):
    values = make()([4, 5], dtype, np.random.default_rng(0))
    assert values.shape == (4, 5)
    assert values.dtype == np.dtype(dtype.as_numpy_dtype if isinstance(dtype, DType) else dtype)
    assert values.any()


@every_drawn
def test_floats_are_not_drawn_for_integers(make):
    if isinstance(make(), initializers.random_uniform):
        with pytest.raises(InvalidArgumentError, match="needs maxval"):
            make()([2, 2], np.int32)
    else:
        with pytest.raises(InvalidArgumentError, match="makes floats; the variable's type is int32"):
            make()([2, 2], np.int32)


def test_constants_fill_any_shape():
    assert initializers.zeros()([2]).tolist() == [0.0, 0.0]
    assert initializers.ones()((), np.int64) == 1
    assert initializers.zeros()([2], np.bool_).tolist() == [False, False]
    assert initializers.constant(0.5)([2, 1]).tolist() == [[0.5], [0.5]]
    assert initializers.constant([7])([2]).tolist() == [7.0, 7.0]
    assert initializers.constant(3, dtype=np.int32)([1]).dtype == np.int32


def test_an_array_gives_all_values_of_a_variable():
    given = np.array([[1, 2], [3, 4]])
    values = initializers.constant(given)([4])
    assert values.tolist() == [1.0, 2.0, 3.0, 4.0]
    values[0] = 9.0
    assert given[0, 0] == 1
    assert initializers.constant([1, 2, 3, 4])([2, 2]).tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize("shape", [[2], [2, 4], []])
def test_an_array_of_another_size_is_refused(shape):
    with pytest.raises(InvalidArgumentError, match="got 3 values"):
        initializers.constant([1, 2, 3])(shape)


def test_an_array_of_another_shape_is_refused_when_asked():
    with pytest.raises(InvalidArgumentError, match=r"shape \(2, 1\)"):
        initializers.constant([1, 2], verify_shape=True)([2, 1])
    assert initializers.constant([1, 2], verify_shape=True)([2]).tolist() == [1.0, 2.0]


def test_normal_values_have_their_moments():
    values = initializers.random_normal(2.0, 0.5, seed=0)(SHAPE)
    assert values.mean() == pytest.approx(2.0, abs=0.01)
    assert values.std() == pytest.approx(0.5, rel=0.02)
    assert abs(values - 2.0).max() > 1.5


def test_truncated_values_stay_within_two_deviations():
    values = initializers.truncated_normal(2.0, 0.5, seed=0)(SHAPE)
    assert abs(values - 2.0).max() <= 1.0
    assert values.mean() == pytest.approx(2.0, abs=0.01)
    assert values.std() == pytest.approx(0.5 * 0.8796, rel=0.02)


def test_uniform_values_fill_their_range_and_no_more():
    values = initializers.random_uniform(-3.0, 1.0, seed=0)(SHAPE)
    assert values.min() >= -3.0
    assert values.max() < 1.0
    assert values.mean() == pytest.approx(-1.0, abs=0.02)
    assert initializers.random_uniform(seed=0)(SHAPE).max() < 1.0
    whole = initializers.random_uniform(0, 4, seed=0)([1000], np.int32)
    assert sorted(set(whole.tolist())) == [0, 1, 2, 3]


@pytest.mark.parametrize("distribution", ["truncated_normal", "normal", "untruncated_normal", "uniform"])
@pytest.mark.parametrize(("mode", "count"), [("fan_in", 200), ("fan_out", 300), ("fan_avg", 250)])
def test_the_variance_fits_the_shape(distribution, mode, count):
    values = initializers.variance_scaling(2.0, mode, distribution, seed=0)(SHAPE)
    assert values.std() == pytest.approx(math.sqrt(2.0 / count), rel=0.02)
    assert values.mean() == pytest.approx(0.0, abs=0.001)


@pytest.mark.parametrize(
    ("make", "variance"),
    [
        (initializers.glorot_uniform, 2 / 500),
        (initializers.glorot_normal, 2 / 500),
        (initializers.he_uniform, 2 / 200),
        (initializers.he_normal, 2 / 200),
        (initializers.lecun_uniform, 1 / 200),
        (initializers.lecun_normal, 1 / 200),
    ],
)
def test_named_schemes_have_their_variance(make, variance):
    assert make(seed=0)(SHAPE).std() == pytest.approx(math.sqrt(variance), rel=0.02)


@pytest.mark.parametrize(
    ("shape", "limit"),
    [((), math.sqrt(3)), ((5,), math.sqrt(3 / 5)), ((3, 4), math.sqrt(6 / 7)), ((3, 3, 4, 8), math.sqrt(6 / 108))],
)
def test_glorot_counts_inputs_and_outputs_of_any_shape(shape, limit):
    values = np.stack([initializers.glorot_uniform(seed=seed)(shape) for seed in range(200)])
    assert 0.9 * limit < abs(values).max() <= np.float32(limit)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (2, 3, 4)])
def test_orthogonal_rows_or_columns(shape):
    matrix = initializers.orthogonal(gain=2.0, seed=0)(shape).reshape(-1, shape[-1])
    product = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-5)


def test_an_identity_has_two_axes():
    assert initializers.identity(2.0)([2, 3]).tolist() == [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    for make in (initializers.identity, initializers.orthogonal):
        with pytest.raises(InvalidArgumentError, match="two"):
            make()([3])


@pytest.mark.parametrize(
    "make",
    [
        lambda: initializers.variance_scaling(scale=-1.0),
        lambda: initializers.variance_scaling(mode="fan"),
        lambda: initializers.variance_scaling(distribution="gamma"),
    ],
)
def test_impossible_scalings_are_refused_at_once(make):
    with pytest.raises(InvalidArgumentError, match="variance_scaling_initializer must be"):
        make()


@pytest.mark.parametrize("shape", [(6, 50), (3, 2, 50), (6,)])
def test_unit_scaling_counts_all_axes_but_the_last(shape):
    values = np.stack([initializers.uniform_unit_scaling(1.43, seed=seed)(shape) for seed in range(200)])
    limit = 1.43 * math.sqrt(3 / max(math.prod(shape[:-1]), 1))
    assert 0.98 * limit < abs(values).max() <= np.float32(limit)


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (initializers.he_normal, 2 / 54),
        (initializers.he_uniform, 2 / 54),
        (initializers.lecun_normal, 1 / 54),
        (initializers.lecun_uniform, 1 / 54),
        (initializers.glorot_normal, 2 / (54 + 72)),
        (initializers.glorot_uniform, 2 / (54 + 72)),
    ],
)
def test_the_window_of_a_convolution_counts(make, count):
    values = np.stack([make(seed=seed)((3, 3, 6, 8)) for seed in range(40)])
    assert values.std() == pytest.approx(math.sqrt(count), rel=0.02)


def test_names_of_keras_have_the_defaults_of_keras():
    assert initializers.RandomNormal() == initializers.RandomNormal(0.0, 0.05)
    assert initializers.TruncatedNormal(seed=1)(SHAPE).std() == pytest.approx(0.05 * 0.8796, rel=0.02)
    assert abs(initializers.RandomUniform(seed=1)(SHAPE)).max() <= 0.05
    assert initializers.RandomNormal(seed=1)(SHAPE).std() == pytest.approx(0.05, rel=0.02)
    assert initializers.HeNormal(seed=1) == initializers.he_normal(seed=1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("he_normal", initializers.he_normal()),
        ("HeNormal", initializers.he_normal()),
        ("zeros", initializers.Zeros()),
        ("glorot_uniform_initializer", initializers.glorot_uniform()),
        (initializers.Ones, initializers.Ones()),
        (initializers.Ones(), initializers.Ones()),
        ({"class_name": "RandomNormal", "config": {"stddev": 0.5}}, initializers.RandomNormal(stddev=0.5)),
        (None, None),
    ],
)
def test_an_initializer_is_found_by_its_name(given, expected):
    assert initializers.get(given) == expected


def test_an_unknown_name_is_refused():
    with pytest.raises(InvalidArgumentError, match="did you mean 'he_normal'"):
        initializers.get("he_norm")


@every_drawn
def test_an_initializer_is_made_again_of_its_configuration(make):
    first = make(seed=3)
    assert type(first).from_config(first.get_config()) == first


def test_the_root_and_keras_name_initializers_too():
    for name in ("glorot_normal", "orthogonal", "uniform_unit_scaling", "variance_scaling", "zeros"):
        assert getattr(tf, f"{name}_initializer") is getattr(initializers, name)
        assert getattr(tf.initializers, name) is getattr(initializers, name)
    assert tf.keras.initializers.he_normal() == initializers.he_normal()
    assert tf.keras.initializers.random_normal is initializers.RandomNormal
    assert tf.keras.initializers.Constant(2.0)([2]).tolist() == [2, 2]


TWO_NAMES = [
    *("zeros", "ones", "constant", "random_normal", "random_uniform", "truncated_normal"),
    *("variance_scaling", "orthogonal", "glorot_uniform", "glorot_normal"),
]


@pytest.mark.parametrize("name", TWO_NAMES)
def test_long_and_short_names_mean_the_same(name):
    assert getattr(initializers, name) is getattr(initializers, f"{name}_initializer")


def test_descriptions_compare_by_what_they_say():
    assert initializers.random_normal(stddev=0.1) == initializers.random_normal(stddev=0.1)
    assert initializers.random_normal(stddev=0.1) != initializers.random_normal(stddev=0.2)
