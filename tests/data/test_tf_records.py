"""TFRecord files as datasets: every record, in order, checked, and read on from where a checkpoint says."""

import gzip
import itertools
import pathlib
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax._base._record_array import RecordArray
from estimax._base._record_framing import framed
from estimax.data import Dataset
from estimax.data._batched_features import make_batched_features_dataset, parse_example_dataset
from estimax.data._iterators import Reader
from estimax.data._tf_record_dataset import TFRecordDataset, tf_record_iterator
from estimax.io import FixedLenFeature, VarLenFeature
from estimax.io._parse_example import parse_example, parse_single_example
from tests.data.reading import read
from tests.io.examples import example_of

COMPRESS = {"": bytes, "GZIP": lambda data: gzip.compress(data, mtime=0), "ZLIB": zlib.compress}
# Written by the original: b"abc", b"abc", b"x", b"x".
RECORDED = bytes.fromhex("0300000000000000b099490e6162636e57f121" * 2 + "01000000000000000175de4178503daa61" * 2)
STARTS = [0, 19, 38, 55]


def written(folder, name, data):
    (folder / name).write_bytes(data)
    return str(folder / name)


def read_until_error(dataset):
    found = []
    try:
        for record in dataset.as_numpy_iterator():
            found.append(record)
    except DataLossError as error:
        return found, str(error)
    return found, None


def next_records(reader, count):
    found = []
    while len(found) < count and (chunk := reader.next(count - len(found))):
        found += chunk.columns[0].tolist()
    return found


@pytest.mark.parametrize("kind", COMPRESS)
def test_a_file_that_the_original_wrote_is_read(tmp_path, kind):
    file = written(tmp_path, "a", COMPRESS[kind](RECORDED))
    assert read(TFRecordDataset(file, kind)) == [b"abc", b"abc", b"x", b"x"]
    assert list(tf_record_iterator(file, kind)) == [b"abc", b"abc", b"x", b"x"]


records = st.lists(st.one_of(st.binary(max_size=6), st.binary(min_size=50, max_size=60)), max_size=8)


@given(st.lists(records, max_size=3), st.sampled_from([1, 7, 64, 1 << 20]), st.sampled_from(list(COMPRESS)))
def test_records_do_not_depend_on_the_blocks_that_are_read(tmp_path_factory, contents, block_bytes, kind):
    folder = tmp_path_factory.mktemp("records")
    files = [written(folder, str(i), COMPRESS[kind](framed(c))) for i, c in enumerate(contents)]
    found = read(TFRecordDataset(files, kind, buffer_size=block_bytes), (3,))
    assert found == [record for content in contents for record in content]


@given(
    records,
    st.sampled_from([1, 20, 1 << 20]),
    st.sampled_from([1, 20, 1 << 20]),
    st.integers(0, 9),
    st.sampled_from(list(COMPRESS)),
)
def test_reading_goes_on_at_the_record_whatever_the_blocks(tmp_path_factory, content, before, after, taken, kind):
    file = written(tmp_path_factory.mktemp("records"), "a", COMPRESS[kind](framed(content)))
    first = Reader(TFRecordDataset(file, kind, before).step, 1)
    next_records(first, taken)
    second = Reader(TFRecordDataset(file, kind, after).step, 1)
    second.restore(first.state())
    assert next_records(second, 100) == content[taken:]


LARGE = [b"%d" % i * (1 + i % 50) for i in range(5000)]


def test_reading_is_interrupted_anywhere(tmp_path):
    file = written(tmp_path, "a", framed(LARGE))
    dataset = TFRecordDataset([file, file], buffer_size=1 << 17)
    wanted = LARGE * 2
    reader, at = Reader(dataset.step, 1), 0
    for count in (1, 999, 1, 2500, 3000, 1500, 1000):
        assert next_records(reader, count) == wanted[at : at + count]
        at += count
        state = reader.state()
        next_records(reader, 700)
        if count % 2:
            reader.restore(state)
        else:
            reader = Reader(dataset.step, 1)
            reader.restore(state)
    assert next_records(reader, 10**6) == wanted[at:]


def test_damage_in_a_later_block_is_an_error_at_its_record(tmp_path):
    data = bytearray(framed(LARGE))
    start = len(framed(LARGE[:4321]))
    data[start + 12] ^= 1
    file = written(tmp_path, "a", bytes(data))
    found, error = read_until_error(TFRecordDataset(file, buffer_size=1 << 17))
    assert found == LARGE[:4321]
    assert error == f"{file}, record 4322, which begins at byte {start}, is damaged: its data have a wrong checksum"


def test_records_share_the_block_they_were_read_in(tmp_path):
    reader = Reader(TFRecordDataset(written(tmp_path, "a", framed(LARGE))).step, 1)
    first, second = reader.next(400).columns[0], reader.next(1000).columns[0]
    assert isinstance(first, RecordArray)
    assert first.spans.data is second.spans.data
    assert first._flat is None  # nothing has copied the single records yet


@pytest.mark.parametrize("size", range(len(RECORDED)))
def test_a_file_that_is_cut_off_is_read_up_to_there(tmp_path, size):
    file = written(tmp_path, "a", RECORDED[:size])
    found, error = read_until_error(TFRecordDataset(file))
    whole = sum(size >= end for end in [*STARTS[1:], len(RECORDED)])
    assert found == [b"abc", b"abc", b"x", b"x"][:whole]
    if size in STARTS:
        assert error is None
    else:
        assert f"{file}, record {whole + 1}, which begins at byte {STARTS[whole]}, is cut off" in error


def test_a_changed_byte_is_an_error_at_its_record(tmp_path):
    for position in range(len(RECORDED)):
        changed = bytearray(RECORDED)
        changed[position] ^= 255
        file = written(tmp_path, "a", bytes(changed))
        whole = sum(position >= start for start in STARTS) - 1
        found, error = read_until_error(TFRecordDataset(file))
        assert found == [b"abc", b"abc", b"x", b"x"][:whole]
        what = "length has" if position - STARTS[whole] < 12 else "data have"
        assert f"record {whole + 1}, which begins at byte {STARTS[whole]}, is damaged: its {what} a wrong" in error


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_a_compressed_file_that_is_cut_off_or_damaged_is_read_up_to_there(tmp_path, kind):
    data = COMPRESS[kind](framed([bytes(np.random.default_rng(i).integers(0, 256, 99, np.uint8)) for i in range(40)]))
    whole = read(TFRecordDataset(written(tmp_path, "a", data), kind))
    for size in (len(data) // 3, len(data) - 5, len(data) - 1):
        file = written(tmp_path, "b", data[:size])
        found, error = read_until_error(TFRecordDataset(file, kind, buffer_size=300))
        assert found == whole[: len(found)]
        if size == len(data) // 3:
            assert (
                f"{file}, record {len(found) + 1}, which begins at byte {115 * len(found)} once decompressed" in error
            )
        assert "cannot be read: the compressed data ends too early" in error


def test_files_that_are_no_record_files_are_named(tmp_path):
    file = written(tmp_path, "a.csv", b"1,2,3\n" * 9)
    with pytest.raises(DataLossError, match=r"a\.csv, record 1, .* is this a TFRecord file, and compression_type"):
        read(TFRecordDataset(file))
    packed = written(tmp_path, "a.gz", gzip.compress(RECORDED))
    with pytest.raises(DataLossError, match=r"a\.gz, record 1, .* compression_type the right one"):
        read(TFRecordDataset(packed))
    with pytest.raises(DataLossError, match="is not compressed as GZIP"):
        read(TFRecordDataset(written(tmp_path, "plain", RECORDED), "GZIP"))
    with pytest.raises(NotFoundError, match="nothing"):
        read(TFRecordDataset(str(tmp_path / "nothing")))
    with pytest.raises(InvalidArgumentError, match="compression_type must be"):
        TFRecordDataset(file, "LZ4")
    with pytest.raises(TypeError, match="filenames must be strings"):
        TFRecordDataset(tf.constant([1]))


def test_files_may_be_named_as_programs_name_them(tmp_path):
    files = [written(tmp_path, name, framed([name.encode()])) for name in "ab"]
    for names in (files, tuple(files), np.array(files), tf.constant(files), Dataset.from_tensor_slices(files)):
        assert read(TFRecordDataset(names)) == [b"a", b"b"]
    for name in (files[0], pathlib.Path(files[0]), tf.constant(files[0])):
        assert read(TFRecordDataset(name)) == [b"a"]
    assert read(Dataset.list_files(f"{tmp_path}/*", shuffle=False).flat_map(TFRecordDataset)) == [b"a", b"b"]


def test_files_may_take_turns(tmp_path):
    files = [
        written(tmp_path, n, framed([b"%s%d" % (n.encode(), i) for i in range(k)])) for n, k in zip("abc", (3, 1, 2))
    ]
    dataset = TFRecordDataset(files, num_parallel_reads=2)
    assert read(dataset) == [b"a0", b"b0", b"a1", b"a2", b"c0", b"c1"]


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize(("taken", "left"), [(5, 4), (9, 4), (9, 7)])
def test_a_file_that_has_become_shorter_cannot_be_continued(tmp_path, kind, taken, left):
    def write(count):
        written(tmp_path, "a", COMPRESS[kind](framed([b"record"] * count)))

    write(10)
    reader = Reader(TFRecordDataset([str(tmp_path / "a")] * 2, kind, buffer_size=60).step, 1)
    next_records(reader, taken)
    state = reader.state()
    write(left)
    with pytest.raises(DataLossError, match="is shorter than when the checkpoint was written"):
        next_after(reader, state)


def next_after(reader, state):
    reader.restore(state)
    return reader.next(1)


SIZES = {"size": FixedLenFeature([], tf.int64), "words": VarLenFeature(tf.string)}


def houses(folder, count=10):
    rows = [example_of({"size": ("int64", [i]), "words": ("string", [b"w"] * (i % 3))}) for i in range(count)]
    half = count // 2
    return [written(folder, f"houses-{i}", framed(part)) for i, part in enumerate((rows[:half], rows[half:]))]


def sizes_of(dataset):
    return [np.ravel(e["size"]).tolist() for e in dataset.as_numpy_iterator()]


def test_records_are_parsed_one_by_one_or_in_batches(tmp_path):
    files = houses(tmp_path)
    one = TFRecordDataset(files).map(lambda s: parse_single_example(s, SIZES)["size"]).batch(4)
    many = TFRecordDataset(files).batch(4).map(lambda s: parse_example(s, SIZES)["size"])
    assert read(one) == read(many) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    words = TFRecordDataset(files).batch(5).map(lambda s: parse_example(s, SIZES)["words"])
    assert [e.dense_shape.tolist() for e in words.as_numpy_iterator()] == [[5, 2], [5, 2]]


def test_the_file_and_record_of_a_bad_example_are_named_after_shuffling_and_batching(tmp_path):
    files = houses(tmp_path)
    good = example_of({"size": ("int64", [1])})
    bad = example_of({"size": ("float32", [1.0])})
    files.append(written(tmp_path, "bad", framed([good, good, bad, good])))
    dataset = TFRecordDataset(files).shuffle(100).batch(3).map(lambda s: parse_example(s, SIZES))
    wanted = r"bad, record 3: feature 'size' must hold 1 int64 value \(shape \[\]\); it has float32 values"
    with pytest.raises(InvalidArgumentError, match=wanted):
        read(dataset)
    reader = Reader(TFRecordDataset(files).shuffle(100).batch(3).map(lambda s: parse_example(s, SIZES)["size"]).step, 1)
    with pytest.raises(InvalidArgumentError, match=wanted):
        next_records(reader, 100)


def test_batches_of_features_come_from_files(tmp_path):
    houses(tmp_path)
    pattern = f"{tmp_path}/houses-*"
    in_order = make_batched_features_dataset(pattern, 4, SIZES, num_epochs=1, shuffle=False)
    assert sizes_of(in_order) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    whole = make_batched_features_dataset(pattern, 4, SIZES, num_epochs=1, shuffle=False, drop_final_batch=True)
    assert sizes_of(whole) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    epochs = make_batched_features_dataset(pattern, 6, SIZES, num_epochs=2, shuffle_seed=3)
    found = list(itertools.chain(*sizes_of(epochs)))
    assert sorted(found[:10]) == sorted(found[10:]) == list(range(10))
    assert found[:10] not in (found[10:], list(range(10)))
    endless = make_batched_features_dataset(pattern, 7, SIZES, shuffle=False).take(5)
    assert [len(batch) for batch in sizes_of(endless)] == [7] * 5


def test_a_label_is_taken_out_of_the_features(tmp_path):
    houses(tmp_path)
    made = make_batched_features_dataset(
        f"{tmp_path}/houses-*", 4, SIZES, label_key="size", num_epochs=1, shuffle=False, reader_args=["", 64]
    )
    features, label = next(iter(made.as_numpy_iterator()))
    assert set(features) == {"words"}
    assert label.tolist() == [0, 1, 2, 3]
    with pytest.raises(InvalidArgumentError, match="label_key must be one of the features"):
        make_batched_features_dataset("x", 4, SIZES, label_key="price")


def test_readers_may_give_names_beside_the_examples(tmp_path):
    houses(tmp_path)

    def reader(file):
        return TFRecordDataset(file).map(lambda record: (file, record))

    made = make_batched_features_dataset(f"{tmp_path}/houses-*", 5, SIZES, reader, num_epochs=1, shuffle=False)
    assert sizes_of(made) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_files_of_features_may_take_turns(tmp_path):
    houses(tmp_path)
    made = make_batched_features_dataset(
        f"{tmp_path}/houses-*", 4, SIZES, num_epochs=1, shuffle=False, reader_num_threads=2
    )
    assert sizes_of(made) == [[0, 5, 1, 6], [2, 7, 3, 8], [4, 9]]


def test_a_dataset_of_batches_is_parsed(tmp_path):
    dataset = TFRecordDataset(houses(tmp_path)).batch(5).apply(parse_example_dataset(SIZES))
    assert sizes_of(dataset) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
