"""What finance adds to other areas: entry conditions of stages, and how receipts read in the timeline."""

from collections.abc import Mapping
from typing import Any

from loanbroker_api.core.money import wan
from loanbroker_api.customers.timeline import timeline_kind
from loanbroker_api.pipeline.entry import Entry, Facts, Unmet, entry_kind


def _receipt(facts: Facts, _entry: Entry) -> Unmet | None:
    if facts.case.received_fen > 0 or (facts.case.disbursed_fen > 0 and facts.case.due_fen == 0):
        return None
    return Unmet("receipt", "finance.missing-receipt", f"登记回款（应收 {wan(facts.case.due_fen)}）", "Record a receipt")


def _settled_fee(facts: Facts, _entry: Entry) -> Unmet | None:
    outstanding = facts.case.due_fen - facts.case.received_fen
    if outstanding == 0:
        return None
    return Unmet("settled_fee", "finance.missing-settled-fee", f"收齐服务费（未收 {wan(outstanding)}）", "Collect what is outstanding")


entry_kind("receipt", _receipt)
entry_kind("settled_fee", _settled_fee)


def _recorded(facts: Mapping[str, Any]) -> str:
    amount = int(facts.get("amountFen", 0))
    return f"回款 {wan(amount)}" if amount >= 0 else f"冲销回款 {wan(-amount)}"


RECORDED = timeline_kind("receipt_recorded", _recorded)
