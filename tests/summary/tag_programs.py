"""Model functions that declare summaries as programs do: `program(tf, v1, x, y)`, with `tf` TensorFlow 2.15 or estimax.

`x` are features [4, 3], `y` numbers [4]. What matters is under which tags the summaries
are found in the event file, so each program is a few lines.
"""


def loss_of(v1, x, y, units=1, name=None):
    return v1.losses.mean_squared_error(y, v1.layers.dense(x, units, name=name)[:, 0])


def plain(tf, v1, x, y):
    v1.summary.scalar("a", tf.reduce_mean(x))
    v1.summary.histogram("h", x)
    v1.summary.image("i", tf.reshape(x[:, :1], [4, 1, 1, 1]))
    v1.summary.image("one", tf.reshape(x[:, :1], [4, 1, 1, 1]), max_outputs=1)
    v1.summary.image("two", tf.reshape(x[:2, :1], [2, 1, 1, 1]), max_outputs=5)
    v1.summary.audio("s", x, 100.0)
    v1.summary.audio("s1", x, 100.0, max_outputs=1)
    v1.summary.text("t", tf.constant("words"))
    v1.summary.tensor_summary("tensor", x)


def repeated_names(tf, v1, x, y):
    for _ in range(3):
        v1.summary.scalar("a", 1.0)
    v1.summary.histogram("a", x)
    v1.summary.text("a", tf.constant("w"))


def loss_by_hand(tf, v1, x, y):
    v1.summary.scalar("loss", loss_of(v1, x, y))


def named_loss(tf, v1, x, y):
    loss = tf.reduce_mean(x, name="loss")
    v1.summary.scalar("loss", loss)


def name_scopes(tf, v1, x, y):
    for _ in range(2):
        with v1.name_scope("outer"):
            v1.summary.scalar("a", 1.0)
            with v1.name_scope("inner"):
                v1.summary.scalar("b", 1.0)
                v1.summary.scalar("b", 1.0)


def name_scope_again(tf, v1, x, y):
    with v1.name_scope("outer") as scope:
        v1.summary.scalar("a", 1.0)
    with v1.name_scope(scope):
        v1.summary.scalar("a", 1.0)
    with v1.name_scope("outer/"):
        v1.summary.scalar("b", 1.0)
    with v1.name_scope(None):
        v1.summary.scalar("c", 1.0)


def variable_scopes(tf, v1, x, y):
    for _ in range(2):
        with v1.variable_scope("net", reuse=v1.AUTO_REUSE):
            w = v1.get_variable("w", [3], initializer=v1.zeros_initializer())
            v1.summary.histogram("w", w)
            v1.summary.scalar("norm", tf.reduce_sum(w))


def variable_scope_objects(tf, v1, x, y):
    with v1.variable_scope("net") as scope:
        v1.summary.scalar("a", 1.0)
    with v1.variable_scope(scope):
        v1.summary.scalar("a", 1.0)
    with v1.variable_scope(scope, auxiliary_name_scope=False):
        v1.summary.scalar("a", 1.0)
    with v1.variable_scope("net", reuse=True):
        v1.summary.scalar("a", 1.0)
    with v1.variable_scope(None, "net"):
        v1.summary.scalar("a", 1.0)


def families(tf, v1, x, y):
    v1.summary.scalar("a", 1.0, family="f")
    v1.summary.scalar("a", 1.0, family="f")
    v1.summary.scalar("a", 1.0, family="g")
    with v1.name_scope("scope"):
        v1.summary.scalar("a", 1.0, family="f")
        v1.summary.histogram("a", x, family="f")
        v1.summary.image("i", tf.reshape(x, [4, 3, 1, 1]), 1, family="f")
        v1.summary.audio("s", x, 10.0, 1, family="f")
        v1.summary.tensor_summary("t", x, family="f")


def names_of_variables(tf, v1, x, y):
    v1.layers.dense(x, 2, name="layer")
    v1.layers.dense(x, 2)
    for variable in v1.trainable_variables():
        v1.summary.histogram(variable.op.name, variable)
        v1.summary.histogram(variable.name, variable)
        v1.summary.scalar(variable.op.name + "/mean", tf.reduce_mean(variable))


def illegal_names(tf, v1, x, y):
    for name in ("a b", "w:0", "/leading", "100%", "a(b)[c]", "back\\slash.dot>gt", "double//slash", "a.b-c_d"):
        v1.summary.scalar(name, 1.0)
    v1.summary.scalar("a", 1.0, family="f g")
    with v1.name_scope("scope"):
        v1.summary.scalar("/x y", 1.0)
        v1.summary.histogram("_z", x)
        v1.summary.scalar("-minus", 1.0)
        v1.summary.image("i m", tf.reshape(x, [4, 3, 1, 1]), 1)
        v1.summary.audio("s o", x, 10.0, 1)
        v1.summary.text("t e", tf.constant("w"))


def slashes(tf, v1, x, y):
    v1.summary.scalar("a/b", 1.0)
    v1.summary.scalar("a/b", 1.0)
    v1.summary.scalar("a", 1.0)
    with v1.name_scope("a"):
        v1.summary.scalar("b", 1.0)
    with v1.name_scope("s"):
        v1.summary.scalar("root/", 1.0)


def taken_by_layers(tf, v1, x, y):
    v1.layers.dense(x, 2)
    v1.layers.dense(x, 2, name="mine")
    v1.summary.scalar("dense", 1.0)
    v1.summary.scalar("mine", 1.0)
    v1.summary.scalar("mine/kernel", 1.0)


def taken_by_metrics(tf, v1, x, y):
    accuracy = v1.metrics.accuracy(tf.cast(y, tf.int32), tf.cast(y, tf.int32))
    v1.summary.scalar("accuracy", accuracy[1])
    named = v1.metrics.mean(x, name="mean_x")
    v1.summary.scalar("mean_x", named[1])


def taken_by_losses(tf, v1, x, y):
    v1.losses.mean_squared_error(y, x[:, 0])
    v1.summary.scalar("mean_squared_error", 1.0)
    total = v1.losses.get_total_loss()
    v1.summary.scalar("total_loss", total)


def taken_by_named_results(tf, v1, x, y):
    mean = tf.reduce_mean(x, name="average")
    v1.summary.scalar("average", mean)
    with v1.name_scope("s"):
        v1.summary.scalar("average", tf.identity(mean, name="average"))
    v1.summary.scalar("x", tf.identity(mean, name="y"))
    v1.summary.scalar("y", mean)


def taken_by_the_run(tf, v1, x, y):
    v1.summary.scalar("global_step", v1.train.get_global_step())
    v1.summary.scalar("gradients", 1.0)
    v1.summary.scalar("accuracy", 1.0)
    v1.summary.scalar("learning_rate", 0.1)
    total, norm = tf.clip_by_global_norm([x], 1.0), v1.global_norm([x])
    v1.summary.scalar("global_norm", norm)
    v1.summary.histogram("clip_by_global_norm", total[0][0])


def blocks(tf, v1, x, y):
    net = x
    for number in range(2):
        with v1.variable_scope(f"block{number}"):
            net = v1.layers.dense(net, 3, tf.nn.relu, name="dense")
            net = v1.layers.dropout(net, 0.5)
            v1.summary.histogram("dense", net)
            v1.summary.scalar("fraction_of_zeros", tf.nn.zero_fraction(net))
            v1.summary.scalar("zero_fraction", tf.nn.zero_fraction(net))
    with v1.variable_scope("head", values=(net,)) as scope:
        logits = v1.layers.dense(net, 1, name=scope)
        v1.summary.scalar("head/fraction_of_zero_values", tf.nn.zero_fraction(logits))
        v1.summary.histogram("head/activation", logits)
    v1.summary.histogram("predictions", tf.sigmoid(logits, name="predictions"))


def taken_by_default_names(tf, v1, x, y):
    v1.summary.scalar("Mean", tf.reduce_mean(x))
    v1.summary.scalar("Sum", tf.reduce_sum(x))
    v1.summary.scalar("Max", tf.reduce_max(x))
    v1.summary.histogram("Relu", tf.nn.relu(x))
    v1.summary.histogram("Softmax", tf.nn.softmax(x))
    v1.summary.scalar("Square", tf.reduce_mean(tf.square(x)))
    v1.summary.histogram("Reshape", tf.reshape(x, [-1]))
    v1.summary.histogram("Cast", tf.cast(x, tf.int32))
    v1.summary.histogram("Sigmoid", tf.sigmoid(x))
    v1.summary.histogram("ArgMax", tf.argmax(x, 1))


def taken_by_lower_names(tf, v1, x, y):
    v1.summary.scalar("mean", tf.reduce_mean(x))
    v1.summary.scalar("max", tf.reduce_max(x))
    v1.summary.histogram("logits", v1.layers.dense(x, 2))
    v1.summary.scalar("LOSS", tf.reduce_sum(x, name="Loss"))


def case_of_names(tf, v1, x, y):
    v1.summary.scalar("A", 1.0)
    v1.summary.scalar("a", 1.0)
    with v1.name_scope("B"):
        v1.summary.scalar("c", 1.0)
    with v1.name_scope("b"):
        v1.summary.scalar("c", 1.0)


def learning_rates(tf, v1, x, y):
    rate = v1.train.exponential_decay(0.1, v1.train.get_global_step(), 10, 0.9)
    v1.summary.scalar("learning_rate", rate)
    named = v1.train.exponential_decay(0.1, v1.train.get_global_step(), 10, 0.9, name="rate")
    v1.summary.scalar("rate", named)


def gradients(tf, v1, x, y):
    loss = loss_of(v1, x, y, name="layer")
    for gradient, variable in v1.train.GradientDescentOptimizer(0.1).compute_gradients(loss):
        v1.summary.histogram(f"{variable.op.name}/gradient", gradient)
        v1.summary.scalar("gradient_norm", tf.norm(gradient))


def towers(tf, v1, x, y):
    for number in range(2):
        with v1.variable_scope(v1.get_variable_scope(), reuse=number > 0 or None), v1.name_scope(f"tower_{number}"):
            net = v1.layers.dense(x, 2, name="layer")
            v1.summary.histogram("activations", net)
            v1.summary.scalar("sparsity", tf.nn.zero_fraction(net))


def mnist(tf, v1, x, y):
    """The function of the well-known tutorial."""

    def variable_summaries(var):
        with v1.name_scope("summaries"):
            mean = tf.reduce_mean(var)
            v1.summary.scalar("mean", mean)
            with v1.name_scope("stddev"):
                stddev = tf.sqrt(tf.reduce_mean(tf.square(var - mean)))
            v1.summary.scalar("stddev", stddev)
            v1.summary.scalar("max", tf.reduce_max(var))
            v1.summary.scalar("min", tf.reduce_min(var))
            v1.summary.histogram("histogram", var)

    with v1.name_scope("input"):
        v1.summary.image("input_image", tf.reshape(x, [-1, 1, 3, 1]), 10)
    for name, size in ("layer1", 3), ("layer2", 2):
        with v1.name_scope(name):
            with v1.name_scope("weights"):
                weights = v1.get_variable(f"{name}_w", [3, size], initializer=v1.ones_initializer())
                variable_summaries(weights)
            with v1.name_scope("Wx_plus_b"):
                preactivate = tf.matmul(x, weights)
                v1.summary.histogram("pre_activations", preactivate)
            v1.summary.histogram("activations", tf.nn.relu(preactivate, name="activation"))
    with v1.name_scope("cross_entropy"), v1.name_scope("total"):
        entropy = v1.losses.mean_squared_error(y, preactivate[:, 0])
    v1.summary.scalar("cross_entropy", entropy)
    with v1.name_scope("accuracy"):
        with v1.name_scope("correct_prediction"):
            correct = tf.equal(tf.argmax(preactivate, 1), 0)
        with v1.name_scope("accuracy"):
            accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    v1.summary.scalar("accuracy", accuracy)


def collections(tf, v1, x, y):
    v1.summary.scalar("none", 1.0, collections=[])
    v1.summary.scalar("own", 1.0, collections=["own"])
    v1.summary.scalar("both", 1.0, collections=["own", v1.GraphKeys.SUMMARIES])
    v1.summary.histogram("h", x, collections=["own"])
    v1.summary.text("t", tf.constant("w"), collections=["own"])
    v1.summary.scalar("usual", 1.0)


def merged_into_a_collection(tf, v1, x, y):
    one = v1.summary.scalar("one", 1.0, collections=[])
    two = v1.summary.scalar("two", 1.0, collections=[])
    v1.summary.scalar("three", 1.0, collections=[])
    v1.summary.merge([one, two], collections=[v1.GraphKeys.SUMMARIES])


def added_to_the_collection(tf, v1, x, y):
    v1.add_to_collection(v1.GraphKeys.SUMMARIES, v1.summary.scalar("one", 1.0, collections=[]))
    v1.summary.scalar("two", float(len(v1.get_collection(v1.GraphKeys.SUMMARIES))))


def numbers_of_all_kinds(tf, v1, x, y):
    v1.summary.scalar("int", tf.cast(4, tf.int64))
    v1.summary.scalar("python", 3)
    v1.summary.scalar("bool_sum", tf.reduce_sum(tf.cast(x > 0, tf.int32)))
    v1.summary.scalar("of_one_element", tf.reshape(tf.reduce_mean(x), []))
    v1.summary.histogram("ints", tf.cast(x * 5, tf.int32))
    v1.summary.histogram("number", tf.constant(2.0))
    v1.summary.histogram("python_list", [1.0, 2.0, 2.0])
    v1.summary.scalar("nan", tf.constant(float("nan")))
    v1.summary.scalar("inf", tf.constant(float("inf")))


def texts(tf, v1, x, y):
    v1.summary.text("one", tf.constant("w"))
    v1.summary.text("list", tf.constant(["a", "b"]))
    v1.summary.text("table", tf.constant([["a", "b"], ["c", "d"]]))
    v1.summary.text("of_numbers", tf.strings.as_string(tf.constant([1, 2])))
    v1.summary.text("joined", tf.strings.join(["a", "b"]))
    v1.summary.tensor_summary("strings", tf.constant(["a", "b"]))
    v1.summary.tensor_summary("numbers", tf.constant([[1, 2]]))
    with v1.name_scope("scope"):
        v1.summary.text("t", tf.constant("w"))


def of_version_two(tf, v1, x, y):
    tf.summary.scalar("a", 1.0)
    v1.summary.scalar("b", 1.0)


def contributed_losses(tf, v1, x, y):
    with v1.variable_scope("model"):
        net = v1.layers.dense(x, 2, tf.nn.relu)
        v1.summary.histogram("net", net)
        v1.summary.scalar("dead", tf.nn.zero_fraction(net))
        with v1.variable_scope("out"):
            v1.summary.histogram("logits", v1.layers.dense(net, 1))
    v1.summary.scalar("model", 1.0)
    v1.summary.scalar("model/net", 1.0)


PROGRAMS = {name: made for name, made in vars().items() if callable(made) and name != "loss_of"}
