"""Small ip2region files: the xdb of either IP version, and the .db of old."""

import struct
from collections.abc import Sequence
from ipaddress import ip_address

Row = tuple[str, str, str]
"""First address, last address, text. Rows do not cross the border of a /16."""
HEAD, VECTOR = 256, 256 * 256 * 8


def xdb(rows: Sequence[Row], *, version: int = 4, structure: int = 3, made: int = 1_750_000_000) -> bytes:
    texts, index, vector = bytearray(), bytearray(), bytearray(VECTOR)
    size = 14 if version == 4 else 38
    places = [(HEAD + VECTOR + sum(len(text.encode()) for _, _, text in rows[:at]), len(rows[at][2].encode())) for at in range(len(rows))]
    first = HEAD + VECTOR + sum(len(text.encode()) for _, _, text in rows)
    for (start, end, text), (offset, length) in zip(rows, places, strict=True):
        texts += text.encode()
        low, high = ip_address(start), ip_address(end)
        packed = struct.pack("<II", int(low), int(high)) if version == 4 else low.packed + high.packed
        at = first + len(index)
        index += packed + struct.pack("<HI", length, offset)
        cell = low.packed[0] * 256 * 8 + low.packed[1] * 8
        from_, _ = struct.unpack_from("<II", vector, cell)
        struct.pack_into("<II", vector, cell, from_ or at, at)
    head = struct.pack("<HHIIIHH", structure, 1, made, first, first + len(index) - size, version, 4)
    return head.ljust(HEAD, b"\0") + bytes(vector) + bytes(texts) + bytes(index)


def old_db(rows: Sequence[Row]) -> bytes:
    """Header of 8 bytes (and the rest that nobody reads), texts after a city id of 4 bytes, segments of 12."""
    texts, segments = bytearray(), bytearray()
    for start, end, text in rows:
        entry = struct.pack("<I", 1) + text.encode()
        segments += struct.pack("<III", int(ip_address(start)), int(ip_address(end)), len(entry) << 24 | 64 + len(texts))
        texts += entry
    first = 64 + len(texts)
    return struct.pack("<II", first, first + len(segments) - 12).ljust(64, b"\0") + bytes(texts) + bytes(segments)
