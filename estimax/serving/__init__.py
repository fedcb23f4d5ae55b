"""The model server: a saved model behind TensorFlow Serving's REST interface.

A request's JSON becomes columns, the columns of waiting requests are joined
and run by the model, and the answers are cut apart again. A folder of versions
is watched, and the highest that loads is served. Nothing here knows how a
model was trained, and nothing imports JAX: the loader is given by argument.
"""

from estimax.serving._model import Loader as Loader
from estimax.serving._model import Model as Model
from estimax.serving._model import Signature as Signature
from estimax.serving._model import TensorInfo as TensorInfo
from estimax.serving._options import ServingOptions as ServingOptions
from estimax.serving._server import ModelServer as ModelServer
from estimax.serving._server import serve as serve
