"""What to use instead of what TensorFlow has and estimax leaves out: a sentence for each name.

An entry holds for the name and for everything below it; the longest that fits is taken.
"""

from __future__ import annotations

from collections.abc import Mapping

_ESTIMATOR = "use tf.estimator"
_TPU = (
    "there is nothing to say about the accelerator: tf.estimator.Estimator, RunConfig and EstimatorSpec "
    "with the same model_fn run on whatever JAX finds"
)
_QUEUES = (
    "queue readers are replaced by tf.data: TextLineDataset or TFRecordDataset, shuffle, repeat and batch; "
    "an input function returns the dataset"
)
_SESSION = (
    "there are no sessions: an Estimator runs the model function, a tf.data.Dataset is iterated with a for loop, "
    "and a Tensor outside of functions has its value already: tensor.numpy()"
)
_GRAPH = (
    "there is no graph to build or to run by hand: model functions are traced by Estimator; "
    "names and shapes of a model's variables are in estimator.get_variable_names()"
)
_EXPORT = (
    "estimator.export_saved_model writes an export, `estimax serve` serves it, `estimax show` tells its signatures; "
    "it needs no freezing or transforming"
)
_SLIM = "use tf.layers, whose conv2d, dense, batch_normalization and dropout do what slim's layers do"
_EAGER = (
    "use jax.grad or jax.value_and_grad on a function of arrays; "
    "in a model function, optimizer.minimize or tf.gradients"
)
_KERAS_RUN = (
    "estimax trains with tf.estimator; a Keras model becomes one by tf.keras.estimator.model_to_estimator(model)"
)
_EXPERIMENT = "use tf.estimator.train_and_evaluate(estimator, tf.estimator.TrainSpec(…), tf.estimator.EvalSpec(…))"
_GAN = "write the two networks as a model function in JAX, with one optimizer each"
_RNN = "use the cells of tf.nn.rnn_cell with tf.nn.dynamic_rnn or tf.nn.static_rnn"
_DISTRIBUTE = "leave it out, also train_distribute of RunConfig: one device computes, the first that JAX finds"
_STATE = "write the state as an array that the function takes and returns, or as a variable of a model function"
_LITE = "estimax exports StableHLO: load an export with tf.saved_model.load or serve it with `estimax serve`"

ADVICE: Mapping[str, str] = {
    # sessions and graphs
    "Session": _SESSION,
    "InteractiveSession": _SESSION,
    "get_default_session": _SESSION,
    "train.MonitoredSession": _SESSION,
    "train.MonitoredTrainingSession": "use tf.estimator.Estimator(model_fn).train(input_fn, hooks=…)",
    "train.SingularMonitoredSession": _SESSION,
    "train.Supervisor": "use tf.estimator.Estimator, which saves, restores and writes summaries by itself",
    "train.SessionManager": _SESSION,
    "import_graph_def": _GRAPH,
    "graph_util": _GRAPH,
    "make_template": "call tf.variable_scope(name, reuse=tf.AUTO_REUSE) around the layers",
    "python.tools.freeze_graph": _EXPORT,
    "tools": _EXPORT,
    "tools.graph_transforms": _EXPORT,
    "saved_model.loader": "use tf.saved_model.load(folder).signatures['serving_default'](…)",
    "saved_model.builder": "use estimator.export_saved_model(folder, serving_input_receiver_fn)",
    "saved_model.simple_save": "use estimator.export_saved_model(folder, serving_input_receiver_fn)",
    "lite": _LITE,
    "contrib.lite": _LITE,
    # queue readers
    "train.shuffle_batch": _QUEUES,
    "train.batch": _QUEUES,
    "train.batch_join": _QUEUES,
    "train.shuffle_batch_join": _QUEUES,
    "train.string_input_producer": _QUEUES,
    "train.input_producer": _QUEUES,
    "train.slice_input_producer": _QUEUES,
    "train.range_input_producer": _QUEUES,
    "train.limit_epochs": _QUEUES,
    "train.start_queue_runners": "leave it out: tf.data reads ahead in a thread of its own",
    "train.QueueRunner": _QUEUES,
    "train.add_queue_runner": _QUEUES,
    "train.queue_runner": _QUEUES,
    "train.Coordinator": "leave it out: tf.data reads ahead in a thread of its own",
    "train.LooperThread": "leave it out: tf.data reads ahead in a thread of its own",
    "TextLineReader": _QUEUES,
    "TFRecordReader": _QUEUES,
    "FixedLengthRecordReader": _QUEUES,
    "WholeFileReader": "use tf.io.read_file in a function given to Dataset.map",
    "IdentityReader": _QUEUES,
    "ReaderBase": _QUEUES,
    "FIFOQueue": _QUEUES,
    "PaddingFIFOQueue": _QUEUES,
    "RandomShuffleQueue": _QUEUES,
    "PriorityQueue": _QUEUES,
    "QueueBase": _QUEUES,
    "queue": _QUEUES,
    # eager training
    "GradientTape": _EAGER,
    "contrib.eager.GradientTape": _EAGER,
    "contrib.eager.implicit_gradients": _EAGER,
    "contrib.eager.gradients_function": _EAGER,
    "RegisterGradient": "use jax.custom_vjp on a function of arrays",
    "Module": "use a Flax or Equinox module in a model function written in JAX",
    "CriticalSection": _STATE,
    "autograph": "use tf.cond, tf.while_loop and tf.map_fn in functions that are traced",
    "contrib.autograph": "use tf.cond, tf.while_loop and tf.map_fn in functions that are traced",
    "raw_ops": "use the function of the same name at the root or in tf.nn, tf.math, tf.strings, tf.io",
    # Keras
    "keras.callbacks": f"{_KERAS_RUN}; hooks (tf.train.SessionRunHook) do what callbacks do",
    "keras.applications": "use a Keras model of keras_hub or a Flax module in a model function",
    "keras.preprocessing.image": "use tf.image in a function given to Dataset.map",
    # distribution, accelerators
    "contrib.tpu": _TPU,
    "estimator.tpu": _TPU,
    "tpu": _TPU,
    "contrib.cluster_resolver": _TPU,
    "contrib.distribute": _DISTRIBUTE,
    "distribute": _DISTRIBUTE,
    "train.replica_device_setter": "leave it out: variables stand where the step computes",
    "train.Server": "leave it out: TF_CONFIG and tf.estimator.train_and_evaluate are enough",
    "train.SyncReplicasOptimizer": _DISTRIBUTE,
    "train.ClusterSpec": "leave it out: TF_CONFIG and tf.estimator.train_and_evaluate are enough",
    "contrib.mixed_precision": "cast features to tf.bfloat16 in the model function",
    "tsl": _GRAPH,
    "xla": "leave it out: everything on the device is compiled by XLA",
    "contrib.compiler": "leave it out: everything on the device is compiled by XLA",
    # contrib
    "contrib.slim": _SLIM,
    "contrib.learn.Experiment": _EXPERIMENT,
    "contrib.learn.learn_runner": _EXPERIMENT,
    "contrib.learn.make_export_strategy": "use tf.estimator.LatestExporter in EvalSpec(exporters=…)",
    "contrib.learn.utils.saved_model_export_utils": "use tf.estimator.LatestExporter in EvalSpec(exporters=…)",
    "contrib.learn.ModeKeys": "use tf.estimator.ModeKeys",
    "contrib.learn.RunConfig": "use tf.estimator.RunConfig",
    "contrib.learn.ModelFnOps": "use tf.estimator.EstimatorSpec",
    "contrib.learn.InputFnOps": "use tf.estimator.export.ServingInputReceiver",
    "contrib.learn.datasets": "read the files with tf.data, or take them from scikit-learn's datasets",
    "contrib.learn": f"{_ESTIMATOR}, which has taken its place: train_and_evaluate for Experiment and learn_runner, "
    "LatestExporter for make_export_strategy",
    "contrib.training.batch_sequences_with_states": _QUEUES,
    "contrib.training.train": "use tf.estimator.Estimator(model_fn).train(input_fn)",
    "contrib.training.evaluate_once": "use tf.estimator.Estimator(model_fn).evaluate(input_fn)",
    "contrib.crf": "write the forward recursion with jax.lax.scan",
    "contrib.factorization": "use tf.feature_column.embedding_column for users and items, and the product of the two",
    "contrib.gan": _GAN,
    "contrib.timeseries": "use tf.estimator.experimental.RNNEstimator, or windows of a Dataset with DNNRegressor",
    "contrib.boosted_trees": "use tf.estimator.BoostedTreesClassifier or BoostedTreesRegressor",
    "contrib.tensor_forest": "use tf.estimator.BoostedTreesClassifier or BoostedTreesRegressor",
    "contrib.rnn": _RNN,
    "contrib.cudnn_rnn": _RNN,
    "contrib.seq2seq": "use tf.nn.dynamic_rnn, or write the decoder with jax.lax.scan",
    "contrib.legacy_seq2seq": "use tf.nn.dynamic_rnn, or write the decoder with jax.lax.scan",
    "contrib.summary": "use tf.summary",
    "contrib.opt": "use tf.train, tf.optimizers or an optax transformation",
    "contrib.distributions": "use jax.random and jax.scipy.stats in a model function",
    "distributions": "use jax.random and jax.scipy.stats in a model function",
    "contrib.metrics": "use tf.metrics",
    "contrib.losses": "use tf.losses",
    "contrib.image": "use tf.image",
    "contrib.saved_model": _EXPORT,
    "contrib.session_bundle": _EXPORT,
    "contrib.quantize": _LITE,
    "contrib.tensorrt": _LITE,
    "contrib.keras": "use tf.keras",
    "contrib.lookup": "use tf.lookup",
    "contrib.data": "use tf.data and tf.data.experimental",
    "contrib.estimator": f"{_ESTIMATOR} or tf.estimator.experimental",
    "contrib.feature_column": "use tf.feature_column",
    "examples": "the examples of TensorFlow are no part of it any more: read the files with tf.data",
    # the rest
    "estimator.experimental.LinearSDCA": "use tf.estimator.LinearClassifier with the optimizer 'Ftrl'",
    "estimator.experimental.KMeans": "use sklearn.cluster.MiniBatchKMeans",
    "train.Checkpoint": "an Estimator saves by itself; tf.train.load_checkpoint and tf.train.load_variable read",
    "debugging.experimental": "use estimax.config.run_eagerly(True) and Python's own debugger",
    "python.debug": "use estimax.config.run_eagerly(True) and Python's own debugger",
    "profiler": "use tf.train.ProfilerHook, whose trace TensorBoard opens",
    "python.ops": "use the public name, which stands at the root, or in tf.nn, tf.math, tf.strings",
    "python": "use the public name: of TensorFlow's inner modules only those are here that programs name often",
    "load_op_library": "use tf.py_function on the host, or a JAX FFI call in a model function",
    "load_library": "use tf.py_function on the host, or a JAX FFI call in a model function",
    "TensorArray": "use jax.lax.scan or tf.map_fn, which collect what each turn gives",
    "signal": "use jax.numpy.fft in a model function, or numpy.fft through tf.py_function on the host",
    "audio": "decode with scipy.io.wavfile through tf.py_function",
}


def advice(dotted: str) -> str | None:
    """Returns what to use instead of a name, given without its `tf.`, or None where nothing is known.

    Example:
        >>> from estimax._base._advice import advice
        >>> advice("contrib.learn.ModeKeys")
        'use tf.estimator.ModeKeys'
        >>> advice("no_such_name") is None
        True
    """
    while dotted:
        if dotted in ADVICE:
            return ADVICE[dotted]
        dotted = dotted.rpartition(".")[0]
    return None
