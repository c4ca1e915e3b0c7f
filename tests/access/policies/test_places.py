"""Addresses to places: the table that ships, an operator's own files, and how far apart two places are."""

import gzip
import importlib.util
from pathlib import Path

import pytest

from loanbroker_api.access.policies.places import DATA, SHIPPED, Place, Places, place_of_region, places, short_code
from loanbroker_api.core.normalize.cities import all_cities
from loanbroker_api.settings import Settings
from support.xdb import old_db, xdb

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def shipped() -> Places:
    return places(Settings())


class TestTheTableThatShips:
    @pytest.mark.parametrize(
        ("ip", "code", "name", "kind"),
        [
            ("114.114.114.114", "320100", "江苏省南京市", "city"),
            ("202.96.128.86", "440100", "广东省广州市", "city"),
            ("61.139.2.69", "510100", "四川省成都市", "city"),
            ("202.96.209.5", "31", "上海市", "province"),
            ("218.102.23.228", "81", "香港特别行政区", "province"),
            ("168.95.1.1", "71", "台湾省", "province"),
            ("::ffff:61.139.2.69", "510100", "四川省成都市", "city"),
            ("8.8.8.8", "", "境外", "abroad"),
            ("10.1.2.3", "", "内网", "private"),
            ("100.64.0.1", "", "内网", "private"),
            ("::1", "", "内网", "private"),
            ("2408:8000::1", "", "未知", "unknown"),
            ("testclient", "", "未知", "unknown"),
            ("", "", "未知", "unknown"),
        ],
    )
    def test_where_addresses_are(self, shipped: Places, ip: str, code: str, name: str, kind: str) -> None:
        assert shipped.find(ip) == Place(code, name, kind)  # type: ignore[arg-type]

    def test_its_age(self, shipped: Places) -> None:
        assert (shipped.data_of, shipped.own_file) == ("2021-10", False)

    def test_it_is_small_and_the_same_bytes_for_all(self) -> None:
        packed = (DATA / SHIPPED).read_bytes()
        assert len(packed) < 800_000
        assert packed[4:8] == bytes(4)  # gzip's time of making

    def test_every_region_in_it_has_a_code_of_ours(self) -> None:
        content = gzip.decompress((DATA / SHIPPED).read_bytes())
        first = int.from_bytes(content[8:12], "little")
        texts = {
            line
            for line in content[256 + 524_288 : first].decode().replace("中国|", "\n中国|").replace("境外", "\n境外").splitlines()
            if line
        }
        cities = [line for line in texts if line.startswith("中国|0|") and line.split("|")[3] not in {"0", ""}]
        assert len(cities) > 330
        for line in cities:
            place = place_of_region(line)
            assert place.kind == "city"
            assert place.name == "".join(line.split("|")[2:4])

    def test_one_table_for_each_file(self) -> None:
        assert places(Settings()) is places(Settings())


class TestAnOperatorsFiles:
    ROWS = (
        ("1.0.0.0", "1.0.127.255", "中国|四川省|成都市|电信|CN"),
        ("1.0.128.0", "1.0.255.255", "中国|0|湖北省|仙桃市|移动"),
        ("1.1.0.0", "1.1.0.255", "United States|California|0|0|US"),
        ("1.1.1.0", "1.1.1.255", "中国|北京|北京市|联通|CN"),
        ("1.2.0.0", "1.2.0.255", "中国|0|0|0|CN"),
        ("1.3.0.0", "1.3.0.255", "0|0|0|0|0"),
    )
    EXPECTED = (
        ("1.0.0.0", "510100"),
        ("1.0.127.255", "510100"),
        ("1.0.128.0", "429004"),
        ("1.1.1.7", "11"),
        ("1.1.0.9", "境外"),
        ("1.1.2.0", "未知"),
        ("1.2.0.1", "中国"),
        ("1.3.0.1", "未知"),
        ("9.9.9.9", "未知"),
    )

    @pytest.mark.parametrize("structure", [2, 3])
    def test_ipv4(self, tmp_path: Path, structure: int) -> None:
        file = tmp_path / "own.xdb"
        file.write_bytes(xdb(self.ROWS, structure=structure))
        known = places(Settings(ip_xdb=file))
        for ip, expected in self.EXPECTED:
            place = known.find(ip)
            assert expected in (place.code, place.name), ip
        assert (known.data_of, known.own_file) == ("2025-06", True)

    def test_ipv6(self, tmp_path: Path) -> None:
        file = tmp_path / "six.xdb"
        file.write_bytes(xdb([("2408:8000::", "2408:8000:ffff::", "中国|广东省|深圳市|联通|CN")], version=6))
        known = places(Settings(ip_xdb_v6=file))
        assert known.find("2408:8000::1") == Place("440300", "广东省深圳市", "city")
        assert known.find("2408:8001::1").kind == "unknown"
        assert known.find("61.139.2.69").code == "510100"  # IPv4 stays with the table that ships

    @pytest.mark.parametrize("content", [b"", b"not an xdb", bytes(600_000), xdb([], version=6)])
    def test_a_file_of_another_kind_is_refused(self, content: bytes) -> None:
        with pytest.raises(ValueError, match="IPv4"):
            Places(content, None, own_file=True)
        with pytest.raises(ValueError, match="IPv6"):
            Places(xdb([]), xdb([]), own_file=True)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(OSError):
            places(Settings(ip_xdb=tmp_path / "nowhere.xdb"))


class TestRegionsInWords:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("中国|0|四川省|成都市|电信", "510100"),
            ("中国|四川|成都|电信|CN", "510100"),
            ("中国|0|贵州省|黔南|电信", "522700"),
            ("中国|0|内蒙古|锡林郭勒|0", "152500"),
            ("中国|0|新疆|阿克苏|0", "652900"),
            ("中国|0|广西|南宁市|0", "450100"),
            ("中国|0|重庆|重庆市|0", "50"),
            ("中国|0|吉林省|吉林市|0", "220200"),
            ("中国|0|海南省|海口市|0", "460100"),
            ("中国|0|青海省|海南|0", "632500"),
            ("中国|0|河南省|0|联通", "41"),
            ("中国|0|河南省|电信|0", "41"),
            ("中国|0|河南省|成都市|0", "41"),  # a city of elsewhere: the province at least
            ("香港|0|0|0|0", "81"),
            ("中国|0|台湾省|台北|0", "71"),
        ],
    )
    def test_in_china(self, text: str, code: str) -> None:
        assert place_of_region(text).code == code

    @pytest.mark.parametrize(
        ("text", "kind"), [("美国|0|0|0|0", "abroad"), ("0|0|0|内网IP|内网IP", "private"), ("", "unknown"), ("0|0|0|电信|0", "unknown")]
    )
    def test_elsewhere(self, text: str, kind: str) -> None:
        place = place_of_region(text)
        assert (place.code, place.kind) == ("", kind)


def test_every_city_has_a_name_and_a_province(shipped: Places) -> None:
    listed = shipped.all()
    codes = [place.code for place in listed]
    assert codes == sorted(set(codes))
    assert sum(place.kind == "province" for place in listed) == 34
    for city in all_cities():
        code = f"{city.code:06d}"
        assert shipped.known(code)
        assert shipped.name_of(code) == (city.province + city.name if city.name != city.province else city.name)
        assert short_code(code)[:2] in codes
    assert (shipped.name_of(""), shipped.name_of("990000"), shipped.known("99")) == ("未知", "未知", False)
    assert (shipped.name_of("110105"), short_code("110105"), short_code("510000"), short_code("510107")) == ("北京市", "11", "51", "510107")


@pytest.mark.parametrize(
    ("code", "allowed", "within"),
    [
        ("510100", ["51"], True),
        ("510100", ["510100"], True),
        ("510100", ["510000"], True),
        ("510100", ["510700"], False),
        ("51", ["510100"], False),  # somewhere in the province is not surely in the city
        ("11", ["110000"], True),
        ("11", ["110100"], True),
        ("", ["51"], False),
    ],
)
def test_within(code: str, allowed: list[str], within: bool) -> None:
    assert Place(code, "", "city").within(allowed) is within


class TestDistances:
    @pytest.mark.parametrize(
        ("one", "other", "km", "about"),
        [
            ("11", "31", 1_067, 20),  # 北京 上海
            ("510100", "50", 270, 20),  # 成都 重庆
            ("440300", "81", 35, 20),  # 深圳 香港
            ("650100", "31", 3_270, 60),  # 乌鲁木齐 上海
            ("51", "44", 1_235, 30),  # 四川 广东, by their capitals
            ("110000", "11", 0, 0),
            ("510100", "51", 0, 0),
            ("510100", "510100", 0, 0),
        ],
    )
    def test_as_the_crow_flies(self, shipped: Places, one: str, other: str, km: float, about: float) -> None:
        found = shipped.distance_km(one, other)
        assert found is not None
        assert abs(found - km) <= about
        assert shipped.distance_km(other, one) == pytest.approx(found)

    @pytest.mark.parametrize(("one", "other"), [("", "11"), ("11", ""), ("460300", "11"), ("99", "11")])
    def test_unknown(self, shipped: Places, one: str, other: str) -> None:
        assert shipped.distance_km(one, other) is None

    def test_within_china_nothing_is_further_than_5500_km(self, shipped: Places) -> None:
        placed = [place.code for place in shipped.all() if shipped.distance_km(place.code, "11") is not None]
        assert len(placed) == 390
        for code in placed:
            distance = shipped.distance_km(code, "650100")
            assert distance is not None
            assert distance < 5_500


def test_the_converter(tmp_path: Path) -> None:
    """An old .db with a stretch over three /16 networks, providers that do not matter, and names without a suffix."""
    spec = importlib.util.spec_from_file_location("ip2region_xdb", ROOT / "scripts/ip2region_xdb.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    source = old_db(
        [
            ("0.0.0.0", "0.255.255.255", "0|0|0|内网IP|内网IP"),
            ("1.0.0.0", "1.0.0.255", "中国|0|贵州省|黔南|电信"),
            ("1.0.1.0", "1.2.3.255", "中国|0|贵州省|黔南|联通"),
            ("1.2.4.0", "1.2.4.255", "中国|0|北京|北京市|0"),
            ("1.2.5.0", "255.255.255.255", "美国|0|0|0|0"),
        ]
    )
    shrunk = script.cut_down(script.segments(source))
    assert [text for _, _, text in shrunk] == [
        "0|0|0|内网IP|内网IP",
        "中国|0|贵州省|黔南布依族苗族自治州|0",
        "中国|0|北京市|0|0",
        "境外|0|0|0|0",
    ]
    known = Places(script.xdb(shrunk, script.MADE), None, own_file=False)
    for ip, expected in (
        ("1.0.0.0", "522700"),
        ("1.1.200.1", "522700"),
        ("1.2.3.255", "522700"),
        ("1.2.4.0", "11"),
        ("1.2.5.0", "境外"),
        ("250.0.0.1", "境外"),
        ("0.1.2.3", "内网"),
    ):
        assert expected in (known.find(ip).code, known.find(ip).name), ip
