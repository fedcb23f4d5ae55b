"""Measures decoding and resizing JPEG files through a dataset against simplejpeg alone, in pairs, on the same threads.

The pictures are made here: smooth shapes of several sizes and some noise, compressed as photographs are. What is
compared is the median of the time that each side takes for all of them; within a pair both sides run right after
one another, the first to go changing from pair to pair. `decode` is simplejpeg decoding the same files to new
arrays with the same settings, which is the least that any program does; it resizes nothing.

    python benchmarks/images.py --count 400 --pairs 5
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import simplejpeg
from rich.console import Console
from rich.table import Table

import estimax as tf
from estimax import image

SIZE = (224, 224)


@dataclasses.dataclass(frozen=True)
class Pictures:
    """JPEG files of one size."""

    height: int
    width: int
    files: tuple[bytes, ...]

    @property
    def kilobytes(self) -> float:
        return sum(map(len, self.files)) / len(self.files) / 1000


def photograph(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """Draws colours that change over several distances, as in a photograph, and the noise of its camera."""
    canvas = np.zeros((height, width, 3), np.float32)
    for level in range(1, 9):
        knots = 2**level + 1
        grid = generator.normal(size=(knots, knots, 3)).astype(np.float32) / level**1.3
        canvas += image.resize_bilinear(grid[np.newaxis], [height, width], align_corners=True).numpy()[0]
    canvas += generator.normal(size=(height, width, 1)).astype(np.float32) * 0.08
    low, high = canvas.min(), canvas.max()
    return ((canvas - low) / (high - low) * 255).astype(np.uint8)


def pictures(height: int, width: int, count: int, quality: int, seed: int = 0) -> Pictures:
    """Makes files; no more than 40 different ones, in turn."""
    generator = np.random.default_rng(seed)
    different = [
        simplejpeg.encode_jpeg(photograph(height, width, generator), quality, "RGB", "420")
        for _ in range(min(count, 40))
    ]
    return Pictures(height, width, tuple(different[i % len(different)] for i in range(count)))


def decode_alone(files: Sequence[bytes], threads: ThreadPoolExecutor) -> None:
    """Decodes with simplejpeg, and drops each picture."""

    def one(file: bytes) -> int:
        return int(simplejpeg.decode_jpeg(file, fastdct=True).size)

    assert sum(threads.map(one, files)) > 0


def through_a_dataset(files: Sequence[bytes], fractions: bool) -> None:
    """Decodes and resizes in a mapped function, and reads all batches."""

    def parse(contents: tf.Tensor) -> tf.Tensor:
        picture = image.decode_jpeg(contents, channels=3)
        if fractions:
            picture = image.convert_image_dtype(picture, tf.float32)
        return image.resize(picture, SIZE)

    dataset = tf.data.Dataset.from_tensor_slices(np.array(files, object)).map(parse).batch(32)
    rows = sum(len(batch) for batch in dataset.as_numpy_iterator())
    assert rows == len(files)


def seconds(work: Callable[[], None]) -> float:
    """Returns how long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(made: Pictures, pairs: int, threads: ThreadPoolExecutor) -> dict[str, list[float]]:
    """Runs all sides `pairs` times, in turn, and returns the seconds of each."""
    sides: dict[str, Callable[[], None]] = {
        "decode": lambda: decode_alone(made.files, threads),
        "decode, resize": lambda: through_a_dataset(made.files, False),
        "decode, convert, resize": lambda: through_a_dataset(made.files, True),
    }
    for work in sides.values():  # threads, buffers and tables are made once
        work()
    times: dict[str, list[float]] = {name: [] for name in sides}
    for pair in range(pairs):
        for name in sides if pair % 2 == 0 else reversed(sides):
            times[name].append(seconds(sides[name]))
    return times


def main() -> None:
    """Parses the command line, measures each size of picture, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=400, help="files of 500 x 375; fewer of the larger ones")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1), help="of simplejpeg alone")
    parser.add_argument("--quality", type=int, default=92)
    parser.add_argument("--sizes", nargs="*", default=["375x500", "768x1024", "1536x2048"], metavar="HEIGHTxWIDTH")
    args = parser.parse_args()
    table = Table(title=f"to {SIZE[0]} x {SIZE[1]}, milliseconds for each picture, medians of {args.pairs}")
    for heading in ("pictures", "kB", "side", "ms", "pictures/s", "to decode", "least to most"):
        table.add_column(heading, justify="left" if heading in ("pictures", "side") else "right")
    with ThreadPoolExecutor(args.threads) as threads:
        for size in args.sizes:
            height, width = (int(s) for s in size.split("x"))
            count = max(16, args.count * 375 * 500 // (height * width))
            made = pictures(height, width, count, args.quality)
            times = compare(made, args.pairs, threads)
            for name, values in times.items():
                each = statistics.median(values) / count
                ratios = [v / d for v, d in zip(values, times["decode"], strict=True)]
                table.add_row(
                    f"{count} of {size}",
                    f"{made.kilobytes:.0f}",
                    name,
                    f"{each * 1e3:.3f}",
                    f"{1 / each:,.0f}",
                    f"{statistics.median(ratios):.2f}",
                    f"{min(ratios):.2f} to {max(ratios):.2f}",
                )
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
