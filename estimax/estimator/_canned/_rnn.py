"""Recurrent networks over sequence columns: classifiers, regressors, and networks under any head."""

from __future__ import annotations

from typing import Any

from estimax.estimator._canned._heads import class_head, regression_head
from estimax.estimator._canned._rnn_model import rnn_model
from estimax.estimator._canned._rnn_sequential_head import SequentialHeadWrapper
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._head import Head
from estimax.estimator._heads._single import SingleHead


class RNNClassifier(Estimator):
    """Predicts classes of sequences, or of their steps, by a recurrent network.

    Steps that an example does not have change nothing: neither state, output, loss nor metrics.

    Args:
        sequence_feature_columns: what is known of each step: sequence columns.
        context_feature_columns: what is known of the whole example: dense columns, whose
            numbers are put behind those of each step.
        units: a list of the sizes of the layers of cells, from the lowest on.
        cell_type: 'simple_rnn' (the default), 'lstm', 'gru', or a class of cells.
        rnn_cell_fn: a function without arguments that makes the cell, in place of `units` and `cell_type`.
        return_sequences: whether each step has a label, [batch, time], sparse, ragged or dense.
        model_dir: see `Estimator`.
        n_classes: how many classes there are.
        weight_column: name of the feature that weighs examples, or steps if these have labels.
        label_vocabulary: the names of the classes, where labels are strings.
        optimizer: 'Adagrad', 'Adam', 'Ftrl', 'RMSProp' or 'SGD' (at rate 0.05, with the
            gradient of each variable clipped to a norm of 5); an optimizer; or a function that makes one.
        loss_reduction: how the losses of a batch become one; their mean by default.
        sequence_mask: under which key it is predicted which steps are there, if these have labels.
        config: see `Estimator`.
        warm_start_from: see `Estimator`.

    Raises:
        ValueError: an argument that cannot be; it is named.

    Example:
        >>> import estimax as tf
        >>> words = tf.feature_column.sequence_categorical_column_with_hash_bucket("words", 1000)
        >>> columns = [tf.feature_column.embedding_column(words, 8)]
        >>> model = tf.estimator.experimental.RNNClassifier(columns, units=[16], cell_type="lstm")
    """

    def __init__(
        self,
        sequence_feature_columns: Any,
        context_feature_columns: Any = None,
        units: Any = None,
        cell_type: Any = None,
        rnn_cell_fn: Any = None,
        return_sequences: bool = False,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Adagrad",
        loss_reduction: str = "sum_over_batch_size",
        sequence_mask: str = "sequence_mask",
        config: Any = None,
        *,
        warm_start_from: Any = None,
    ) -> None:
        head = class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        head = _by_step(head, sequence_mask) if return_sequences else head
        columns = (sequence_feature_columns, context_feature_columns)
        model = rnn_model(head, *columns, units, cell_type, rnn_cell_fn, return_sequences, optimizer)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class RNNRegressor(Estimator):
    """Predicts numbers of sequences, or of their steps, by a recurrent network.

    Args and errors are those of `RNNClassifier`, and:

    Args:
        label_dimension: how many numbers are predicted.
        loss_reduction: how the squared errors of a batch become its loss; their mean by default.

    Example:
        >>> import estimax as tf
        >>> heat = tf.feature_column.sequence_numeric_column("heat")
        >>> model = tf.estimator.experimental.RNNRegressor([heat], units=[16], cell_type="gru")
    """

    def __init__(
        self,
        sequence_feature_columns: Any,
        context_feature_columns: Any = None,
        units: Any = None,
        cell_type: Any = None,
        rnn_cell_fn: Any = None,
        return_sequences: bool = False,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Adagrad",
        loss_reduction: str = "sum_over_batch_size",
        sequence_mask: str = "sequence_mask",
        config: Any = None,
        *,
        warm_start_from: Any = None,
    ) -> None:
        head = regression_head(label_dimension, weight_column, loss_reduction)
        head = _by_step(head, sequence_mask) if return_sequences else head
        columns = (sequence_feature_columns, context_feature_columns)
        model = rnn_model(head, *columns, units, cell_type, rnn_cell_fn, return_sequences, optimizer)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


class RNNEstimator(Estimator):
    """A recurrent network under any head.

    Args:
        head: what the labels mean, such as `MultiLabelHead(5)`; if each step has labels, within a
            `SequentialHeadWrapper`.
        sequence_feature_columns, context_feature_columns, units, cell_type, rnn_cell_fn,
            return_sequences, model_dir, optimizer, config, warm_start_from: see `RNNClassifier`.

    Raises:
        ValueError: an argument that cannot be; it is named.
    """

    def __init__(
        self,
        head: Head,
        sequence_feature_columns: Any,
        context_feature_columns: Any = None,
        units: Any = None,
        cell_type: Any = None,
        rnn_cell_fn: Any = None,
        return_sequences: bool = False,
        model_dir: Any = None,
        optimizer: Any = "Adagrad",
        config: Any = None,
        *,
        warm_start_from: Any = None,
    ) -> None:
        if isinstance(head, SequentialHeadWrapper) != bool(return_sequences):
            raise ValueError(
                f"with return_sequences=True the head must be a SequentialHeadWrapper, and only then; got "
                f"return_sequences={return_sequences!r} and {head!r}"
            )
        columns = (sequence_feature_columns, context_feature_columns)
        model = rnn_model(head, *columns, units, cell_type, rnn_cell_fn, return_sequences, optimizer)
        super().__init__(model, model_dir, config, warm_start_from=warm_start_from)


def _by_step(head: Head, sequence_mask: str) -> Head:
    assert isinstance(head, SingleHead)
    return SequentialHeadWrapper(head, sequence_mask)
