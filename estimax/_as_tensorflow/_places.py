"""Where TensorFlow's modules stand here: from the dotted name of a module to the namespaces that hold its names.

Public modules need no line: `tensorflow.nn` is the attribute `nn` of what `tensorflow`
is. The lines below are the inner modules that programs name nevertheless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_V1 = "estimax.compat.v1"
_ESTIMATOR = (
    "estimax.compat.v1.estimator",
    "estimax.estimator.export",
    "estimax.estimator.inputs",
    "estimax.estimator.experimental",
    "estimax.train",
)
_FRAMEWORK = (_V1, "estimax.errors", "estimax.dtypes", "estimax.nest")

# Below `tensorflow.python`, the namespaces of each inner module; the first that has a name gives it.
_INNER: Mapping[tuple[str, ...], str] = {
    (_V1,): """
        framework framework.ops framework.tensor_shape framework.tensor_spec framework.sparse_tensor
        framework.constant_op framework.tensor_util framework.random_seed framework.function framework.tensor
        framework.indexed_slices framework.smart_cond framework.graph_util framework.importer framework.meta_graph
        ops ops.array_ops ops.math_ops ops.control_flow_ops ops.string_ops ops.parsing_ops ops.check_ops ops.clip_ops
        ops.random_ops ops.variable_scope ops.variables ops.state_ops ops.sparse_ops ops.data_flow_ops
        ops.functional_ops ops.logging_ops ops.script_ops ops.gradients ops.gradients_impl ops.tensor_array_ops
        ops.confusion_matrix ops.partitioned_variables ops.template ops.io_ops ops.histogram_ops ops.linalg_ops
        ops.special_math_ops ops.resource_variable_ops ops.numerics ops.cond ops.while_loop ops.map_fn ops.sort_ops
        ops.array_ops_stack ops.gen_array_ops ops.gen_math_ops ops.standard_ops ops.distributions
        eager eager.context eager.def_function client.session
    """,
    ("estimax.initializers", _V1): "ops.init_ops ops.init_ops_v2",
    ("estimax.dtypes", _V1): "framework.dtypes",
    ("estimax.errors",): "framework.errors framework.errors_impl",
    (
        "estimax.nn",
        _V1,
    ): "ops.nn ops.nn_ops ops.nn_impl ops.embedding_ops ops.rnn ops.gen_nn_ops ops.candidate_sampling_ops",
    ("estimax.nn.rnn_cell", "estimax.nn"): "ops.rnn_cell ops.rnn_cell_impl",
    ("estimax.compat.v1.image",): "ops.image_ops ops.image_ops_impl",
    ("estimax.lookup", _V1): "ops.lookup_ops",
    ("estimax.metrics",): "ops.metrics ops.metrics_impl",
    ("estimax.losses",): "ops.losses ops.losses.losses ops.losses.losses_impl ops.losses.util",
    ("estimax.ragged", _V1): "ops.ragged ops.ragged.ragged_tensor ops.ragged.ragged_factory_ops",
    ("estimax.train", _V1): """
        training training.training training.training_util training.adam training.adagrad training.adadelta training.ftrl
        training.gradient_descent training.momentum training.rmsprop training.optimizer training.proximal_adagrad
        training.proximal_gradient_descent training.adagrad_da training.learning_rate_decay training.saver
        training.checkpoint_utils training.checkpoint_management training.basic_session_run_hooks
        training.session_run_hook training.monitored_session training.moving_averages training.warm_starting_util
        training.input training.coordinator training.queue_runner
    """,
    ("estimax.summary",): "summary summary.summary summary.writer summary.writer.writer summary.writer.writer_cache",
    ("estimax.data", "estimax.data.experimental"): """
        data data.ops data.ops.dataset_ops data.ops.readers data.ops.iterator_ops
        data.experimental data.experimental.ops data.experimental.ops.batching data.experimental.ops.grouping
        data.experimental.ops.interleave_ops data.experimental.ops.readers data.experimental.ops.shuffle_ops
        data.experimental.ops.optimization
    """,
    ("estimax.nest",): "util.nest data.util data.util.nest",
    ("estimax.compat", _V1): "util util.compat",
    ("estimax.layers",): """
        layers layers.layers layers.base layers.core layers.convolutional layers.normalization layers.pooling
    """,
    ("estimax.keras",): "keras",
    ("estimax.test",): "framework.test_util platform.test platform.googletest",
    ("estimax.saved_model", "estimax.saved_model.signature_constants", "estimax.saved_model.tag_constants"): """
        saved_model saved_model.builder saved_model.loader saved_model.simple_save saved_model.signature_def_utils
        saved_model.utils saved_model.saved_model
    """,
}

# Below `tensorflow.python.estimator` and `tensorflow_estimator.python.estimator`.
_OF_ESTIMATOR = """
    estimator model_fn run_config training exporter export export.export export.export_lib export.export_output
    inputs inputs.inputs inputs.numpy_io inputs.pandas_io inputs.queues canned canned.head canned.dnn canned.linear
    canned.dnn_linear_combined canned.baseline canned.boosted_trees canned.prediction_keys canned.metric_keys
    canned.optimizers canned.parsing_utils head head.base_head head.binary_class_head head.multi_class_head
    head.regression_head head.multi_label_head head.multi_head hooks hooks.hooks hooks.basic_session_run_hooks
    hooks.session_run_hook hooks.fake_summary_writer keras keras_lib estimator_lib early_stopping extenders mode_keys
    util gc api api._v1 api._v1.estimator api._v2 api._v2.estimator
"""

# Below `tensorflow.contrib`, inner modules of a part; their names are those of the part.
_OF_CONTRIB: Mapping[str, str] = {
    "data": "python python.ops python.ops.batching python.ops.grouping python.ops.interleave_ops python.ops.readers "
    "python.ops.shuffle_ops python.ops.sliding",
    "estimator": "python python.estimator python.estimator.early_stopping python.estimator.extenders "
    "python.estimator.head python.estimator.hooks python.estimator.multi_head",
    "framework": "python python.framework python.ops python.ops.variables",
    "layers": "python python.layers python.layers.encoders python.layers.initializers python.layers.layers "
    "python.layers.optimizers python.layers.regularizers",
    "lookup": "lookup_ops",
    "opt": "python python.training python.training.lazy_adam_optimizer",
    "rnn": "python python.ops python.ops.core_rnn_cell python.ops.rnn python.ops.rnn_cell",
    "training": "python python.training python.training.hparam python.training.training",
}

_OTHER: Mapping[str, tuple[str, ...]] = {
    "tensorflow.python": ("estimax.python",),
    "tensorflow.contrib": ("estimax.contrib",),
    "tensorflow.compat.v1": (_V1,),
    "tensorflow.compat.v2": ("estimax",),
    "tensorflow.core": (),
    "tensorflow.core.example": ("estimax.train",),
    "tensorflow.core.example.example_pb2": ("estimax.train",),
    "tensorflow.core.example.feature_pb2": ("estimax.train",),
    "tensorflow.core.framework": ("estimax.summary", _V1),
    "tensorflow.core.framework.summary_pb2": ("estimax.summary", _V1),
    "tensorflow.core.framework.graph_pb2": (_V1,),
    "tensorflow.core.protobuf": (_V1,),
    "tensorflow.core.protobuf.config_pb2": (_V1,),
    "tensorflow.core.util": (),
    "tensorflow.core.util.event_pb2": ("estimax.summary", _V1),
    "tensorflow_estimator": _ESTIMATOR,
    "tensorflow_estimator.estimator": _ESTIMATOR,
    "tensorflow_estimator.python": (),
    "tensorflow_estimator.contrib": (),
    "tensorflow_estimator.contrib.estimator": ("estimax.contrib.estimator",),
}


def _lines() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from _OTHER.items()
    for places, names in _INNER.items():
        for name in names.split():
            yield f"tensorflow.python.{name}", places
    for part, names in _OF_CONTRIB.items():
        for name in names.split():
            yield f"tensorflow.contrib.{part}.{name}", (f"estimax.contrib:{part}",)
    for top in ("tensorflow.python.estimator", "tensorflow_estimator.python.estimator"):
        yield top, _ESTIMATOR
        for name in _OF_ESTIMATOR.split():
            yield f"{top}.{name}", _ESTIMATOR


PLACES: Mapping[str, tuple[str, ...]] = dict(_lines())
"""From a module of TensorFlow to the namespaces in which its names stand here, in the order in which they are asked."""
