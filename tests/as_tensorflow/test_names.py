"""Which names `import tensorflow` gives, in all the ways of asking, and what is said of those it has not."""

import importlib
import json
import subprocess
import sys
import types

import pytest

from estimax._as_tensorflow._finder import Finder
from estimax._as_tensorflow._places import PLACES
from estimax._base._lazy import resolve

LINES = """
import tensorflow.compat.v1 as tf
import tensorflow.compat.v2 as tf
import tensorflow.keras as keras
from tensorflow import estimator, feature_column, keras, flags, app, logging, gfile, test
from tensorflow.data import Dataset, TFRecordDataset
from tensorflow.io import gfile
from tensorflow.io.gfile import glob
from tensorflow.train import Example, Feature
from tensorflow.estimator import LinearRegressor, ModeKeys, TrainSpec
from tensorflow.estimator.export import PredictOutput, ServingInputReceiver
from tensorflow.estimator.inputs import numpy_input_fn
from tensorflow.saved_model import signature_constants
from tensorflow.contrib import lookup
from tensorflow.contrib.data import shuffle_and_repeat
from tensorflow.contrib.estimator import add_metrics
from tensorflow.contrib.framework import nest
from tensorflow.contrib.training.python.training import hparam
from tensorflow.contrib.training.python.training.hparam import HParams
import tensorflow.contrib.eager as tfe
from tensorflow.python.feature_column import feature_column
from tensorflow.python.feature_column import feature_column_v2 as fc
from tensorflow.python.feature_column.feature_column import _NumericColumn
from tensorflow.python.platform import gfile
from tensorflow.python.platform import tf_logging as logging
from tensorflow.python.platform.gfile import Exists
from tensorflow.python.lib.io import file_io
from tensorflow.python.lib.io.file_io import FileIO
from tensorflow.python.estimator.export import export
from tensorflow.python.estimator.export.export import ServingInputReceiver, build_raw_serving_input_receiver_fn
from tensorflow.python.estimator import estimator, model_fn, run_config
from tensorflow.python.ops import array_ops, math_ops, variable_scope, lookup_ops, init_ops
from tensorflow.python.framework import ops, dtypes, constant_op, sparse_tensor, errors
from tensorflow.python.framework.errors import NotFoundError
from tensorflow.python.training import session_run_hook, training_util
from tensorflow.python.training.session_run_hook import SessionRunHook
from tensorflow.python.saved_model import signature_constants, tag_constants
from tensorflow.python.client import device_lib
from tensorflow.python.util import nest, compat
from tensorflow.python.data.ops.dataset_ops import Dataset
from tensorflow.core.example import example_pb2
from tensorflow.core.protobuf import config_pb2
from tensorflow_estimator import estimator
from tensorflow_estimator.python.estimator.canned import dnn, linear
from tensorflow_estimator.python.estimator.export.export import ServingInputReceiver
from tensorflow.gfile import *
"""

MISSING = {
    "import tensorflow.contrib.slim as slim": "use tf.layers",
    "from tensorflow.contrib import slim": "use tf.layers",
    "from tensorflow.contrib.learn import Experiment": "train_and_evaluate",
    "from tensorflow.examples.tutorials.mnist import input_data": "read the files with tf.data",
    "from tensorflow.python.tools import freeze_graph": "use the public name",
    "from tensorflow import GradientTape": "use jax.grad",
    "from tensorflow.estimator import LinearRegresor": "did you mean 'LinearRegressor'",
    "from tensorflow import no_such_thing_as_this": "no tf.no_such_thing_as_this in TensorFlow",
    "import tensorflow as tf; tf.TFRecordReader": "queue readers are replaced by tf.data",
    "import tensorflow as tf; tf.train.shuffle_batch": "queue readers are replaced by tf.data",
    "import tensorflow as tf; tf.contrib.tpu.TPUEstimator": "there is nothing to say about the accelerator",
    "import tensorflow as tf; tf.math.bessel_i0": "TensorFlow has tf.math.bessel_i0, estimax has not",
    "import tensorflow as tf; tf.math.reduce_meen": "did you mean 'reduce_mean'",
}

# Runs each line of a list, and prints what became of it.
TRY = """
import json, sys
import estimax
estimax.install_as_tensorflow()
import tensorflow
assert "jax" not in sys.modules, "import tensorflow must stay quick"
said = {}
for line in json.load(sys.stdin):
    try:
        exec(line, {})
        said[line] = ""
    except (AttributeError, ImportError) as error:
        said[line] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""


def python(code, stdin=None):
    return subprocess.run(
        [sys.executable, "-c", code], input=stdin, capture_output=True, text=True, check=False, timeout=120
    )


def test_names_are_found_in_every_way_of_importing_them_and_others_explained():
    lines = [line for line in LINES.splitlines() if line]
    result = python(TRY, json.dumps([*lines, *MISSING]))
    assert result.returncode == 0, result.stderr
    said = json.loads(result.stdout)
    assert {line: said[line] for line in lines if said[line]} == {}
    assert {line: said[line] for line, words in MISSING.items() if words not in said[line]} == {}


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("import estimax; estimax.install_as_tensorflow('1.15'); import tensorflow as tf; print(tf.VERSION)", "1.15"),
        (
            "import estimax; estimax.install_as_tensorflow(); estimax.install_as_tensorflow('1.15')\n"
            "import tensorflow as tf; estimax.install_as_tensorflow('1.15'); print(tf.__version__)",
            "1.15",
        ),
        (
            "import sys, types; sys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
            "import estimax; estimax.install_as_tensorflow()",
            "TensorFlow itself is imported already, as 'tensorflow': call estimax.install_as_tensorflow() before",
        ),
        (
            "import estimax; estimax.install_as_tensorflow(); import tensorflow; estimax.install_as_tensorflow('1.15')",
            "estimax stands for TensorFlow 2.15.1 is imported already",
        ),
        ("import estimax; estimax.install_as_tensorflow('3')", "version must be that of a TensorFlow"),
    ],
)
def test_installing_says_which_tensorflow_it_is_or_why_it_cannot(code, last):
    result = python(code)
    assert last in (result.stdout + result.stderr).splitlines()[-1]


def test_what_a_program_sets_on_it_stays_outside_of_estimax():
    code = (
        "import estimax; estimax.install_as_tensorflow(); import tensorflow as tf\n"
        "tf.nn.mine = 1; tf.other = 2; print(tf.nn.mine, hasattr(estimax.nn, 'mine'), hasattr(estimax, 'other'))\n"
        "print(tf.nn.relu is estimax.nn.relu, tf.compat.v1.estimator.LinearRegressor.__module__)"
    )
    lines = python(code).stdout.splitlines()
    assert lines == ["1 False False", "True estimax.compat.v1.estimator._linear"]


@pytest.mark.parametrize("place", sorted({place for places in PLACES.values() for place in places}))
def test_every_place_of_the_table_is_a_namespace(place):
    assert isinstance(resolve(place), types.ModuleType)


def test_the_finder_minds_only_tensorflow():
    finder = Finder()
    assert finder.find_spec("numpy", None) is None
    assert finder.find_spec("tensorflow_hub", None) is None
    assert finder.find_spec("tensorflow.data", None).name == "tensorflow.data"
    with pytest.raises(ModuleNotFoundError, match=r"no module or name 'tensorflow\.nothing'"):
        finder.find_spec("tensorflow.nothing", None)


def test_a_shadow_that_is_imported_as_the_file_that_it_is_does_nothing():
    before = set(sys.modules)
    importlib.import_module("estimax._as_tensorflow.shadow.tensorflow")
    assert not {name for name in set(sys.modules) - before if name.startswith("tensorflow")}
    assert not any(isinstance(finder, Finder) for finder in sys.meta_path)
