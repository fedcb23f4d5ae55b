"""`tf.version`: the version of the package, as TensorFlow tells its own."""

from estimax._version import __version__

VERSION = __version__
GIT_VERSION = f"v{__version__}"
COMPILER_VERSION = ""
GRAPH_DEF_VERSION = 0
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
