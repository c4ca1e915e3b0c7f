"""Where an address is: provinces and cities by GB/T 2260 codes, from an ip2region xdb held in memory."""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Literal

from ip2region import searcher, util

from loanbroker_api.access.policies.networks import NetworkList, parse_ip
from loanbroker_api.core.clock import BUSINESS_ZONE
from loanbroker_api.core.normalize.cities import all_cities, find_city
from loanbroker_api.settings import Settings

DATA = files("loanbroker_api.access") / "data"
SHIPPED = "ip2region-china-2021.xdb.gz"
EARTH_KM = 6_371.0
_PRIVATE = NetworkList(
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"]
)
_STRUCTURES = (util.XdbStructure20, util.XdbStructure30)
_EMPTY = frozenset({"", "0", "null"})
_CHINA = frozenset({"中国", "China", "CN"})
# ip2region lists them beside or below 中国.
_REGIONS = frozenset({"香港", "澳门", "台湾", "台湾省"})

PlaceKind = Literal["city", "province", "china", "private", "abroad", "unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """`code`: a city's six digits (510100), a province's two (51; a municipality has no other), or empty where neither is known.

    `kind` tells the empty ones apart: somewhere in China, a private address, abroad, or not in the data.
    """

    code: str
    name: str  # 四川省成都市
    kind: PlaceKind

    @property
    def known(self) -> bool:
        """Whether a rule about regions can be judged by it: abroad is surely in no Chinese province."""
        return self.code != "" or self.kind == "abroad"

    def within(self, allowed: Iterable[str]) -> bool:
        """Whether it lies in one of these provinces and cities."""
        return self.code != "" and any(self.code.startswith(short_code(code)) for code in allowed)


PRIVATE, ABROAD = Place("", "内网", "private"), Place("", "境外", "abroad")
UNKNOWN, CHINA = Place("", "未知", "unknown"), Place("", "中国", "china")


def short_code(code: str) -> str:
    """110000 and a municipality's 110100 are 11."""
    short = code.removesuffix("0000")
    return short[:2] if short[:2] in _municipalities() else short


@cache
def _municipalities() -> frozenset[str]:
    return frozenset(f"{city.code:06d}"[:2] for city in all_cities() if city.code % 10_000 == 0)


@cache
def _table() -> dict[str, Place]:
    """Provinces and cities by code."""
    found: dict[str, Place] = {}
    for city in all_cities():
        province = f"{city.code // 10_000:02d}"
        found[province] = Place(province, city.province, "province")
        if city.code % 10_000:
            found[f"{city.code:06d}"] = Place(f"{city.code:06d}", city.province + city.name, "city")
    return dict(sorted(found.items()))


@cache
def _provinces() -> dict[str, Place]:
    """By name, long (四川省) and short (四川)."""
    found: dict[str, Place] = {}
    for city in all_cities():
        place = _table()[f"{city.code // 10_000:02d}"]
        short = place.name
        for suffix in ("省", "市", "特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区"):
            short = short.removesuffix(suffix)
        found[place.name] = found[short] = place
    return found


def place_by_code(code: str) -> Place | None:
    """A province or a city by its code, also by a municipality's long one."""
    return _table().get(code) or _table().get(short_code(code))


def place_of_region(text: str) -> Place:
    """The place that a line of ip2region names: 中国|0|四川省|成都市|电信 as of old, 中国|四川省|成都市|电信|CN as of 2025."""
    fields = [field.strip() for field in text.split("|")]
    named = [field for field in fields if field not in _EMPTY]
    if not named:
        return UNKNOWN
    if any("内网" in field for field in named):
        return PRIVATE
    if fields[0] in _EMPTY:
        return UNKNOWN
    if named[0] not in _CHINA and named[0] not in _REGIONS:
        return ABROAD
    for at, field in enumerate(named):
        province = _provinces().get(field)
        if province is not None:
            return _city_in(province, named[at + 1] if at + 1 < len(named) else "")
    return CHINA


def _city_in(province: Place, name: str) -> Place:
    if not name or province.code in _municipalities():
        return province
    city = find_city(province.name + name)
    # 河南省 + a name of elsewhere, or a provider's, would be found by its own name.
    if city is None or f"{city.code:06d}"[:2] != province.code:
        return province
    return _table()[f"{city.code:06d}"]


@cache
def _coordinates() -> dict[str, tuple[float, float]]:
    """Longitude and latitude in degrees by place code; a province has those of its capital."""
    rows = csv.DictReader((DATA / "city-coordinates.csv").read_text("utf-8").splitlines())
    return {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in rows}


class Places:
    """Addresses to places. Both files are held whole in memory, so that no look-up reads a disk."""

    def __init__(self, v4: bytes, v6: bytes | None, *, own_file: bool) -> None:
        """Raises ValueError for what is no xdb of its IP version."""
        self.own_file = own_file
        self._v4 = _opened(v4, util.IPv4)
        self._v6 = None if v6 is None else _opened(v6, util.IPv6)
        made = datetime.fromtimestamp(util.Header(v4[:256]).createdAt, UTC).astimezone(BUSINESS_ZONE)
        self.data_of = f"{made:%Y-%m}"
        """Year and month of the data."""
        self._find = lru_cache(maxsize=16_384)(self._look_up)

    def find(self, ip: str) -> Place:
        """UNKNOWN for what is no address and for what the data does not hold; PRIVATE for networks that are nobody's alone."""
        return self._find(ip)

    def _look_up(self, ip: str) -> Place:
        address = parse_ip(ip)
        if address is None:
            return UNKNOWN
        if _PRIVATE.holds(str(address)):
            return PRIVATE
        data = self._v4 if address.version == 4 else self._v6
        return UNKNOWN if data is None else place_of_region(data.search(address.packed))

    def name_of(self, code: str) -> str:
        """四川省成都市; 未知 for an empty code and for one that is nobody's."""
        place = place_by_code(code)
        return UNKNOWN.name if place is None else place.name

    def known(self, code: str) -> bool:
        """Whether it is the code of a province or a city."""
        return place_by_code(code) is not None

    def all(self) -> list[Place]:
        """Every province and city, each province before its cities."""
        return list(_table().values())

    def distance_km(self, one: str, other: str) -> float | None:
        """As the crow flies between two place codes, a province standing for its capital; None where one is not on the map.

        0 within a province of which one side has no city: nothing then says that they are apart.
        """
        one, other = short_code(one), short_code(other)
        if not one or not other:
            return None
        if one == other or (one[:2] == other[:2] and 2 in {len(one), len(other)}):
            return 0.0
        here, there = _coordinates().get(one), _coordinates().get(other)
        return None if here is None or there is None else _haversine(here, there)


def _haversine(here: tuple[float, float], there: tuple[float, float]) -> float:
    (east, north), (east_there, north_there) = map(radians, here), map(radians, there)
    half = sin((north_there - north) / 2) ** 2 + cos(north) * cos(north_there) * sin((east_there - east) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def _opened(content: bytes, version: util.Version) -> searcher.Searcher:
    header = util.Header(content[:256]) if len(content) >= util.HeaderInfoLength + util.VectorIndexLength else None
    if header is None or header.version not in _STRUCTURES or util.version_from_header(header) is not version:
        raise ValueError(f"not an ip2region xdb of {version.name}")
    return searcher.new_with_buffer(version, content)


def places(settings: Settings) -> Places:
    """The process's one table of each pair of files. Raises OSError and ValueError where the operator's file cannot be used."""
    return _loaded(settings.ip_xdb, settings.ip_xdb_v6)


@lru_cache(maxsize=4)
def _loaded(v4: Path | None, v6: Path | None) -> Places:
    content = gzip.decompress((DATA / SHIPPED).read_bytes()) if v4 is None else v4.read_bytes()
    return Places(content, None if v6 is None else v6.read_bytes(), own_file=v4 is not None)
