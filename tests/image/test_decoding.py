"""Files in datasets, and files that are damaged, cut off, of the wrong kind or far too large."""

import contextlib
import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import estimax as tf
from estimax import image
from estimax._base import _lazy
from estimax._base._string_array import Origin, StringArray
from estimax._graph._column import rows_of
from estimax._graph._function import trace
from estimax.image import _formats
from tests.image.table import BMP, GIF, GREY_JPEG, JPEG, PHOTO, PNG, STILL, bytes_of

FILE = tf.TensorSpec([], tf.string)


def photo(height, width, seed=0):
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width] / 9
    waves = [np.sin(rows + k) + np.cos(columns * (k + 1)) for k in range(3)]
    return (128 + 50 * np.stack(waves, -1) + generator.normal(size=(height, width, 3))).clip(0, 255).astype(np.uint8)


def jpeg(height, width, seed=0):
    return simplejpeg.encode_jpeg(photo(height, width, seed), 90)


def over_files(call, files):
    function, _ = trace(call, (FILE,), unpack=True)
    return function.over_rows([StringArray.of(files)], len(files))[0]


def test_a_jpeg_has_the_pixels_that_libjpeg_gives_it():
    data = jpeg(31, 45)
    np.testing.assert_array_equal(image.decode_jpeg(data).numpy(), simplejpeg.decode_jpeg(data, fastdct=True))
    accurate = image.decode_jpeg(data, dct_method="INTEGER_ACCURATE").numpy()
    np.testing.assert_array_equal(accurate, np.asarray(Image.open(io.BytesIO(data))))


def test_a_png_and_a_bmp_keep_every_pixel():
    picture = photo(7, 5)
    np.testing.assert_array_equal(image.decode_png(image.encode_png(picture)).numpy(), picture)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "BMP")
    np.testing.assert_array_equal(image.decode_bmp(file.getvalue()).numpy(), picture)


def test_what_is_known_of_the_shape_of_a_file():
    _, decoded = trace(
        lambda x: (
            image.decode_jpeg(x, channels=3),
            image.decode_jpeg(x),
            image.decode_png(x, 4, tf.uint16),
            image.decode_gif(x),
            image.decode_image(x),
            image.decode_image(x, 1, "float32", expand_animations=False),
            image.resize(image.decode_jpeg(x, 3), [4, 5]),
            image.extract_jpeg_shape(x),
        ),
        (FILE,),
        unpack=True,
    )
    shapes = [t.shape.as_list() if t.shape.ndims is not None else None for t in decoded]
    assert shapes[:4] == [[None, None, 3], [None, None, None], [None, None, 4], [None, None, None, 3]]
    assert shapes[4:] == [None, [None, None, 1], [4, 5, 3], [3]]
    assert [t.dtype.name for t in decoded[2:6]] == ["uint16", "uint8", "uint8", "float32"]


def test_images_of_an_unknown_number_of_dimensions_can_be_resized_and_learned_from():
    column = over_files(
        lambda x: image.per_image_standardization(image.resize(image.decode_image(x), [3, 4])), [PNG, JPEG]
    )
    assert column.shape == (2, 3, 4, 3)


def test_files_of_different_sizes_and_kinds_stand_in_one_column():
    files = [jpeg(9, 6), PNG, GREY_JPEG, jpeg(20, 30), STILL]
    column = over_files(lambda x: image.decode_jpeg(x, channels=3), [f for f in files if f is not STILL])
    alone = [image.decode_jpeg(f, channels=3).numpy() for f in files if f is not STILL]
    for row, want in zip(rows_of(column), alone):
        np.testing.assert_array_equal(row, want)
    mixed = over_files(image.decode_jpeg, files)
    assert [row.shape for row in rows_of(mixed)] == [(9, 6, 3), (4, 5, 3), (9, 6, 1), (20, 30, 3), (4, 5, 3)]


@pytest.mark.parametrize("method", ["bilinear", "nearest", "area", "bicubic"])
@pytest.mark.parametrize("between", ["nothing", "convert", "cast", "a new axis"])
def test_decoding_and_resizing_at_once_gives_what_they_give_one_after_the_other(method, between):
    files = [jpeg(40, 30), jpeg(25, 61, 1), PNG, GREY_JPEG]

    def change(picture):
        if between == "convert":
            return image.convert_image_dtype(picture, tf.float32)
        return tf.cast(picture, tf.float32) if between == "cast" else picture

    def program(file, channels=3):
        picture = change(image.decode_jpeg(file, channels=channels))
        if between == "a new axis":
            return tf.squeeze(image.resize(tf.expand_dims(picture, 0), [12, 17], method), [0])
        return image.resize(picture, [12, 17], method)

    function, made = trace(program, (FILE,), unpack=True)
    kinds = {node.op.name for node in function.order}
    assert ("DecodeAndResizeJpeg" in kinds) == (between != "cast" or method != "nearest")
    column = over_files(program, files)
    for row, file in zip(column, files):
        want = image.resize(change(image.decode_jpeg(file, channels=3)), [12, 17], method).numpy()
        np.testing.assert_array_equal(row, want)
        assert made.dtype == want.dtype.name
        np.testing.assert_array_equal(function([StringArray.of(file)])[0], want)
    ragged = over_files(lambda x: program(x, 0), files)
    assert [row.shape[-1] for row in rows_of(ragged)] == [3, 3, 3, 1]


def test_a_dataset_of_files_becomes_batches_of_images():
    files = [jpeg(20 + i, 30 - i, i) for i in range(7)]
    labels = np.arange(7)

    def parse(file, label):
        picture = image.resize_images(image.decode_jpeg(file, channels=3), [8, 8])
        return image.per_image_standardization(picture), label

    dataset = tf.data.Dataset.from_tensor_slices((np.array(files, object), labels)).map(parse).batch(3)
    batches = list(dataset.as_numpy_iterator())
    assert [b[0].shape for b in batches] == [(3, 8, 8, 3), (3, 8, 8, 3), (1, 8, 8, 3)]
    want = image.per_image_standardization(image.resize_images(image.decode_jpeg(files[4], channels=3), [8, 8])).numpy()
    np.testing.assert_array_equal(batches[1][0][1], want)


DAMAGED = {
    "nothing": (b"", "must not be empty"),
    "text": (b"hello, world", "begin with b'hello, w'"),
    "a JPEG cut off": (jpeg(50, 40)[:-200], "JPEG data of .* bytes cannot be decoded: Premature end"),
    "a JPEG's beginning": (JPEG[:20], "JPEG data of 20 bytes cannot be decoded"),
    "a PNG cut off": (PNG[:-30], "PNG data of .* bytes cannot be decoded"),
    "a PNG's beginning": (PNG[:20], "ends within its header, after 20 bytes"),
    "a PNG with a wrong byte": (PNG[:45] + bytes([PNG[45] ^ 255]) + PNG[46:], "PNG data of .* bytes cannot be decoded"),
    "a GIF's beginning": (GIF[:20], "GIF data of 20 bytes cannot be decoded"),
    "a GIF's first letters": (GIF[:8], "ends within its header"),
    "a BMP cut off": (BMP[:-3], "BMP data is cut off"),
    "a BMP's beginning": (BMP[:20], "ends within its header"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_say_what_is_wrong_with_them(name):
    data, message = DAMAGED[name]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        image.decode_image(data)


def test_an_error_says_where_the_file_came_from():
    files = StringArray.of([JPEG, JPEG[:300], b"text"])
    files = StringArray(files.flat, files.shape, Origin(("list.txt",), np.zeros(3, int), np.array([4, 5, 6])))
    for call in (image.decode_jpeg, image.decode_image, lambda x: image.resize(image.decode_jpeg(x, 3), [2, 2])):
        function, _ = trace(call, (FILE,), unpack=True)
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"JPEG data of 300 bytes .* \(from list.txt, line 5\)"
        ):
            function.over_rows([files], 3)


@given(st.data())
def test_whatever_happens_to_a_file_its_decoder_gives_pixels_or_says_that_it_cannot(data):
    file = bytearray(data.draw(st.sampled_from([JPEG, PNG, GIF, BMP])))
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(file[: data.draw(st.integers(0, len(file)))])
    with contextlib.suppress(tf.errors.InvalidArgumentError):
        assert image.decode_image(cut).dtype == tf.uint8


def png_header(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_file_that_would_fill_the_memory_is_refused_before_it_is_decoded():
    with pytest.raises(tf.errors.InvalidArgumentError, match="may have 512 MiB; its file says 1 x 50000 x 40000 x 4"):
        image.decode_image(png_header(40000, 50000))
    huge = bytearray(JPEG)
    frame = huge.index(b"\xff\xc0")
    huge[frame + 5 : frame + 9] = struct.pack(">HH", 65500, 65500)
    with pytest.raises(tf.errors.InvalidArgumentError, match="65500 x 65500"):
        image.decode_jpeg(bytes(huge))
    with pytest.raises(tf.errors.InvalidArgumentError, match="60000 x 60000"):
        image.decode_gif(GIF[:6] + struct.pack("<HH", 60000, 60000) + GIF[10:])
    with pytest.raises(tf.errors.InvalidArgumentError, match="60000 x 60000"):
        image.decode_bmp(BMP[:18] + struct.pack("<ii", 60000, 60000) + BMP[26:])
    with pytest.raises(tf.errors.InvalidArgumentError, match="must have a height and a width"):
        image.decode_png(png_header(0, 3))


def test_frames_of_an_animation_count_together(monkeypatch):
    monkeypatch.setattr(_formats, "MOST_BYTES", PHOTO.nbytes + 1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="says 2 x 4 x 5 x 3"):
        image.decode_gif(GIF)
    assert image.decode_image(GIF, expand_animations=False).shape == (4, 5, 3)


def test_a_file_of_another_kind_is_read_where_the_original_reads_it_and_refused_elsewhere():
    assert image.decode_png(JPEG).shape == (9, 6, 3)
    assert image.decode_gif(GREY_JPEG).shape == (1, 9, 6, 3)
    for call, data, message in (
        (image.decode_bmp, PNG, "decode_bmp reads BMP files; got a PNG"),
        (image.decode_jpeg, BMP, "does not read BMP files"),
        (image.decode_png, GIF, "a GIF of one frame; got 2. Use decode_gif"),
        (image.extract_jpeg_shape, PNG, "a JPEG file is needed; got a PNG"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            call(data)
    with pytest.raises(tf.errors.InvalidArgumentError, match="channels must be 0, 1 or 3 for a JPEG"):
        image.decode_image(JPEG, channels=4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="channels must be 0 or 3 for a GIF"):
        image.decode_image(GIF, channels=1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="channels must be 0, 3 or 4 for a BMP"):
        image.decode_image(BMP, channels=1)


def test_a_jpeg_that_is_cut_off_can_be_taken_as_far_as_it_goes():
    whole = jpeg(160, 120)
    cut = whole[: len(whole) * 2 // 3]
    full = image.decode_jpeg(whole).numpy()
    recovered = image.decode_jpeg(cut, try_recover_truncated=True).numpy()
    accepted = image.decode_jpeg(cut, acceptable_fraction=0.3).numpy()
    for picture in (recovered, accepted):
        np.testing.assert_array_equal(picture[:64], full[:64])
    assert not accepted[-8:].any() and recovered[-8:].any()
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"of 160 lines are there; acceptable_fraction is 0\.95"):
        image.decode_jpeg(cut, acceptable_fraction=0.95)


def test_what_follows_a_jpeg_or_stands_between_its_parts_does_no_harm():
    pixels = image.decode_jpeg(JPEG).numpy()
    end = JPEG.rindex(b"\xff\xd9")
    for data in (JPEG + b"more", JPEG[:end] + b"\0\x11\x22" + JPEG[end:]):
        np.testing.assert_array_equal(image.decode_jpeg(data).numpy(), pixels)


def test_arguments_that_no_decoder_takes_are_refused_when_the_program_is_traced():
    for call, message in (
        (lambda x: image.decode_jpeg(x, channels=4), "channels must be one of 0, 1, 3; got 4"),
        (lambda x: image.decode_png(x, channels=2), "channels must be one of 0, 1, 3, 4; got 2"),
        (lambda x: image.decode_jpeg(x, ratio=3), "ratio must be 1, 2, 4 or 8; got 3"),
        (lambda x: image.decode_jpeg(x, dct_method="SLOW"), "dct_method"),
        (lambda x: image.decode_jpeg(tf.stack([x, x])), "takes one file; got strings of shape"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            trace(call, (FILE,), unpack=True)
    for call in (lambda: image.decode_png(PNG, dtype=tf.int32), lambda: image.decode_image(PNG, dtype=tf.int8)):
        with pytest.raises(TypeError, match="gives uint8"):
            call()
    with pytest.raises(TypeError, match="needs the bytes of an image file"):
        image.decode_jpeg(3)
    with pytest.raises(TypeError, match="output_type must be int32 or int64"):
        image.extract_jpeg_shape(JPEG, tf.float32)


def test_arguments_that_no_encoder_takes_are_refused():
    with pytest.raises(TypeError, match="encode_jpeg needs uint8; got float32"):
        image.encode_jpeg(PHOTO.astype(np.float32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="1 or 3 channels; got 2"):
        image.encode_jpeg(bytes_of(3, 3, 2))
    with pytest.raises(tf.errors.InvalidArgumentError, match="quality must be from 0 to 100; got 101"):
        image.encode_jpeg(PHOTO, quality=101)
    with pytest.raises(tf.errors.InvalidArgumentError, match="format must be"):
        image.encode_jpeg(PHOTO, format="cmyk")
    with pytest.raises(tf.errors.InvalidArgumentError, match="density_unit"):
        image.encode_jpeg(PHOTO, density_unit="mm")
    with pytest.raises(tf.errors.InvalidArgumentError, match="compression must be from -1 to 9"):
        image.encode_png(PHOTO, compression=10)
    with pytest.raises(TypeError, match="encode_png needs uint8 or uint16; got float32"):
        image.encode_png(PHOTO.astype(np.float32))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_what_is_written_as_png_is_read_again(channels):
    picture = bytes_of(5, 6, channels)
    np.testing.assert_array_equal(image.decode_png(image.encode_png(picture)).numpy(), picture)
    if channels == 1:
        wide = picture.astype(np.uint16) * 201
        np.testing.assert_array_equal(image.decode_png(image.encode_png(wide), dtype=tf.uint16).numpy(), wide)


def test_a_jpeg_is_written_as_it_is_asked_for():
    picture = photo(32, 32)
    small, large = (len(image.encode_jpeg(picture, quality=q).numpy()) for q in (20, 95))
    assert small < large
    progressive = image.encode_jpeg(picture, progressive=True, x_density=72, y_density=72).numpy()
    assert Image.open(io.BytesIO(progressive)).info["dpi"] == (72, 72)
    assert b"\xff\xc2" in progressive
    grey = image.encode_jpeg(picture[..., :1], format="grayscale").numpy()
    assert image.decode_jpeg(grey).shape == (32, 32, 1)


def test_a_missing_library_is_named(monkeypatch):
    _lazy.resolve.cache_clear()
    monkeypatch.setitem(sys.modules, "simplejpeg", None)
    with pytest.raises(tf.errors.FailedPreconditionError, match=r"needs simplejpeg.*pip install 'estimax\[images\]'"):
        image.decode_jpeg(JPEG)
    monkeypatch.undo()
    _lazy.resolve.cache_clear()


def test_importing_the_room_loads_no_library():
    code = "import sys, estimax.image; print(*(m for m in ('PIL', 'simplejpeg', 'jax') if m in sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
