"""What TensorBoard's table of hyper-parameters shows: with which values a run started, and how it ended.

The metrics beside them TensorBoard finds itself: the last value of each curve of the
run's folder and of the folders in it, such as `eval`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorboardX.proto.api_pb2 import STATUS_FAILURE, STATUS_SUCCESS
from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_pb2 import TensorProto
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

HyperParameter = bool | float | str

_PLUGIN = "hparams"


def hparams_start(values: Mapping[str, HyperParameter], seconds: float) -> Summary:
    """Returns the summary with which a run tells its hyper-parameters.

    Args:
        values: the hyper-parameters by name.
        seconds: since 1970, when the run started.

    Example:
        >>> from estimax.summary._hparams import hparams_start
        >>> hparams_start({"learning_rate": 0.1, "optimizer": "Adam"}, 0.0).value[0].tag
        '_hparams_/session_start_info'
    """
    started = SessionStartInfo(start_time_secs=seconds)
    for name, value in values.items():
        if isinstance(value, bool):
            started.hparams[name].bool_value = value
        elif isinstance(value, str):
            started.hparams[name].string_value = value
        else:
            started.hparams[name].number_value = value
    return _summary("_hparams_/session_start_info", HParamsPluginData(session_start_info=started))


def hparams_end(is_success: bool, seconds: float) -> Summary:
    """Returns the summary with which a run tells how it ended, and when in seconds since 1970."""
    status = STATUS_SUCCESS if is_success else STATUS_FAILURE
    ended = SessionEndInfo(status=status, end_time_secs=seconds)
    return _summary("_hparams_/session_end_info", HParamsPluginData(session_end_info=ended))


def _summary(tag: str, content: HParamsPluginData) -> Summary:
    data = SummaryMetadata.PluginData(plugin_name=_PLUGIN, content=content.SerializeToString())
    nothing = TensorProto(dtype="DT_FLOAT", tensor_shape=TensorShapeProto(), float_val=[0.0])
    return Summary(value=[Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=data), tensor=nothing)])
