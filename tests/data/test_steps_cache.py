"""Elements that are kept in files: by `cache`, by `snapshot`, by `save`."""

import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import (
    AlreadyExistsError,
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    UnimplementedError,
)
from estimax.data import Dataset, TextLineDataset
from estimax.data._iterators import Reader
from estimax.data.experimental import snapshot
from estimax.ragged import constant
from tests.data.reading import read

ROOT = pathlib.Path(__file__).parent.parent.parent


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def run(folder, program, *arguments):
    """Runs a program in a process of its own, in a folder."""
    code = "import sys\nimport estimax as tf\nD = tf.data.Dataset\n" + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_outlives_the_process_that_wrote_it(tmp_path):
    program = """
    d = D.range(5).map(lambda i: {"n": i, "s": tf.as_string(i)}).shuffle(5).cache("c")
    print([(int(e["n"]), e["s"]) for e in d.as_numpy_iterator()])
    """
    first, second = run(tmp_path, program), run(tmp_path, program)
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert names_in(tmp_path) == ["c.elements"]
    found = read(Dataset.range(5).map(lambda i: {"n": i, "s": tf.as_string(i)}).cache(tmp_path / "c"))
    assert sorted(e["n"] for e in found) == list(range(5))


def test_the_input_is_read_once(tmp_path):
    file = tmp_path / "lines"
    file.write_text("a\nb\nc\n")
    d = TextLineDataset(file).cache(str(tmp_path / "c"))
    assert list(d.take(2).as_numpy_iterator()) == [b"a", b"b"]
    assert names_in(tmp_path) == ["lines"]  # nothing is kept of a pass that did not reach the end
    file.write_text("A\nB\nC\n")
    assert list(d.as_numpy_iterator()) == [b"A", b"B", b"C"]
    file.unlink()
    assert list(d.as_numpy_iterator()) == [b"A", b"B", b"C"]
    assert list(d.take(1).repeat(2).as_numpy_iterator()) == [b"A", b"A"]


VALUES = {
    "numbers": np.arange(5000),
    "halves": np.arange(6, dtype=np.float16).reshape(2, 3),
    "truths": np.array([True, False]),
    "texts": np.array([["a", ""], ["\0b", "é"]], object),
    "bytes": np.arange(4, dtype=np.uint8),
}


@pytest.mark.parametrize("name", VALUES)
def test_every_kind_of_value_is_kept(tmp_path, name):
    d = Dataset.from_tensor_slices(VALUES[name])
    assert read(d.cache(tmp_path / "c").repeat(2)) == read(d) * 2


def test_values_that_differ_are_kept(tmp_path):
    lists = Dataset.from_tensor_slices(constant([[[1], []], [[2, 3]], []]))
    shapes = Dataset.range(3).map(lambda i: (tf.fill([i, 2], i), tf.fill([i], "x")))
    windows = Dataset.range(6).window(3, 2)
    sparse = Dataset.range(4).sparse_batch(2, [])
    for number, d in enumerate([lists, shapes, windows, sparse, Dataset.range(0)]):
        assert read(d.cache(tmp_path / str(number)).repeat(2)) == read(d) * 2


def test_a_bad_row_from_a_cache_is_named_by_its_file_and_line(tmp_path):
    (tmp_path / "bad.csv").write_text("1\n2\nx\n")
    d = TextLineDataset(tmp_path / "bad.csv").cache(tmp_path / "c")
    read(d)
    (tmp_path / "bad.csv").unlink()
    with pytest.raises(InvalidArgumentError, match=r"bad\.csv, line 3"):
        read(d.map(lambda line: tf.io.decode_csv(line, [[0]])))


def test_reading_goes_on_in_a_cache_that_is_there_by_then(tmp_path):
    d = Dataset.range(10_000).cache(tmp_path / "c")
    halfway = Reader(d.step, 1)
    halfway.next(6000)
    state = halfway.state()
    del halfway
    read(d)
    other = Reader(Dataset.range(10_000).map(lambda i: i).cache(tmp_path / "c").step, 1)
    other.restore(state)
    assert other.next(1).columns[0].tolist() == [6000]
    assert other._iterator.source is None


def test_an_iterator_that_is_dropped_leaves_nothing(tmp_path):
    reader = Reader(Dataset.range(100_000).cache(tmp_path / "c").step, 1)
    reader.next(50_000)
    assert len(names_in(tmp_path)) == 2
    del reader
    assert names_in(tmp_path) == []


def test_an_error_leaves_nothing(tmp_path):
    d = Dataset.from_tensor_slices(["1", "x"]).map(tf.strings.to_number).cache(tmp_path / "c")
    with pytest.raises(InvalidArgumentError):
        read(d, (1,))
    assert names_in(tmp_path) == []


def test_a_process_that_is_killed_leaves_nothing_that_is_used(tmp_path):
    program = """
    import os
    for i, _ in enumerate(D.range(50_000).cache("c").as_numpy_iterator()):
        if i == 30_000:
            os._exit(9)
    """
    assert run(tmp_path, program).returncode == 9
    assert "c.elements" not in names_in(tmp_path)
    assert read(Dataset.range(3).cache(tmp_path / "c")) == [0, 1, 2]
    assert read(Dataset.range(9).cache(tmp_path / "c")) == [0, 1, 2]


def test_a_full_disk_is_an_error_that_leaves_nothing(tmp_path):
    program = """
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    list(D.range(50_000).cache("c").as_numpy_iterator())
    """
    done = run(tmp_path, program)
    assert "cannot write 'c.elements'; nothing of it is left" in done.stderr
    assert names_in(tmp_path) == []


def test_only_one_process_writes_a_cache(tmp_path):
    reader = Reader(Dataset.range(9000).cache(tmp_path / "c").step, 1)
    reader.next(10)
    done = run(tmp_path, "list(D.range(9000).cache('c').as_numpy_iterator())")
    assert "another process" in done.stderr and "is writing the cache 'c.elements'" in done.stderr
    assert AlreadyExistsError.__name__ in done.stderr
    while reader.next(1000):
        pass
    done = run(tmp_path, "print(len(list(D.range(9000).cache('c').as_numpy_iterator())))")
    assert done.stdout == "9000\n", done.stderr
    assert names_in(tmp_path) == ["c.elements"]


def test_iterators_of_one_process_do_not_get_in_each_others_way(tmp_path):
    d = Dataset.range(5).cache(tmp_path / "c")
    assert read(Dataset.zip((d, d.skip(1)))) == [(i, i + 1) for i in range(4)]
    shuffled = Dataset.range(50).shuffle(50).cache(tmp_path / "s")
    assert all(a == b for a, b in read(Dataset.zip((shuffled, shuffled)).repeat(2)))


def test_a_file_of_other_elements_is_refused(tmp_path):
    read(Dataset.range(3).cache(tmp_path / "c"))
    d = Dataset.range(3).map(lambda i: {"n": i}).cache(tmp_path / "c")
    with pytest.raises(
        InvalidArgumentError, match=r"keeps elements TensorSpec.*Remove the file, or give cache another"
    ):
        read(d)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"something else " * 20,
        lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        lambda data: data[:-40] + b"}" * 10 + data[-30:],
    ],
)
def test_a_damaged_file_is_named(tmp_path, damage):
    d = Dataset.range(100).cache(tmp_path / "c")
    read(d)
    file = tmp_path / "c.elements"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DataLossError, match=r"c\.elements' is truncated or damaged"):
        read(d)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="there is no folder"):
        read(Dataset.range(3).cache(tmp_path / "none" / "c"))
    with pytest.raises(UnimplementedError, match="local disks; got 's3://bucket/c'"):
        Dataset.range(3).cache("s3://bucket/c")


def test_a_snapshot_is_a_cache_in_a_folder(tmp_path):
    d = Dataset.range(3).apply(snapshot(str(tmp_path / "new")))
    assert read(d.repeat(2)) == [0, 1, 2] * 2
    assert names_in(tmp_path / "new") == ["snapshot.elements"]


def test_saved_elements_are_loaded(tmp_path):
    d = Dataset.range(5).map(lambda i: {"n": i, "pair": (tf.as_string(i), tf.fill([i], i))})
    d.save(str(tmp_path))
    loaded = Dataset.load(str(tmp_path))
    assert loaded.element_spec == d.element_spec
    assert read(loaded) == read(d)
    assert read(loaded.map(lambda e: e["n"])) == list(range(5))
    Dataset.range(2).save(tmp_path)
    assert read(Dataset.load(tmp_path, tf.TensorSpec([], tf.int64))) == [0, 1]
    with pytest.raises(InvalidArgumentError, match="has elements"):
        Dataset.load(tmp_path, tf.TensorSpec([], tf.float32))
    with pytest.raises(NotFoundError):
        Dataset.load(tmp_path / "none")
