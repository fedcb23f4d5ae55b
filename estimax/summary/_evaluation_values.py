"""What event files hold of the curves and pictures of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from tensorboardX.proto.plugin_pr_curve_pb2 import PrCurvePluginData
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_pb2 import TensorProto
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

from estimax.summary._pictures import can_draw
from estimax.summary._pictures_confusion import confusion_picture
from estimax.summary._pictures_scatter import scatter_picture

_LEAST_COUNT = 1e-7  # keeps fractions finite where nothing was counted, as in TensorBoard's own summaries


def pr_curve_values(tag: str, value: np.ndarray) -> list[Summary.Value]:
    """Makes a precision-recall curve for TensorBoard.

    Args:
        tag: under which it is shown.
        value: [2, thresholds], the weight of negatives and of positives whose score reaches each of
            the evenly spaced thresholds from 0 to 1, but not the next.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._evaluation_values import pr_curve_values
        >>> (found,) = pr_curve_values("clicked", np.array([[3, 1, 0], [0, 1, 1]]))
        >>> np.reshape(found.tensor.float_val, (6, 3))[:2].tolist()  # true and false positives
        [[2.0, 2.0, 1.0], [4.0, 1.0, 0.0]]
    """
    false, true = np.cumsum(np.asarray(value, np.float64)[:, ::-1], axis=1)[:, ::-1]
    missed, rejected = true[0] - true, false[0] - false
    precision = true / np.maximum(_LEAST_COUNT, true + false)
    recall = true / np.maximum(_LEAST_COUNT, true + missed)
    rows = np.stack([true, false, rejected, missed, precision, recall]).astype(np.float32)
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in rows.shape])
    tensor = TensorProto(dtype="DT_FLOAT", tensor_shape=shape, float_val=rows.ravel().tolist())
    content = PrCurvePluginData(version=0, num_thresholds=rows.shape[1]).SerializeToString()
    plugin = SummaryMetadata.PluginData(plugin_name="pr_curves", content=content)
    metadata = SummaryMetadata(display_name=tag, plugin_data=plugin)
    return [Summary.Value(tag=tag, metadata=metadata, tensor=tensor)]


def confusion_values(tag: str, value: np.ndarray, names: Sequence[str]) -> list[Summary.Value]:
    """Makes a picture of a confusion matrix, [classes, classes], with a row for each label; none without Pillow."""
    return _picture(tag, lambda: confusion_picture(value, names, tag))


def scatter_values(tag: str, value: np.ndarray) -> list[Summary.Value]:
    """Makes a picture of predictions against labels; none without Pillow.

    Args:
        tag: under which it is shown.
        value: [1 + points, 2]: of how many examples the points are a sample, then pairs of label and
            prediction, of which those that are both not a number do not count.
    """
    points = value[1:][~np.isnan(value[1:]).all(1)]
    return _picture(tag, lambda: scatter_picture(points[:, 0], points[:, 1], int(value[0, 0]), tag))


def _picture(tag: str, drawn: Callable[[], bytes]) -> list[Summary.Value]:
    if not can_draw():
        return []
    data = drawn()
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))  # in the header of a PNG file
    image = Summary.Image(height=height, width=width, colorspace=3, encoded_image_string=data)
    return [Summary.Value(tag=tag, image=image)]
