"""The ops of images, how to call each, and sample arguments: the laws of all ops hold for each row."""

import io

import numpy as np
from PIL import Image

from estimax import image
from estimax._base._string_array import StringArray
from estimax.image import _random
from tests.ops.samples import Row


def bytes_of(*shape: int) -> np.ndarray:
    return ((np.arange(int(np.prod(shape))) * 97 + 13) % 256).astype(np.uint8).reshape(shape)


def fractions(*shape: int) -> np.ndarray:
    return (((np.arange(int(np.prod(shape))) * 37 + 5) % 101) / 100).astype(np.float32).reshape(shape)


PHOTO, GREY, BATCH = bytes_of(4, 5, 3), bytes_of(3, 4, 1), bytes_of(2, 4, 3, 3)
BRIGHT, BRIGHTS = fractions(4, 5, 3), fractions(2, 3, 4, 3)
WIDE = (bytes_of(3, 3, 3).astype(np.uint16) * 257).astype(np.uint16)
WHOLE = bytes_of(4, 3, 2).astype(np.int32) - 100
ALL = ((PHOTO,), (BATCH,), (BRIGHT,), (BRIGHTS,), (GREY,))
CONVERTED = ((PHOTO,), (WIDE,), (BRIGHT * 2 - 0.5,), (WHOLE,))
FEW, MORE = np.float32(0.3), np.float32(1.4)


def gif(*pictures: np.ndarray) -> bytes:
    frames = [Image.fromarray(p) for p in pictures]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def bmp(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "BMP")
    return file.getvalue()


def file_of(data: bytes) -> tuple[StringArray]:
    return (StringArray.of(data),)


JPEG = image.encode_jpeg(bytes_of(9, 6, 3)).numpy()
GREY_JPEG = image.encode_jpeg(bytes_of(9, 6, 1)).numpy()
PNG = image.encode_png(PHOTO).numpy()
GIF, STILL, BMP = gif(PHOTO, PHOTO[::-1]), gif(PHOTO), bmp(PHOTO)

DECODING = (
    Row("decode_jpeg", image.decode_jpeg, (file_of(JPEG), file_of(GREY_JPEG), file_of(PNG)), False),
    Row("decode_jpeg to grey", lambda x: image.decode_jpeg(x, channels=1), (file_of(JPEG),), False),
    Row("decode_jpeg smaller", lambda x: image.decode_jpeg(x, ratio=2), (file_of(JPEG),), False),
    Row("decode_png", lambda x: image.decode_png(x, channels=3), (file_of(PNG), file_of(STILL)), False),
    Row("decode_png to 16 bits", lambda x: image.decode_png(x, dtype="uint16"), (file_of(PNG),), False),
    Row("decode_gif", image.decode_gif, (file_of(GIF), file_of(PNG)), False),
    Row("decode_bmp", image.decode_bmp, (file_of(BMP),), False),
    Row(
        "decode_image",
        lambda x: image.decode_image(x, dtype="float32", expand_animations=False),
        (file_of(JPEG), file_of(PNG), file_of(GIF), file_of(BMP)),
        False,
    ),
    Row("decode_image of an animation", image.decode_image, (file_of(GIF), file_of(PNG)), False),
    Row(
        "decode_and_crop_jpeg",
        lambda x, i: image.decode_and_crop_jpeg(x, [i, 1, 3, 4], channels=3),
        ((StringArray.of(JPEG), np.int32(5)),),
        False,
    ),
    Row("is_jpeg", image.is_jpeg, ((StringArray.of([JPEG, PNG, b""]),),), False),
    Row("extract_jpeg_shape", image.extract_jpeg_shape, (file_of(JPEG), file_of(GREY_JPEG)), False),
    Row("encode_jpeg", lambda x: image.encode_jpeg(x, quality=70), ((PHOTO,), (GREY,)), False),
    Row("encode_jpeg slowly", lambda x: image.encode_jpeg(x, progressive=True, x_density=72), ((PHOTO,),), False),
    Row("encode_png", lambda x: image.encode_png(x, compression=1), ((PHOTO,), (GREY,)), False),
    Row(
        "decode_jpeg and resize",
        lambda x: image.resize(image.decode_jpeg(x, channels=3), [4, 7]),
        (file_of(JPEG), file_of(PNG)),
        False,
    ),
    Row(
        "decode_jpeg, convert_image_dtype and resize",
        lambda x: image.resize(image.convert_image_dtype(image.decode_jpeg(x), "float32"), [4, 7], "area"),
        (file_of(JPEG), file_of(GREY_JPEG)),
        False,
    ),
)

RESIZING = (
    *(Row(f"resize by {m}", lambda x, m=m: image.resize(x, [3, 6], m), ((PHOTO,), (BRIGHTS,)), False)
      for m in ("bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")),
    Row("resize", lambda x: image.resize(x, [3, 6]), (*ALL, (WHOLE,), (WIDE,))),
    Row("resize by nearest", lambda x: image.resize(x, (3, 6), "nearest"), (*ALL, (WHOLE,))),
    Row("resize smoothly", lambda x: image.resize(x, [2, 2], antialias=True), ALL, False),
    Row("resize in proportion", lambda x: image.resize(x, [6, 9], preserve_aspect_ratio=True), ALL, False),
    Row("resize to a size from Tensors", lambda x, h: image.resize(x, [h, 3]), ((PHOTO, np.int32(2)),), False, False),
    Row("resize_images", lambda x: image.resize_images(x, [2, 7]), ALL),
    Row("resize_images by area", lambda x: image.resize_images(x, [2, 7], 3, align_corners=True), ALL, False),
    Row("resize_bilinear", lambda x: image.resize_bilinear(x, [2, 2], align_corners=True), ((BATCH,), (BRIGHTS,))),
    Row("resize_nearest_neighbor", lambda x: image.resize_nearest_neighbor(x, [5, 2], True), ((BATCH,), (BRIGHTS,))),
    Row("resize_bicubic", lambda x: image.resize_bicubic(x, [5, 2]), ((BATCH,), (BRIGHTS,)), False),
    Row("resize_area", lambda x: image.resize_area(x, [2, 3]), ((BATCH,), (BRIGHTS,)), False),
)  # fmt: skip

CUTTING = (
    Row("crop_to_bounding_box", lambda x: image.crop_to_bounding_box(x, 1, 0, 2, 3), ALL),
    Row("crop from Tensors", lambda x, i: image.crop_to_bounding_box(x, i, 1, 2, 2), ((PHOTO, np.int32(1)),), False),
    Row("pad_to_bounding_box", lambda x: image.pad_to_bounding_box(x, 1, 2, 6, 8), ALL),
    Row("resize_with_crop_or_pad", lambda x: image.resize_with_crop_or_pad(x, 3, 7), ALL),
    Row("resize_image_with_crop_or_pad", lambda x: image.resize_image_with_crop_or_pad(x, 6, 2), ALL),
    Row("resize_with_pad", lambda x: image.resize_with_pad(x, 6, 5), ALL, False),
    Row("resize_image_with_pad", lambda x: image.resize_image_with_pad(x, 2, 5), ALL, False, False),
    Row("central_crop", lambda x: image.central_crop(x, 0.5), ALL),
    Row(
        "crop_and_resize",
        lambda x, b: image.crop_and_resize(x, b, [0, 1], [2, 3]),
        ((BRIGHTS, np.array([[0, 0, 1, 1], [0.2, 0.8, 0.9, 0.1]], np.float32)),),
        False,
    ),
    Row(
        "crop_and_resize by nearest",
        lambda x: image.crop_and_resize(x, [[0.5, 0.5, 1.5, 1.5]], [1], [1, 4], "nearest", 7.0),
        ((BATCH,),),
        False,
    ),
    Row(
        "random_crop, its draws given",
        lambda x, d: _random._CUT(x, d, size=[2, 3, 3]),
        ((PHOTO, np.array([5, 8, 2], np.int32)),),
    ),
)

TURNING = (
    Row("flip_left_right", image.flip_left_right, ALL),
    Row("flip_up_down", image.flip_up_down, ALL),
    Row("transpose", image.transpose, ALL),
    Row("transpose_image", image.transpose_image, ((PHOTO,),)),
    Row("rot90", image.rot90, ALL),
    Row("rot90 twice", lambda x: image.rot90(x, 2), ALL),
    Row("rot90 by a Tensor", image.rot90, ((PHOTO, np.int32(3)), (BATCH, np.int32(1))), False),
    Row(
        "random_flip_left_right, its draws given",
        lambda x, d: _random._MIRRORED(x, d, axis=-2),
        ((PHOTO, np.float32(0.2)), (BATCH, np.array([0.9, 0.1], np.float32))),
        open_sizes=False,
    ),
)

COLOURING = (
    Row("adjust_brightness", lambda x: image.adjust_brightness(x, 0.3), ALL),
    Row("adjust_brightness by a Tensor", image.adjust_brightness, ((BRIGHT, FEW), (BATCH, MORE))),
    Row("adjust_contrast", lambda x: image.adjust_contrast(x, 1.5), ((BRIGHT,), (BRIGHTS,))),
    Row("adjust_contrast by a Tensor", image.adjust_contrast, ((BRIGHT, FEW), (PHOTO, MORE)), False),
    Row("adjust_hue", image.adjust_hue, ((BRIGHT, FEW), (BATCH, -FEW)), False),
    Row("adjust_saturation", image.adjust_saturation, ((BRIGHT, MORE), (BATCH, FEW)), False),
    Row("adjust_gamma", lambda x: image.adjust_gamma(x, 2.0, 0.5), ALL, False),
    Row("adjust_gamma by Tensors", image.adjust_gamma, ((BRIGHT, np.float32(2), np.float32(0.5)),), False),
    Row("rgb_to_grayscale", image.rgb_to_grayscale, ((BRIGHT,), (BRIGHTS,))),
    Row("rgb_to_grayscale of whole numbers", image.rgb_to_grayscale, ((PHOTO,), (BATCH,)), False),
    Row("grayscale_to_rgb", image.grayscale_to_rgb, ((GREY,), (fractions(2, 3, 3, 1),))),
    Row("rgb_to_hsv", image.rgb_to_hsv, ((BRIGHT,), (BRIGHTS,)), False),
    Row("hsv_to_rgb", image.hsv_to_rgb, ((BRIGHT,), (BRIGHTS,)), False),
    Row("per_image_standardization", image.per_image_standardization, ALL),
    Row("total_variation", image.total_variation, ((BRIGHT,), (BRIGHTS,), (WHOLE,)), False),
    *(
        Row(f"convert_image_dtype to {d}", lambda x, d=d: image.convert_image_dtype(x, d, True), CONVERTED)
        for d in ("uint8", "uint16", "int32", "float32")
    ),
)  # fmt: skip

ROWS = (*DECODING, *RESIZING, *CUTTING, *TURNING, *COLOURING)
