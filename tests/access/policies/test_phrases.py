"""Parts of a policy as sentences, in both languages; every part that is on has one, and none repeats a switch's name."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.access.policies.phrases import TITLES, minutes_text, sentence, sentences
from loanbroker_api.access.policies.schemas import PART_NAMES, PolicyParts

READ = [
    (
        {"device": {"max": 2, "firstUse": "approve"}},
        "设备：最多绑定 2 台，首次使用由上级批准",
        "Devices: at most 2; a first use waits for a leader",
    ),
    ({"device": {"max": 1}}, "设备：最多绑定 1 台，首次使用直接绑定", "Devices: at most 1; a first use binds"),
    (
        {"ip": {"allow": ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"], "deny": ["10.0.0.1"]}},
        "IP：只能从 10.0.0.0/8、10.1.0.0/16、10.2.0.0/16 等 4 个网段登录，不能从 10.0.0.1/32 登录",
        "Networks: only from 10.0.0.0/8, 10.1.0.0/16, 10.2.0.0/16 and 1 more; not from 10.0.0.1/32",
    ),
    ({"ip": {}}, "IP：不限制", "Networks: no limit"),
    (
        {"region": {"allow": ["510100", "11"], "unknown": "approve"}},
        "地区：只能在四川省成都市、北京市登录，查不到归属地时由上级批准",
        "Regions: only in 四川省成都市, 北京市; an unknown place is up to a leader",
    ),
    (
        {
            "time": {
                "windows": [{"days": [5, 1, 2, 3, 4], "start": "09:00", "end": "18:00"}, {"days": [6, 7], "start": "22:00", "end": "02:00"}]
            }
        },
        "时间：周一至周五 09:00–18:00；周六、周日 22:00–次日 02:00；法定节假日不能登录，调休上班日按工作日",
        "Hours: Mon–Fri 09:00–18:00; Sat, Sun 22:00–next day 02:00; closed on public holidays; make-up workdays count as workdays",
    ),
    (
        {"time": {"windows": [{"days": [1, 3, 7], "start": "00:00", "end": "24:00"}], "holidays": "open", "makeup": "weekday"}},
        "时间：周一、周三、周日全天；法定节假日照常，调休上班日按星期",
        "Hours: Mon, Wed, Sun all day; public holidays as any day; make-up workdays count as their weekday",
    ),
    (
        {"attempts": {"failures": 5, "minutes": 15, "ipFailures": 40}},
        "密码错误：连错 5 次锁定 15 分钟，每再锁一次加倍，最长 1 天；同一 IP 错 40 次也锁定",
        "Wrong passwords: 5 in a row lock for 15 minutes, twice as long each time, at most 1 day; 40 from one address lock it too",
    ),
    ({"idle": {"minutes": 120}}, "无操作：2 小时没有操作就锁定，要重新登录", "Idleness: locked after 2 hours without use"),
    (
        {"sessions": {"max": 1, "beyond": "refuse", "hours": 12}},
        "同时登录：最多 1 处，超出时拒绝新的；一次登录最长 12 小时",
        "Sessions: at most 1, one more is refused; each for at most 12 hours",
    ),
    (
        {"unusual": {"newDeviceAndPlace": True, "travelKmh": None, "offHoursMinutes": 60, "accountsPerIp": None}},
        "异常登录：新设备且新地点、离平时登录时刻超过 60 分钟时，要再验证并通知上级",
        "Unusual logins: a new device in a new place, more than 60 minutes off habit: verified again, and the leader is told",
    ),
    (
        {"factor": {"required": True, "kinds": ["totp"], "stepUp": ["reveal", "export"], "stepUpMinutes": 5}},
        "第二因素：每次登录要动态口令；查看隐藏信息、导出前 5 分钟内要再确认一次",
        "Second factor: each login asks for TOTP; confirmed within 5 minutes before revealing, exporting",
    ),
    ({"factor": {"required": False, "stepUp": []}}, "第二因素：登录时不要求", "Second factor: not asked for at login"),
]


@pytest.mark.parametrize(("parts", "zh", "en"), READ, ids=[str(row[1]) for row in READ])
def test_read_out(parts: dict[str, Any], zh: str, en: str) -> None:
    found = PolicyParts.model_validate(parts)
    assert sentences(found) == [zh]
    assert sentences(found, language="en") == [en]


def test_what_an_employees_policy_switches_off() -> None:
    parts = PolicyParts.model_validate({"idle": {"minutes": 1}})
    assert sentences(parts, ["region", "idle"]) == ["地区：不限制", "无操作：1 分钟没有操作就锁定，要重新登录"]
    assert sentences(parts, ["region"], "en") == ["Regions: no limit", "Idleness: locked after 1 minute without use"]
    assert sentences(PolicyParts()) == []
    assert [sentence(name, None) for name in PART_NAMES] == [f"{TITLES[name][0]}：不限制" for name in PART_NAMES]


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (1, "1 分钟", "1 minute"),
        (90, "90 分钟", "90 minutes"),
        (60, "1 小时", "1 hour"),
        (1_440, "1 天", "1 day"),
        (10_080, "7 天", "7 days"),
    ],
)
def test_lengths(minutes: int, zh: str, en: str) -> None:
    assert (minutes_text(minutes, zh=True), minutes_text(minutes, zh=False)) == (zh, en)


@settings(max_examples=120, deadline=None)
@given(st.sets(st.integers(1, 7), min_size=1))
def test_every_day_that_is_open_is_said(days: set[int]) -> None:
    part = PolicyParts.model_validate({"time": {"windows": [{"days": sorted(days), "start": "09:00", "end": "18:00"}]}})
    said = sentences(part)[0].removeprefix("时间：").split(" ")[0]
    heard: set[int] = set()
    for run in said.split("、"):
        ends = ["一二三四五六日".index(name[-1]) + 1 for name in run.split("至")]
        heard |= set(range(ends[0], ends[-1] + 1))
    assert heard == days
