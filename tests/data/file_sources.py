"""Sources that read files, tables and generators: rows for the table of datasets.

A row is a function that makes its dataset from a folder of files (`write_files`), and the elements in plain Python,
None where their order is left to chance.
"""

import gzip
import itertools
import zlib

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

import estimax as tf
from estimax.data import Dataset, TextLineDataset
from estimax.data._arrow_files import ArrowDataset
from estimax.data._csv_dataset import CsvDataset
from estimax.data._fixed_length import FixedLengthRecordDataset
from estimax.data._generator import generator_step
from estimax.data._make_csv import make_csv_dataset
from estimax.data._parquet import ParquetDataset
from estimax.data._tables import as_columns

COUNT = 17
WORDS = [b"apt", b'a, "b"', b"two\nlines", b"", b"a\r\nb\rc"]
ROWS = [(i, i / 4, WORDS[i % 5]) for i in range(COUNT)]
TABLE = pa.table(
    {
        "size": [None if i % 4 == 0 else i for i in range(COUNT)],
        "kind": pa.array(
            [None if i % 5 == 3 else w for i, w in enumerate(itertools.islice(itertools.cycle("abc"), COUNT))]
        ),
        "price": pa.array([i * 0.5 for i in range(COUNT)], pa.float32()),
    }
)
TABLE_ROWS = [
    {"size": 0 if i % 4 == 0 else i, "kind": b"" if i % 5 == 3 else b"abc"[i % 3 : i % 3 + 1], "price": i * 0.5}
    for i in range(COUNT)
]
LISTS = pa.table(
    {"list": [list(range(i % 4)) for i in range(COUNT)], "pair": pa.array([[i, -i] for i in range(COUNT)])}
)
LIST_ROWS = [{"list": list(range(i % 4)), "pair": [i, -i]} for i in range(COUNT)]
RECORDS = [b"%03d" % i for i in range(COUNT)]


def quoted(field):
    return b'"' + field.replace(b'"', b'""') + b'"'


def csv_text(rows, line_end=b"\n", header=b""):
    return header + b"".join(
        b"%d,%s,%s%s" % (n, b"%.2f" % x if n % 3 else b"", quoted(w), line_end) for n, x, w in rows
    )


CSV_ROWS = [(n, x if n % 3 else 0.25, w) for n, x, w in ROWS]
CSV_DEFAULTS = [[0], [0.25], [""]]
NAMED_ROWS = [{"n": n, "x": x if n % 3 else 0.0, "w": w} for n, x, w in ROWS]


def write_files(folder):
    """Writes the files that the rows of the table read."""
    header = b'n,x,"w\n"\n'
    for part, rows in enumerate([ROWS[:7], [], ROWS[7:]]):
        text = csv_text(rows, [b"\r\n", b"\n", b"\r"][part], header)
        (folder / f"rows.csv-{part}").write_bytes(text)
        (folder / f"rows.csv-{part}.gz").write_bytes(gzip.compress(text, mtime=0))
        (folder / f"named.csv-{part}").write_bytes(csv_text(rows, b"\n", b"n,x,w\n"))
        records = b"HEAD" + b"".join(RECORDS[:7] if part == 0 else RECORDS[7:] if part == 2 else []) + b"F"
        (folder / f"records-{part}").write_bytes(records)
        (folder / f"records-{part}.z").write_bytes(zlib.compress(records))
    (folder / "lines.z").write_bytes(zlib.compress(b"a\nb") + zlib.compress(b"c\r\n\nd"))
    for part, table in enumerate([TABLE[:7], TABLE[7:]]):
        parquet.write_table(table, folder / f"table.parquet-{part}", row_group_size=3)
        feather.write_feather(table, str(folder / f"table.feather-{part}"), chunksize=4)
        with pa.ipc.new_stream(folder / f"table.arrows-{part}", table.schema) as stream:
            stream.write_table(table, max_chunksize=4)
    parquet.write_table(LISTS, folder / "lists.parquet", row_group_size=5)


def names(folder, pattern):
    return sorted(str(name) for name in folder.glob(pattern))


def rows_of_csv(folder, pattern="rows.csv-?", **options):
    return CsvDataset(names(folder, pattern), CSV_DEFAULTS, header=True, **options)


def records(folder, pattern, **options):
    return FixedLengthRecordDataset(names(folder, pattern), 3, 4, 1, **options)


def generated(*args, **options):
    return Dataset(generator_step(*args, **options))


def numbers(count):
    return ({"n": i, "s": str(i)} for i in range(int(count)))


SOURCES = {
    "ZLIB lines": (lambda f: TextLineDataset(f / "lines.z", "ZLIB", buffer_size=2), [b"a", b"bc", b"", b"d"]),
    "rows of CSV files": (rows_of_csv, CSV_ROWS),
    "rows of CSV files in tiny blocks": (lambda f: rows_of_csv(f, buffer_size=5), CSV_ROWS),
    "rows of compressed CSV files": (
        lambda f: rows_of_csv(f, "rows.csv-?.gz", compression_type="GZIP", buffer_size=40),
        CSV_ROWS,
    ),
    "rows of a dataset of CSV files": (
        lambda f: CsvDataset(
            Dataset.list_files(str(f / "rows.csv-?"), shuffle=False), CSV_DEFAULTS[::2], header=True, select_cols=[0, 2]
        ),
        [(n, w) for n, _, w in CSV_ROWS],
    ),
    "batches of CSV files": (
        lambda f: make_csv_dataset(str(f / "named.csv-*"), 4, shuffle=False, num_epochs=1),
        [{name: [row[name] for row in NAMED_ROWS[i : i + 4]] for name in ("n", "x", "w")} for i in range(0, COUNT, 4)],
    ),
    "batches of shuffled CSV files": (
        lambda f: make_csv_dataset(str(f / "named.csv-*"), 2, label_name="w", shuffle_buffer_size=5, num_epochs=2),
        None,
    ),
    "records of fixed length": (lambda f: records(f, "records-?"), RECORDS),
    "records in tiny blocks": (lambda f: records(f, "records-?", buffer_size=2), RECORDS),
    "compressed records": (
        lambda f: records(f, "records-?.z", compression_type="ZLIB", buffer_size=7),
        RECORDS,
    ),
    "rows of Parquet files": (lambda f: ParquetDataset(names(f, "table.parquet-?")), TABLE_ROWS),
    "rows of Parquet files in tiny batches": (
        lambda f: ParquetDataset(Dataset.list_files(str(f / "table.parquet-?"), shuffle=False), batch_rows=2),
        TABLE_ROWS,
    ),
    "lists of a Parquet file": (lambda f: ParquetDataset(f / "lists.parquet"), LIST_ROWS),
    "rows of Arrow files": (lambda f: ArrowDataset(names(f, "table.feather-?")), TABLE_ROWS),
    "rows of Arrow files in tiny batches": (
        lambda f: ArrowDataset(names(f, "table.feather-?"), batch_rows=3),
        TABLE_ROWS,
    ),
    "rows of Arrow streams": (
        lambda f: ArrowDataset(names(f, "table.arrows-?"), ["price", "size"]),
        [{"price": row["price"], "size": row["size"]} for row in TABLE_ROWS],
    ),
    "a table in memory": (lambda _: Dataset.from_tensor_slices(as_columns(TABLE)), TABLE_ROWS),
    "what a generator yields": (
        lambda _: generated(numbers, {"n": tf.int64, "s": tf.string}, {"n": [], "s": []}, args=[9]),
        [{"n": i, "s": b"%d" % i} for i in range(9)],
    ),
    "different shapes that a generator yields": (
        lambda _: generated(lambda: ([i] * (i % 3) for i in range(8)), tf.int32, [None]),
        [[i] * (i % 3) for i in range(8)],
    ),
    "generators of a flat_map": (
        lambda _: Dataset.range(5).flat_map(lambda n: generated(lambda k: iter(range(k)), tf.int64, (), args=(n,))),
        [i for n in range(5) for i in range(n)],
    ),
}
