"""Steps and sources under the names that they have, or had, in `tf.data.experimental`."""

from estimax._base._lazy import lazy_attributes
from estimax.data._cardinality import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from estimax.data._group_reduce import Reducer
from estimax.data._options import Options
from estimax.data._options import Options as DistributeOptions
from estimax.data._options import Options as OptimizationOptions
from estimax.data._options import Options as ThreadingOptions
from estimax.data.experimental._functions import (
    Counter,
    RandomDataset,
    at,
    cardinality,
    choose_from_datasets,
    from_list,
    get_single_element,
    get_structure,
    load,
    sample_from_datasets,
    save,
)
from estimax.data.experimental._transformations import (
    assert_cardinality,
    bucket_by_sequence_length,
    copy_to_device,
    dense_to_ragged_batch,
    dense_to_sparse_batch,
    enumerate_dataset,
    group_by_reducer,
    group_by_window,
    ignore_errors,
    map_and_batch,
    parallel_interleave,
    prefetch_to_device,
    rejection_resample,
    scan,
    shuffle_and_repeat,
    snapshot,
    take_while,
    unbatch,
    unique,
)
from estimax.data.experimental._transformations import map_and_batch as map_and_batch_with_legacy_function

AUTOTUNE = -1

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "ArrowDataset",
    "Counter",
    "CsvDataset",
    "DistributeOptions",
    "OptimizationOptions",
    "Options",
    "ParquetDataset",
    "RandomDataset",
    "Reducer",
    "TFRecordWriter",
    "ThreadingOptions",
    "assert_cardinality",
    "at",
    "bucket_by_sequence_length",
    "cardinality",
    "choose_from_datasets",
    "copy_to_device",
    "dense_to_ragged_batch",
    "dense_to_sparse_batch",
    "enumerate_dataset",
    "from_list",
    "get_single_element",
    "get_structure",
    "group_by_reducer",
    "group_by_window",
    "ignore_errors",
    "load",
    "make_batched_features_dataset",
    "make_csv_dataset",
    "map_and_batch",
    "map_and_batch_with_legacy_function",
    "parallel_interleave",
    "parse_example_dataset",
    "prefetch_to_device",
    "rejection_resample",
    "sample_from_datasets",
    "save",
    "scan",
    "shuffle_and_repeat",
    "snapshot",
    "take_while",
    "unbatch",
    "unique",
]

_LAZY = {
    "ArrowDataset": "estimax.data._arrow_files:ArrowDataset",
    "CsvDataset": "estimax.data._csv_dataset:CsvDataset",
    "ParquetDataset": "estimax.data._parquet:ParquetDataset",
    "TFRecordWriter": "estimax.data.experimental._record_file:TFRecordWriter",
    "make_batched_features_dataset": "estimax.data._batched_features:make_batched_features_dataset",
    "make_csv_dataset": "estimax.data._make_csv:make_csv_dataset",
    "parse_example_dataset": "estimax.data._batched_features:parse_example_dataset",
}

__getattr__ = lazy_attributes(__name__, _LAZY)
