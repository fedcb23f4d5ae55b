"""`TFRecordWriter`: a dataset of strings written to a TFRecord file."""

from __future__ import annotations

from typing import Any

from estimax._base._dtypes import string
from estimax.data._chain import Chain
from estimax.io._record_writer import TFRecordWriter as RecordWriter


class TFRecordWriter:
    """Writes the elements of a dataset to a TFRecord file.

    Args:
        filename: the file; what it held before is lost.
        compression_type: '', 'GZIP' or 'ZLIB'.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "words")
        >>> d = tf.data.Dataset.from_tensor_slices(["a", "b"])
        >>> tf.data.experimental.TFRecordWriter(file).write(d)
        >>> list(tf.data.TFRecordDataset(file).as_numpy_iterator())
        [b'a', b'b']
    """

    def __init__(self, filename: Any, compression_type: str | None = None) -> None:
        self._filename = filename
        self._compression = compression_type or ""

    def write(self, dataset: Chain) -> None:
        """Writes all elements.

        Raises:
            TypeError: elements are not single strings.
        """
        leaves = dataset.step.leaves
        if len(leaves) != 1 or leaves[0].dtype != string or leaves[0].shape.ndims != 0:
            raise TypeError(f"elements must be single strings; got {dataset.element_spec}")
        with RecordWriter(self._filename, self._compression) as writer:
            for record in dataset.as_numpy_iterator():
                writer.write(record)
