"""`BoostedTreesClassifier`, `BoostedTreesRegressor` and `BoostedTreesEstimator`."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from estimax._base._errors import InvalidArgumentError, NotFoundError, UnimplementedError
from estimax.estimator._estimator import Estimator
from estimax.estimator._heads._binary import BinaryClassHead
from estimax.estimator._heads._multi_class import MultiClassHead
from estimax.estimator._heads._regression import RegressionHead
from estimax.estimator._trees._columns import TreeColumns
from estimax.estimator._trees._explaining import explained, importances
from estimax.estimator._trees._forest import SCOPE
from estimax.estimator._trees._model import BoostedTreesModel, ExplainedModel
from estimax.estimator._trees._parameters import TreeParameters
from estimax.losses import Reduction


class _BoostedTrees(Estimator):
    """What the three have in common."""

    def __init__(
        self, head: Any, feature_columns: Any, parameters: TreeParameters, model_dir: Any, config: Any, start: Any
    ) -> None:
        model = BoostedTreesModel(head, TreeColumns(_listed(feature_columns)), parameters)
        self._trees_model = model
        self._explainer: Estimator | None = None
        super().__init__(model, model_dir, config, warm_start_from=start)

    def experimental_feature_importances(
        self, normalize: bool = False, by_value: bool = False
    ) -> OrderedDict[str, float]:
        """Tells how much the splits on each column lowered the loss of the training rows.

        Args:
            normalize: whether the importances are to add up to 1.
            by_value: whether to tell the categories of a column apart, as
                `sex_indicator:female`; those without a split are left out.

        Returns:
            An `OrderedDict` from names of columns, those of the categories for
            indicators, to gains, the greatest first.

        Raises:
            ValueError: the model is not trained, or has no split and is to be normalized.
        """
        if self.latest_checkpoint() is None:
            raise ValueError(f"the model in {self.model_dir} has not been trained: there is no checkpoint")
        names = [f"{SCOPE}/feature", f"{SCOPE}/gain"]
        arrays = {name: self.get_variable_value(name) for name in names}
        return importances(self._trees_model.columns, arrays, normalize, by_value)

    def experimental_predict_with_explanations(
        self, input_fn: Callable[..., Any], predict_keys: Any = None, hooks: Any = None, checkpoint_path: Any = None
    ) -> Iterator[dict[str, Any]]:
        """Predicts, and tells what each column contributed to the prediction of a row.

        For two classes the contributions are parts of the probability of class 1,
        otherwise of the predicted number: `bias + sum(dfc.values())` is what is
        predicted. They follow the way of a row through each tree; `docs/trees.md` says how.

        Args:
            input_fn: as for `predict`.
            predict_keys: the predictions to give beside 'bias' and 'dfc'; None for all.
            hooks: none, so far.
            checkpoint_path: another checkpoint than the latest.

        Yields:
            For each row its predictions, with 'bias', a number that is the same for all
            rows, and 'dfc', a dictionary from names of columns to contributions.

        Raises:
            UnimplementedError: the model has several logits.
            NotFoundError: the model is not trained.
        """
        if hooks:
            raise UnimplementedError("experimental_predict_with_explanations() takes no hooks yet")
        model = self._trees_model
        if model.shape.outputs != 1:
            raise UnimplementedError(
                f"predictions are explained for two classes and for one number; this model has {model.shape.outputs} "
                f"logits"
            )
        if checkpoint_path is None and self.latest_checkpoint() is None:
            raise NotFoundError(f"the model in {self.model_dir} has not been trained: there is no checkpoint")
        if self._explainer is None:
            self._explainer = Estimator(ExplainedModel(model), config=self.config)
        rows = self._explainer.predict(input_fn, checkpoint_path=checkpoint_path)
        return explained(model.columns, rows, predict_keys)


class BoostedTreesClassifier(_BoostedTrees):
    """Predicts classes by the sum of many small trees.

    Each tree is grown where the cross-entropy of the training rows falls steepest;
    LightGBM grows it (`pip install 'estimax[trees]'`), which is needed for training alone.

    Training reads its input once, all of it, and leaves out `repeat`. It ends by itself when
    `n_trees` are grown. The global step counts as in the original: a layer of a tree
    takes `n_batches_per_layer` steps, a tree `max_depth` layers.

    Args:
        feature_columns: numeric, bucketized, indicator and categorical columns.
        n_batches_per_layer: how many steps a layer counts for; and how many batches are
            read of an input that has no end, such as one that draws its rows.
        model_dir: see `Estimator`.
        n_classes: how many classes there are; with more than two, each round of
            training grows a tree for each class.
        weight_column: name of the feature that weighs examples.
        label_vocabulary: the names of the classes, where labels are strings.
        n_trees: how many trees, or rounds of trees, there will be.
        max_depth: how many questions a tree asks at most, one after the other; up to 16.
            A tree has at most 4096 leaves.
        learning_rate: what part of the step that fits best each tree takes.
        l1_regularization: counts absolute values of leaves as loss.
        l2_regularization: counts squares of leaves as loss.
        tree_complexity: what a split must gain, with `pruning_mode`.
        min_node_weight: the least second derivative that the loss must have in a leaf, as
            a part of that of all rows' mean loss.
        config: see `Estimator`.
        center_bias: whether to begin with the logit that fits all rows best, not with 0.
        pruning_mode: 'none', 'pre' (a split that gains less than `tree_complexity` is not
            made) or 'post' (branches that gain less are cut from finished trees).
        quantile_sketch_epsilon: the values of a numeric feature are sorted into 1 / this intervals.
        train_in_memory: of no effect: it always does.
        warm_start_from: see `Estimator`; trees of a model with the same columns.

    Raises:
        InvalidArgumentError: a parameter out of its range, or columns that trees cannot use.

    Example:
        >>> import estimax as tf
        >>> age = tf.feature_column.numeric_column("age")
        >>> job = tf.feature_column.categorical_column_with_vocabulary_list("job", ["cook", "smith"])
        >>> model = tf.estimator.BoostedTreesClassifier([age, tf.feature_column.indicator_column(job)], n_trees=50)
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: float = 1,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
        train_in_memory: bool = False,
        warm_start_from: Any = None,
    ) -> None:
        head = _class_head(n_classes, weight_column, label_vocabulary)
        parameters = TreeParameters(
            n_batches_per_layer,
            n_trees,
            max_depth,
            learning_rate,
            l1_regularization,
            l2_regularization,
            tree_complexity,
            min_node_weight,
            center_bias,
            pruning_mode,
            quantile_sketch_epsilon,
        )
        super().__init__(head, feature_columns, parameters, model_dir, config, warm_start_from)


class BoostedTreesRegressor(_BoostedTrees):
    """Predicts numbers by the sum of many small trees.

    Args:
        feature_columns: see `BoostedTreesClassifier`.
        n_batches_per_layer: see `BoostedTreesClassifier`.
        model_dir: see `Estimator`.
        label_dimension: how many numbers are predicted; each round grows a tree for each.
        weight_column: name of the feature that weighs examples.

    The other arguments are those of `BoostedTreesClassifier`.

    Example:
        >>> import estimax as tf
        >>> size = tf.feature_column.numeric_column("sq_footage")
        >>> model = tf.estimator.BoostedTreesRegressor([size], center_bias=True)
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: float = 1,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
        train_in_memory: bool = False,
        warm_start_from: Any = None,
    ) -> None:
        head = RegressionHead(
            label_dimension=label_dimension,
            weight_column=weight_column,
            loss_reduction=Reduction.SUM_OVER_BATCH_SIZE,
        )
        parameters = TreeParameters(
            n_batches_per_layer,
            n_trees,
            max_depth,
            learning_rate,
            l1_regularization,
            l2_regularization,
            tree_complexity,
            min_node_weight,
            center_bias,
            pruning_mode,
            quantile_sketch_epsilon,
        )
        super().__init__(head, feature_columns, parameters, model_dir, config, warm_start_from)


class BoostedTreesEstimator(_BoostedTrees):
    """Fits the sum of many small trees to the loss of any head.

    The loss must have a second derivative by the logits; JAX computes it.

    Args:
        feature_columns: see `BoostedTreesClassifier`.
        n_batches_per_layer: see `BoostedTreesClassifier`.
        head: what the labels mean, such as `tf.estimator.BinaryClassHead()`.
        model_dir: see `Estimator`.
        weight_column: name of the feature that weighs examples, for a head that has none.

    The other arguments are those of `BoostedTreesClassifier`.
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: float,
        head: Any,
        model_dir: Any = None,
        weight_column: Any = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
        train_in_memory: bool = False,
        warm_start_from: Any = None,
    ) -> None:
        parameters = TreeParameters(
            n_batches_per_layer,
            n_trees,
            max_depth,
            learning_rate,
            l1_regularization,
            l2_regularization,
            tree_complexity,
            min_node_weight,
            center_bias,
            pruning_mode,
            quantile_sketch_epsilon,
        )
        weighted = _weighted(head, weight_column)
        super().__init__(weighted, feature_columns, parameters, model_dir, config, warm_start_from)


def _class_head(n_classes: Any, weight_column: Any, label_vocabulary: Any) -> Any:
    given = {
        "weight_column": weight_column,
        "label_vocabulary": label_vocabulary,
        "loss_reduction": Reduction.SUM_OVER_BATCH_SIZE,
    }
    if isinstance(n_classes, bool) or not isinstance(n_classes, int) or n_classes < 2:
        raise InvalidArgumentError(f"n_classes must be a whole number of at least 2; got {n_classes!r}")
    return BinaryClassHead(**given) if n_classes == 2 else MultiClassHead(n_classes=n_classes, **given)


def _listed(columns: Any) -> Any:
    return tuple(columns) if isinstance(columns, list | tuple | set | frozenset) else columns


def _weighted(head: Any, weight_column: Any) -> Any:
    """Returns a head with a weight column, its own or the one that is given beside it."""
    if weight_column is None:
        return head
    own = getattr(head, "weight_column", None)
    if own is not None and own != weight_column:
        raise InvalidArgumentError(
            f"the head has the weight_column {own!r} and the estimator {weight_column!r}; give one of them"
        )
    if not dataclasses.is_dataclass(head) or isinstance(head, type) or not hasattr(head, "weight_column"):
        raise InvalidArgumentError(f"give the weight_column to the head; {type(head).__name__} takes none afterwards")
    return dataclasses.replace(head, weight_column=weight_column)
