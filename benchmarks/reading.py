"""How fast rows are read, beside what Arrow's own readers do with the same bytes, and where the time goes.

All ways are run in turn, several times in one process, and their medians compared.

    python benchmarks/reading.py --rows 4000000 --rounds 5
    python benchmarks/reading.py --gigabytes 5            # how much memory a large CSV file takes
"""

import argparse
import cProfile
import json
import pathlib
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

import estimax as tf

NAMES = ["fare", "from_longitude", "from_latitude", "to_longitude", "to_latitude", "passengers", "key"]
DEFAULTS = [[0.0], [-74.0], [40.0], [-74.0], [40.7], [1.0], ["nokey"]]
BATCH = 512
FILES = 4


def rides(rows: int, seed: int) -> pa.Table:
    """Makes rides of taxis: six numbers and a string."""
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {
        "fare": random.gamma(3.0, 4.0, rows).round(1),
        "from_longitude": (-74 + random.normal(0, 0.05, rows)).round(6),
        "from_latitude": (40.7 + random.normal(0, 0.05, rows)).round(6),
        "to_longitude": (-74 + random.normal(0, 0.05, rows)).round(6),
        "to_latitude": (40.7 + random.normal(0, 0.05, rows)).round(6),
        "passengers": random.integers(1, 6, rows).astype(np.float64),
    }
    table = pa.table({name: pa.array(values.astype(np.float32)) for name, values in columns.items()})
    return table.append_column("key", pa.array(random.integers(0, 10_000, rows)).cast(pa.string()))


def write_files(folder: pathlib.Path, rows: int) -> None:
    """Writes the same rides as CSV, without a header, and as Parquet."""
    for number in range(FILES):
        table = rides(rows // FILES, number)
        csv.write_csv(
            table, folder / f"rides-{number}.csv", csv.WriteOptions(include_header=False, quoting_style="none")
        )
        parquet.write_table(table, folder / f"rides-{number}.parquet", row_group_size=1 << 17)


def decode(line: Any) -> Any:
    """Does what the course's programs do with a line."""
    features = dict(zip(NAMES, tf.io.decode_csv(line, record_defaults=DEFAULTS), strict=True))
    label = features.pop("fare")
    return features, label


def as_written(folder: pathlib.Path) -> tf.data.Dataset:
    """Decodes line by line, as programs are written."""
    lines = tf.data.Dataset.list_files(f"{folder}/*.csv").flat_map(tf.data.TextLineDataset)
    return lines.map(decode).batch(BATCH)


def batched_first(folder: pathlib.Path) -> tf.data.Dataset:
    """Shuffles and batches lines, and decodes batches."""
    lines = tf.data.Dataset.list_files(f"{folder}/*.csv").flat_map(tf.data.TextLineDataset)
    return lines.shuffle(10 * BATCH).batch(BATCH).map(decode, num_parallel_calls=tf.data.AUTOTUNE)


def shuffled(folder: pathlib.Path) -> tf.data.Dataset:
    """Decodes line by line and shuffles what comes out."""
    lines = tf.data.Dataset.list_files(f"{folder}/*.csv").flat_map(tf.data.TextLineDataset)
    return lines.map(decode).shuffle(10 * BATCH).batch(BATCH)


def of_parquet(folder: pathlib.Path) -> tf.data.Dataset:
    """Reads the same rows from Parquet."""
    rows = tf.data.ParquetDataset(sorted(map(str, folder.glob("*.parquet"))))
    return rows.map(lambda row: (row, row.pop("fare"))).shuffle(10 * BATCH).batch(BATCH)


def count(dataset: tf.data.Dataset) -> int:
    """Goes through all batches and counts the rows."""
    return sum(len(label) for _, label in dataset.as_numpy_iterator())


def bare_csv(folder: pathlib.Path) -> int:
    """Parses the same bytes with pyarrow alone, with as many threads."""
    types = {name: pa.float32() for name in NAMES[:-1]} | {"key": pa.binary()}
    return sum(
        csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=NAMES),
            convert_options=csv.ConvertOptions(column_types=types),
        ).num_rows
        for path in sorted(folder.glob("*.csv"))
    )


WAYS: dict[str, Callable[[pathlib.Path], int]] = {
    "pyarrow.csv alone": bare_csv,
    "CSV as the course writes it": lambda folder: count(as_written(folder)),
    "CSV, batched before it is decoded": lambda folder: count(batched_first(folder)),
    "CSV, decoded, shuffled, batched": lambda folder: count(shuffled(folder)),
    "Parquet, shuffled, batched": lambda folder: count(of_parquet(folder)),
}


def seconds_in_files(way: Callable[[pathlib.Path], int], folder: pathlib.Path) -> list[tuple[str, float]]:
    """Profiles a way: the share of each place of the code in the time of the main thread."""
    profile = cProfile.Profile()
    profile.runcall(way, folder)
    stats: Any = pstats.Stats(profile)
    total = sum(own for _, _, own, _, _ in stats.stats.values())
    places: dict[str, float] = {}
    for (file, _, function), (_, _, own, _, _) in stats.stats.items():
        at = file.rpartition("estimax/")[2] if "estimax/" in file else file.rpartition("/")[2]
        place = f"{at} {function}" if file != "~" else function
        places[place] = places.get(place, 0.0) + own / total
    return sorted(places.items(), key=lambda item: -item[1])[:12]


def measure(rows: int, rounds: int) -> dict[str, Any]:
    """Runs every way `rounds` times, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_files(folder, rows)
        rates: dict[str, list[float]] = {way: [] for way in WAYS}
        for number in range(rounds):
            for way, run in list(WAYS.items())[:: 1 if number % 2 == 0 else -1]:
                began = time.perf_counter()
                read = run(folder)
                rates[way].append(read / (time.perf_counter() - began))
        profiles = {way: seconds_in_files(run, folder) for way, run in WAYS.items() if way != "pyarrow.csv alone"}
    medians = {way: statistics.median(r) for way, r in rates.items()}
    return {"rows": rows, "medians": medians, "rates": rates, "profiles": profiles}


def memory(gigabytes: float) -> dict[str, Any]:
    """Streams a CSV of that size through shuffle and batch; returns the most memory that was ever resident."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_files(folder, 2_000_000)
        text = b"".join(path.read_bytes() for path in sorted(folder.glob("*.csv")))
        with (folder / "large.txt").open("wb") as file:
            while file.tell() < gigabytes * 1e9:
                file.write(text)
        size = (folder / "large.txt").stat().st_size
        del text
        command = [sys.executable, __file__, "--stream", str(folder / "large.txt")]
        began = time.perf_counter()
        out = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - began
    rows, megabytes = out.stdout.split()
    return {
        "bytes": size,
        "rows": int(rows),
        "rows_per_second": int(rows) / seconds,
        "megabytes_resident": float(megabytes),
    }


def stream(path: str) -> None:
    """Reads one file through shuffle and batch; prints the rows and the megabytes that were resident at most."""
    lines = tf.data.TextLineDataset(path)
    rows = count(lines.map(decode).shuffle(10_000).batch(BATCH))
    print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Parses the command line, measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gigabytes", type=float)
    parser.add_argument("--results", type=pathlib.Path)
    parser.add_argument("--stream", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.stream:
        stream(args.stream)
        return
    found = memory(args.gigabytes) if args.gigabytes else measure(args.rows, args.rounds)
    if not args.gigabytes:
        bare = found["medians"]["pyarrow.csv alone"]
        for way, rate in found["medians"].items():
            print(f"{way:36} {rate:14,.0f} rows/s   {rate / bare:.2f} of pyarrow.csv")
        for way, places in found["profiles"].items():
            print(f"\n{way}: where the time of the main thread goes")
            for place, share in places:
                print(f"  {share:6.1%}  {place}")
    else:
        print(json.dumps(found))
    if args.results:
        args.results.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
