"""`tf.contrib.data`: datasets under the names that they had in TensorFlow 1.x."""

from estimax._base._lazy import lazy_attributes
from estimax.contrib.data._transformations import (
    assert_element_shape,
    batch_and_drop_remainder,
    padded_batch_and_drop_remainder,
    sliding_window_batch,
)
from estimax.data import AUTOTUNE, Dataset, Iterator, TextLineDataset
from estimax.data.experimental import (
    Counter,
    RandomDataset,
    Reducer,
    bucket_by_sequence_length,
    choose_from_datasets,
    copy_to_device,
    dense_to_sparse_batch,
    enumerate_dataset,
    get_single_element,
    group_by_reducer,
    group_by_window,
    ignore_errors,
    map_and_batch,
    parallel_interleave,
    prefetch_to_device,
    rejection_resample,
    sample_from_datasets,
    scan,
    shuffle_and_repeat,
    unbatch,
    unique,
)

__all__ = [
    "AUTOTUNE",
    "Counter",
    "CsvDataset",
    "Dataset",
    "FixedLengthRecordDataset",
    "Iterator",
    "RandomDataset",
    "Reducer",
    "TFRecordDataset",
    "TextLineDataset",
    "assert_element_shape",
    "batch_and_drop_remainder",
    "bucket_by_sequence_length",
    "choose_from_datasets",
    "copy_to_device",
    "dense_to_sparse_batch",
    "enumerate_dataset",
    "get_single_element",
    "group_by_reducer",
    "group_by_window",
    "ignore_errors",
    "make_batched_features_dataset",
    "make_csv_dataset",
    "map_and_batch",
    "padded_batch_and_drop_remainder",
    "parallel_interleave",
    "prefetch_to_device",
    "rejection_resample",
    "sample_from_datasets",
    "scan",
    "shuffle_and_repeat",
    "sliding_window_batch",
    "unbatch",
    "unique",
]

_LAZY = {
    "CsvDataset": "estimax.data._csv_dataset:CsvDataset",
    "FixedLengthRecordDataset": "estimax.data._fixed_length:FixedLengthRecordDataset",
    "TFRecordDataset": "estimax.data._tf_record_dataset:TFRecordDataset",
    "make_batched_features_dataset": "estimax.data._batched_features:make_batched_features_dataset",
    "make_csv_dataset": "estimax.data._make_csv:make_csv_dataset",
}

__getattr__ = lazy_attributes(__name__, _LAZY)
