"""Lines of files: where they are cut, how they are shared, and what is said when a file is not as it should be."""

import gzip
import os
import pathlib
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import DataLossError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax._base._line_array import LineArray
from estimax.data import Dataset, TextLineDataset
from estimax.data._iterators import Reader
from estimax.data._step import Context
from tests.data.reading import read


def lines_of(text):
    """Says by which rule a text falls into lines: without carriage returns, and nothing after the last newline."""
    lines = text.replace(b"\r", b"").split(b"\n")
    return lines if lines[-1] else lines[:-1]


def written(folder, name, text):
    (folder / name).write_bytes(text)
    return str(folder / name)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a", [b"a"]),
        (b"a\n\n", [b"a", b""]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"a\rb\n", [b"ab"]),
        (b"\r\r", []),
        (b"a\r", [b"a"]),
        (b"\n\r", [b""]),
        (b"\xef\xbb\xbfa\0\n", [b"\xef\xbb\xbfa\0"]),
    ],
)
def test_lines_are_cut_as_by_the_original(tmp_path, text, lines):
    assert lines_of(text) == lines
    assert read(TextLineDataset(written(tmp_path, "t", text))) == lines


texts = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"a", b"bc", b"x" * 20]), max_size=12).map(b"".join)


COMPRESS = {"": bytes, "GZIP": lambda text: gzip.compress(text, mtime=0), "ZLIB": zlib.compress}


@given(st.lists(texts, max_size=3), st.sampled_from([1, 2, 5, 64]), st.sampled_from(list(COMPRESS)))
def test_lines_do_not_depend_on_the_blocks_that_are_read(tmp_path_factory, contents, block_bytes, kind):
    folder = tmp_path_factory.mktemp("texts")
    files = [written(folder, str(i), COMPRESS[kind](t)) for i, t in enumerate(contents)]
    found = read(TextLineDataset(files, kind, buffer_size=block_bytes), (3,))
    assert found == [line for text in contents for line in lines_of(text)]


@given(
    texts, st.sampled_from([1, 3, 64]), st.sampled_from([1, 3, 64]), st.integers(0, 12), st.sampled_from(list(COMPRESS))
)
def test_reading_goes_on_at_the_line_whatever_the_blocks(tmp_path_factory, text, before, after, taken, kind):
    file = written(tmp_path_factory.mktemp("texts"), "t", COMPRESS[kind](text))
    first = Reader(TextLineDataset(file, kind, before).step, 1)
    for _ in range(taken):
        first.next(1)
    second = Reader(TextLineDataset(file, kind, after).step, 1)
    second.restore(first.state())
    left = []
    while chunk := second.next(2):
        left += chunk.columns[0].tolist()
    assert left == lines_of(text)[taken:]


def test_members_of_a_compressed_file_are_read_as_one_text(tmp_path):
    file = written(tmp_path, "t.gz", gzip.compress(b"a\nb", mtime=0) + gzip.compress(b"c\n", mtime=0))
    assert read(TextLineDataset(file, compression_type="GZIP")) == [b"a", b"bc"]


def test_resuming_far_into_a_file_does_not_read_what_comes_before(tmp_path):
    file = written(tmp_path, "t", b"".join(b"line %d\r\n" % i for i in range(1000)))
    reader = Reader(TextLineDataset(file, buffer_size=100).step, 1)
    while reader.state()["position"]["line"] < 900:
        reader.next(10)
    state = reader.state()
    wanted = reader.next(1).columns[0][0]
    with open(file, "r+b") as opened:
        opened.write(b"?" * 5000)
    reader = Reader(TextLineDataset(file, buffer_size=100).step, 1)
    reader.restore(state)
    assert reader.next(1).columns[0][0] == wanted


def test_lines_share_the_block_they_were_read_in(tmp_path):
    file = written(tmp_path, "t", b"".join(b"line %d\n" % i for i in range(1000)))
    reader = Reader(TextLineDataset(file).step, 1)
    first, second = reader.next(400).columns[0], reader.next(1000).columns[0]
    assert isinstance(first, LineArray)
    assert first.block.base is not None
    assert np.shares_memory(first.block.base, second.block) or first.block.base is second.block.base
    assert first._flat is None  # nothing has cut the single lines yet
    assert len(first) + len(second) == 1000


@pytest.mark.parametrize(
    "names",
    [
        lambda f: f"{f}/a.txt",
        lambda f: f / "a.txt",
        lambda f: os.fsencode(f / "a.txt"),
        lambda f: [f"{f}/a.txt", f / "c.txt"],
        lambda f: (f / "a.txt", f / "c.txt"),
        lambda f: np.array([f"{f}/a.txt", f"{f}/c.txt"]),
        lambda f: tf.constant(f"{f}/a.txt"),
        lambda f: tf.constant([f"{f}/a.txt", f"{f}/c.txt"]),
        lambda f: Dataset.from_tensor_slices([f"{f}/a.txt", f"{f}/c.txt"]),
    ],
)
def test_files_may_be_named_as_programs_name_them(folder, names):
    given_names = names(folder)
    wanted = 4 if isinstance(given_names, str | bytes | pathlib.Path) or getattr(given_names, "shape", 0) == () else 10
    assert len(read(TextLineDataset(given_names))) == wanted
    if not isinstance(given_names, Dataset):
        assert len(read(Dataset.list_files(given_names))) == (1 if wanted == 4 else 2)


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (5, InvalidArgumentError),
        ("", InvalidArgumentError),
        ([1.5], InvalidArgumentError),
        (tf.constant([1]), TypeError),
    ],
)
def test_names_that_are_no_names_are_refused_at_once(names, error):
    with pytest.raises(error, match=r"path must|filenames must be strings"):
        TextLineDataset(names)


def test_a_compression_that_is_not_known_is_refused_at_once():
    with pytest.raises(ValueError, match="compression_type must be '', 'GZIP' or 'ZLIB'; got 'LZ4'"):
        TextLineDataset("x", compression_type="LZ4")


def test_a_pattern_that_matches_nothing_is_an_error_that_names_it(tmp_path):
    written(tmp_path, "train-1.csv", b"")
    with pytest.raises(NotFoundError, match=r"no file matches '.*trian-\*\.csv'; the folder .* has 'train-1\.csv'"):
        Dataset.list_files(str(tmp_path / "trian-*.csv"))


def test_files_are_listed_in_order_or_shuffled_anew_in_each_epoch(tmp_path):
    files = [written(tmp_path, f"part-{i}", b"").encode() for i in range(9)]
    assert read(Dataset.list_files(f"{tmp_path}/part-*", shuffle=False)) == files
    shuffled = Dataset.list_files([f"{tmp_path}/part-[0-4]", f"{tmp_path}/part-[5-8]"])
    first, second = read(shuffled.repeat(2))[:9], read(shuffled.repeat(2))[9:]
    assert sorted(first) == sorted(second) == files
    assert first != second


def test_a_file_that_vanishes_before_it_is_read_is_named(tmp_path):
    file = written(tmp_path, "gone.csv", b"1\n")
    dataset = Dataset.list_files(f"{tmp_path}/*.csv").flat_map(TextLineDataset)
    os.remove(file)
    with pytest.raises(NotFoundError, match=r"gone\.csv"):
        read(dataset)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FailedPreconditionError, match="must be a file; it is a folder"):
        read(TextLineDataset(str(tmp_path)))


def test_a_file_that_is_not_compressed_as_said_is_named(tmp_path):
    for data, kind in [(b"plain text\n", "GZIP"), (zlib.compress(b"x"), "GZIP"), (gzip.compress(b"x"), "ZLIB")]:
        with pytest.raises(DataLossError, match=rf"t\.gz is not compressed as {kind}: it begins with"):
            read(TextLineDataset(written(tmp_path, "t.gz", data), kind))


def errors_and_lines(dataset):
    """Reads on after errors; returns the lines and what the errors said."""
    reader, lines, errors = Reader(dataset.step, 1), [], []
    while True:
        try:
            chunk = reader.next(1000)
        except DataLossError as error:
            errors.append(str(error))
        else:
            if chunk is None:
                return lines, errors
            lines += chunk.columns[0].tolist()


@pytest.mark.parametrize(
    ("damage", "left", "said"),
    [
        (lambda data: data[:-6], 100, "t cannot be read on from line 101: the compressed data ends too early"),
        (lambda data: data[:-60], None, "the compressed data ends too early"),
        (lambda data: data + b"junk", 100, "t cannot be read on from line 101: the compressed data is damaged"),
        (lambda data: data[:-8] + b"????" + data[-4:], None, "incorrect data check"),
    ],
)
def test_lines_before_damage_are_read_and_those_of_the_next_file(tmp_path, damage, left, said):
    lines = [b"%d %d" % (i, i * i * 7919 % 1009) for i in range(100)]
    file = written(tmp_path, "t", damage(gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)))
    other = written(tmp_path, "u", gzip.compress(b"next", mtime=0))
    found, errors = errors_and_lines(TextLineDataset([file, other], "GZIP", buffer_size=100))
    assert found[-1] == b"next"
    assert found[:-1] == lines[: len(found) - 1 if left is None else left]
    assert len(errors) == 1
    assert said in errors[0]
    assert f"line {len(found)}:" in errors[0]


@pytest.mark.parametrize("kind", ["", "GZIP"])
@pytest.mark.parametrize(("taken", "left"), [(5, 4), (9, 4), (9, 7), (9, 5)])
def test_a_file_that_has_become_shorter_cannot_be_continued(tmp_path, kind, taken, left):
    def write(text):
        written(tmp_path, "t", gzip.compress(text, mtime=0) if kind else text)

    write(b"line\n" * 10)
    dataset = TextLineDataset([str(tmp_path / "t")] * 2, kind, buffer_size=25)
    reader = Reader(dataset.step, 1)
    for _ in range(taken):
        reader.next(1)
    state = reader.state()
    write(b"line\n" * left)
    with pytest.raises(DataLossError, match="is shorter than when the checkpoint was written"):
        next_after(reader, state)


def next_after(reader, state):
    reader.restore(state)
    return reader.next(1)


def test_a_file_that_is_not_in_its_place_cannot_be_continued(tmp_path):
    files = [written(tmp_path, name, b"x\ny\n") for name in "ab"]
    reader = Reader(TextLineDataset(files).step, 1)
    reader.next(3)
    reader.next(3)
    state = reader.state()
    reader = Reader(TextLineDataset([files[0], files[0]]).step, 1)
    with pytest.raises(DataLossError, match=r"continues in file '.*b', but file 1 of the input is now '.*a'"):
        reader.restore({**state, "position": {**state["position"], "file": 1, "name": files[1]}})


def test_a_file_is_closed_when_its_reader_is_dropped(tmp_path):
    reader = Reader(TextLineDataset(written(tmp_path, "t", b"a\nb\n" * 100), buffer_size=10).step, 1)
    reader.next(1)
    file = reader._iterator._file
    del reader
    assert file.closed


def test_a_name_that_is_not_known_yet_cannot_be_read():
    step = Dataset.from_tensor_slices(["x"]).flat_map(TextLineDataset).step
    with pytest.raises(TypeError, match="while the program is only traced"):
        step.body.iterate(Context(1))
