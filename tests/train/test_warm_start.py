"""Models that start from the variables of another; the numbers of the tables are what TensorFlow 2.15.1 gives."""

import logging

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax.train._checkpoints import save_checkpoint

v1 = tf.compat.v1
EMB = np.arange(10, dtype=np.float32).reshape(5, 2) + 1
KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3) + 1
BIAS = np.array([10, 11, 12], np.float32)
OLD = {"old/emb": EMB, "old/kernel": KERNEL, "old/bias": BIAS, "old/moving": np.full(2, 5, np.float32)}
RENAMES = {f"new/{name}": f"old/{name}" for name in ("emb", "kernel", "bias")}


@pytest.fixture
def old(tmp_path):
    """The folder of a model whose variables stand under `old/`."""
    save_checkpoint(str(tmp_path / "old"), 7, {**OLD, "global_step": np.int64(7)})
    return str(tmp_path / "old")


@pytest.fixture
def words(tmp_path):
    """Writes a vocabulary; returns its path."""

    def write(*listed):
        path = tmp_path / f"{'_'.join(listed)}.txt"
        path.write_text("".join(f"{word}\n" for word in listed))
        return str(path)

    return write


def model_fn(features, labels, mode, params):
    classes, rows = params.get("classes", 3), params.get("rows", 5)
    with v1.variable_scope(params.get("scope", "new")):
        emb = v1.get_variable("emb", [rows, 2], initializer=v1.zeros_initializer())
        kernel = v1.get_variable("kernel", [2, classes], initializer=v1.zeros_initializer())
        bias = v1.get_variable("bias", [classes], initializer=v1.zeros_initializer())
        moving = v1.get_variable("moving", [2], initializer=v1.zeros_initializer(), trainable=False)
    inside = params.get("inside")
    if inside:
        inside({"emb": emb, "kernel": kernel, "bias": bias, "moving": moving})
    parts = [tf.reduce_sum(x) for x in (emb, kernel, bias, moving)]
    loss = 0.0 * sum(parts) + 0.0 * tf.reduce_sum(features)
    train_op = v1.train.GradientDescentOptimizer(0.0).minimize(loss, v1.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def input_fn():
    return tf.data.Dataset.from_tensors(np.ones(2, np.float32)).repeat()


def started(folder, warm_start_from=None, **params):
    """Trains a new model for one step that changes nothing; returns its variables without their scope."""
    model = tf.estimator.Estimator(model_fn, str(folder), params=params, warm_start_from=warm_start_from)
    model.train(input_fn, steps=1)
    names = [n for n in model.get_variable_names() if n != "global_step"]
    return {name.rpartition("/")[2]: model.get_variable_value(name) for name in names}


def taken(found, want=OLD):
    """Returns which variables have the values of the old model; asserts that the others are zero."""
    same = {n for n, v in found.items() if np.array_equal(v, want[f"old/{n}"])}
    assert all(not v.any() for n, v in found.items() if n not in same)
    return same


PATTERNS = {
    "all that are trained": (".*", {"emb", "kernel", "bias"}),
    "one": ("old/k.*", {"kernel"}),
    "from the start": (".*ernel", {"kernel"}),
    "not in the middle": ("ernel", set()),
    "with the number of an output": ("old/bias:0", {"bias"}),
    "to the end": ("old/bias$", {"bias"}),
    "a list, also of what is not trained": (["old/kernel", "old/moving"], {"kernel", "moving"}),
    "a list of patterns": (["old/.*"], {"emb", "kernel", "bias", "moving"}),
    "an empty list": ([], set()),
    "none": (None, set()),
}


@pytest.mark.parametrize("case", PATTERNS)
def test_patterns_choose_what_starts_from_the_checkpoint(case, old, tmp_path):
    wanted, expected = PATTERNS[case]
    settings = tf.estimator.WarmStartSettings(old, wanted)
    assert taken(started(tmp_path / "new", settings, scope="old")) == expected


def test_a_path_takes_the_trained_variables_and_says_what_is_missing(old, tmp_path, caplog):
    caplog.set_level(logging.INFO, logger="tensorflow")
    assert taken(started(tmp_path / "new", old, scope="old")) == {"emb", "kernel", "bias"}
    assert f"Warm-starting from: {old}" in caplog.messages
    assert "Warm-starting variables only in TRAINABLE_VARIABLES." in caplog.messages
    assert "Warm-started 3 variables." in caplog.messages
    save_checkpoint(str(tmp_path / "part"), 1, {"old/bias": BIAS})
    assert taken(started(tmp_path / "less", str(tmp_path / "part"), scope="old")) == {"bias"}
    assert f"{tmp_path}/part does not have old/emb, old/kernel: these start anew." in caplog.messages
    with pytest.raises(NotFoundError, match="none of the model's variables"):
        started(tmp_path / "other", old)


def test_log_lines_are_the_originals(old, tmp_path, caplog):
    caplog.set_level(logging.INFO, logger="tensorflow")
    started(tmp_path / "new", tf.estimator.WarmStartSettings(old, "old/k.*"), scope="old")
    assert [m for m in caplog.messages if m.startswith("Warm-start")] == [
        f"Warm-starting with WarmStartSettings: WarmStartSettings(ckpt_to_initialize_from={old!r}, "
        "vars_to_warm_start='old/k.*', var_name_to_vocab_info={}, var_name_to_prev_var_name={})",
        f"Warm-starting from: {old}",
        "Warm-starting variables only in TRAINABLE_VARIABLES.",
        "Warm-started 1 variables.",
    ]


def test_variables_may_have_had_other_names(old, tmp_path):
    settings = tf.estimator.WarmStartSettings(old, var_name_to_prev_var_name=RENAMES)
    assert taken(started(tmp_path / "new", settings)) == {"emb", "kernel", "bias"}


def test_a_run_that_goes_on_from_its_own_checkpoint_is_not_warm_started_again(old, tmp_path):
    settings = tf.estimator.WarmStartSettings(old, var_name_to_prev_var_name=RENAMES)
    model = tf.estimator.Estimator(model_fn, str(tmp_path / "new"), params={})
    model.train(input_fn, steps=1)
    assert taken(started(tmp_path / "new", settings)) == set()


VOCABULARIES = {
    # new rows by the words blue, pink, red, grey and one bucket
    "all words": ({"new": 4, "oov": 1, "old": -1}, [[5, 6], [0, 0], [1, 2], [0, 0], [0, 0]]),
    "fewer words of either": ({"new": 3, "oov": 2, "old": 2}, [[0, 0], [0, 0], [1, 2], [0, 0], [0, 0]]),
    "other rows than said": ({"new": 4, "oov": 2, "old": 3}, [[5, 6], [0, 0], [1, 2], [0, 0], [0, 0]]),
    "rows of new words": ({"new": 4, "oov": 1, "old": 3, "backup": 7}, [[5, 6], [7, 7], [1, 2], [7, 7], [7, 7]]),
}


@pytest.mark.parametrize("case", VOCABULARIES)
@pytest.mark.parametrize("pattern", [None, "new/emb"])
def test_rows_follow_their_words(case, pattern, old, words, tmp_path):
    sizes, expected = VOCABULARIES[case]
    backup = v1.constant_initializer(float(sizes["backup"])) if "backup" in sizes else None
    info = tf.estimator.VocabInfo(
        words("blue", "pink", "red", "grey"),
        sizes["new"],
        sizes["oov"],
        words("red", "green", "blue"),
        sizes["old"],
        backup,
    )
    renames = {"new/emb": "old/emb"}
    settings = tf.estimator.WarmStartSettings(old, pattern, {"new/emb": info}, renames)
    found = started(tmp_path / "new", settings)
    assert found["emb"].tolist() == expected
    assert not found["kernel"].any()


def test_columns_and_biases_follow_the_names_of_classes(old, words, tmp_path):
    new, before = words("dog", "ant", "cat"), words("cat", "dog", "cow")
    infos = {
        "new/kernel": tf.estimator.VocabInfo(new, 3, 1, before, 3, axis=1),
        "new/bias": tf.estimator.VocabInfo(new, 3, 1, before, 3),
    }
    settings = tf.estimator.WarmStartSettings(old, None, infos, RENAMES)
    found = started(tmp_path / "new", settings, classes=4)
    assert found["kernel"].tolist() == [[2, 0, 1, 0], [5, 0, 4, 0]]
    assert found["bias"].tolist() == [11, 0, 10, 0]
    assert not found["emb"].any()


def test_a_model_with_a_grown_vocabulary_keeps_what_it_knew(words, tmp_path):
    def model(folder, vocabulary, size, start=None):
        colour = tf.feature_column.categorical_column_with_vocabulary_file("colour", vocabulary, size)
        return tf.estimator.LinearRegressor([colour], str(tmp_path / folder), warm_start_from=start)

    def data(colours):
        return lambda: tf.data.Dataset.from_tensor_slices(({"colour": colours}, [1.0, 3.0])).batch(2).repeat()

    before = words("red", "green")
    model("first", before, 2).train(data(["red", "green"]), steps=20)
    after = words("blue", "green", "red")
    name = "linear/linear_model/colour/weights"
    settings = tf.estimator.WarmStartSettings(
        str(tmp_path / "first"), var_name_to_vocab_info={name: tf.estimator.VocabInfo(after, 3, 0, before, 2)}
    )
    grown = model("grown", after, 3, settings)
    grown.train(data(["red", "green"]), steps=1)
    red, green = tf.train.load_variable(str(tmp_path / "first"), name)
    begun = tf.train.load_variable(f"{grown.model_dir}/model.ckpt-0", name)
    assert red.any() and green.any()
    np.testing.assert_array_equal(begun, [[0], green, red])


BAD = {
    "a variable that the checkpoint lacks": (lambda: {}, InvalidArgumentError, "has no variable 'new/emb'"),
    "an unused rename": (
        lambda: {"var_name_to_prev_var_name": {**RENAMES, "new/zz": "old/emb"}},
        InvalidArgumentError,
        r"var_name_to_prev_var_name that were not used: \['new/zz'\]",
    ),
    "an unused vocabulary": (
        lambda: {
            "var_name_to_prev_var_name": RENAMES,
            "var_name_to_vocab_info": {"new/zz": tf.estimator.VocabInfo("a", 1, 0, "b")},
        },
        InvalidArgumentError,
        r"var_name_to_vocab_info that were not used: \['new/zz'\]",
    ),
    "no pattern": (lambda: {"vars_to_warm_start": "("}, InvalidArgumentError, "must hold regular expressions"),
    "a number": (lambda: {"vars_to_warm_start": 3}, InvalidArgumentError, "a list of such or of variables, or None"),
}


@pytest.mark.parametrize("case", BAD)
def test_settings_that_do_not_fit_are_explained(case, old, tmp_path):
    options, error, message = BAD[case]
    with pytest.raises(error, match=message):
        started(tmp_path / "new", tf.estimator.WarmStartSettings(old, **options()))


def test_shapes_and_vocabularies_that_do_not_fit_are_explained(old, words, tmp_path):
    renamed = tf.estimator.WarmStartSettings(old, var_name_to_prev_var_name=RENAMES)
    with pytest.raises(
        ValueError, match=r"'new/emb' has shape \[6, 2\] in this model, and 'old/emb' has shape \[5, 2\]"
    ):
        started(tmp_path / "shape", renamed, rows=6)
    few, many = words("red", "green"), words("a", "b", "c", "d", "e", "f", "g")
    for new, new_size, before, message in (
        (few, 3, few, "has 2 lines; vocab_size asks for 3"),
        (few, 2, many, "has 7 words, and the variable in the checkpoint 5 rows"),
    ):
        infos = {"new/emb": tf.estimator.VocabInfo(new, new_size, 0, before)}
        with pytest.raises(InvalidArgumentError, match=message):
            started(tmp_path / "words", tf.estimator.WarmStartSettings(old, None, infos, {"new/emb": "old/emb"}))
    infos = {"new/kernel": tf.estimator.VocabInfo(few, 2, 0, few)}
    with pytest.raises(InvalidArgumentError, match="may differ along the axis 0"):
        started(tmp_path / "axis", tf.estimator.WarmStartSettings(old, None, infos, RENAMES), classes=4)
    with pytest.raises(NotFoundError, match="no checkpoint '/nowhere'"):
        started(tmp_path / "nowhere", "/nowhere")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tf.estimator.VocabInfo("a", 1, 0, "b", axis=2), "axis of a VocabInfo must be 0 or 1; got 2"),
        (lambda: tf.estimator.VocabInfo("a", -1, 0, "b"), "new_vocab_size=-1"),
        (lambda: tf.estimator.WarmStartSettings(""), "ckpt_to_initialize_from must be the path"),
        (lambda: tf.estimator.WarmStartSettings("a", var_name_to_vocab_info=["x"]), "must map names of variables"),
        (lambda: tf.estimator.Estimator(model_fn, warm_start_from=7), "warm_start_from must be the path"),
    ],
)
def test_what_is_no_description_is_refused_at_once(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make()


MAPS = {
    "names": (lambda v: {"old/bias": "new/bias"}, {"bias"}),
    "names of outputs": (lambda v: {"old/bias": "new/bias:0"}, {"bias"}),
    "variables": (lambda v: {"old/bias": v["bias"], "old/moving": v["moving"]}, {"bias", "moving"}),
    "lists of variables": (lambda v: {"old/bias": [v["bias"]]}, {"bias"}),
    "pairs": (lambda v: [("old/bias", v["bias"]), ("old/emb", "new/emb")], {"bias", "emb"}),
    "scopes": (lambda v: {"old/": "new/"}, {"emb", "kernel", "bias", "moving"}),
    "a scope without variables": (lambda v: {"old/": "other/"}, set()),
}


@pytest.mark.parametrize("case", MAPS)
def test_variables_are_initialised_from_a_checkpoint_inside_of_a_model_function(case, old, tmp_path):
    make, expected = MAPS[case]
    found = started(tmp_path / "new", inside=lambda v: v1.train.init_from_checkpoint(old, make(v)))
    assert taken(found) == expected


def test_the_whole_checkpoint_and_the_whole_model_are_a_slash(old, tmp_path):
    save_checkpoint(str(tmp_path / "bare"), 1, {name.removeprefix("old/"): value for name, value in OLD.items()})
    bare, slash = str(tmp_path / "bare"), {"/": "new/"}
    assert len(taken(started(tmp_path / "a", inside=lambda v: v1.train.init_from_checkpoint(bare, slash)))) == 4
    whole = {"/": "/"}
    inside = {"scope": "old", "inside": lambda v: v1.train.init_from_checkpoint(old, whole)}
    assert len(taken(started(tmp_path / "b", **inside))) == 4


def test_the_program_of_a_fine_tuned_model_runs(old, tmp_path):
    """It maps what the checkpoint lists onto what the model has, by their names."""

    def inside(_):
        present = {v.name.removesuffix(":0").removeprefix("new/") for v in tf.trainable_variables()}
        listed = [name for name, _ in tf.train.list_variables(old)]
        mapping = {name: name.replace("old/", "new/") for name in listed if name.removeprefix("old/") in present}
        v1.train.init_from_checkpoint(old, mapping)

    assert taken(started(tmp_path / "new", inside=inside)) == {"emb", "kernel", "bias"}


def test_a_run_with_a_checkpoint_of_its_own_is_not_initialised_again(old, tmp_path):
    started(tmp_path / "new")
    found = started(tmp_path / "new", inside=lambda v: v1.train.init_from_checkpoint(old, {"old/": "new/"}))
    assert taken(found) == set()


def test_a_warm_start_may_stand_inside_of_a_model_function(old, tmp_path):
    def inside(_):
        tf.train.warm_start(
            old, "new/(emb|bias)", var_name_to_prev_var_name={"new/emb": "old/emb", "new/bias": "old/bias"}
        )

    assert taken(started(tmp_path / "new", inside=inside)) == {"emb", "bias"}


BAD_MAPS = {
    "missing in the checkpoint": ({"old/nope": "new/bias"}, "has no variable 'old/nope'"),
    "missing in the model": ({"old/bias": "new/nope"}, r"no variable of the model.*'scope/': 'other_scope/'"),
    "a scope without its slash": ({"old": "new"}, "no variable of the model"),
    "a scope that the checkpoint lacks": ({"zzz/": "new/"}, "has no variable 'zzz/"),
    "another shape": ({"old/emb": "new/bias"}, r"'new/bias' has shape \[3\] in this model, and 'old/emb'"),
    "no variable": ({"old/bias": 7}, "gives 'old/bias' to 7"),
    "no pairs": (["old/bias"], "must be a dictionary, or a list of pairs"),
}


@pytest.mark.parametrize("case", BAD_MAPS)
def test_maps_that_do_not_fit_are_explained(case, old, tmp_path):
    mapping, message = BAD_MAPS[case]
    with pytest.raises(ValueError, match=message):
        started(tmp_path / "new", inside=lambda v: v1.train.init_from_checkpoint(old, mapping))


def test_outside_of_a_model_function_there_is_nothing_to_initialise(old):
    with pytest.raises(FailedPreconditionError, match="must be called inside a model_fn"):
        tf.train.init_from_checkpoint(old, {"old/": "new/"})


def test_a_model_may_start_from_an_export(tmp_path):
    size = tf.feature_column.numeric_column("size")

    def rows():
        return tf.data.Dataset.from_tensors(({"size": np.ones(4, np.float32)}, np.ones(4, np.float32))).repeat()

    def receiver():
        given = {"size": v1.placeholder(tf.float32, [None])}
        return tf.estimator.export.ServingInputReceiver(given, given)

    first = tf.estimator.LinearRegressor([size], str(tmp_path / "first")).train(rows, steps=3)
    exported = first.export_saved_model(str(tmp_path / "export"), receiver).decode()
    second = tf.estimator.LinearRegressor([size], str(tmp_path / "second"), warm_start_from=exported)
    second.train(rows, steps=1)
    name = "linear/linear_model/size/weights"
    np.testing.assert_array_equal(
        tf.train.load_variable(f"{second.model_dir}/model.ckpt-0", name), first.get_variable_value(name)
    )
