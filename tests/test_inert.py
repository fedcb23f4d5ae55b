"""Names that are taken and do nothing, or little: switches, devices, settings of sessions, errors, versions."""

import pytest

import estimax as tf

V1 = tf.compat.v1


@pytest.mark.parametrize("root", [tf, V1], ids=["root", "v1"])
def test_switches_are_taken(root):
    for name in ("eager_execution", "v2_behavior", "resource_variables", "tensor_equality", "control_flow_v2"):
        for verb in ("enable", "disable"):
            if hasattr(root, f"{verb}_{name}"):
                assert getattr(root, f"{verb}_{name}")() is None
    root.disable_v2_behavior()
    assert root.executing_eagerly() and root.resource_variables_enabled()


def test_functions_that_are_traced_are_not_eager():
    seen = []
    dataset = tf.data.Dataset.range(2).map(lambda x: (seen.append(tf.executing_eagerly()), x)[1])
    assert [int(x) for x in dataset] == [0, 1]
    assert seen and not any(seen)


def test_a_decorated_function_is_itself():
    def double(x):
        return x * 2

    assert tf.function(double) is double
    assert tf.function(input_signature=[tf.TensorSpec([])], jit_compile=True)(double) is double
    with tf.device("/gpu:0"), tf.init_scope():
        assert double(tf.constant(2)).numpy() == 4


def test_settings_of_a_session_are_kept_and_compared():
    config = tf.ConfigProto(allow_soft_placement=True, gpu_options=tf.GPUOptions(allow_growth=True))
    config.gpu_options.per_process_gpu_memory_fraction = 0.5
    config.graph_options.optimizer_options.global_jit_level = tf.OptimizerOptions.ON_1
    config.device_count["GPU"] = 0
    other = tf.ConfigProto()
    assert other != config and other.device_count == {}
    other.CopyFrom(config)
    assert other == config
    assert "allow_growth=True" in repr(config)
    assert tf.estimator.RunConfig(session_config=config).session_config == config
    with pytest.raises(ValueError, match="no field 'alow_soft_placement'; did you mean 'allow_soft_placement'"):
        tf.ConfigProto(alow_soft_placement=True)
    with pytest.raises(AttributeError, match="GPUOptions has no field"):
        config.gpu_options.alow_growth = True


def test_errors_are_caught_by_their_names_and_numbers():
    assert tf.errors.OUT_OF_RANGE == 11 and tf.errors.NOT_FOUND == 5
    for name in tf.errors.__all__:
        assert issubclass(getattr(tf.errors, name), tf.errors.OpError)
        assert getattr(tf.errors, name).__module__ == "estimax.errors"
    with pytest.raises(tf.errors.NotFoundError):
        tf.gfile.Stat("/no/such/file")


def test_texts_are_bytes_and_back():
    compat = tf.compat
    assert (compat.as_str(b"a"), compat.as_bytes("é"), compat.as_text(b"x"), compat.as_str_any(3)) == (
        "a",
        b"\xc3\xa9",
        "x",
        "3",
    )
    with pytest.raises(TypeError, match="got 3"):
        compat.as_bytes(3)
    assert isinstance(1, compat.integral_types) and not isinstance(1.5, compat.integral_types)
    assert compat.dimension_value(tf.TensorShape([2])[0]) == 2
    assert compat.v2 is tf


def test_the_version_is_told_as_the_original_tells_its_own():
    assert tf.version.VERSION == tf.VERSION == tf.__version__
    assert tf.version.GIT_VERSION.endswith(tf.__version__)


def test_what_is_a_tensor():
    assert tf.is_tensor(tf.constant(1)) and tf.is_tensor(tf.SparseTensor([[0]], [1], [2]))
    assert not tf.is_tensor([1]) and not tf.is_tensor(tf.constant(1).numpy())


def test_small_names_of_contrib_and_train(tmp_path):
    assert tf.contrib.cloud.configure_gcs() is None
    assert all(name.startswith("/job:localhost/replica:0/task:0/device:") for name in tf.contrib.eager.list_devices())
    (tmp_path / "a.csv").write_text("1")
    assert tf.train.match_filenames_once(str(tmp_path / "*.csv")).numpy().tolist() == [str(tmp_path / "a.csv").encode()]
    assert tf.get_logger().name == "tensorflow"
    assert tf.contrib.framework.nest is tf.nest


def test_partitioners_are_taken_and_cut_nothing():
    for make in (tf.fixed_size_partitioner, tf.variable_axis_size_partitioner, tf.min_max_variable_partitioner):
        assert make(4)([6, 2]) == [1, 1]
