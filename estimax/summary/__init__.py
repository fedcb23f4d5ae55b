"""`tf.summary`: curves, texts and histograms for TensorBoard, and reading them back.

Event files hold protocol buffers in checksummed records. They are written by a
thread of their own, so that no disk holds up a training run.
"""

from tensorboardX.proto.event_pb2 import Event as Event
from tensorboardX.proto.event_pb2 import SessionLog as SessionLog
from tensorboardX.proto.event_pb2 import TaggedRunMetadata as TaggedRunMetadata
from tensorboardX.proto.summary_pb2 import Summary as Summary
from tensorboardX.proto.summary_pb2 import SummaryDescription as SummaryDescription
from tensorboardX.proto.summary_pb2 import SummaryMetadata as SummaryMetadata

from estimax._base._lazy import lazy_attributes
from estimax.summary._declared import DeclaredSummary as DeclaredSummary
from estimax.summary._declared import summary_values as summary_values
from estimax.summary._declaring import merge as merge
from estimax.summary._declaring import merge_all as merge_all
from estimax.summary._declaring import tensor_summary as tensor_summary
from estimax.summary._default_writer import SummaryWriter as SummaryWriter
from estimax.summary._default_writer import create_file_writer as create_file_writer
from estimax.summary._default_writer import create_noop_writer as create_noop_writer
from estimax.summary._default_writer import flush as flush
from estimax.summary._default_writer import record_if as record_if
from estimax.summary._default_writer import should_record_summaries as should_record_summaries
from estimax.summary._eager import graph as graph
from estimax.summary._eager import write as write
from estimax.summary._either import audio as audio
from estimax.summary._either import histogram as histogram
from estimax.summary._either import image as image
from estimax.summary._either import scalar as scalar
from estimax.summary._either import text as text
from estimax.summary._file_writer import FileWriter as FileWriter
from estimax.summary._file_writer import FileWriterCache as FileWriterCache
from estimax.summary._reading import EventValue as EventValue
from estimax.summary._reading import read_events as read_events
from estimax.summary._tracing import trace_export as trace_export
from estimax.summary._tracing import trace_off as trace_off
from estimax.summary._tracing import trace_on as trace_on
from estimax.summary._writer import EventWriter as EventWriter

__getattr__ = lazy_attributes(__name__, {"experimental": "estimax.summary.experimental"})
