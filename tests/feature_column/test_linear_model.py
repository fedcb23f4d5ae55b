"""`linear_model`: its sums, and the names and shapes of its variables."""

import numpy as np
import pytest

from estimax import feature_column as fc
from estimax._base._string_array import StringArray
from tests.feature_column.model import run

VOCABULARY = fc.categorical_column_with_vocabulary_list("v", ["x", "y"])
NUMBERS = fc.numeric_column("a", shape=(2,))
COLUMNS = [
    NUMBERS,
    fc.bucketized_column(NUMBERS, [1, 2]),
    VOCABULARY,
    fc.weighted_categorical_column(VOCABULARY, "w"),
    fc.indicator_column(VOCABULARY),
    fc.embedding_column(VOCABULARY, 3),
]
FEATURES = {
    "a": np.float32([[0, 1.5], [3, 1]]),
    "v": StringArray.of([["x", "y"], ["y", "x"]]),
    "w": np.float32([[1, 2], [3, 4]]),
}
WITH_GAPS = {**FEATURES, "v": StringArray.of([["x", "y"], ["", "x"]])}


# The sums that the original (TensorFlow 2.15.1) gives with weights 1, 2, 3, ... in every variable.
@pytest.mark.parametrize(("units", "expected"), [(1, [[44], [53]]), (2, [[66, 88], [77.5, 106]])])
def test_sums_and_variables_are_those_of_the_original(units, expected):
    made = run(lambda features: fc.linear_model(features, COLUMNS, units), FEATURES)
    np.testing.assert_allclose(made.result, expected)
    assert {name: spec.shape for name, spec in made.program.specs.items()} == {
        "linear_model/a/weights": (2, units),
        "linear_model/a_bucketized/weights": (6, units),
        "linear_model/v/weights": (2, units),
        "linear_model/v_embedding/weights": (3, units),
        "linear_model/v_embedding/embedding_weights": (2, 3),
        "linear_model/v_indicator/weights": (2, units),
        "linear_model/v_weighted_by_w/weights": (2, units),
        "linear_model/bias_weights": (units,),
    }


@pytest.mark.parametrize(
    ("column", "features", "combiner", "expected"),
    [
        (VOCABULARY, WITH_GAPS, "sum", [4, 2]),
        (VOCABULARY, WITH_GAPS, "mean", [2.5, 2]),
        (VOCABULARY, WITH_GAPS, "sqrtn", [1 + 3 / np.sqrt(2), 2]),
        (COLUMNS[1], FEATURES, "sum", [7, 9]),
        (COLUMNS[1], FEATURES, "mean", [4, 5]),
        (COLUMNS[1], FEATURES, "sqrtn", [5.2426405, 6.656854]),
        (COLUMNS[3], FEATURES, "sum", [6, 11]),
        (COLUMNS[3], FEATURES, "mean", [2.6666665, 2.4285715]),
        (COLUMNS[3], FEATURES, "sqrtn", [3.236068, 3]),
        (COLUMNS[3], {**FEATURES, "w": np.float32([[-1, 2], [-3, -4]])}, "sum", [4, -9]),
        (COLUMNS[3], {**FEATURES, "w": np.float32([[-1, 2], [-3, -4]])}, "mean", [3, 1]),
    ],
)
def test_several_categories_are_combined_as_the_original_does(column, features, combiner, expected):
    made = run(lambda given: fc.linear_model(given, [column], sparse_combiner=combiner), features)
    np.testing.assert_allclose(made.result[:, 0], expected, rtol=1e-6)


def test_weights_of_categories_are_tables_and_start_at_zero():
    specs = run(lambda features: fc.linear_model(features, COLUMNS), FEATURES).program.specs
    tables = {name for name, spec in specs.items() if spec.is_table}
    assert tables == {
        "linear_model/a_bucketized/weights",
        "linear_model/v/weights",
        "linear_model/v_weighted_by_w/weights",
        "linear_model/v_embedding/embedding_weights",
    }
    zeros = [s for name, s in specs.items() if not name.endswith("embedding_weights")]
    assert not any(spec.initial_value(np.random.default_rng(0)).any() for spec in zeros)
    assert not fc.linear_model(FEATURES, COLUMNS).any()


def test_nothing_is_trained_where_the_caller_says_so():
    specs = run(lambda features: fc.linear_model(features, COLUMNS, trainable=False), FEATURES).program.specs
    assert not any(spec.is_trainable for spec in specs.values())


def test_the_variables_of_each_column_and_the_bias_are_told():
    made = {}

    def model(features):
        return fc.linear_model(features, COLUMNS[::5], cols_to_vars=made)

    run(model, FEATURES)
    assert {column: [v.op.name for v in variables] for column, variables in made.items()} == {
        NUMBERS: ["linear_model/a/weights"],
        COLUMNS[5]: ["linear_model/v_embedding/weights", "linear_model/v_embedding/embedding_weights"],
        "bias": ["linear_model/bias_weights"],
    }


def test_all_columns_cross_to_the_device_in_two_arrays():
    made = run(lambda features: fc.linear_model(features, COLUMNS), FEATURES)
    assert sorted(str(e.dtype) for e in made.entries) == ["float32", "int32"]
