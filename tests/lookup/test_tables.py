"""Tables: the results of the original, files of every kind, and tables in graphs."""

import gc
import json

import numpy as np
import pytest

import estimax as tf
from estimax import lookup, ragged, sparse, strings
from estimax._base._errors import InvalidArgumentError, NotFoundError, UnimplementedError
from estimax._base._string_array import StringArray
from estimax._graph._function import trace
from estimax._graph._saving import function_from_json, function_to_json
from estimax.data import Dataset
from estimax.lookup import KeyValueTensorInitializer, StaticHashTable, StaticVocabularyTable, TextFileInitializer
from estimax.lookup import TextFileIndex as Index
from estimax.lookup._find import index_of

WORDS = ["a", "b", "x", "y", "house", ""]


def values(tensor):
    return np.asarray(tensor.numpy()).tolist()


@pytest.fixture
def file(tmp_path):
    """Writes a file and returns its path."""

    def write(content, name="words.txt"):
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, [0, 1, -1, -1, -1, -1]),
        ({"default_value": 7}, [0, 1, 7, 7, 7, 7]),
        ({"num_oov_buckets": 3}, [0, 1, 4, 4, 3, 4]),
        ({"num_oov_buckets": 3, "default_value": 7}, [0, 1, 4, 4, 3, 4]),
        ({"num_oov_buckets": 3, "hasher_spec": lookup.StrongHashSpec([1, 2])}, [0, 1, 3, 3, 4, 3]),
    ],
)
def test_ids_are_the_originals(options, ids):
    assert values(lookup.index_table_from_tensor(["a", "b"], **options).lookup(tf.constant(WORDS))) == ids
    assert values(lookup.index_table_from_tensor(mapping=("a", "b"), **options)[tf.constant(WORDS)]) == ids


def test_ids_of_numbers_are_the_originals():
    table = lookup.index_table_from_tensor([10, 20], num_oov_buckets=3, dtype=tf.int64)
    assert table.key_dtype is tf.int64
    assert values(table.lookup(tf.constant([10, 20, 30, 40]))) == [0, 1, 4, 3]
    assert values(table.size()) == 5


def test_words_of_ids_are_the_originals():
    table = lookup.index_to_string_table_from_tensor(["a", "b"], default_value="?")
    assert values(table.lookup(tf.constant([[1, 0], [5, -1]]))) == [[b"b", b"a"], [b"?", b"?"]]
    assert values(lookup.index_to_string_table_from_tensor(["a"])[3]) == b"UNK"


@pytest.mark.parametrize(
    "kind", [(tf.int64, tf.int64), (tf.int32, tf.int32), (tf.int64, tf.float32), (tf.int32, tf.string)]
)
def test_tables_are_of_many_types(kind):
    keys, kept = kind
    some = ["x", "y"] if kept.is_string else [1, 2]
    table = StaticHashTable(KeyValueTensorInitializer([5, 3], some, keys, kept), "z" if kept.is_string else 7)
    found = table.lookup(tf.constant([3, 4], keys))
    assert (found.dtype, table.key_dtype, table.value_dtype) == (kept, keys, kept)
    assert values(found) == ([b"y", b"z"] if kept.is_string else [2, 7])


def test_a_table_knows_its_contents():
    table = StaticHashTable(KeyValueTensorInitializer({"a": 1, "b": 2}.keys(), [1, 2]), -1, name="grades")
    keys, kept = table.export()
    assert (values(keys), values(kept), values(table.size())) == ([b"a", b"b"], [1, 2], 2)
    assert (table.name, values(table.default_value), table.initializer, table.init) == ("grades", -1, None, None)
    assert lookup.tables_initializer() is None
    assert lookup.HashTable is StaticHashTable


def test_a_pair_may_be_there_twice():
    table = StaticHashTable(KeyValueTensorInitializer(["a", "b", "a"], [1.5, 2.5, 1.5]), 0.0)
    assert values(table.size()) == 2
    assert values(table.lookup(["b", "a", "c"])) == [2.5, 1.5, 0.0]


def test_vocabulary_tables_are_the_originals():
    words = KeyValueTensorInitializer(["emerson", "lake", "palmer"], tf.constant([0, 1, 2], tf.int64))
    table = StaticVocabularyTable(words, 5)
    assert values(table.lookup(tf.constant(["emerson", "lake", "x", "y", ""]))) == [0, 1, 3, 3, 6]
    assert values(table.size()) == 8
    codes = StaticVocabularyTable(KeyValueTensorInitializer(["a", "b"], [10, 20]), 5)
    assert values(codes.lookup(tf.constant(["a", "b", "c", "x"]))) == [10, 20, 4, 2]
    numbers = StaticVocabularyTable(KeyValueTensorInitializer([10, 20], [0, 1], tf.int64), 5)
    assert values(numbers.lookup(tf.constant([10, 20, 30, 40, -3], tf.int64))) == [0, 1, 5, 5, 6]
    assert values(StaticVocabularyTable(None, 5).lookup(tf.constant(["x", "y"]))) == [0, 0]
    assert values(StaticVocabularyTable(None, 5, tf.int64).lookup(tf.constant([30, 40]))) == [3, 3]


def test_keys_may_be_sparse_or_ragged():
    table = lookup.index_table_from_tensor(["a", "b"])
    assert table.lookup(ragged.constant([["a"], ["b", "c"], []])).to_list() == [[0], [1, -1], []]
    found = table.lookup(strings.string_split(["a c", "b"]))
    assert sparse.to_dense(found, -9).numpy().tolist() == [[0, -1], [1, -9]]


def test_the_lines_of_a_file_are_words(file):
    path = file(b"a\nb\r\nc d\n e ")
    table = lookup.index_table_from_file(path)
    assert values(table.lookup(tf.constant(["a", "b", "b\r", "c d", " e ", "e"]))) == [0, 1, -1, 2, 3, -1]
    assert values(table.size()) == 4
    some = lookup.index_table_from_file(path, vocab_size=2, num_oov_buckets=3)
    assert values(some.lookup(tf.constant(["a", "b", "c d", "q"]))) == [0, 1, 4, 4]
    back = lookup.index_to_string_table_from_file(tf.constant(path), default_value="?")
    assert values(back.lookup(tf.constant([0, 3, 9]))) == [b"a", b" e ", b"?"]


def test_the_columns_of_a_file_are_keys_and_values(file):
    rows = file(b"a,1,1.5\nb,2,2.5\n")

    def of(key, key_dtype, value, value_dtype, default):
        return StaticHashTable(TextFileInitializer(rows, key_dtype, key, value_dtype, value, delimiter=","), default)

    assert values(of(0, tf.string, 1, tf.int64, -1).lookup(["a", "b", "c"])) == [1, 2, -1]
    assert values(of(1, tf.int64, 2, tf.float32, 0.0).lookup([2, 3])) == [2.5, 0.0]
    assert values(of(Index.LINE_NUMBER, tf.int64, 0, tf.string, "-").lookup([1, 2])) == [b"b", b"-"]
    assert values(of(0, tf.string, Index.LINE_NUMBER, tf.int64, -1).lookup(["b"])) == [1]
    assert values(of(0, tf.string, Index.WHOLE_LINE, tf.string, "-").lookup(["b"])) == [b"b,2,2.5"]
    numbered = TextFileInitializer(rows, tf.string, Index.WHOLE_LINE, tf.int64, Index.LINE_NUMBER, value_index_offset=5)
    assert values(StaticHashTable(numbered, -1).lookup(["b,2,2.5"])) == [6]
    assert values(StaticHashTable(lookup.TextFileStringTableInitializer(rows, vocab_size=1), "?").lookup([1])) == [b"?"]
    assert values(StaticHashTable(lookup.TextFileIdTableInitializer(rows, 0, delimiter=","), -1).lookup(["b"])) == [1]


def test_files_of_numbers(file):
    table = lookup.index_table_from_file(file(b"10\n 20\n30\n"), key_dtype=tf.int64)
    assert values(table.lookup(tf.constant([20, 30, 40]))) == [1, 2, -1]


BAD_FILES = {
    "an empty line": (b"a\n\nb\n", {}, "words.txt, line 2, is empty"),
    "an empty last line": (b"a\nb\n\n", {}, "words.txt, line 3, is empty"),
    "an empty file": (b"", {}, "words.txt is empty"),
    "a word twice": (b"a\nb\na\n", {}, r"'a' has two, at .*words\.txt, line 1 and .*words\.txt, line 3"),
    "too few lines": (b"a\nb\n", {"vocab_size": 3}, "has 2 lines; vocab_size asks for 3"),
    "words among numbers": (b"1\nx\n", {"key_dtype": tf.int64}, r"int64; got b'x' at .*words\.txt, line 2"),
    "too few columns": (
        b"a,1\nb\n",
        {"key_column_index": 1, "delimiter": ","},
        r"words\.txt, line 2: column 1 \(from 0\) is asked for.*b'b'",
    ),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_what_is_wrong_with_a_file_is_said_with_its_line(what, file):
    content, options, message = BAD_FILES[what]
    with pytest.raises(InvalidArgumentError, match=message):
        lookup.index_table_from_file(file(content), **options)


def test_a_file_that_is_not_there_is_missed_at_once(tmp_path):
    with pytest.raises(NotFoundError, match=r"nothing\.txt"):
        lookup.index_table_from_file(tmp_path / "nothing.txt")


def test_a_saved_graph_needs_no_file(file, tmp_path):
    ids = lookup.index_table_from_file(file(b"a\nb\nc\n"), num_oov_buckets=2)
    words = lookup.index_to_string_table_from_file(file(b"A\nB\nC\n", "names.txt"))
    function, _ = trace(lambda x: (ids.lookup(x), words.lookup(ids.lookup(x))), tf.TensorSpec([None], tf.string))
    document, arrays = function_to_json(function)
    for path in tmp_path.iterdir():
        path.unlink()
    loaded = function_from_json(json.loads(json.dumps(document)), arrays)
    given = StringArray.of(["b", "zz", "a"])
    for restored, original in zip(loaded([given]), function([given])):
        assert restored.tolist() == original.tolist()
    assert loaded([given])[1].tolist() == [b"B", b"UNK", b"A"]


def test_the_rows_of_a_dataset_are_looked_up():
    table = lookup.index_table_from_tensor(["a", "b", "c"], default_value=9)
    rows = Dataset.from_tensor_slices(["a|c", "", "x|b|a"]).map(
        lambda r: table.lookup(strings.string_split([r], "|").values)
    )
    assert [r.tolist() for r in rows.as_numpy_iterator()] == [[0, 2], [], [9, 1, 0]]


def test_all_look_ups_in_a_table_share_one_index():
    keys = StringArray.of(["a", "b"])
    index = index_of(keys)
    assert index_of(keys) is index
    assert index_of(keys, 2) is not index
    assert index_of(StringArray.of(["a", "b"])) is not index
    del index
    gc.collect()
    assert index_of(keys).lookup(keys).tolist() == [0, 1]


def test_a_mutable_table_is_changed_as_the_program_runs():
    table = lookup.MutableHashTable(tf.string, tf.int64, -1)
    table.insert(["a", "b"], [1, 2])
    table.insert(["b", "c"], tf.constant([5, 6], tf.int64))
    assert values(table.lookup([["a", "b"], ["c", "z"]])) == [[1, 5], [6, -1]]
    table.remove(["a", "zz"])
    keys, kept = table.export()
    assert (values(keys), values(kept), values(table.size())) == ([b"b", b"c"], [5, 6], 2)
    vectors = lookup.experimental.MutableHashTable(tf.int64, tf.string, ["-", "-"])
    vectors.insert([1], [["x", "y"]])
    assert values(vectors.lookup([1, 2])) == [[b"x", b"y"], [b"-", b"-"]]
    assert values(lookup.MutableHashTable(tf.int64, tf.float32, 0.0).lookup([1])) == [0.0]


def test_a_mutable_table_is_no_part_of_a_graph():
    table = lookup.MutableHashTable(tf.string, tf.int64, -1)
    with pytest.raises(UnimplementedError, match="StaticHashTable"):
        table.lookup(tf.placeholder(tf.string, [None]))
    with pytest.raises(TypeError, match="takes string; got int32"):
        table.lookup(tf.constant([1]))
    with pytest.raises(InvalidArgumentError, match="one value"):
        table.insert(["a"], [1, 2])


def pairs(keys=("a",), kept=(1,), **options):
    return KeyValueTensorInitializer(list(keys), list(kept), **options)


REFUSED = {
    "no keys": (lambda: StaticHashTable(pairs([], []), -1), "at least one key"),
    "too few values": (lambda: pairs(["a", "b"], [1]), r"shapes \(2,\) and \(1,\)"),
    "two values for a key": (
        lambda: StaticHashTable(pairs(["a", "b", "a"], [1, 2, 3]), -1),
        r"'a' has two, at position 0 \(from 0\) and position 2",
    ),
    "a word twice": (lambda: lookup.index_table_from_tensor(["x", "x"]), "'x' has two"),
    "a number twice": (lambda: lookup.index_table_from_tensor([4, 4]), "4 has two"),
    "no words": (lambda: lookup.index_table_from_tensor(None), "needs its words"),
    "no buckets": (lambda: StaticVocabularyTable(pairs(), 0), "at least 1; got 0"),
    "fewer than no buckets": (lambda: lookup.index_table_from_tensor(["a"], num_oov_buckets=-1), "0 or more; got -1"),
    "half a key": (lambda: lookup.StrongHashSpec([1]), r"two integers; got \[1\]"),
    "a column that cannot be": (lambda: TextFileInitializer("f", tf.string, -3, tf.int64, -1), "got -3"),
    "line numbers as words": (lambda: TextFileInitializer("f", tf.string, -1, tf.int64, -1), "must be int64"),
    "whole lines as fractions": (lambda: TextFileInitializer("f", tf.string, -2, tf.float32, -2), "got float32"),
    "a long delimiter": (lambda: TextFileInitializer("f", tf.string, 0, tf.int64, 1, delimiter="||"), "one character"),
    "no lines": (lambda: TextFileInitializer("f", tf.string, 0, tf.int64, 1, vocab_size=0), "at least 1; got 0"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_table_is_refused_with_advice(what):
    program, message = REFUSED[what]
    with pytest.raises(InvalidArgumentError, match=message):
        program()


WRONG = {
    "numbers as words": (
        lambda: StaticHashTable(pairs(), -1).lookup(tf.constant([1])),
        r"string; got int32.*as_string",
    ),
    "words as numbers": (
        lambda: StaticHashTable(pairs([7], [1]), -1).lookup(tf.constant("a")),
        r"int32; got string.*tf\.cast",
    ),
    "fractions as numbers": (
        lambda: lookup.index_to_string_table_from_tensor(["a"])[tf.constant(0.5)],
        "whole numbers",
    ),
    "fractions as keys": (lambda: pairs([1.5]), "strings or whole numbers; got float32"),
    "keys of a run": (lambda: KeyValueTensorInitializer(tf.placeholder(tf.string, [1]), [1]), "must be known"),
    "keys of another type": (lambda: pairs(key_dtype=tf.int64), "int64"),
    "a default of another type": (lambda: StaticHashTable(pairs(), 1.5), "expected int32"),
    "several defaults": (lambda: StaticHashTable(pairs(), [1, 2]), "a single int32"),
    "fractions as ids": (lambda: StaticVocabularyTable(pairs(kept=[1.5]), 1), "whole numbers; got float32"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_of_another_type_is_refused_with_advice(what):
    program, message = WRONG[what]
    with pytest.raises(TypeError, match=message):
        program()


def test_values_stay_what_they_are_after_a_batch():
    table = StaticHashTable(pairs(["a", "b"], [1.5, 2.5]), 0.0)
    batches = Dataset.from_tensor_slices(["a", "b", "c"]).batch(2).map(table.lookup)
    assert [np.asarray(b).tolist() for b in batches.as_numpy_iterator()] == [[1.5, 2.5], [0.0]]
