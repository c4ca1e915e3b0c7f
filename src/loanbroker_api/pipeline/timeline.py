"""How a customer's timeline words what happens in cases."""

from collections.abc import Mapping
from typing import Any

from loanbroker_api.core.money import wan
from loanbroker_api.customers.timeline import timeline_kind

LOST_NAMES = {
    "no_qualification": "资质不符", "rate_too_high": "利率高", "chose_another": "选择同行", "unreachable": "联系不上", "withdrew": "客户放弃",
    "declined": "资方拒绝", "duplicate": "重复", "other": "其他",
}  # fmt: skip
STATE_NAMES = {"submitted": "已进件", "supplement": "补件", "approved": "已批复", "declined": "已拒绝", "withdrawn": "已撤回"}


def _moved(facts: Mapping[str, Any]) -> str:
    reason = LOST_NAMES.get(str(facts.get("reason")))
    return f"业务单 {facts.get('number')}：{facts.get('was')} → {facts.get('now')}" + (f"，{reason}" if reason else "")


def _decided(facts: Mapping[str, Any]) -> str:
    state, amount = str(facts.get("state")), facts.get("approvedFen")
    if state == "approved" and isinstance(amount, int):
        return f"{facts.get('lender')} 批复 {wan(amount)}"
    return f"{facts.get('lender')} {STATE_NAMES.get(state, '–')}"


def _disbursed(facts: Mapping[str, Any]) -> str:
    return f"{'作废放款' if facts.get('voided') else '放款'} {wan(int(facts.get('amountFen', 0)))}"


CREATED = timeline_kind("case_created", lambda facts: f"新建业务单 {facts.get('number')}，{wan(int(facts.get('wantedFen', 0)))}")
MOVED = timeline_kind("case_moved", _moved)
SUBMITTED = timeline_kind("case_submitted", lambda facts: f"进件 {facts.get('lender')}，{wan(int(facts.get('amountFen', 0)))}")
DECIDED = timeline_kind("case_decided", _decided)
DISBURSED = timeline_kind("case_disbursed", _disbursed)
