"""`tf.summary`: curves, texts and histograms for TensorBoard, and reading them back.

Event files hold protocol buffers in checksummed records. They are written by a
thread of their own, so that no disk holds up a training run.
"""

from tensorboardX.proto.event_pb2 import Event as Event
from tensorboardX.proto.summary_pb2 import Summary as Summary

from estimax._base._lazy import lazy_attributes
from estimax.summary._declared import DeclaredSummary as DeclaredSummary
from estimax.summary._declared import summary_values as summary_values
from estimax.summary._declaring import audio as audio
from estimax.summary._declaring import histogram as histogram
from estimax.summary._declaring import image as image
from estimax.summary._declaring import merge as merge
from estimax.summary._declaring import merge_all as merge_all
from estimax.summary._declaring import scalar as scalar
from estimax.summary._declaring import text as text
from estimax.summary._event_file import EventValue as EventValue
from estimax.summary._event_file import read_events as read_events
from estimax.summary._file_writer import FileWriter as FileWriter
from estimax.summary._file_writer import FileWriterCache as FileWriterCache
from estimax.summary._writer import EventWriter as EventWriter

__getattr__ = lazy_attributes(__name__, {})
