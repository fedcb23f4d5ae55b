"""Arrow's quick way through blocks of records, against the exact rules and Python's own reader and writer of CSV."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._dtypes import float32, float64, int32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._line_array import LineArray
from estimax._base._string_array import StringArray
from estimax.io._csv import _parse, _text
from estimax.io._csv_records import Column, Format, decode_exactly

DEFAULTS = {
    int32: [5, None],
    int64: [-(2**40), None],
    float32: [0.25, None],
    float64: [-0.5, None],
    string: ["d", None],
}
DELIMITERS = st.sampled_from([b",", b"|", b"\t", b" ", b";"])

usual = {
    "integer": st.integers(-(2**31), 2**31 - 1).map(str),
    "floating": st.floats(width=32).map(repr) | st.integers(-(10**6), 10**6).map(lambda i: str(i / 1000)),
    "string": st.text("abc xX0é", max_size=5),
}
odd = {
    "integer": st.sampled_from(
        ["", "NA", " 7 ", " ", "+7", "0x1f", "-0X2", "007", "-0", "1.0", str(2**31), str(2**63), "-"]
    ),
    "floating": st.text("0012.eE+-5 \tinfNaxX_(", max_size=6)
    | st.sampled_from(
        ["", "NA", " ", "infinity", "-Infinity", "nan(a)", "inf", "1e400", "1e39", "16777217.0000000001"]
    ),
    "string": st.text('ab",; |\t\n\r\0\ufeffNA', max_size=5) | st.sampled_from(["", "NA", '"', '""', "0x", "infinity"]),
}


def kind(dtype):
    return "integer" if dtype.is_integer else "floating" if dtype.is_floating else "string"


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


@st.composite
def formats(draw):
    dtypes = draw(st.lists(st.sampled_from([int32, int64, float32, float64, string]), min_size=1, max_size=4))
    columns = [Column(i, dtype, draw(st.sampled_from(DEFAULTS[dtype]))) for i, dtype in enumerate(dtypes)]
    width = len(columns)
    if draw(st.booleans()):
        columns, width = [c for c in columns if draw(st.booleans())] or columns, None
    return dtypes, columns, Format(draw(DELIMITERS), draw(st.booleans()), draw(st.sampled_from([b"", b"NA"])), width)


@st.composite
def tables(draw):
    dtypes, columns, form = draw(formats())
    oddity = draw(st.sampled_from([0, 1, 4]))  # of eight fields; most blocks must be regular, or Arrow has little to do
    records = []
    for _ in range(draw(st.integers(1, 6))):
        fields = []
        for dtype in dtypes:
            is_odd = draw(st.integers(0, 7)) < oddity
            field = draw((odd if is_odd else usual)[kind(dtype)])
            must_quote = form.quotes and not is_odd and (form.delimiter.decode() in field or '"' in field)
            fields.append(quoted(field) if must_quote or draw(st.integers(0, 7)) == 0 else field)
        if draw(st.integers(0, 7)) < oddity // 4:
            fields = fields[:-1] if draw(st.booleans()) else [*fields, "0"]
        records.append(form.delimiter.decode().join(fields).encode())
    return records, columns, form


def as_lines(records):
    """Makes what reading a file gives; None where the records do not stand in lines."""
    if any(b"\n" in r or b"\r" in r for r in records) or not records[-1]:
        return None
    return LineArray(np.frombuffer(b"\n".join(records), np.uint8), len(records), "file", 1)


def parsed(records, columns, form):
    text = _text(records)
    return None if text is None else _parse(text, records.size, columns, form)


def exactly(records, columns, form):
    try:
        return decode_exactly(records, columns, form)
    except InvalidArgumentError:
        return None


@given(tables())
def test_what_arrow_decodes_is_what_the_exact_rules_decode(table):
    records, columns, form = table
    strings = StringArray.of(records)
    wanted = exactly(strings, columns, form)
    for given_records in (strings, as_lines(records)):
        found = given_records and parsed(given_records, columns, form)
        if found is None:
            continue
        assert wanted is not None
        for column, values in zip(columns, wanted):
            np.testing.assert_array_equal(np.asarray(found[column.position]), np.asarray(values))
            assert found[column.position].dtype == values.dtype


@given(formats(), st.data())
def test_regular_records_go_through_arrow(parts, data):
    dtypes, columns, form = parts
    row = st.tuples(*(usual[kind(dtype)] for dtype in dtypes))
    delimiter = form.delimiter.decode()
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    fields = [
        [quoted(f) if form.quotes else f.replace(delimiter, "_").replace("NA", "_") or "_" for f in r] for r in rows
    ]
    if not form.quotes or all(field != '""' for fields_ in fields for field in fields_):
        assert parsed(StringArray.of([delimiter.join(f) for f in fields]), columns, form) is not None


@given(st.lists(st.lists(st.text('a", ;é', max_size=5), min_size=2, max_size=2), min_size=1, max_size=5), DELIMITERS)
def test_what_the_csv_module_writes_comes_back(rows, delimiter):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter.decode(), lineterminator="\n").writerows(rows)
    columns = [Column(i, string, "") for i in range(2)]
    records = StringArray.of(file.getvalue().split("\n")[:-1])
    for found in (
        decode_exactly(records, columns, Format(delimiter, True, b"", 2)),
        parsed(records, columns, Format(delimiter, True, b"", 2)),
    ):
        assert found is not None
        assert [[found[0][i].decode(), found[1][i].decode()] for i in range(len(rows))] == rows


HOSTILE = [
    (b"1,2", b"1"),
    (b"1,2", b""),
    (b"1,2", b"0x10,2"),
    (b"1,2", b"infinity,2"),
    (b"1,2", b'1,a"b'),
    (b"1,2", b'1,"a"b'),
    (b'1,"2', b'3",4'),
    (b'1,"2', b'",3', b"1,4"),
    (b'1,"2""', b'"",3'),
]


@pytest.mark.parametrize("records", HOSTILE)
def test_records_that_arrow_would_misread_are_left_to_the_exact_rules(records):
    columns = [Column(0, int32 if b"0x10,2" in records else float32, 0), Column(1, string, "")]
    form = Format(b",", True, b"", 2)
    assert exactly(StringArray.of(list(records)), columns, form) is None
    assert parsed(StringArray.of(list(records)), columns, form) is None
