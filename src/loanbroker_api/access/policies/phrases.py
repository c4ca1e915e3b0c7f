"""Each part of a policy read out as one sentence, so that people need not read switches."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from loanbroker_api.access.policies.places import place_by_code
from loanbroker_api.access.policies.schemas import (
    PART_NAMES,
    AttemptsPart,
    DevicePart,
    FactorPart,
    IdlePart,
    IpPart,
    PolicyParts,
    RegionPart,
    SessionsPart,
    TimePart,
    UnusualPart,
    Window,
)
from loanbroker_api.access.policies.windows import DAY_MINUTES, reach
from loanbroker_api.core.errors import Language

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "device": ("设备", "Devices"),
    "ip": ("IP", "Networks"),
    "region": ("地区", "Regions"),
    "time": ("时间", "Hours"),
    "attempts": ("密码错误", "Wrong passwords"),
    "idle": ("无操作", "Idleness"),
    "sessions": ("同时登录", "Sessions"),
    "unusual": ("异常登录", "Unusual logins"),
    "factor": ("第二因素", "Second factor"),
}
_NAMED = 3
"""How many networks or places a sentence names before it only counts."""
_DAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
Sayer = Callable[[Any, bool], str]


def sentences(parts: PolicyParts, overrides: Collection[str] = (), language: Language = "zh") -> list[str]:
    """One sentence for each part that is on, and for each that an employee's policy switches off, in the order of PART_NAMES."""
    found: list[str] = []
    for name in PART_NAMES:
        part = getattr(parts, name)
        if part is not None or name in overrides:
            found.append(sentence(name, part, language))
    return found


def sentence(name: str, part: Any, language: Language = "zh") -> str:
    """One part; None is a limit of the roles that is switched off."""
    zh = language == "zh"
    title = TITLES[name][0 if zh else 1]
    if part is None:
        return f"{title}：不限制" if zh else f"{title}: no limit"
    return f"{title}：{_SAYERS[name](part, zh)}" if zh else f"{title}: {_SAYERS[name](part, zh)}"


def minutes_text(minutes: int, zh: bool) -> str:
    """90 分钟, 24 小时, 3 天."""
    for size, one, many, chinese in ((1_440, "day", "days", "天"), (60, "hour", "hours", "小时")):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {chinese}" if zh else f"{count} {one if count == 1 else many}"
    return f"{minutes} 分钟" if zh else f"{minutes} minute{'' if minutes == 1 else 's'}"


def _listed(names: Sequence[str], zh: bool, unit: str) -> str:
    shown = ("、" if zh else ", ").join(names[:_NAMED])
    if len(names) <= _NAMED:
        return shown
    return f"{shown}等 {len(names)} 个{unit}" if zh else f"{shown} and {len(names) - _NAMED} more"


def _device(part: DevicePart, zh: bool) -> str:
    asks = part.first_use == "approve"
    if zh:
        return f"最多绑定 {part.max} 台，首次使用{'由上级批准' if asks else '直接绑定'}"
    return f"at most {part.max}; a first use {'waits for a leader' if asks else 'binds'}"


def _networks(listed: Sequence[str]) -> str:
    """In Chinese, with the blank that figures stand in."""
    return _listed(listed, True, "网段").replace("等 ", " 等 ") + ("" if len(listed) > _NAMED else " ")


def _ip(part: IpPart, zh: bool) -> str:
    said: list[str] = []
    if part.allow:
        said.append(f"只能从 {_networks(part.allow)}登录" if zh else f"only from {_listed(part.allow, zh, '')}")
    if part.deny:
        said.append(f"不能从 {_networks(part.deny)}登录" if zh else f"not from {_listed(part.deny, zh, '')}")
    return ("，" if zh else "; ").join(said) or ("不限制" if zh else "no limit")


def _region(part: RegionPart, zh: bool) -> str:
    names = [place.name if (place := place_by_code(code)) is not None else code for code in part.allow]
    unknown = {"refuse": ("拒绝", "refused"), "allow": ("放行", "let in"), "approve": ("由上级批准", "up to a leader")}[part.unknown]
    if zh:
        return f"只能在{_listed(names, zh, '地区')}登录，查不到归属地时{unknown[0]}"
    return f"only in {_listed(names, zh, '')}; an unknown place is {unknown[1]}"


def _days(days: Collection[int], zh: bool) -> str:
    """周一至周五、周日: runs of three days and more are joined."""
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = _DAYS["zh" if zh else "en"]
    shown: list[str] = []
    for run in runs:
        first, last = names[run[0] - 1], names[run[-1] - 1]
        if len(run) > 2:
            shown.append(f"周{first}至周{last}" if zh else f"{first}–{last}")
        else:
            shown += [f"周{names[day - 1]}" if zh else names[day - 1] for day in run]
    return ("、" if zh else ", ").join(shown)


def _window(window: Window, zh: bool) -> str:
    start, end = reach(window)
    days = _days(window.days, zh)
    if end - start == DAY_MINUTES and start == 0:
        return f"{days}全天" if zh else f"{days} all day"
    next_day = ("次日 " if zh else "next day ") if end > DAY_MINUTES else ""
    return f"{days} {window.start}–{next_day}{window.end}"


def _time(part: TimePart, zh: bool) -> str:
    hours = ("；" if zh else "; ").join(_window(window, zh) for window in part.windows)
    if zh:
        holidays = "法定节假日不能登录" if part.holidays == "closed" else "法定节假日照常"
        makeup = "调休上班日按工作日" if part.makeup == "workday" else "调休上班日按星期"
        return f"{hours}；{holidays}，{makeup}"
    holidays = "closed on public holidays" if part.holidays == "closed" else "public holidays as any day"
    return f"{hours}; {holidays}; make-up workdays count as {'workdays' if part.makeup == 'workday' else 'their weekday'}"


def _attempts(part: AttemptsPart, zh: bool) -> str:
    first, longest = minutes_text(part.minutes, zh), minutes_text(part.max_minutes, zh)
    if zh:
        return f"连错 {part.failures} 次锁定 {first}，每再锁一次加倍，最长 {longest}；同一 IP 错 {part.ip_failures} 次也锁定"
    return f"{part.failures} in a row lock for {first}, twice as long each time, at most {longest}; {part.ip_failures} from one address lock it too"


def _idle(part: IdlePart, zh: bool) -> str:
    length = minutes_text(part.minutes, zh)
    return f"{length}没有操作就锁定，要重新登录" if zh else f"locked after {length} without use"


def _sessions(part: SessionsPart, zh: bool) -> str:
    length = minutes_text(part.hours * 60, zh)
    if zh:
        beyond = "拒绝新的" if part.beyond == "refuse" else "结束最早的"
        return f"最多 {part.max} 处，超出时{beyond}；一次登录最长 {length}"
    beyond = "one more is refused" if part.beyond == "refuse" else "one more ends the oldest"
    return f"at most {part.max}, {beyond}; each for at most {length}"


def _unusual(part: UnusualPart, zh: bool) -> str:
    signs: list[tuple[str, str]] = []
    if part.new_device_and_place:
        signs.append(("新设备且新地点", "a new device in a new place"))
    if part.travel_kmh is not None:
        signs.append((f"位移快过每小时 {part.travel_kmh} 公里", f"travel faster than {part.travel_kmh} km/h"))
    if part.off_hours_minutes is not None:
        signs.append((f"离平时登录时刻超过 {part.off_hours_minutes} 分钟", f"more than {part.off_hours_minutes} minutes off habit"))
    if part.accounts_per_ip is not None:
        signs.append(
            (f"同一 IP 一天登录超过 {part.accounts_per_ip} 个账号", f"more than {part.accounts_per_ip} accounts from one address a day")
        )
    if not signs:
        return "不识别" if zh else "not looked for"
    if zh:
        return f"{'、'.join(sign for sign, _ in signs)}时，要再验证并通知上级"
    return f"{', '.join(sign for _, sign in signs)}: verified again, and the leader is told"


_ACTS = {"reveal": ("查看隐藏信息", "revealing"), "export": ("导出", "exporting"), "policies": ("改权限和策略", "changing policies")}
_KINDS = {"totp": ("动态口令", "TOTP"), "passkey": ("通行密钥", "a passkey")}


def _factor(part: FactorPart, zh: bool) -> str:
    at = 0 if zh else 1
    kinds = ("或" if zh else " or ").join(_KINDS[kind][at] for kind in part.kinds)
    acts = ("、" if zh else ", ").join(_ACTS[act][at] for act in part.step_up)
    if zh:
        login = f"每次登录要{kinds}" if part.required else "登录时不要求"
        return login + (f"；{acts}前 {part.step_up_minutes} 分钟内要再确认一次" if acts else "")
    login = f"each login asks for {kinds}" if part.required else "not asked for at login"
    return login + (f"; confirmed within {minutes_text(part.step_up_minutes, zh)} before {acts}" if acts else "")


_SAYERS: Final[Mapping[str, Sayer]] = {
    "device": _device,
    "ip": _ip,
    "region": _region,
    "time": _time,
    "attempts": _attempts,
    "idle": _idle,
    "sessions": _sessions,
    "unusual": _unusual,
    "factor": _factor,
}
