"""Checkpoints of TensorFlow: whole ones, ones of every type, and ones with every kind of damage.

`recorded/original_checkpoints` was written by TensorFlow 2.15.1. `whole/model.ckpt`: a variable of
each type [2, 3] named `types/<type>`, `types/string` [2, 2], `global_step`, a scalar, an empty one,
and two that a partitioner cut along their first and their second axis; `first/model.ckpt` the same
in the form of before 1.0, which has not all types; `expected.npz` their values. `shards/model.ckpt-5`:
a sharded saver's, of variables on two devices. `many/model.ckpt`: 150 variables, for an index of
several blocks. `objects/ckpt-1`: `tf.train.Checkpoint` of a module and its optimizer.
"""

import contextlib
import pathlib
import shutil

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from estimax._base._array_files import array_path, open_arrays
from estimax._base._errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
    UnimplementedError,
)
from estimax._base._object_graph import OBJECT_GRAPH, full_names
from estimax._base._slice_names import encoded_slice_name
from estimax._base._tensor_bundle import open_bundle
from estimax._base._wire_format import delimited
from tests._base.tables import bundle_entry, bundle_header, number, shape_of, table_of

RECORDED = pathlib.Path(__file__).parent / "recorded" / "original_checkpoints"
EXPECTED = dict(np.load(RECORDED / "expected.npz"))
WHOLE, FIRST = RECORDED / "whole" / "model.ckpt", RECORDED / "first" / "model.ckpt"


def plain(array):
    """Returns an array in a form that NumPy files have."""
    if array.dtype == object:
        return array.astype("S")
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def read_all(path):
    with open_arrays(path) as file:
        return {name: file.read(name) for name in file.entries}


@pytest.mark.parametrize("path", [WHOLE, FIRST], ids=["since 1.0", "before 1.0"])
def test_every_type_and_every_partition_is_read_as_it_was_written(path):
    found = {name: plain(array) for name, array in read_all(path).items()}
    assert set(found) <= set(EXPECTED) and len(found) >= 18
    for name, array in found.items():
        assert (array.dtype, array.shape) == (EXPECTED[name].dtype, EXPECTED[name].shape), name
        np.testing.assert_array_equal(array, EXPECTED[name])
    with open_arrays(path) as file:
        assert {n: (e.shape, plain(np.empty(0, e.dtype)).dtype.kind) for n, e in file.entries.items()} == {
            n: (a.shape, a.dtype.kind) for n, a in found.items()
        }


def test_an_index_of_many_names_and_data_in_several_files():
    many = read_all(RECORDED / "many" / "model.ckpt")
    assert len(many) == 150
    assert all(array.tolist() == [float(name.rpartition("_")[2])] * 2 for name, array in many.items())
    shards = read_all(RECORDED / "shards" / "model.ckpt-5")
    assert {name: array.tolist() for name, array in shards.items()} == {"one": [1, 2, 3], "two": [[1, 2], [3, 4]]}


def test_objects_are_known_by_what_the_program_called_them():
    graph = read_all(RECORDED / "objects")[OBJECT_GRAPH][()]
    names = full_names(graph)
    assert names["model/w/.ATTRIBUTES/VARIABLE_VALUE"] == "dense/kernel"
    assert names["model/w/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE"] == "Adam/dense/kernel/m"


@pytest.mark.parametrize("given", ["", ".index", ".data-00000-of-00002", ".meta"])
def test_a_checkpoint_goes_by_its_prefix_its_files_and_its_folder(tmp_path, given):
    shutil.copytree(RECORDED / "shards", tmp_path, dirs_exist_ok=True)
    want = str(tmp_path / "model.ckpt-5.index")
    assert array_path(f"{tmp_path}/model.ckpt-5{given}") == array_path(tmp_path) == want
    exported = tmp_path / "exported"
    (exported / "variables").mkdir(parents=True)
    for file in tmp_path.glob("model.ckpt-5.*"):
        file.rename(exported / "variables" / file.name.replace("model.ckpt-5", "variables"))
    assert set(read_all(exported)) == set(read_all(exported / "variables")) == {"one", "two"}


def test_what_is_not_there_is_said():
    with pytest.raises(NotFoundError, match=r"no checkpoint '/none/model.ckpt': neither .*safetensors.* nor .*index"):
        read_all("/none/model.ckpt")
    with open_arrays(WHOLE) as file, pytest.raises(NotFoundError, match="did you mean 'scalar'"):
        file.read("scalars")


def test_a_missing_shard_is_named(tmp_path):
    shutil.copy(RECORDED / "shards" / "model.ckpt-5.index", tmp_path)
    with pytest.raises(NotFoundError, match=r"data-0000\d-of-00002' is missing.*copy all files"):
        read_all(tmp_path / "model.ckpt-5")


@pytest.fixture(params=["whole", "first"])
def copied(request, tmp_path):
    shutil.copytree(RECORDED / request.param, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_files_cut_off_anywhere_lose_data_by_name(copied):
    for file in sorted(copied.iterdir()):
        data = file.read_bytes()
        for size in range(0, len(data), 97):
            file.write_bytes(data[:size])
            with pytest.raises(DataLossError, match=f"{file.name}' is truncated or damaged: .* an earlier"):
                read_all(copied / "model.ckpt")
        file.write_bytes(data)


def test_a_changed_bit_is_found_or_changes_nothing(copied):
    want = {name: plain(array) for name, array in read_all(copied / "model.ckpt").items()}
    for file in sorted(copied.iterdir()):
        data = file.read_bytes()
        for at in range(0, len(data), 23):
            file.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
            with contextlib.suppress(DataLossError):
                found = read_all(copied / "model.ckpt")
                assert all(np.array_equal(plain(found[name]), array) for name, array in want.items())
        file.write_bytes(data)


@pytest.fixture
def write(tmp_path):
    """Writes a checkpoint of one shard by hand; returns its prefix."""

    def write(entries, data=b"", header=None):
        rows = sorted({b"": bundle_header() if header is None else header, **entries}.items())
        (tmp_path / "hand.index").write_bytes(table_of(rows))
        (tmp_path / "hand.data-00000-of-00001").write_bytes(data)
        return tmp_path / "hand"

    return write


def test_numbers_of_the_other_byte_order_are_turned_around(write):
    values = {"x": np.array([1.5, -2], ">f4"), "n": np.array([[7]], ">i8"), "c": np.array([1 + 2j], ">c8")}
    kinds = {"x": 1, "n": 9, "c": 8}
    data, entries = b"", {}
    for name, array in values.items():
        entries[name.encode()] = bundle_entry(kinds[name], array.shape, len(data), array.tobytes())
        data += array.tobytes()
    prefix = write(entries, data, bundle_header(endianness=1))
    assert all(np.array_equal(found, values[name]) for name, found in read_all(prefix).items())


def test_names_are_any_bytes(write):
    one = np.ones(1, np.float32).tobytes()
    names = [b"a\xff\x01", "größe".encode(), b" "]
    prefix = write({name: bundle_entry(1, [1], 0, one) for name in names}, one)
    with open_bundle(prefix) as bundle:
        assert {name.encode(errors="surrogateescape") for name in bundle.entries} == set(names)


def test_a_long_array_is_checked_piece_by_piece(write):
    array = np.arange(1_100_001, dtype=np.float32)
    data = array.tobytes()
    prefix = write({b"x": bundle_entry(1, array.shape, 0, data)}, data)
    np.testing.assert_array_equal(read_all(prefix)["x"], array)
    write({b"x": bundle_entry(1, array.shape, 0, data)}, data[:-4] + b"\0\0\0\1")
    with pytest.raises(DataLossError, match="checksum of 'x'"):
        read_all(prefix)


def parts(*extents):
    """Returns the slices that an entry lists: for each part pairs of beginning and length."""
    return b"".join(
        delimited(7, b"".join(delimited(1, number(1, start) + number(2, length)) for start, length in part))
        for part in extents
    )


def test_the_parts_of_an_array_under_several_names_are_joined(write):
    array = np.arange(6, dtype=np.float32).reshape(3, 2)
    entries = {}
    for place, name in enumerate(["w/part_0/Ftrl", "w/part_1/Ftrl"]):
        start, stop = ((0, 2), (2, 3))[place]
        whole = number(1, 1) + delimited(2, shape_of([3, 2])) + parts([(start, stop - start), (0, 2)])
        key = encoded_slice_name(name, ((start, stop - start), (0, 2)))
        data = array[start:stop].tobytes()
        entries |= {name.encode(): whole, key: bundle_entry(1, [stop - start, 2], 8 * start, data)}
    with open_bundle(write(entries, array.tobytes())) as bundle:
        names = ["w/part_0/Ftrl", "w/part_1/Ftrl"]
        assert [bundle.is_complete(n) for n in (names, names[:1], names[::-1])] == [True, False, True]
        np.testing.assert_array_equal(bundle.read_joined(names), array)
        with pytest.raises(InvalidArgumentError, match="some are missing: they stand under other names"):
            bundle.read(names[0])


def test_parts_that_overlap_are_damaged(write):
    array = np.arange(4, dtype=np.float32)
    pieces = [(0, 2), (1, 2)]
    whole = number(1, 1) + delimited(2, shape_of([4])) + parts(*([piece] for piece in pieces))
    entries = {encoded_slice_name("w", (p,)): bundle_entry(1, [2], 0, array[:2].tobytes()) for p in pieces}
    with pytest.raises(DataLossError, match="the parts of 'w' overlap"):
        read_all(write({b"w": whole, **entries}, array.tobytes()))
    twice = number(1, 1) + delimited(2, shape_of([4])) + parts([(0, 2)], [(0, 2)])
    with pytest.raises(InvalidArgumentError, match="some are missing"):
        read_all(write({b"w": twice, **entries}, array.tobytes()))


FOUR = np.ones(4, np.float32).tobytes()
WRONG = {
    "no header": ({}, b"", b""),
    "no shards": ({}, b"", bundle_header(0)),
    "more bytes than its shape": ({b"x": bundle_entry(1, [3], 0, FOUR)}, FOUR, None),
    "beyond the end": ({b"x": bundle_entry(1, [4], 1, FOUR)}, FOUR, None),
    "in no shard": ({b"x": bundle_entry(1, [4], 0, FOUR, shard=1)}, FOUR, None),
    "another checksum": ({b"x": bundle_entry(1, [4], 0, FOUR)}, FOUR[::-1], None),
    "a negative size": ({b"x": bundle_entry(1, [2**64 - 1], 0, b"")}, b"", None),
    "a huge size": ({b"x": bundle_entry(1, [2**40, 2**40], 0, b"")}, b"", None),
    "huge, in parts": ({b"x": number(1, 1) + delimited(2, shape_of([2**47])) + parts([(0, 2**47)])}, b"", None),
    "a part outside": ({b"x": number(1, 1) + delimited(2, shape_of([2])) + parts([(1, 2)])}, b"", None),
    "a part of other dimensions": ({b"x": number(1, 1) + delimited(2, shape_of([2])) + parts([])}, b"", None),
    "strings without lengths": ({b"x": bundle_entry(7, [9], 0, b"\1\1")}, b"\1\1", None),
    "strings too long": ({b"x": bundle_entry(7, [1], 0, b"\x09abcde")}, b"\x09abcde", None),
    "no message": ({b"x": b"\xff\xff"}, b"", None),
    "a text for a number": ({b"x": delimited(1, b"1")}, b"", None),
}


@pytest.mark.parametrize("case", WRONG)
def test_entries_that_make_no_sense_are_damaged_though_their_checksums_are_right(write, case):
    with pytest.raises(DataLossError, match="truncated or damaged"):
        read_all(write(*WRONG[case]))


def test_a_type_that_is_no_array_is_listed_and_not_read(write):
    prefix = write({b"tree": bundle_entry(21, [], 0, b""), b"x": bundle_entry(1, [4], 0, FOUR)}, FOUR)
    with open_bundle(prefix) as bundle:
        assert bundle.read("x").tolist() == [1] * 4
        with pytest.raises(UnimplementedError, match=r"'tree' .*number 21"):
            bundle.read("tree")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([b"", b"x", b"y/part_0/Adam", b"\0x\0\1\1\1\x80\x81"]), st.binary(max_size=40)))
def test_any_messages_are_damaged_or_read(tmp_path_factory, entries):
    folder = tmp_path_factory.mktemp("any")
    for name in ("hand", "hand.index"):
        (folder / name).write_bytes(table_of(sorted(entries.items()) or [(b"", b"")]))
    (folder / "hand.data-00000-of-00001").write_bytes(bytes(64))
    for path in (folder / "hand.index", folder / "hand"):
        with contextlib.suppress(OpError):
            read_all(path)
        (folder / "hand.index").unlink(missing_ok=True)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_checkpoint_with_any_changes_never_does_worse_than_lose_data(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("changed")
    shutil.copytree(RECORDED / "whole", folder, dirs_exist_ok=True)
    file = data.draw(st.sampled_from(sorted(folder.iterdir())))
    content = bytearray(file.read_bytes())
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1)):
        content[at] = value
    file.write_bytes(content)
    try:
        found = read_all(folder / "model.ckpt")
    except OpError:
        return
    assert all(np.array_equal(plain(array), EXPECTED[name]) for name, array in found.items())


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 2**40) | st.none()), max_size=3), st.text(max_size=5))
def test_keys_of_parts_are_in_the_order_of_what_they_say(extents, name):
    key = encoded_slice_name(name, tuple(extents))
    assert key.startswith(b"\0") and key > encoded_slice_name("", ())[:1]
    for place, (start, length) in enumerate(extents):
        later = [*extents[:place], (start + 1, length), *extents[place + 1 :]]
        assert encoded_slice_name(name, tuple(later)) > key
