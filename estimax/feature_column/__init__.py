"""Feature columns: how the raw features of an example become the input of a model (`tf.feature_column`)."""

from estimax._base._lazy import lazy_attributes
from estimax.feature_column._bucketized import BucketizedColumn, bucketized_column
from estimax.feature_column._column import CategoricalColumn, DenseColumn, FeatureColumn
from estimax.feature_column._crossed import CrossedColumn, crossed_column
from estimax.feature_column._dense_features import DenseFeatures, LinearModel
from estimax.feature_column._embedding import EmbeddingColumn, embedding_column
from estimax.feature_column._hashed import HashedCategoricalColumn, categorical_column_with_hash_bucket
from estimax.feature_column._identity import IdentityCategoricalColumn, categorical_column_with_identity
from estimax.feature_column._indicator import IndicatorColumn, indicator_column
from estimax.feature_column._input_layer import input_layer
from estimax.feature_column._linear_model import linear_model
from estimax.feature_column._numeric import NumericColumn, numeric_column
from estimax.feature_column._parse_spec import make_parse_example_spec
from estimax.feature_column._sequence_categorical import (
    SequenceCategoricalColumn,
    sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list,
)
from estimax.feature_column._sequence_input_layer import (
    SequenceFeatures,
    concatenate_context_input,
    sequence_input_layer,
)
from estimax.feature_column._sequence_masks import step_mask as _step_mask  # noqa: F401  # its ops are those of exports
from estimax.feature_column._sequence_numeric import SequenceNumericColumn, sequence_numeric_column
from estimax.feature_column._shared_embedding import (
    SharedEmbeddingColumn,
    shared_embedding_columns,
    shared_embeddings,
)
from estimax.feature_column._vocabulary_file import (
    VocabularyFileCategoricalColumn,
    categorical_column_with_vocabulary_file,
)
from estimax.feature_column._vocabulary_list import (
    VocabularyListCategoricalColumn,
    categorical_column_with_vocabulary_list,
)
from estimax.feature_column._weighted import WeightedCategoricalColumn, weighted_categorical_column

__all__ = [
    "BucketizedColumn",
    "CategoricalColumn",
    "CrossedColumn",
    "DenseColumn",
    "DenseFeatures",
    "EmbeddingColumn",
    "FeatureColumn",
    "HashedCategoricalColumn",
    "IdentityCategoricalColumn",
    "IndicatorColumn",
    "LinearModel",
    "NumericColumn",
    "SequenceCategoricalColumn",
    "SequenceFeatures",
    "SequenceNumericColumn",
    "SharedEmbeddingColumn",
    "VocabularyFileCategoricalColumn",
    "VocabularyListCategoricalColumn",
    "WeightedCategoricalColumn",
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "concatenate_context_input",
    "crossed_column",
    "embedding_column",
    "indicator_column",
    "input_layer",
    "linear_model",
    "make_parse_example_spec",
    "numeric_column",
    "sequence_categorical_column_with_hash_bucket",
    "sequence_categorical_column_with_identity",
    "sequence_categorical_column_with_vocabulary_file",
    "sequence_categorical_column_with_vocabulary_list",
    "sequence_input_layer",
    "sequence_numeric_column",
    "shared_embedding_columns",
    "shared_embeddings",
    "weighted_categorical_column",
]

__getattr__ = lazy_attributes(__name__, {})
