"""Sorted tables and checkpoints written by hand, whole or wrong, for tests of what reads them."""

import pyarrow as pa

from estimax._base._crc32c import crc32c, masked
from estimax._base._wire_format import delimited, varint

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")


def checksum(data):
    return int(masked(crc32c(data))).to_bytes(4, "little")


def block_of(entries, restart_every=16):
    """Returns a block of keys and values; each key leaves out what it has in common with the one before it."""
    out, restarts, last = bytearray(), [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart_every:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        else:
            restarts.append(len(out))
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    starts = b"".join(at.to_bytes(4, "little") for at in restarts or [0])
    return bytes(out) + starts + max(len(restarts), 1).to_bytes(4, "little")


def table_of(entries, per_block=8, snappy=False):
    """Returns a sorted table."""
    out, index = bytearray(), []
    for start in range(0, len(entries), per_block):
        part = entries[start : start + per_block]
        index.append((part[-1][0], place_of(out, block_of(part), snappy)))
    listed = place_of(out, block_of(index), snappy)
    return bytes(out) + (varint(0) + varint(0) + listed).ljust(40, b"\0") + MAGIC


def place_of(out, block, snappy=False):
    """Puts a block at the end; returns where it stands."""
    content = pa.Codec("snappy").compress(block, asbytes=True) if snappy else block
    data = content + (b"\1" if snappy else b"\0")
    place = varint(len(out)) + varint(len(content))
    out += data + checksum(data)
    return place


def number(field, value):
    return varint(field << 3) + varint(value)


def shape_of(sizes):
    return b"".join(delimited(2, number(1, size)) for size in sizes)


def bundle_entry(kind, sizes, offset, data, shard=0):
    """Returns the entry of an array in the index of a checkpoint."""
    fields = number(1, kind) + delimited(2, shape_of(sizes)) + number(3, shard) + number(4, offset)
    return fields + number(5, len(data)) + varint(6 << 3 | 5) + checksum(data)


def bundle_header(shards=1, endianness=0):
    return number(1, shards) + number(2, endianness)
