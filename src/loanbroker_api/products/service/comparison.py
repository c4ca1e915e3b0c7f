"""Two versions side by side, every difference in words. Lists are compared as sets, fees by code, conditions by id: order says nothing."""

from collections.abc import Callable, Sequence
from typing import Any

from loanbroker_api.core.money import wan
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.loan.terms import RateBasis, RepaymentMethod
from loanbroker_api.products.models import ProductVersion
from loanbroker_api.products.schemas import ComparisonOut
from loanbroker_api.products.schemas.records import ChangeOut
from loanbroker_api.products.service.ruling import read_condition, read_limit, read_rate

NOTHING = "无"
_SEVERITIES = {"hard": "硬条件", "soft": "软条件", "need": "进件前必知"}
_QUERY_STEPS = {"pre_check": "预审时", "application": "申请时", "signing": "签约时"}
_FEE_TIMES = {"disbursement": "放款时", "monthly": "每月", "end": "到期"}


def percent(ppm: int) -> str:
    """Parts per million as a percentage: 43500 → 4.35%."""
    return f"{ppm / 10_000:.4f}".rstrip("0").rstrip(".") + "%"


def basis_label(basis: str) -> str:
    return RateBasis(basis).label


def repayment_label(method: str) -> str:
    return RepaymentMethod(method).label


def _city(code: int) -> str:
    found = city_by_code(code)
    return found.short_name if found else str(code)


def _fee(fee: dict[str, Any]) -> str:
    amount = percent(fee["ppm"]) if fee["kind"] == "percent" else wan(fee["amountFen"])
    return f"{fee['title']} {amount}（{_FEE_TIMES[fee['at']]}）"


def _hours(hours: int) -> str:
    return f"{hours} 小时"


def _plain(value: Any) -> str:
    return str(value)


_ONES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("amountMinFen", "最低金额", wan),
    ("amountMaxFen", "最高金额", wan),
    ("rate/basis", "利率口径", basis_label),
    ("rate/minPpm", "最低利率", percent),
    ("rate/maxPpm", "最高利率", percent),
    ("approvalHours", "审批时效", _hours),
    ("commissionPpm", "佣金", percent),
    ("commissionNote", "佣金说明", _plain),
    ("makesQuery", "查征信", lambda value: "是" if value else "否"),
    ("queryStep", "查征信的步骤", lambda value: _QUERY_STEPS[value]),
    ("validFrom", "有效期开始", _plain),
    ("validTo", "有效期截止", _plain),
)
_LISTS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("terms", "期限", lambda months: f"{months} 个月"),
    ("repayments", "还款方式", repayment_label),
    ("cities", "服务城市", _city),
    ("documents", "资料", _plain),
)


def compare_versions(was: ProductVersion, now: ProductVersion) -> ComparisonOut:
    """Every difference from `was` to `now`, in the order of the body."""
    return ComparisonOut(changes=compare_bodies(was.body, now.body))


def compare_bodies(was: dict[str, Any], now: dict[str, Any]) -> list[ChangeOut]:
    changes: list[ChangeOut] = []
    for path, title, shown in _ONES:
        before, after = _at(was, path), _at(now, path)
        if before != after:
            changes.append(_change(f"/{path}", before, after, f"{title}：{_shown(before, shown)} → {_shown(after, shown)}"))
    for name, title, shown in _LISTS:
        if set(was[name]) != set(now[name]):
            changes.append(_change(f"/{name}", was[name], now[name], f"{title}：{_moved(was[name], now[name], shown)}"))
    changes += _keyed("/fees", "费用", _by(was["fees"], "code"), _by(now["fees"], "code"), _fee)
    rules_was, rules_now = was["rules"], now["rules"]
    conditions = (_by(rules_was["conditions"], "id"), _by(rules_now["conditions"], "id"))
    changes += _keyed("/rules/conditions", "条件", *conditions, condition_text)
    for name, title, read in (("limit", "额度公式", read_limit), ("rate", "利率公式", read_rate)):
        before, after = rules_was.get(name), rules_now.get(name)
        if before != after:
            text = f"{title}：{_shown(before, read)} → {_shown(after, read)}"
            changes.append(_change(f"/rules/{name}", before, after, text))
    return changes


def condition_text(condition: dict[str, Any]) -> str:
    """A condition with what it weighs: “公积金连续月数不少于 12 个月（硬条件）”."""
    points = f"，不满足扣 {condition['points']} 分" if condition["severity"] == "soft" else ""
    return f"{read_condition(condition)}（{_SEVERITIES[condition['severity']]}{points}）"


def _keyed(
    path: str, title: str, was: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]], shown: Callable[[dict[str, Any]], str]
) -> list[ChangeOut]:
    found: list[ChangeOut] = []
    for key in dict.fromkeys([*was, *now]):
        before, after = was.get(key), now.get(key)
        if before == after:
            continue
        if before is None:
            text = f"新增{title}：{_shown(after, shown)}"
        elif after is None:
            text = f"删除{title}：{_shown(before, shown)}"
        else:
            text = f"{title}：{shown(before)} → {shown(after)}"
        found.append(_change(f"{path}/{key}", before, after, text))
    return found


def _by(items: Sequence[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {item[key]: item for item in items}


def _at(body: dict[str, Any], path: str) -> Any:
    value: Any = body
    for part in path.split("/"):
        value = value[part]
    return value


def _shown(value: Any, shown: Callable[[Any], str]) -> str:
    return NOTHING if value is None else shown(value)


def _moved(was: Sequence[Any], now: Sequence[Any], shown: Callable[[Any], str]) -> str:
    """What came and what went; an empty list of cities is the whole country, which the words say."""
    if not was or not now:
        return f"{'、'.join(map(shown, was)) or '不限'} → {'、'.join(map(shown, now)) or '不限'}"
    came, went = [one for one in now if one not in was], [one for one in was if one not in now]
    parts = [f"新增{'、'.join(map(shown, came))}"] if came else []
    parts += [f"去掉{'、'.join(map(shown, went))}"] if went else []
    return "，".join(parts)


def _change(path: str, was: Any, now: Any, text: str) -> ChangeOut:
    return ChangeOut(path=path, was=was, now=now, text=text)
