"""What heads refuse: at construction, and when they are called with labels, logits or weights that do not fit."""

import numpy as np
import pytest

import estimax as tf

ONE = np.float32([[0.5], [-1.0], [2.0]])
THREE = np.float32([[0.5, 1, 2], [-1, 0, 1], [2, 1, 0]])
BINARY, REGRESSION = tf.estimator.BinaryClassHead, tf.estimator.RegressionHead
CLASSES, SEVERAL = tf.estimator.MultiClassHead, tf.estimator.MultiLabelHead
WORDS = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], ["c", "x", "b"], [3, 2])
IDS = tf.SparseTensor([[0, 0], [1, 1], [2, 0]], [2, 3, 1], [3, 2])

# A name, what is done, and what the error says.
CONSTRUCTED = {
    "no classes": (lambda: CLASSES(1), "n_classes must be at least 3; got 1"),
    "two classes": (lambda: CLASSES(2), "For two classes use BinaryClassHead"),
    "one label": (lambda: SEVERAL(1), "n_classes must be at least 2; got 1"),
    "half a class": (lambda: SEVERAL(2.5), "n_classes must be a whole number; got 2.5"),
    "no label": (lambda: REGRESSION(0), "label_dimension must be at least 1; got 0"),
    "text as a number": (lambda: REGRESSION("2"), "label_dimension must be a whole number; got '2'"),
    "an empty vocabulary": (lambda: BINARY(label_vocabulary=[]), "must list 2 labels"),
    "a short vocabulary": (lambda: CLASSES(3, label_vocabulary=["a", "b"]), "must list 3 labels"),
    "one word": (lambda: BINARY(label_vocabulary="ab"), "must list 2 labels"),
    "a word twice": (lambda: BINARY(label_vocabulary=["a", "a"]), "name every class once; it has 'a' twice"),
    "integers as words": (lambda: BINARY(label_vocabulary=[5, 7]), "must hold strings; got 5"),
    "a threshold of 0": (lambda: BINARY(thresholds=[0.5, 0.0]), "above 0 and below 1; got 0"),
    "a threshold of 1": (lambda: SEVERAL(3, thresholds=[1]), "above 0 and below 1; got 1"),
    "a bare threshold": (lambda: BINARY(thresholds=0.5), "must be a list of numbers between 0 and 1; got 0.5"),
    "no reduction": (lambda: BINARY(loss_reduction="none"), "loss_reduction must be one of .*; got 'none'"),
    "no reduction of 1.x": (
        lambda: tf.contrib.estimator.regression_head(loss_reduction=tf.compat.v1.losses.Reduction.NONE),
        "got 'none'",
    ),
    "an unknown reduction": (lambda: REGRESSION(loss_reduction="avg"), "loss_reduction must be one of .*; got 'avg'"),
    "a loss of other arguments": (lambda: REGRESSION(loss_fn=lambda a, b: a), "arguments labels and logits"),
    "a loss of one more": (lambda: REGRESSION(loss_fn=lambda labels, logits, name: labels), "got .*'name'"),
    "a loss that is none": (lambda: REGRESSION(loss_fn=3), "must be a function of labels and logits; got 3"),
    "an unknown class": (lambda: SEVERAL(3, classes_for_class_based_metrics=[3]), "from 0 to 2; got 3"),
    "an unknown name": (
        lambda: SEVERAL(2, label_vocabulary=["a", "b"], classes_for_class_based_metrics=["c"]),
        "must be in the label_vocabulary .*; got 'c'",
    ),
}

CALLED = {
    "logits of one axis": (lambda: REGRESSION().predictions([1.0]), r"logits must have shape \[batch, 1\]; got \[None"),
    "too few logits": (lambda: CLASSES(3).predictions(ONE), r"logits must have shape \[batch, 3\]; got \[None, 1\]"),
    "an unknown key": (lambda: BINARY().predictions(ONE, keys=["logit"]), "must be among .*; got 'logit'"),
    "no labels": (lambda: BINARY().loss(None, ONE), "need labels"),
    "labels by name": (lambda: BINARY().loss({"a": [1, 0, 1]}, ONE), r"one Tensor; got a dictionary of \['a'\]"),
    "too few labels": (lambda: BINARY().loss([1, 0], ONE), "3 rows of features but 2 labels"),
    "one-hot labels": (lambda: CLASSES(3).loss(np.eye(3, dtype=int), THREE), r"tf.argmax\(labels, 1\)"),
    "a wide label": (lambda: REGRESSION(2).loss(ONE, THREE[:, :2]), r"\[batch, 2\]; got \[None, 1\]"),
    "text as numbers": (lambda: REGRESSION().loss(["1", "2", "3"], ONE), "must be numbers; got string"),
    "text without words": (lambda: BINARY().loss(["a", "b", "a"], ONE), "strings need a label_vocabulary"),
    "numbers with words": (
        lambda: BINARY(label_vocabulary=["a", "b"]).loss([0, 1, 0], ONE),
        "labels must be strings; got int",
    ),
    "a class too many": (lambda: CLASSES(3).loss([0, 1, 3], THREE), r"from 0 to 2 .*got 3 in row 2 of the batch"),
    "a negative class": (lambda: CLASSES(3).loss([0, -1, 2], THREE), r"got -1 in row 1 of the batch"),
    "a wrong word": (
        lambda: BINARY(label_vocabulary=["a", "b"]).loss(["a", "c", "b"], ONE),
        r"\['a', 'b'\]; got b'c' in row 1 of the batch",
    ),
    "a wrong probability": (
        lambda: tf.estimator.LogisticRegressionHead().loss([0.5, 1.0, 1.5], ONE),
        "0 or 1, or a number between them; got 1.5 in row 2 of the batch",
    ),
    "a negative count": (lambda: tf.estimator.PoissonRegressionHead().loss([1, -2, 0], ONE), "0 or more; got -2.0"),
    "a sparse class": (lambda: CLASSES(3).loss(IDS, THREE), "must be a dense Tensor"),
    "ids as columns": (lambda: SEVERAL(3).loss([[2, 0, 1]] * 3, THREE), "of 0 and 1, one for each class; got 2"),
    "a sparse class too many": (lambda: SEVERAL(3).loss(IDS, THREE), "from 0 to 2 .*; got 3 in row 1 of the batch"),
    "a sparse word too many": (
        lambda: SEVERAL(3, label_vocabulary=["a", "b", "c"]).loss(WORDS, THREE),
        "got b'x' as number 1 of the labels of the batch",
    ),
    "dense words": (
        lambda: SEVERAL(2, label_vocabulary=["a", "b"]).loss([["a", "b"]], [[0.0, 0.0]]),
        "must be a sparse or ragged Tensor",
    ),
    "a loss of another shape": (
        lambda: REGRESSION(loss_fn=lambda labels, logits: (labels - logits)[:, 0]).loss(ONE, ONE),
        r"of shape \[3, 1\] for logits of shape \[3, 1\]; it returned \[3\]",
    ),
}

WEIGHED = {
    "a missing feature": ({"wait": [1.0, 1, 1]}, "'weight' is not among the features: .*did you mean 'wait'"),
    "no features": (None, "needs features, a dictionary"),
    "text": ({"weight": ["a", "b", "c"]}, "'weight' must hold numbers"),
    "a single number": ({"weight": 3.0}, r"must have shape \[batch\] or \[batch, 1\]"),
    "too few": ({"weight": [1.0, 2.0]}, "as many rows as logits"),
    "too wide": ({"weight": [[1.0, 2.0]] * 3}, r"the feature has shape \[None, 2\], the logits \[None, 1\]"),
    "one below 0": ({"weight": [1.0, -2.0, 1.0]}, "0 or more; the feature 'weight' .*got -2.0 in row 1"),
    "no number": ({"weight": [1.0, 2.0, np.nan]}, "got nan in row 2 of the batch"),
}


@pytest.mark.parametrize("name", CONSTRUCTED)
def test_a_head_refuses_wrong_arguments_when_it_is_made(name):
    make, message = CONSTRUCTED[name]
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("name", CALLED)
def test_a_head_refuses_what_it_cannot_use(name):
    call, message = CALLED[name]
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", WEIGHED)
def test_a_head_refuses_features_that_do_not_weigh(name):
    features, message = WEIGHED[name]
    with pytest.raises(ValueError, match=message):
        BINARY(weight_column="weight").loss([0, 1, 1], ONE, features=features)


def test_a_weight_column_is_a_name_or_a_numeric_column():
    with pytest.raises(TypeError, match="name of a feature or a numeric_column; got 3"):
        REGRESSION(weight_column=3)
