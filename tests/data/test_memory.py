"""How much memory a stream of rows takes does not depend on how many rows there are."""

import subprocess
import sys

import pytest

CODE = """
import pathlib, re, sys
import estimax as tf

def decode(line):
    return tf.io.decode_csv(line, [[0], [0.0], [""]])

d = tf.data.TextLineDataset(sys.argv[1]).map(lambda line: tuple(decode(line))).shuffle(10_000).batch(512)
rows = sum(len(batch[0]) for batch in d.as_numpy_iterator())
status = pathlib.Path("/proc/self/status").read_text()  # of this process alone; rusage begins with the parent's
print(rows, int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) // 1024)
"""


def megabytes_for(path):
    out = subprocess.run([sys.executable, "-c", CODE, str(path)], capture_output=True, text=True, check=True).stdout
    rows, megabytes = map(int, out.split())
    return rows, megabytes


@pytest.mark.skipif(sys.platform != "linux", reason="the process knows its memory by /proc")
@pytest.mark.slow
def test_a_file_ten_times_as_large_takes_no_more_memory(tmp_path):
    block = b"".join(b"%d,%d.5,town %d\n" % (i, i % 1000, i % 77) for i in range(400_000))
    (tmp_path / "small.csv").write_bytes(block * 4)
    (tmp_path / "large.csv").write_bytes(block * 40)
    rows, small = megabytes_for(tmp_path / "small.csv")
    assert rows == 1_600_000
    rows, large = megabytes_for(tmp_path / "large.csv")
    assert rows == 16_000_000
    assert large < 500
    assert large < small + 100
