"""The classes of feature columns under the private names of TensorFlow 1.x.

Programs test with them what a column is: `isinstance(column, _NumericColumn)`.
They are the classes of `estimax.feature_column`, whichever way a column was made.
"""

from estimax.compat.v1.feature_column import (
    bucketized_column,
    categorical_column_with_hash_bucket,
    categorical_column_with_identity,
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
    crossed_column,
    embedding_column,
    indicator_column,
    input_layer,
    linear_model,
    make_parse_example_spec,
    numeric_column,
    shared_embedding_columns,
    weighted_categorical_column,
)
from estimax.feature_column import BucketizedColumn as _BucketizedColumn
from estimax.feature_column import CategoricalColumn as _CategoricalColumn
from estimax.feature_column import CrossedColumn as _CrossedColumn
from estimax.feature_column import DenseColumn as _DenseColumn
from estimax.feature_column import EmbeddingColumn as _EmbeddingColumn
from estimax.feature_column import FeatureColumn as _FeatureColumn
from estimax.feature_column import HashedCategoricalColumn as _HashedCategoricalColumn
from estimax.feature_column import IdentityCategoricalColumn as _IdentityCategoricalColumn
from estimax.feature_column import IndicatorColumn as _IndicatorColumn
from estimax.feature_column import LinearModel as _LinearModel
from estimax.feature_column import NumericColumn as _NumericColumn
from estimax.feature_column import SharedEmbeddingColumn as _SharedEmbeddingColumn
from estimax.feature_column import VocabularyFileCategoricalColumn as _VocabularyFileCategoricalColumn
from estimax.feature_column import VocabularyListCategoricalColumn as _VocabularyListCategoricalColumn
from estimax.feature_column import WeightedCategoricalColumn as _WeightedCategoricalColumn

__all__ = [
    "_BucketizedColumn",
    "_CategoricalColumn",
    "_CrossedColumn",
    "_DenseColumn",
    "_EmbeddingColumn",
    "_FeatureColumn",
    "_HashedCategoricalColumn",
    "_IdentityCategoricalColumn",
    "_IndicatorColumn",
    "_LinearModel",
    "_NumericColumn",
    "_SharedEmbeddingColumn",
    "_VocabularyFileCategoricalColumn",
    "_VocabularyListCategoricalColumn",
    "_WeightedCategoricalColumn",
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "crossed_column",
    "embedding_column",
    "indicator_column",
    "input_layer",
    "linear_model",
    "make_parse_example_spec",
    "numeric_column",
    "shared_embedding_columns",
    "weighted_categorical_column",
]
