"""Files on servers: an S3 server on this machine, a web server, and fsspec's file system in memory."""

import gzip
import http.server
import io
import threading
import urllib.request

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest

from estimax import gfile
from estimax._base._errors import (
    DataLossError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
)
from estimax._base._files import glob, matching_files, open_read, write_atomically
from estimax.data import Dataset, TextLineDataset
from estimax.data._arrow_files import ArrowDataset
from estimax.data._csv_dataset import CsvDataset
from estimax.data._iterators import Reader
from estimax.data._make_csv import make_csv_dataset
from estimax.data._parquet import ParquetDataset
from tests.data.reading import read

ROWS = [{"n": i, "word": b"w%d" % i} for i in range(40)]
TABLE = pa.table({"n": [row["n"] for row in ROWS], "word": [row["word"] for row in ROWS]})
CSV = b"n,word\n" + b"".join(b"%d,%s\n" % (row["n"], row["word"]) for row in ROWS)


@pytest.fixture(scope="module")
def server():
    """An S3 server of this machine, that the environment names in place of Amazon's."""
    moto = pytest.importorskip("moto.server")
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    address = "http://{}:{}".format(*running.get_host_and_port())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.setenv("AWS_ACCESS_KEY_ID", "anyone")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
        yield address
    running.stop()


def in_memory(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def bucket(server):
    urllib.request.urlopen(urllib.request.Request(f"{server}/bucket", method="PUT")).close()
    for part in range(2):
        write_atomically(f"s3://bucket/data/part-{part}.csv", CSV)
        table = TABLE.slice(part * 20, 20)
        write_atomically(
            f"s3://bucket/data/part-{part}.parquet",
            in_memory(lambda f, table=table: parquet.write_table(table, f, row_group_size=8)),
        )
    write_atomically("s3://bucket/data/all.arrow", in_memory(lambda f: feather.write_feather(TABLE, f, chunksize=9)))
    write_atomically("s3://bucket/data/zipped.csv.gz", gzip.compress(CSV, mtime=0))
    return "s3://bucket"


def test_objects_are_listed_by_patterns(bucket):
    assert glob(f"{bucket}/data/part-?.csv") == [f"{bucket}/data/part-{i}.csv" for i in range(2)]
    assert glob(f"{bucket}/*/all.*") == [f"{bucket}/data/all.arrow"]
    assert sorted(read(Dataset.list_files(f"{bucket}/data/*.csv"))) == [
        b"s3://bucket/data/part-%d.csv" % i for i in (0, 1)
    ]


DATASETS = {
    "lines": (lambda b: TextLineDataset(f"{b}/data/part-0.csv", buffer_size=50), CSV.splitlines()),
    "compressed lines": (lambda b: TextLineDataset(f"{b}/data/zipped.csv.gz", "GZIP", 50), CSV.splitlines()),
    "lines of listed files": (
        lambda b: Dataset.list_files(f"{b}/data/*.csv", shuffle=False).flat_map(TextLineDataset),
        CSV.splitlines() * 2,
    ),
    "CSV": (
        lambda b: CsvDataset([f"{b}/data/part-0.csv"], [[0], [""]], header=True, buffer_size=50),
        [(row["n"], row["word"]) for row in ROWS],
    ),
    "batches of CSV": (
        lambda b: make_csv_dataset(f"{b}/data/*.csv", 40, num_epochs=1, shuffle=False),
        [{name: [row[name] for row in ROWS] for name in ("n", "word")}] * 2,
    ),
    "Parquet": (lambda b: ParquetDataset(Dataset.list_files(f"{b}/data/*.parquet", shuffle=False), batch_rows=3), ROWS),
    "Arrow": (lambda b: ArrowDataset(f"{b}/data/all.arrow", batch_rows=4), ROWS),
}


@pytest.mark.parametrize("name", DATASETS)
def test_objects_are_read_and_reading_goes_on_in_their_middle(bucket, name):
    make, elements = DATASETS[name]
    assert read(make(bucket), (7,)) == elements
    first, second = Reader(make(bucket).step, 1), Reader(make(bucket).step, 1)
    taken = first.next(1).size + (first.next(20) or first.next(1)).size
    second.restore(first.state())
    left = 0
    while chunk := second.next(9):
        left += chunk.size
    assert left == len(elements) - taken


def test_only_a_part_of_an_object_is_read_where_reading_goes_on(bucket):
    lines = [b"line %06d" % i for i in range(3000)]
    write_atomically(f"{bucket}/long.txt", b"\n".join(lines))
    reader = Reader(TextLineDataset(f"{bucket}/long.txt", buffer_size=500).step, 1)
    while reader.state()["position"]["line"] < 2500:
        reader.next(1000)
    state = reader.state()
    wanted = reader.next(1).columns[0][0]
    write_atomically(f"{bucket}/long.txt", b"?" * 20_000 + b"\n".join(lines)[20_000:])
    reader.restore(state)
    assert reader.next(1).columns[0][0] == wanted


def test_what_is_missing_is_named_with_what_is_near(bucket):
    for path, said in [
        (
            "s3://bucket/data/part-7.csv",
            r"there is no 's3://bucket/data/part-7\.csv'; .* has 6 names, such as 'part-1\.csv'",
        ),
        ("s3://bucket/nope/x", "there is no folder 's3://bucket/nope'"),
        ("s3://nowhere/x", "there is no 's3://nowhere/x'; there is no folder 's3://nowhere'"),
    ]:
        for make in [TextLineDataset, ParquetDataset, lambda name: CsvDataset(name, [[0]])]:
            with pytest.raises(NotFoundError, match=said):
                read(make(path))
    with pytest.raises(NotFoundError, match=r"no file matches 's3://bucket/data/\*\.tsv'; .* has 6 names"):
        Dataset.list_files("s3://bucket/data/*.tsv")
    with pytest.raises(NotFoundError, match="there is no folder 's3://nowhere'"):
        matching_files("s3://nowhere/*")
    with pytest.raises(NotFoundError, match="there is no folder 's3://nowhere'"):
        write_atomically("s3://nowhere/x", b"")
    with pytest.raises(FailedPreconditionError, match="must be a file; it is a folder or bucket"):
        open_read("s3://bucket")


def test_damage_of_an_object_is_named(bucket):
    write_atomically(f"{bucket}/short.gz", gzip.compress(b"".join(b"%d\n" % (i * i) for i in range(99)), mtime=0)[:-9])
    with pytest.raises(DataLossError, match=r"s3://bucket/short\.gz cannot be read on from line \d+: .*ends too early"):
        read(TextLineDataset(f"{bucket}/short.gz", "GZIP"))


def test_files_are_written_moved_and_removed(bucket):
    with gfile.GFile(f"{bucket}/new/a b=100%.txt", "w") as file:
        file.write("one\ntwo\n")
    assert read(TextLineDataset(f"{bucket}/new/a b=100%.txt")) == [b"one", b"two"]
    gfile.copy(f"{bucket}/new/a b=100%.txt", f"{bucket}/new/b.txt")
    gfile.rename(f"{bucket}/new/b.txt", f"{bucket}/new/c.txt")
    assert gfile.listdir(f"{bucket}/new") == ["a b=100%.txt", "c.txt"]
    with gfile.GFile(f"{bucket}/new/d.gz", "wb") as file:
        file.write(b"not compressed by us")
    assert gfile.GFile(f"{bucket}/new/d.gz", "rb").read() == b"not compressed by us"
    gfile.rmtree(f"{bucket}/new")
    assert not gfile.exists(f"{bucket}/new/c.txt")


def test_a_server_for_s3_alone_comes_before_one_for_all(bucket, server, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.removeprefix("http://").join(["http://", "/"]))
    assert gfile.exists(f"{bucket}/data/all.arrow")


@pytest.fixture
def web(tmp_path):
    """A web server for a folder."""
    handler = type(
        "Quiet",
        (http.server.SimpleHTTPRequestHandler,),
        {
            "__init__": lambda self, *args: http.server.SimpleHTTPRequestHandler.__init__(
                self, *args, directory=tmp_path
            ),
            "log_message": lambda *_: None,
        },
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_files_of_a_web_server_are_read_by_fsspec(web, tmp_path):
    pytest.importorskip("fsspec")
    pytest.importorskip("aiohttp")
    (tmp_path / "t.csv").write_bytes(CSV)
    assert read(CsvDataset(f"{web}/t.csv", [[0], [""]], header=True))[:2] == [(0, b"w0"), (1, b"w1")]
    with pytest.raises(NotFoundError, match=r"nope\.csv"):
        read(TextLineDataset(f"{web}/nope.csv"))


def test_other_schemes_go_through_fsspec():
    pytest.importorskip("fsspec")
    write_atomically("memory://place/a/1.csv", b"1\n2\n")
    write_atomically("memory://place/a/2.csv", b"3\n")
    assert read(TextLineDataset(glob("memory://place/a/*.csv"))) == [b"1", b"2", b"3"]
    assert gfile.stat("memory://place/a/1.csv").length == 4
    with pytest.raises(NotFoundError, match=r"the folder 'memory://place/a' has '2\.csv', '1\.csv'|'1\.csv', '2\.csv'"):
        open_read("memory://place/a/3.csv")
    gfile.rmtree("memory://place/a")
    assert glob("memory://place/a/*") == []


def test_a_scheme_that_nothing_is_known_of_is_refused():
    with pytest.raises(InvalidArgumentError, match="must be local or begin with a scheme such as gs://"):
        open_read("zzz://bucket/x")
