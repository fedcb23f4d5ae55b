"""Datasets of parsed examples: `parse_example_dataset` and `make_batched_features_dataset`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax.data._dataset import Dataset
from estimax.data._tf_record_dataset import TFRecordDataset
from estimax.io._parse_example import parse_example


def parse_example_dataset(
    features: Mapping[str, Any], num_parallel_calls: int | None = 1, deterministic: bool | None = None
) -> Callable[[Dataset], Dataset]:
    """Returns what makes of a dataset of batches of serialized examples one of parsed batches, for `apply`.

    Args:
        features: by name, what each feature holds, as for `tf.io.parse_example`.
        num_parallel_calls: of no effect; whole columns are parsed at a time.
        deterministic: of no effect; the order is that of the batches.

    Example:
        >>> import estimax as tf
        >>> from estimax.data._batched_features import parse_example_dataset
        >>> from estimax.io._example_message import Example
        >>> example = Example()
        >>> example.features.feature["size"].int64_list.value.append(7)
        >>> d = tf.data.Dataset.from_tensors(example.SerializeToString()).repeat(3).batch(2)
        >>> d = d.apply(parse_example_dataset({"size": tf.io.FixedLenFeature([], tf.int64)}))
        >>> [batch["size"].tolist() for batch in d.as_numpy_iterator()]
        [[7, 7], [7]]
    """
    return lambda dataset: dataset.map(lambda serialized: parse_example(serialized, features), num_parallel_calls)


def make_batched_features_dataset(
    file_pattern: Any,
    batch_size: int,
    features: Mapping[str, Any],
    reader: Callable[..., Dataset] = TFRecordDataset,
    label_key: str | None = None,
    reader_args: list[Any] | None = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    reader_num_threads: int | None = 1,
    parser_num_threads: int | None = 2,
    sloppy_ordering: bool = False,
    drop_final_batch: bool = False,
) -> Dataset:
    """Makes batches of parsed examples of files.

    Args:
        file_pattern: a glob pattern, or a list of them.
        batch_size: how many examples a batch has.
        features: by name, what each feature holds, as for `tf.io.parse_example`.
        reader: what makes a dataset of serialized examples of the name of a file.
        label_key: name of a feature that is taken out, and returned beside the others.
        reader_args: further arguments of the reader.
        num_epochs: how often the examples are read; without end where it is None.
        shuffle: whether files and examples are shuffled anew in every epoch.
        shuffle_buffer_size: how many examples to shuffle among.
        shuffle_seed: of the shuffles; another one in each run where it is None.
        prefetch_buffer_size: of no effect; estimators read ahead.
        reader_num_threads: how many files take turns, one example each.
        parser_num_threads: of no effect; whole columns are parsed at a time.
        sloppy_ordering: of no effect; the order is exact.
        drop_final_batch: whether a last batch that is smaller is left out.

    Returns:
        A dataset of dictionaries, or of pairs of a dictionary and the label.

    Raises:
        NotFoundError: no file matches.
        InvalidArgumentError: there is no feature of the name of the label.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> from estimax.data._batched_features import make_batched_features_dataset
        >>> from estimax.io._example_message import Example
        >>> from estimax.io._record_writer import TFRecordWriter
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.tfrecord")
        >>> with TFRecordWriter(file) as writer:
        ...     for size in (1, 2, 3):
        ...         example = Example()
        ...         example.features.feature["size"].int64_list.value.append(size)
        ...         writer.write(example.SerializeToString())
        >>> d = make_batched_features_dataset(
        ...     str(file), 2, {"size": tf.io.FixedLenFeature([], tf.int64)}, num_epochs=1, shuffle=False
        ... )
        >>> [batch["size"].tolist() for batch in d.as_numpy_iterator()]
        [[1, 2], [3]]
    """
    if label_key is not None and label_key not in features:
        raise InvalidArgumentError(f"label_key must be one of the features {sorted(features)}; got {label_key!r}")
    files = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    arguments = reader_args or []
    turns = reader_num_threads if reader_num_threads is not None and reader_num_threads > 1 else 1
    if turns == 1:
        dataset = files.flat_map(lambda file: reader(file, *arguments))
    else:
        dataset = files.interleave(lambda file: reader(file, *arguments), cycle_length=turns, block_length=1)
    if isinstance(dataset.element_spec, tuple):  # of a name and an example, as some readers give them
        dataset = dataset.map(lambda *parts: parts[-1])
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    # Without end there is no smaller batch.
    dataset = dataset.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    dataset = dataset.apply(parse_example_dataset(features, parser_num_threads))
    if label_key is None:
        return dataset
    return dataset.map(lambda batch: ({k: v for k, v in batch.items() if k != label_key}, batch[label_key]))
