"""Input functions over arrays and data frames, and what tells one input from another."""

import numpy as np
import pandas as pd
import pytest

import estimax as tf
from estimax.estimator._input_identity import identity_of

INPUTS = tf.estimator.inputs
X = {"size": np.arange(5.0), "kind": np.array(["a", "b", "c", "d", "e"])}
Y = np.arange(5) * 10


def read(input_fn):
    return list(input_fn().as_numpy_iterator())


def test_arrays_are_fed_in_batches_that_go_over_the_ends_of_epochs():
    batches = read(INPUTS.numpy_input_fn(X, Y, batch_size=4, num_epochs=2, shuffle=False))
    assert [labels.tolist() for _, labels in batches] == [[0, 10, 20, 30], [40, 0, 10, 20], [30, 40]]
    assert batches[1][0]["kind"].tolist() == [b"e", b"a", b"b", b"c"]


def test_one_array_labels_by_name_and_no_labels_are_fed_too():
    (batch,) = read(INPUTS.numpy_input_fn(X["size"], shuffle=False))
    assert batch.tolist() == [0, 1, 2, 3, 4]
    ((features, labels),) = read(INPUTS.numpy_input_fn(X, {"price": Y}, shuffle=False))
    assert labels["price"].tolist() == Y.tolist()
    (features,) = read(INPUTS.numpy_input_fn(X, shuffle=False))
    assert features.keys() == X.keys()


def test_shuffling_keeps_rows_together_and_gives_each_once_an_epoch():
    batches = read(INPUTS.numpy_input_fn(X, Y, batch_size=5, num_epochs=3, shuffle=True))
    for features, labels in batches:
        assert sorted(labels.tolist()) == Y.tolist()
        np.testing.assert_array_equal(features["size"] * 10, labels)
    assert len({tuple(labels) for _, labels in batches}) > 1


def test_without_a_number_of_epochs_there_is_no_end():
    batches = INPUTS.numpy_input_fn(X, Y, batch_size=100, num_epochs=None, shuffle=False)().as_numpy_iterator()
    assert len(next(batches)[1]) == 100


def test_frames_keep_the_types_of_their_columns():
    frame = pd.DataFrame({"size": [1.0, 2.0], "rooms": [3, 4], "kind": pd.Series(["a", "b"], dtype=object)})
    ((features, labels),) = read(INPUTS.pandas_input_fn(frame, pd.Series([5, 6]), shuffle=False))
    assert {k: v.dtype for k, v in features.items()} == {"size": float, "rooms": np.int64, "kind": object}
    assert labels.tolist() == [5, 6]
    ((_, labels),) = read(INPUTS.pandas_input_fn(frame, frame[["rooms", "size"]], shuffle=False))
    assert labels["rooms"].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: INPUTS.numpy_input_fn(X, Y), ValueError, "shuffle must be given as True or False"),
        (lambda: INPUTS.numpy_input_fn({}, Y, shuffle=False), ValueError, "x has no features"),
        (INPUTS.numpy_input_fn(X, Y[:3], shuffle=False), ValueError, "same number of rows"),
        (lambda: INPUTS.pandas_input_fn(X, shuffle=False), TypeError, "must be a pandas DataFrame; got dict"),
        (
            lambda: INPUTS.pandas_input_fn(pd.DataFrame(X), pd.Series(Y, index=range(1, 6)), shuffle=False),
            ValueError,
            "must have the same index",
        ),
    ],
)
def test_wrong_inputs_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def chain(path="a.csv", buffer=10, batch=4, seed=None):
    lines = tf.data.TextLineDataset(path).skip(1)
    rows = lines.map(lambda line: tf.io.decode_csv(line, [[0.0], [""]])[0])
    return rows.shuffle(buffer, seed=seed).repeat().batch(batch)


VARIANTS = {
    "file": chain("b.csv"),
    "files": chain(["a.csv", "b.csv"]),
    "buffer": chain(buffer=11),
    "batch": chain(batch=5),
    "seed": chain(seed=1),
    "more steps": chain().take(5),
    "array": tf.data.Dataset.from_tensor_slices(np.arange(4.0)),
    "another array": tf.data.Dataset.from_tensor_slices(np.arange(1.0, 5.0)),
    "longer array": tf.data.Dataset.from_tensor_slices(np.arange(5.0)),
    "words": tf.data.Dataset.from_tensor_slices(["a", "b"]),
    "other words": tf.data.Dataset.from_tensor_slices(["a", "bc"]),
    "nested": tf.data.Dataset.from_tensor_slices(["a", "b"]).flat_map(tf.data.TextLineDataset),
    "zipped": tf.data.Dataset.zip((chain(), chain())),
}


def test_what_changes_the_elements_changes_the_identity():
    identities = {name: identity_of(variant.step) for name, variant in VARIANTS.items()}
    identities["origin"] = identity_of(chain().step)
    by_identity = {identity: name for name, identity in identities.items()}
    assert sorted(by_identity.values()) == sorted(identities)
    assert all(len(identity) == 32 for identity in by_identity)


def test_what_is_made_again_has_the_same_identity():
    assert identity_of(chain().step) == identity_of(chain().step)
    again = tf.data.Dataset.from_tensor_slices(np.arange(4.0))
    assert identity_of(again.step) == identity_of(VARIANTS["array"].step)
